//! What a source may ask of an alert that it sent: protocols that acknowledge.

use alerts::{Alert, Command, Fingerprint, Stage};
use kernel::{Actor, Time};
use spine::engine::{self, Versioned};

use super::source::Source;
use crate::app::App;
use crate::practices::alerts::store::ALERTS;
use crate::problem::Answer;

/// The alert of a fingerprint, while it is not closed.
pub fn warm(app: &App, source: &Source, fingerprint: Fingerprint) -> Option<Versioned<Alert>> {
    app.alerts.read(&source.space, |space| {
        space.and_then(|space| space.get(fingerprint)).map(|alert| Versioned::clone(alert))
    })
}

/// Asks something of an alert in the name of its source; `None` when its stage does not allow it,
/// which is no fault of the sender: somebody else was quicker.
///
/// # Errors
/// When the database refuses.
pub async fn ask(
    app: &App,
    source: &Source,
    alert: &Alert,
    command: Command,
) -> Answer<Option<Alert>> {
    let actor = Actor::Integration(source.name.to_string());
    let order = app.order(&source.space, actor);
    match engine::execute(&app.db, &ALERTS, alert.id, command, order).await {
        Ok(done) => {
            let stored = Versioned { record: done.record.clone(), version: done.version };
            app.alerts.put(&source.space, [stored]);
            Ok(Some(done.record))
        }
        Err(denied) if engine::moved_on(&denied) => Ok(None),
        Err(denied) => Err(denied.into()),
    }
}

/// When a firing begins that the sender dates: unsaid where an earlier firing of the alert is
/// over that began later, for what is sent again is a new firing, and not a late report.
pub fn begins(before: Option<&Alert>, said: Option<Time>) -> Option<Time> {
    said.filter(|said| before.is_none_or(|alert| firing(alert) || *said > alert.starts_at))
}

fn firing(alert: &Alert) -> bool {
    matches!(alert.stage, Stage::Open | Stage::Acknowledged)
}
