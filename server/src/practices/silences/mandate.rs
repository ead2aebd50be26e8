//! Which silences somebody may make whose account is limited to their teams: what they hold back
//! has to be of these teams.

use std::sync::Arc;

use alerts::{Labels, Signal};
use kernel::Refusal;
use routing::Op;
use silences::{Conditions, Silence};

use super::preview::matching;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::practices::alerts::mandate::Mandate;
use crate::problem::{Answer, Problem};

/// Whether the caller may hold back what these conditions match.
///
/// # Errors
/// Why not: it matches alerts of other teams, or nobody can tell whose it will match.
pub async fn may_silence(app: &App, caller: &Caller, conditions: &Conditions) -> Answer<()> {
    may(caller, Action::Respond, &[])?;
    if !caller.limited() {
        return Ok(());
    }
    let (inner, space, asked) = (app.clone(), caller.space.clone(), conditions.clone());
    let look = tokio::task::spawn_blocking(move || matching(&inner, &space, &asked));
    let found = look.await.map_err(|_| Problem::invalid("the alerts could not be searched"))?;
    let mandate = Mandate::over(app, caller, found.iter().map(|alert| &alert.record)).await?;
    let refused: Vec<Refusal> =
        found.iter().filter_map(|alert| mandate.allows(&alert.record).err()).collect();
    if let Some(first) = refused.first() {
        let (count, all) = (refused.len(), found.len());
        let message =
            format!("of the {all} alerts that fire and match, {count} are not yours: {first}");
        return Err(foreign(message));
    }
    if found.is_empty() { names_its_own(app, caller, conditions) } else { Ok(()) }
}

/// Whether the caller may end or change a silence: their own, and what holds back nothing of other
/// teams.
///
/// # Errors
/// Why not.
pub async fn may_change(app: &App, caller: &Caller, silence: &Silence) -> Answer<()> {
    may(caller, Action::Respond, &[])?;
    if silence.created_by == caller.actor().name() {
        return Ok(());
    }
    may_silence(app, caller, &silence.matchers).await
}

/// While nothing fires that fits, the labels that conditions name have to lead to an item of the
/// caller's teams, as those of an alert would.
fn names_its_own(app: &App, caller: &Caller, conditions: &Conditions) -> Answer<()> {
    let equal = conditions.matchers().iter().filter(|matcher| matcher.op() == Op::Equal);
    let labels = Labels::new(equal.map(|matcher| (matcher.name(), matcher.value())));
    let signal = Signal {
        source: Arc::from(""),
        key: None,
        rule: None,
        labels,
        annotations: Labels::default(),
        starts_at: None,
        ends_at: None,
        generator_url: Arc::from(""),
    };
    let snapshot = app.estate.snapshot(&caller.space);
    let found = snapshot.find(&signal).ok_or_else(|| {
        foreign("nothing fires that it matches, and it does not say what it is about".to_owned())
    })?;
    let duties = snapshot.estate.duties(&found.item).into_iter();
    let teams: Vec<_> = duties.map(|duty| duty.to).collect();
    may(caller, Action::Respond, &teams).map_err(|refusal| foreign(refusal.reason))
}

fn foreign(message: String) -> Problem {
    Problem::forbidden(message).at("matchers").remedy(
        "name an item of your teams in the conditions, for example service=\"checkout\", or ask \
         somebody whose account is not limited to teams",
    )
}
