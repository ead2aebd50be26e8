//! Who somebody in a chat service is here, and what they may do.

use connectors::chat::slack;
use estate::{ContactMethod, Spec};
use kernel::{Actor, ItemRef, SpaceId};

use crate::access::{self, Caller, Identity, Role};
use crate::app::App;
use crate::commands::Asker;

/// A member of a chat service, as the person they are here.
pub struct Member {
    /// What they are trusted with.
    pub caller: Caller,
    /// Whether an account says so. Without one they may do what the link in a call allows.
    pub account: bool,
}

impl Member {
    /// Whose request it is: of their account, or of the person whom a call would reach.
    pub fn asker(&self) -> Asker {
        match self.account {
            true => self.caller.asker(),
            false => {
                let name = self.caller.actor().name().to_owned();
                Asker { space: self.caller.space.clone(), actor: Actor::Link(name) }
            }
        }
    }
}

/// Finds the person of a member of Slack: by the address they are called at there, else by mail.
///
/// # Errors
/// Why nobody is found, for whoever asked.
pub async fn of_slack(app: &App, space: &SpaceId, user: &str) -> Result<Member, String> {
    let person =
        match person_by(app, space, |spec| spec.address(ContactMethod::Slack) == Some(user)) {
            Some(person) => person,
            None => by_mail(app, space, user).await?,
        };
    let mut conn = app.db.reader().await.map_err(|fault| fault.chain())?;
    let accounts = access::store::accounts(&mut conn, space).await;
    let accounts = accounts.map_err(|fault| fault.chain())?;
    let own = accounts.into_iter().find(|account| account.person.as_ref() == Some(&person));
    Ok(match own {
        Some(account) => Member {
            account: true,
            caller: Caller {
                space: space.clone(),
                identity: Identity::Account {
                    name: account.name,
                    display_name: account.display_name,
                    person: account.person,
                },
                role: account.role,
                teams: account.teams,
                scoped: account.scoped,
            },
        },
        None => Member {
            account: false,
            caller: Caller {
                space: space.clone(),
                identity: Identity::Account {
                    name: person.name().to_owned(),
                    display_name: person.name().to_owned(),
                    person: Some(person),
                },
                role: Role::Responder,
                teams: Vec::new(),
                scoped: false,
            },
        },
    })
}

async fn by_mail(app: &App, space: &SpaceId, user: &str) -> Result<ItemRef, String> {
    let rooms = app.ways.rooms();
    let told = rooms.told(&rooms.api(space).await?.user(user)).await;
    let mail = told
        .map_err(|why| format!("Slack does not say who you are: {why}."))
        .map(|body| slack::mail_of(&body))?
        .ok_or(
            "Slack does not say your mail address; the bot needs users:read and users:read.email.",
        )?;
    let same = |spec: &estate::PersonSpec| spec.email.eq_ignore_ascii_case(&mail);
    person_by(app, space, same).ok_or_else(|| {
        "Operate does not know you: no person in the estate has the mail address of your Slack \
         profile, or your member id as `slack` under `addresses`."
            .to_owned()
    })
}

fn person_by(
    app: &App,
    space: &SpaceId,
    fits: impl Fn(&estate::PersonSpec) -> bool,
) -> Option<ItemRef> {
    let snapshot = app.estate.snapshot(space);
    let found = snapshot.estate.resources().find(|resource| match &resource.spec {
        Spec::Person(spec) => fits(spec),
        _ => false,
    });
    found.map(|resource| resource.item().clone())
}
