//! `operate login`, `logout`, `whoami`, `setup`: who asks.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, ExitCode, Stdio};

use clap::Args;
use serde_json::{Value, json};

use crate::Shell;
use crate::client::Client;
use crate::saved::{Credential, Saved};
use crate::screen::{Table, plain, text};
use crate::trouble::{Code, Outcome, Trouble};

/// Signs in and saves the login for this server.
///
/// With name and password a session is opened, which ends after a day without use and after a
/// week at the latest. With an API token (`--token TOKEN`, or OPERATE_TOKEN) the token is saved.
#[derive(Args, Debug)]
pub struct Login {
    /// Name of the account; asked for when it is missing.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Read the password from the first line of the standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Read an API token from the first line of the standard input.
    #[arg(long, conflicts_with_all = ["name", "password_stdin"])]
    token_stdin: bool,
}

/// Makes the first administrator with the one-time code that the server printed, and signs in.
#[derive(Args, Debug)]
pub struct Setup {
    /// The one-time code.
    #[arg(long)]
    code: String,
    /// Name of the account.
    #[arg(value_name = "NAME")]
    name: String,
    /// How the person is called [default: the name].
    #[arg(long)]
    display_name: Option<String>,
    /// Read the password from the first line of the standard input.
    #[arg(long)]
    password_stdin: bool,
}

impl Login {
    /// Signs in.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let token = match self.token_stdin {
            true => Some(first_line()?),
            false => shell.server.token().filter(|_| self.name.is_none()),
        };
        if let Some(token) = token {
            return keep_token(shell, token).await;
        }
        let client = Client::new(shell.server.url(), None)?;
        let name = match self.name {
            Some(name) => name,
            None => ask("Account: ")?,
        };
        let password = password("Password: ", self.password_stdin)?;
        let body = json!({ "username": name, "password": password });
        let answer = client.post("/api/v1/session", &body).await.map_err(wrong_password)?;
        keep_session(shell, &client, answer)
    }
}

/// The server's own words are better here than the remedy for requests without a login.
fn wrong_password(mut trouble: Trouble) -> Trouble {
    if trouble.code == Code::NotAllowed {
        trouble.remedy = None;
    }
    trouble
}

impl Setup {
    /// Makes the first administrator.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let client = Client::new(shell.server.url(), None)?;
        let password = new_password(self.password_stdin)?;
        let body = json!({
            "code": self.code,
            "username": self.name,
            "display_name": self.display_name.unwrap_or_else(|| self.name.clone()),
            "password": password,
        });
        let answer = client.post("/api/v1/setup", &body).await.map_err(|mut trouble| {
            if trouble.code == Code::NotAllowed {
                trouble.remedy = Some("start the server again: it prints a new code".to_owned());
            }
            trouble
        })?;
        keep_session(shell, &client, answer)
    }
}

async fn keep_token(shell: &Shell, token: String) -> Outcome {
    let credential = Credential::Token(token);
    let client = Client::new(shell.server.url(), Some(credential.clone()))?;
    let session = client.get("/api/v1/session", &[]).await?;
    if text(&session, "state") != "signed_in" {
        return Err(Trouble::new(Code::NotAllowed, "this token is not known or has expired"));
    }
    keep(shell, &client, credential, &session)
}

fn keep_session(shell: &Shell, client: &Client, answer: crate::client::Answer) -> Outcome {
    let secret = answer.session.ok_or_else(|| Trouble::fault("the server opened no session"))?;
    keep(shell, client, Credential::Session(secret), &answer.body)
}

fn keep(shell: &Shell, client: &Client, credential: Credential, session: &Value) -> Outcome {
    let mut saved = Saved::load()?;
    saved.keep(client.url(), credential);
    let path = saved.store()?;
    if shell.screen.json {
        shell.screen.document(session);
        return Ok(ExitCode::SUCCESS);
    }
    let (name, role) = (text(session, "user.name"), text(session, "user.role"));
    shell.screen.say(format_args!("Signed in to {} as {name} ({role}).", client.url()));
    shell.screen.note(format_args!("The login is saved in {}.", path.display()));
    if client.url().starts_with("http://") && !loopback(client.url()) {
        shell
            .screen
            .note("This address is not encrypted: others on the way can read what is sent.");
    }
    Ok(ExitCode::SUCCESS)
}

fn loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    ["127.", "localhost", "[::1]"].iter().any(|start| host.starts_with(start))
}

/// Ends the session and forgets the login that was saved for this server.
pub async fn logout(shell: &Shell) -> Outcome {
    let url = shell.server.url();
    let mut saved = Saved::load()?;
    if let Some(Credential::Session(secret)) = saved.of(&url) {
        let client = Client::new(url.clone(), Some(Credential::Session(secret)))?;
        // Also when the server is away the login is forgotten here.
        if let Err(trouble) = client.delete("/api/v1/session").await {
            shell.screen.note(format_args!("The session was not ended on the server: {trouble}"));
        }
    }
    let known = saved.forget(&url);
    saved.store()?;
    let said = if known { "Signed out of" } else { "There was no login for" };
    shell.screen.say(format_args!("{said} {url}."));
    Ok(ExitCode::SUCCESS)
}

/// Shows who is signed in, and where.
pub async fn whoami(shell: &Shell) -> Outcome {
    let client = shell.server.client()?;
    let session = client.get("/api/v1/session", &[]).await?;
    let state = text(&session, "state");
    let code = if state == "signed_in" { ExitCode::SUCCESS } else { Code::NotAllowed.into() };
    if shell.screen.json {
        shell.screen.document(&session);
        return Ok(code);
    }
    match state.as_str() {
        "signed_in" => {}
        "setup_required" => {
            let what = format!("{} has no account yet", client.url());
            let remedy = "run `operate setup NAME --code CODE` with the code that it printed";
            return Err(Trouble::new(Code::NotAllowed, what).remedy(remedy));
        }
        _ => {
            let what = format!("nobody is signed in to {}", client.url());
            let remedy = "sign in with `operate login`, or pass a token with OPERATE_TOKEN";
            return Err(Trouble::new(Code::NotAllowed, what).remedy(remedy));
        }
    }
    let mut table = Table::new(shell.screen.paint, &["who", ""]);
    let user = &session["user"];
    for (label, field) in [
        ("name", "name"),
        ("called", "display_name"),
        ("role", "role"),
        ("teams", "teams"),
        ("person", "person"),
    ] {
        let value = plain(user.get(field).unwrap_or(&Value::Null));
        if !value.is_empty() {
            table.row([label.into(), value.into()]);
        }
    }
    table.row(["server".into(), client.url().into()]);
    table.row(["version".into(), text(&session, "version").into()]);
    shell.screen.say(table);
    Ok(code)
}

/// Asks for a password that exists.
///
/// # Errors
/// When there is none.
pub fn password(prompt: &str, from_stdin: bool) -> Result<String, Trouble> {
    if from_stdin {
        return first_line();
    }
    if !std::io::stdin().is_terminal() {
        let remedy = "pass it on the standard input with --password-stdin";
        return Err(Trouble::wrong("there is no terminal to ask for a password").remedy(remedy));
    }
    let hidden = hush(true);
    // Whoever gives up gets their terminal back as it was.
    let interrupted = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            hush(false);
            std::process::exit(130);
        }
    });
    let answer = ask(prompt);
    if hidden {
        hush(false);
        let _ = writeln!(std::io::stderr());
    }
    interrupted.abort();
    answer
}

/// Asks for a new password, twice.
///
/// # Errors
/// When there is none, or both are not the same.
pub fn new_password(from_stdin: bool) -> Result<String, Trouble> {
    let first = password("New password (at least 12 characters): ", from_stdin)?;
    if !from_stdin && password("The same again: ", false)? != first {
        return Err(Trouble::wrong("the two passwords are not the same"));
    }
    Ok(first)
}

/// Switches the echo of the terminal off or on; `false` when that cannot be done.
fn hush(hush: bool) -> bool {
    let flag = if hush { "-echo" } else { "echo" };
    let told = Command::new("stty").arg(flag).stderr(Stdio::null()).status();
    told.is_ok_and(|status| status.success())
}

fn ask(prompt: &str) -> Result<String, Trouble> {
    let _ = write!(std::io::stderr(), "{prompt}");
    first_line()
}

fn first_line() -> Result<String, Trouble> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let line = line.trim_end_matches(['\r', '\n']);
    match read {
        Ok(_) if !line.is_empty() => Ok(line.to_owned()),
        Ok(_) => Err(Trouble::wrong("nothing was entered")),
        Err(error) => Err(Trouble::fault(format!("the standard input: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_addresses() {
        assert!(loopback("http://127.0.0.1:7070") && loopback("http://[::1]:1"));
        assert!(!loopback("http://operate.example.org"));
    }
}
