//! What whoever reported an incident is told of it: how it ends, and where it goes on.

use crate::event::{Event, What};
use crate::incident::Incident;
use crate::stage::Stage;

/// What somebody is told of an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct News {
    /// What became of it, on one line.
    pub subject: String,
    /// What there is to say of it.
    pub lines: Vec<String>,
}

/// What an event of an incident is to whoever reported it; nothing, where it is none of their
/// concern or their own doing. `into`: the number of the incident that it was merged into.
pub fn news(incident: &Incident, event: &Event, into: Option<u64>) -> Option<News> {
    let reporter = incident.reporter.as_ref()?;
    if event.by == *reporter {
        return None;
    }
    let number = incident.number;
    let (became, why) = match &event.what {
        What::Resolved { resolution_code, note, .. } => {
            (format!("is resolved: {}", resolution_code), note.clone())
        }
        // What was merged is over when the other one is, and says so once.
        What::ParentEnded { number: other, again: false, .. }
            if incident.stage == Stage::Merged =>
        {
            (format!("is over, with incident #{other}"), String::new())
        }
        What::Merged { .. } => {
            let other = into.map(|number| format!(" #{number}")).unwrap_or_default();
            (format!("goes on as part of incident{other}"), String::new())
        }
        What::Cancelled { reason } => ("was cancelled".to_owned(), reason.clone()),
        What::Reopened { reason, .. } => ("is open again".to_owned(), reason.clone()),
        _ => return None,
    };
    let subject = format!("#{number} {became}: {}", incident.title);
    let reported = format!("Incident #{number}, which you reported, {became}.");
    let lines = [reported, why].into_iter().filter(|line| !line.is_empty()).collect();
    Some(News { subject, lines })
}
