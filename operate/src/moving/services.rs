//! Services, and the keys with which alerts come in for them.

use estate::{EscalationPolicyRef, RouteSpec, ServiceSpec, Spec, TeamRef};

use super::moved::{Key, Moved, Said, Told};

/// Routes of keys stand after those that people write: what an alert says of itself counts first.
const ORDER: i32 = 1_000;

/// What alerts lead to that come with a key.
#[derive(Clone, Copy, Debug)]
pub enum To<'a> {
    /// A service, by its name.
    Service(&'a str),
    /// A team.
    Team(&'a TeamRef),
    /// Nothing that is known.
    Nowhere,
}

/// Adds a service that a team answers for; `false` when there is none.
pub fn service(
    moved: &mut Moved,
    said: &mut Said,
    (name, told): (&str, Told<'_>),
    (team, policy): (Option<TeamRef>, Option<EscalationPolicyRef>),
) -> bool {
    let Some(team) = team else {
        said.impossible("no team answers for it; give it one, or name one with --team");
        return false;
    };
    let metadata = moved.metadata(said, name, told);
    let spec = ServiceSpec { escalation_policy: policy, ..ServiceSpec::of(team) };
    moved.add(said, metadata, Spec::Service(spec));
    true
}

/// Adds a key that senders have already, and the route for what comes with it.
pub fn key(
    moved: &mut Moved,
    said: &mut Said,
    (name, told): (&str, Told<'_>),
    (kind, alias, to): (&'static str, &str, To<'_>),
) {
    let fits = (20..=200).contains(&alias.len()) && alias.chars().all(|c| c.is_ascii_graphic());
    if !fits {
        said.impossible(
            "its key has not 20 to 200 letters, digits and signs; make a new one with \
             `operate key add`",
        );
        return;
    }
    said.changed(format!("the integration key {name} of kind {kind} is made with --apply"));
    moved.keys.push(Key { name: name.to_owned(), kind, alias: alias.to_owned() });
    route(moved, said, (name, told), to);
}

/// Adds the route that gives what comes with a key to a service or a team.
pub fn route(moved: &mut Moved, said: &mut Said, (key, told): (&str, Told<'_>), to: To<'_>) {
    let (item, team) = match to {
        To::Service(service) => (Some(format!("service/{service}")), None),
        To::Team(team) => (None, Some(team.clone())),
        To::Nowhere => return,
    };
    let metadata = moved.metadata(said, &format!("{key}-key"), told);
    let when = format!("source == \"{key}\"");
    moved.add(
        said,
        metadata,
        Spec::Route(RouteSpec { order: ORDER, when, item, team, priority: None }),
    );
}
