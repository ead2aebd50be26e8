//! How bad it is, as a person says.

use kernel::{Refusal, Time};

use super::{Draft, text};
use crate::event::What;
use crate::service::ServiceState;

pub(super) fn set(
    draft: &mut Draft<'_>,
    service: ServiceState,
    from: Option<Time>,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = text::prose("reason", reason)?;
    let from = from.unwrap_or_else(|| draft.record.beginning());
    if from > draft.now() {
        return Err(Refusal::invalid(
            "Nobody knows yet how bad it will be: name a time up to now.",
        ));
    }
    text::room_for_more("changes of the service", draft.record.service_marks.len())?;
    if draft.record.service_at(from) != Some(service) {
        draft.push(What::ServiceSet { service, from, reason });
    }
    Ok(())
}
