//! Who may do what: pure decisions over a caller.

use kernel::{Actor, ItemRef, Refusal, RefusalCode, SpaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account or a token is trusted with. Ordered: `Consumer < Viewer < Responder < Admin`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

/// What a token may be used for, besides what its role allows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Requests that change nothing.
    Read,
    /// Requests that change something.
    Write,
    /// Sending alerts and events.
    Intake,
    /// What only administrators may do.
    Admin,
}

/// Who is asking, as far as decisions need to know.
#[derive(Clone, PartialEq, Debug)]
pub struct Caller {
    /// The space they belong to.
    pub space: SpaceId,
    /// Who they are.
    pub identity: Identity,
    /// What they are trusted with.
    pub role: Role,
    /// Their teams.
    pub teams: Vec<ItemRef>,
    /// Whether they act only on what belongs to their teams.
    pub scoped: bool,
    /// Whose promises a consumer sees: teams, people, use cases, products that contracts name.
    pub consumers: Vec<ItemRef>,
}

/// A person with a session, or a program with a token.
#[derive(Clone, PartialEq, Debug)]
pub enum Identity {
    /// A signed-in person.
    Account {
        /// The account's name.
        name: String,
        /// How the person is called.
        display_name: String,
        /// The person in the estate.
        person: Option<ItemRef>,
    },
    /// A program.
    Token {
        /// The token's name.
        name: String,
        /// What the token may be used for.
        scopes: Vec<Scope>,
    },
}

impl Caller {
    /// Who a journal entry names.
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Account { name, .. } => Actor::Person(name.clone()),
            Identity::Token { name, .. } => Actor::Token(name.clone()),
        }
    }

    /// Whether they act only on what belongs to their teams.
    pub fn limited(&self) -> bool {
        self.scoped && self.role < Role::Admin
    }

    /// The person in the estate, when the caller is one.
    pub fn person(&self) -> Option<ItemRef> {
        match &self.identity {
            Identity::Account { person, .. } => person.clone(),
            Identity::Token { .. } => None,
        }
    }

    /// Whether a request of this kind is within the token's scopes; a person has no such limits.
    pub fn within(&self, scope: Scope) -> bool {
        match &self.identity {
            Identity::Account { .. } => true,
            Identity::Token { scopes, .. } => scopes.contains(&scope),
        }
    }
}

/// What someone wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Act on alerts, incidents and pages.
    Respond,
    /// Change who is on call: schedules, escalation policies, overrides, absences.
    Roster,
    /// Change the estate, settings, accounts, tokens and keys.
    Administer,
}

/// Whether the caller may do this to something that belongs to `teams`; none: to no team.
///
/// Everyone reads. Responders act on everything, unless their account is limited to their teams:
/// then on what belongs to one of them and on what belongs to nobody yet. Who is on call is changed
/// by those teams alone, whatever the account is limited to. Administrators do everything.
///
/// # Errors
/// A refusal that says what is missing.
pub fn may(caller: &Caller, action: Action, teams: &[ItemRef]) -> Result<(), Refusal> {
    let (role, scope) = match action {
        Action::Respond | Action::Roster => (Role::Responder, Scope::Write),
        Action::Administer => (Role::Admin, Scope::Admin),
    };
    if caller.role < role {
        let needed = if role == Role::Admin { "an administrator" } else { "a responder" };
        return Err(forbidden(format!("this needs the role of {needed}")));
    }
    if !caller.within(scope) {
        let name = if scope == Scope::Admin { "admin" } else { "write" };
        return Err(forbidden(format!("the token needs the scope `{name}` for this")));
    }
    let bound = match action {
        Action::Roster => true,
        Action::Respond | Action::Administer => caller.scoped && !teams.is_empty(),
    };
    let foreign = !teams.iter().any(|team| caller.teams.contains(team));
    if bound && caller.role < Role::Admin && foreign {
        return Err(forbidden(match teams {
            [] => "this belongs to no team: an administrator may change it, or give it to a team"
                .to_owned(),
            teams => {
                let names: Vec<&str> = teams.iter().map(ItemRef::as_str).collect();
                format!("this belongs to {}, not to a team of yours", names.join(", "))
            }
        }));
    }
    Ok(())
}

fn forbidden(reason: String) -> Refusal {
    Refusal { code: RefusalCode::Forbidden, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: Role) -> Caller {
        Caller {
            space: SpaceId::main(),
            identity: Identity::Account {
                name: "ada".to_owned(),
                display_name: "Ada".to_owned(),
                person: None,
            },
            role,
            teams: vec![team("payments")],
            scoped: false,
            consumers: Vec::new(),
        }
    }

    fn token(role: Role, scopes: &[Scope]) -> Caller {
        let identity = Identity::Token { name: "ci".to_owned(), scopes: scopes.to_vec() };
        Caller { identity, teams: Vec::new(), ..caller(role) }
    }

    fn team(name: &str) -> ItemRef {
        ItemRef::new("team", name).unwrap()
    }

    #[test]
    fn each_role_may_what_it_is_for() {
        use Action::{Administer, Respond};
        let table = [
            (Role::Consumer, Respond, false),
            (Role::Consumer, Administer, false),
            (Role::Viewer, Respond, false),
            (Role::Viewer, Administer, false),
            (Role::Responder, Respond, true),
            (Role::Responder, Administer, false),
            (Role::Admin, Respond, true),
            (Role::Admin, Administer, true),
        ];
        for (role, action, expected) in table {
            assert_eq!(may(&caller(role), action, &[]).is_ok(), expected, "{role:?} {action:?}");
        }
    }

    #[test]
    fn a_limited_responder_acts_for_own_teams_and_on_what_is_nobodys() {
        let limited = Caller { scoped: true, ..caller(Role::Responder) };
        assert!(may(&limited, Action::Respond, &[team("payments")]).is_ok());
        assert!(may(&limited, Action::Respond, &[team("web"), team("payments")]).is_ok());
        assert!(may(&limited, Action::Respond, &[]).is_ok());
        let refusal = may(&limited, Action::Respond, &[team("web")]).unwrap_err();
        assert!(refusal.reason.contains("team/web"), "{refusal}");
        assert_eq!(refusal.code, RefusalCode::Forbidden);
        let admin = Caller { scoped: true, ..caller(Role::Admin) };
        assert!(may(&admin, Action::Respond, &[team("web")]).is_ok());
    }

    #[test]
    fn a_responder_without_limits_acts_for_every_team() {
        assert!(may(&caller(Role::Responder), Action::Respond, &[team("web")]).is_ok());
    }

    #[test]
    fn who_is_on_call_is_changed_by_its_teams_alone() {
        let (free, roster) = (caller(Role::Responder), Action::Roster);
        assert!(may(&free, roster, &[team("web"), team("payments")]).is_ok());
        let refusal = may(&free, roster, &[team("web")]).unwrap_err();
        assert!(refusal.reason.contains("team/web"), "{refusal}");
        assert!(may(&free, roster, &[]).unwrap_err().reason.contains("no team"));
        assert!(may(&caller(Role::Viewer), roster, &[team("payments")]).is_err());
        assert!(may(&caller(Role::Admin), roster, &[team("web")]).is_ok());
        assert!(may(&token(Role::Responder, &[Scope::Write]), roster, &[team("web")]).is_err());
        assert!(may(&token(Role::Admin, &[Scope::Write]), roster, &[]).is_ok());
    }

    #[test]
    fn a_token_needs_both_role_and_scope() {
        let table = [
            (Role::Admin, &[Scope::Read][..], Action::Respond, false),
            (Role::Admin, &[Scope::Write], Action::Respond, true),
            (Role::Admin, &[Scope::Read, Scope::Write], Action::Administer, false),
            (Role::Admin, &[Scope::Admin], Action::Administer, true),
            (Role::Responder, &[Scope::Admin], Action::Administer, false),
        ];
        for (role, scopes, action, expected) in table {
            let verdict = may(&token(role, scopes), action, &[]);
            assert_eq!(verdict.is_ok(), expected, "{role:?} {scopes:?} {action:?}: {verdict:?}");
        }
    }
}
