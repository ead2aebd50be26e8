use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::incident::named;
use crate::login::{new_password, password};
use crate::screen::{Screen, Table, items, text};
use crate::trouble::{Code, Outcome, Trouble};

/// Accounts of people. For administrators, except one's own password.
#[derive(Args, Debug)]
pub struct UserArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists accounts.
    List,
    /// Makes an account; asks for its password.
    Add {
        /// Its name: small letters, digits, `.`, `_`, `-`, `@`.
        name: String,
        #[command(flatten)]
        profile: Profile,
        /// Read the password from the first line of the standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Changes what is given of an account, and leaves the rest as it is.
    Edit {
        /// Its name.
        name: String,
        #[command(flatten)]
        profile: Profile,
    },
    /// Sets a password; without a name, one's own. The account's sessions end.
    Password {
        /// Whose; one's own when it is missing.
        name: Option<String>,
        /// Read it from the standard input: for another account one line; for one's own the
        /// present one and then the new one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Removes an account and ends its sessions.
    Remove {
        /// Its name.
        name: String,
    },
}

/// What an account or a token is trusted with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Role {
    /// Sees what was promised to whom the account is bound to, and nothing else.
    Consumer,
    /// Reads everything.
    Viewer,
    /// Reads everything and acts on alerts, incidents and pages.
    Responder,
    /// Does everything: estate, settings, accounts.
    Admin,
}

impl Role {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Role::Consumer => "consumer",
            Role::Viewer => "viewer",
            Role::Responder => "responder",
            Role::Admin => "admin",
        }
    }
}

#[derive(Args, Debug, Default)]
struct Profile {
    /// How the person is called [default for a new account: the name].
    #[arg(long)]
    display_name: Option<String>,
    /// What it is trusted with [default for a new account: responder].
    #[arg(long)]
    role: Option<Role>,
    /// A team of theirs; may be given several times.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Whose promises a consumer sees, as contracts name them: team/shop; may be given several
    /// times.
    #[arg(long = "consumer", value_name = "ITEM")]
    consumers: Vec<String>,
    /// The person of the estate: person/ada.
    #[arg(long)]
    person: Option<String>,
    /// Whether it acts only on what belongs to its teams.
    #[arg(long, value_name = "TRUE|FALSE", num_args = 0..=1, default_missing_value = "true")]
    scoped: Option<bool>,
}

impl Profile {
    /// The account with what is given laid over it.
    fn over(&self, account: &Value) -> Value {
        let mut body = json!({
            "display_name": account["display_name"],
            "role": account["role"],
            "scoped": account["scoped"],
            "teams": account["teams"],
            "person": account["person"],
            "consumers": account["consumers"],
        });
        if let Some(name) = &self.display_name {
            body["display_name"] = json!(name);
        }
        if let Some(role) = self.role {
            body["role"] = json!(role.word());
        }
        if !self.teams.is_empty() {
            let teams: Vec<String> = self.teams.iter().map(|team| named("team", team)).collect();
            body["teams"] = json!(teams);
        }
        if let Some(person) = &self.person {
            let person = named("person", person);
            body["person"] = if person.is_empty() { Value::Null } else { json!(person) };
        }
        if let Some(scoped) = self.scoped {
            body["scoped"] = json!(scoped);
        }
        if !self.consumers.is_empty() {
            body["consumers"] = json!(self.consumers);
        }
        // Who becomes a consumer acts for no team, and who is none any more sees no promises so.
        match self.role {
            Some(Role::Consumer) => (body["teams"], body["scoped"]) = (json!([]), json!(false)),
            Some(_) => body["consumers"] = json!([]),
            None => {}
        }
        body
    }
}

impl UserArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List => list(&client, screen).await,
            Verb::Add { name, profile, password_stdin } => {
                let bare = json!({
                    "display_name": name, "role": "responder", "scoped": false, "teams": [],
                    "person": null, "consumers": [],
                });
                let mut body = profile.over(&bare);
                body["name"] = json!(name);
                body["password"] = json!(new_password(password_stdin)?);
                let answer = client.post("/api/v1/accounts", &body).await?;
                told(screen, &answer.body, "can sign in now")
            }
            Verb::Edit { name, profile } => {
                let account = find(&client, &name).await?;
                let path = format!("/api/v1/accounts/{}", part(&name));
                let edited = client.put(&path, &profile.over(&account)).await?;
                told(screen, &edited, "is changed")
            }
            Verb::Password { name: Some(name), password_stdin } => {
                let mut body = Profile::default().over(&find(&client, &name).await?);
                body["password"] = json!(new_password(password_stdin)?);
                let path = format!("/api/v1/accounts/{}", part(&name));
                let edited = client.put(&path, &body).await?;
                told(screen, &edited, "has a new password")
            }
            Verb::Password { name: None, password_stdin } => {
                let present = password("Present password: ", password_stdin)?;
                let new = new_password(password_stdin)?;
                let body = json!({ "present": present, "new": new });
                client.post("/api/v1/session/password", &body).await?;
                screen.note("The password is changed.");
                Ok(ExitCode::SUCCESS)
            }
            Verb::Remove { name } => {
                client.delete(&format!("/api/v1/accounts/{}", part(&name))).await?;
                screen.note(format_args!("Account {name} is removed."));
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn find(client: &Client, name: &str) -> Result<Value, Trouble> {
    let found = client.get("/api/v1/accounts", &[]).await?;
    let account = items(&found, "items").iter().find(|account| account["name"] == name);
    account.cloned().ok_or_else(|| {
        Trouble::new(Code::NotFound, format!("there is no account `{name}`"))
            .remedy("`operate user list` shows all")
    })
}

fn told(screen: &Screen, account: &Value, what: &str) -> Outcome {
    if screen.json {
        screen.document(account);
    } else {
        let (name, role) = (text(account, "name"), text(account, "role"));
        screen.say(format_args!("Account {name} ({role}) {what}."));
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &Client, screen: &Screen) -> Outcome {
    let found = client.get("/api/v1/accounts", &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["name", "called", "role", "teams", "person", "acts on"];
    let mut table = Table::new(screen.paint, &columns);
    for account in items(&found, "items") {
        let scoped = if account["scoped"] == true { "own teams" } else { "everything" };
        table.row([
            text(account, "name").into(),
            text(account, "display_name").into(),
            text(account, "role").into(),
            text(account, "teams").into(),
            text(account, "person").into(),
            scoped.into(),
        ]);
    }
    screen.say(table);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editing_leaves_alone_what_is_not_given() {
        let account = json!({ "name": "ada", "display_name": "Ada", "role": "responder",
            "scoped": true, "teams": ["team/web"], "person": "person/ada" });
        let same = Profile::default().over(&account);
        assert_eq!((&same["teams"], &same["scoped"]), (&account["teams"], &account["scoped"]));
        let profile = Profile {
            role: Some(Role::Admin),
            teams: vec!["ops".to_owned()],
            person: Some(String::new()),
            ..Profile::default()
        };
        let edited = profile.over(&account);
        assert_eq!(edited["role"], "admin");
        assert_eq!(edited["teams"], json!(["team/ops"]));
        assert_eq!(edited["person"], Value::Null);
        assert_eq!(edited["display_name"], "Ada");
    }
}
