//! The ways in for signals: Alertmanager's API v2, the simple JSON intake, PagerDuty's Events API
//! v2, Opsgenie's Alert API v2, CloudEvents and webhooks of any shape. A 2xx means that everything
//! in the request is on disk.

mod alertmanager;
mod cloudevents;
mod events;
mod mapped;
pub mod measures;
mod opsgenie;
mod orders;
mod pagerduty;
mod shown;
mod silences;
mod source;
mod store;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use alerts::{Labels, Signal};
use axum::http::StatusCode;

use crate::practices::alerts::flood::NotTaken;
use crate::problem::Problem;

pub use alertmanager::routes as alertmanager_routes;
pub use cloudevents::{doors as cloudevents_doors, routes as cloudevents_routes};
pub use events::routes as events_routes;
pub use opsgenie::routes as opsgenie_routes;
pub use pagerduty::routes as pagerduty_routes;
pub use silences::routes as silences_routes;
pub use source::source as sender;

/// Turns what a connector read into what the alerts practice takes, and checks its limits.
///
/// Gives the good ones, and the first that is wrong, with index and field: the protocol decides
/// whether the good ones are taken all the same.
fn admit(
    read: Vec<connectors::Signal<'_>>,
    source: &Arc<str>,
) -> (Vec<Signal>, Option<alerts::Invalid>) {
    let mut signals = Vec::with_capacity(read.len());
    let mut wrong = None;
    // The alerts of a rule come together, and share its address in memory.
    let mut url: Arc<str> = "".into();
    for (index, signal) in read.into_iter().enumerate() {
        if *url != *signal.generator_url {
            url = signal.generator_url.into();
        }
        let signal = Signal {
            source: source.clone(),
            key: signal.key.map(|key| key.into()),
            rule: None,
            labels: Labels::new(signal.labels.iter().map(|(name, value)| (name, value))),
            annotations: Labels::new(signal.annotations.iter().map(|(name, value)| (name, value))),
            starts_at: signal.starts_at,
            ends_at: signal.ends_at,
            generator_url: url.clone(),
        };
        match signal.validate(index) {
            Ok(()) => signals.push(signal),
            Err(invalid) => wrong = wrong.or(Some(invalid)),
        }
    }
    (signals, wrong)
}

impl From<NotTaken> for Problem {
    fn from(not_taken: NotTaken) -> Problem {
        match not_taken {
            NotTaken::Full => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "busy",
                "too many requests are waiting; nothing of this one was taken",
            )
            .remedy("send it again in a second"),
            NotTaken::Failed(_) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_stored",
                "Operate could not store this; nothing of it was taken",
            )
            .remedy("send it again in a few seconds"),
        }
    }
}
