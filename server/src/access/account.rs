//! Accounts of people.

use kernel::{Actor, Fact, ItemRef, Refusal, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::journal::{self, Stamp};
use spine::{Denied, Fault, Tx};
use utoipa::ToSchema;

use super::policy::Role;
use super::token::taken;
use super::{Gate, check_name, password, store};
use crate::problem::Answer;

/// What contracts can name as their consumer.
const CONSUMERS: [&str; 4] = ["team", "person", "usecase", "product"];

/// An account, without its password.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its name, which journal entries show as `person:NAME`.
    pub name: String,
    /// How the person is called.
    pub display_name: String,
    /// What it is trusted with.
    pub role: Role,
    /// Whether it acts only on what belongs to its teams.
    pub scoped: bool,
    /// Its teams.
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<ItemRef>,
    /// The person in the estate.
    #[schema(value_type = Option<String>)]
    pub person: Option<ItemRef>,
    /// Whose promises a consumer sees.
    #[schema(value_type = Vec<String>)]
    pub consumers: Vec<ItemRef>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Time,
}

/// What can be edited of an account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How the person is called.
    pub display_name: String,
    /// What it is trusted with.
    pub role: Role,
    /// Whether it acts only on what belongs to its teams.
    #[serde(default)]
    pub scoped: bool,
    /// Its teams: `team/payments`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<ItemRef>,
    /// The person in the estate: `person/ada`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub person: Option<ItemRef>,
    /// Whose promises a consumer sees, as contracts name them: `team/shop`, `usecase/buy`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub consumers: Vec<ItemRef>,
}

impl Profile {
    /// The first administrator.
    pub fn administrator(display_name: String) -> Profile {
        Profile {
            display_name,
            role: Role::Admin,
            scoped: false,
            teams: vec![],
            person: None,
            consumers: vec![],
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        let length = self.display_name.chars().count();
        if self.display_name.trim().is_empty() || length > 100 {
            return Err(Refusal::invalid("display_name has 1 to 100 characters"));
        }
        if let Some(stray) = self.teams.iter().find(|team| team.kind() != "team") {
            return Err(Refusal::invalid(format!("`{stray}` is no team; write team/NAME")));
        }
        if let Some(stray) = self.person.as_ref().filter(|person| person.kind() != "person") {
            return Err(Refusal::invalid(format!("`{stray}` is no person; write person/NAME")));
        }
        self.check_consumers()
    }

    fn check_consumers(&self) -> Result<(), Refusal> {
        let consumer = self.role == Role::Consumer;
        if let Some(stray) = self.consumers.iter().find(|item| !CONSUMERS.contains(&item.kind())) {
            let reason = "is no consumer; write team/NAME, person/NAME, usecase/NAME, product/NAME";
            return Err(Refusal::invalid(format!("`{stray}` {reason}")));
        }
        if consumer && self.consumers.is_empty() {
            return Err(Refusal::invalid("`consumers`: say whose promises the consumer sees"));
        }
        if !consumer && !self.consumers.is_empty() {
            return Err(Refusal::invalid("`consumers` are for the role `consumer` alone"));
        }
        if consumer && (self.scoped || !self.teams.is_empty()) {
            return Err(Refusal::invalid("a consumer has no teams and acts on nothing of theirs"));
        }
        Ok(())
    }

    fn of(self, name: &str, created_at: Time, updated_at: Time) -> Account {
        let Profile { display_name, role, scoped, teams, person, consumers } = self;
        let name = name.to_owned();
        Account {
            name,
            display_name,
            role,
            scoped,
            teams,
            person,
            consumers,
            created_at,
            updated_at,
        }
    }
}

/// Whose order it is.
#[derive(Clone, Debug)]
pub struct By {
    /// The space.
    pub space: SpaceId,
    /// Who.
    pub actor: Actor,
}

/// Makes an account.
///
/// # Errors
/// When the name is wrong or taken, the profile is wrong, or the password is too weak.
pub async fn create(
    gate: &Gate,
    by: By,
    name: &str,
    profile: Profile,
    password: String,
) -> Answer<Account> {
    let (account, hash) = prepare(gate, name, profile, password).await?;
    let made = account.clone();
    gate.db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move { insert(tx, &by, &made, &hash).await })
        })
        .await?;
    Ok(account)
}

/// Checks everything about a new account that needs no database.
pub(super) async fn prepare(
    gate: &Gate,
    name: &str,
    profile: Profile,
    password: String,
) -> Answer<(Account, String)> {
    check_name(name)?;
    profile.check()?;
    password::check(&password, name)?;
    let hash = gate.hash(password).await?;
    let now = gate.world.now();
    Ok((profile.of(name, now, now), hash))
}

/// Writes a new account and its journal entry.
pub(super) async fn insert(
    tx: &mut Tx,
    by: &By,
    account: &Account,
    hash: &str,
) -> Result<(), Denied> {
    if !store::insert_account(tx, &by.space, account, hash).await? {
        return Err(taken("account", &account.name).into());
    }
    let data = serde_json::json!(account);
    Ok(note(tx, by, account.created_at, (&account.name, "account.created", data)).await?)
}

/// Edits an account, and sets its password when one is given: then its sessions end.
///
/// # Errors
/// When there is no such account, the profile or the password is wrong, or nobody would be left
/// to administer.
pub async fn edit(
    gate: &Gate,
    by: By,
    name: &str,
    profile: Profile,
    password: Option<String>,
) -> Answer<Account> {
    profile.check()?;
    let hash = match password {
        Some(password) => {
            password::check(&password, name)?;
            Some(gate.hash(password).await?)
        }
        None => None,
    };
    let (name, now) = (name.to_owned(), gate.world.now());
    let work = gate.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            store::hold_administrators(tx, &by.space).await?;
            let before = store::account(tx, &by.space, &name).await?;
            let before = before.ok_or(Denied::Missing("account"))?;
            let after = profile.of(&name, before.created_at, now);
            store::update_account(tx, &by.space, &after).await?;
            someone_administers(tx, &by.space).await?;
            if let Some(hash) = hash {
                store::set_password(tx, &by.space, &name, &hash).await?;
                store::delete_sessions(tx, &by.space, &name, None).await?;
                note(tx, &by, now, (&name, "account.password_set", serde_json::json!({}))).await?;
            }
            let data = serde_json::json!({ "before": before, "after": after });
            note(tx, &by, now, (&name, "account.changed", data)).await?;
            Ok(after)
        })
    });
    Ok(work.await.map_err(as_race)?)
}

/// Removes an account and ends its sessions.
///
/// # Errors
/// When there is no such account, or nobody would be left to administer.
pub async fn remove(gate: &Gate, by: By, name: &str) -> Result<(), Denied> {
    let (name, now) = (name.to_owned(), gate.world.now());
    let work = gate.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            store::hold_administrators(tx, &by.space).await?;
            if !store::delete_account(tx, &by.space, &name).await? {
                return Err(Denied::Missing("account"));
            }
            store::delete_sessions(tx, &by.space, &name, None).await?;
            someone_administers(tx, &by.space).await?;
            Ok(note(tx, &by, now, (&name, "account.removed", serde_json::json!({}))).await?)
        })
    });
    work.await.map_err(as_race)
}

/// Changes one's own password; every other session of the account ends.
///
/// # Errors
/// When the present password is wrong or the new one too weak.
pub async fn change_password(
    gate: &Gate,
    by: By,
    session: Option<String>,
    present: String,
    new: String,
) -> Answer<()> {
    let (name, now) = (by.actor.name().to_owned(), gate.world.now());
    password::check(&new, &name)?;
    let stored = {
        let mut conn = gate.db.reader().await?;
        store::password(&mut conn, &by.space, &name).await?
    };
    if !gate.verify(present, stored).await? {
        return Err(Refusal::invalid("the present password is wrong").into());
    }
    let hash = gate.hash(new).await?;
    gate.db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                store::set_password(tx, &by.space, &name, &hash).await?;
                store::delete_sessions(tx, &by.space, &name, session.as_deref()).await?;
                let what = (name.as_str(), "account.password_set", serde_json::json!({}));
                Ok(note(tx, &by, now, what).await?)
            })
        })
        .await?;
    Ok(())
}

async fn someone_administers(tx: &mut Tx, space: &SpaceId) -> Result<(), Denied> {
    if store::count_administrators(tx, space).await? > 0 {
        return Ok(());
    }
    let reason = "this is the last administrator; make another one first";
    Err(Refusal::not_allowed(reason).into())
}

/// Two administrators who change each other at the same moment wait for each other in a circle;
/// PostgreSQL ends one of them.
fn as_race(denied: Denied) -> Denied {
    match denied {
        Denied::Fault(fault) if fault.worth_retrying() => Denied::Fault(Fault::Race),
        denied => denied,
    }
}

async fn note(
    tx: &mut Tx,
    by: &By,
    now: Time,
    (name, kind, data): (&str, &str, serde_json::Value),
) -> Result<(), Fault> {
    let fact =
        Fact { subject: format!("account:{name}"), kind: kind.to_owned(), data: data.into() };
    let stamp = Stamp { space: &by.space, at: now, actor: &by.actor, cause: None };
    journal::append(tx, &stamp, &[fact]).await
}
