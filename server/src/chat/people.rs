//! Who somebody in a chat service is here, and what they may do.

use estate::{ContactMethod, Spec};
use kernel::{Actor, ItemRef, SpaceId};

use super::setup::Spoken;
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

/// Finds the person of a member of a service: by the address they are called at there, else by
/// mail.
///
/// # Errors
/// Why nobody is found, for whoever asked.
pub async fn of_chat(app: &App, spoken: &Spoken, user: &str) -> Result<Member, String> {
    let space = &SpaceId::main();
    let person = match by_address(app, space, spoken, user) {
        Some(person) => person,
        None => by_profile(app, space, spoken, user).await?,
    };
    let mut conn = app.db.reader().await.map_err(|fault| fault.chain())?;
    let accounts = access::store::accounts(&mut conn, space).await;
    let accounts = accounts.map_err(|fault| fault.chain())?;
    let own = accounts.into_iter().find(|account| account.person.as_ref() == Some(&person));
    if own.as_ref().is_some_and(|account| account.role == Role::Consumer) {
        let why = "your account sees its own services on the web, and nothing here";
        return Err(why.to_owned());
    }
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
                consumers: account.consumers,
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
                consumers: Vec::new(),
            },
        },
    })
}

/// The person who is called at this address there.
fn by_address(app: &App, space: &SpaceId, spoken: &Spoken, address: &str) -> Option<ItemRef> {
    let name = spoken.service.about().name;
    let way = ContactMethod::ALL.into_iter().find(|way| way.channel() == name)?;
    let same = |known: &str| known.eq_ignore_ascii_case(address);
    person_by(app, space, |spec| spec.address(way).is_some_and(same))
}

async fn by_profile(
    app: &App,
    space: &SpaceId,
    spoken: &Spoken,
    user: &str,
) -> Result<ItemRef, String> {
    let about = spoken.service.about();
    let title = about.title;
    let call = spoken.service.ask_member(&spoken.at(app.world.now()), user);
    let body = app.ways.rooms().told(spoken, &call).await;
    let body = body.map_err(|why| format!("{title} does not say who you are: {why}."))?;
    let profile = spoken.service.member(&body);
    let profile = profile.ok_or_else(|| format!("{title} says that you are no member."))?;
    let handle = profile.handle.and_then(|handle| by_address(app, space, spoken, &handle));
    if let Some(person) = handle {
        return Ok(person);
    }
    let mail = profile.mail.ok_or_else(|| {
        format!("{title} does not say your mail address; {}.", about.mail_missing)
    })?;
    let same = |spec: &estate::PersonSpec| spec.email.eq_ignore_ascii_case(&mail);
    person_by(app, space, same).ok_or_else(|| {
        format!(
            "Operate does not know you: no person in the estate has the mail address of your \
             {title} profile, or your member id as `{}` under `addresses`.",
            about.name
        )
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
