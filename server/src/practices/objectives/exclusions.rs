//! What does not count of an objective, and why: its working time, what its contract exempts, and
//! what somebody has taken out.

use std::collections::BTreeSet;

use calendar::{Span, Spans, Years};
use estate::{
    ContractStatus, Estate, HoursError, ObjectiveSpec, Resource, ServiceContractRef, Spec,
};
use kernel::{ItemRef, SpaceId, Time};
use objectives::Exclusion;
use spine::{Conn, Fault};

use crate::practices::contracts::{gather, store};

/// Planned work that was changed or deleted after it had begun, with the time of that.
pub type Past = Vec<(Resource, Time)>;

/// What an objective needs to know of planned work that is gone from the estate: nothing where it
/// names no contract.
///
/// # Errors
/// When the database refuses.
pub async fn past(conn: &mut Conn, space: &SpaceId, spec: &ObjectiveSpec) -> Result<Past, Fault> {
    match spec.exclude.contract {
        Some(_) => store::past_windows(conn, space).await,
        None => Ok(Vec::new()),
    }
}

/// What does not count in some time. What several exclude belongs to the first of them.
///
/// # Errors
/// When its calendar cannot be worked out; the check of files refuses such ones.
pub fn exclusions(
    (estate, past): (&Estate, &[(Resource, Time)]),
    spec: &ObjectiveSpec,
    (time, now): (Span, Time),
) -> Result<Vec<Exclusion>, String> {
    let mut all = Vec::new();
    if let Some(calendar) = &spec.calendar {
        let open = open(estate, calendar.item(), now)?;
        all.push(Exclusion {
            spans: open.complement(time),
            why: "outside of the working time".to_owned(),
            link: Some(calendar.item().to_string()),
        });
    }
    if let Some(contract) = &spec.exclude.contract {
        all.extend(of_contract((estate, past), contract, spec.exclude.outside_hours, (time, now)));
    }
    all.extend(spec.exclude.times.iter().map(|excluded| Exclusion {
        spans: Spans::one(excluded.start.micros(), excluded.end.micros()),
        why: excluded.reason.clone(),
        link: excluded.approved_by.as_ref().map(|person| person.item().to_string()),
    }));
    Ok(all)
}

fn open(estate: &Estate, calendar: &ItemRef, now: Time) -> Result<Spans, String> {
    let Some(Spec::Calendar(spec)) = estate.get(calendar).map(|resource| &resource.spec) else {
        return Err(format!("there is no calendar {calendar}"));
    };
    let compiled = spec.compile(Years::around(now.micros()));
    let wrong = |error: HoursError| format!("{} of {calendar}: {}", error.field, error.what);
    Ok(compiled.map_err(wrong)?.open().clone())
}

/// What a contract that is in force excludes.
fn of_contract(
    (estate, past): (&Estate, &[(Resource, Time)]),
    contract: &ServiceContractRef,
    hours: bool,
    (time, now): (Span, Time),
) -> Vec<Exclusion> {
    let mut deals = gather::deals(estate, now, |resource| resource.item() == contract.item());
    let Some(deal) = deals.pop().filter(|deal| deal.spec.status != ContractStatus::Draft) else {
        return Vec::new();
    };
    let scope: BTreeSet<&ItemRef> = deal.agreement.scope().collect();
    let works = gather::works(estate, past, &scope);
    let closed = hours.then(|| Exclusion {
        spans: deal.agreement.closed(time),
        why: "outside of the service hours".to_owned(),
        link: Some(contract.item().to_string()),
    });
    closed.into_iter().chain(deal.agreement.exempt(&works)).collect()
}
