//! What was counted for the objectives that contracts name.

use std::collections::BTreeSet;

use ::contracts::compliance::{Counted, Counts, Measure};
use estate::{BudgetingMethod, Estate, MissingData, ObjectiveSpec, Spec};
use kernel::{ItemRef, SpaceId, Time};
use spine::{Conn, Fault};

use super::gather::Deal;
use crate::practices::objectives::live;

const MINUTE: i64 = 60_000_000;

/// The objectives that some contracts name, with their counts between two times.
///
/// # Errors
/// When the database refuses.
pub async fn counted(
    conn: &mut Conn,
    space: &SpaceId,
    (estate, deals): (&Estate, &[Deal]),
    (after, now): (Time, Time),
) -> Result<Vec<Counted>, Fault> {
    let mut named: BTreeSet<&ItemRef> = BTreeSet::new();
    for version in deals.iter().flat_map(|deal| &deal.agreement.versions) {
        named.extend(&version.objectives);
        named.extend(version.promise.iter().flat_map(|promise| &promise.evidence));
    }
    let minutes = (after.micros() / MINUTE, now.micros() / MINUTE + 1);
    let mut found = Vec::new();
    for objective in named {
        let Some(resource) = estate.get(objective) else { continue };
        let Spec::Objective(spec) = &resource.spec else { continue };
        let name = &resource.metadata.name;
        found.push(Counted {
            objective: objective.clone(),
            title: resource.title().to_owned(),
            measure: measure(spec),
            counts: live::read(conn, space, name, minutes).await?,
        });
    }
    Ok(found)
}

fn measure(spec: &ObjectiveSpec) -> Measure {
    let slice_target = spec.slice.and_then(|slice| slice.target).unwrap_or(spec.target);
    Measure {
        target: spec.target / 100.0,
        slice_target: slice_target / 100.0,
        slice_minutes: spec.slice.map(|slice| i64::from(slice.length.seconds() / 60)),
        counts: match spec.method {
            BudgetingMethod::Occurrences => Counts::Events,
            BudgetingMethod::Timeslices => Counts::Slices,
            BudgetingMethod::RatioTimeslices => Counts::Shares,
        },
        missing_bad: spec.missing == MissingData::Bad,
    }
}
