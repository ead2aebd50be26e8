use kernel::Time;
use serde_json::{Map, Value, json};

use super::members::Members;
use super::{Faults, SUMMARY_CHARS_MAX, unread};
use crate::flat::{annotation, cut, details, label};
use crate::{Pairs, Signal};

/// Longest texts of a change that are kept, in bytes.
const TEXT_BYTES_MAX: usize = 16_000;

/// The body of `POST /v2/change/enqueue`: something was changed, and nothing is known to be wrong.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// One line that says what.
    pub summary: String,
    /// When, if the sender says so.
    pub at: Option<Time>,
    /// Where it comes from; may be empty.
    pub source: String,
    links: Vec<String>,
    custom_details: Value,
}

impl Change {
    /// Reads the body.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Change, Faults> {
        let map: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| unread(&error))?;
        let mut faults = Faults::default();
        let members = Members { prefix: "", map: &map };
        let links = members.lines("links", &["text", "href"], &mut faults);
        let nothing = Map::new();
        let payload = members.object("payload", &mut faults).unwrap_or_else(|| {
            faults.add("'payload' is missing or blank");
            &nothing
        });
        let payload = Members { prefix: "payload.", map: payload };
        let summary = payload.needed("summary", &mut faults).into_owned();
        payload.short(&summary, "summary", SUMMARY_CHARS_MAX, &mut faults);
        let change = Change {
            at: payload.time("timestamp", &mut faults),
            source: cut(&payload.text("source", &mut faults), TEXT_BYTES_MAX).into_owned(),
            custom_details: payload.map.get("custom_details").cloned().unwrap_or(Value::Null),
            links,
            summary,
        };
        faults.none_or(change)
    }

    /// The same as a signal, for the rules that find an item; it is never taken as an alert.
    pub fn signal(&self) -> Signal<'static> {
        let (mut labels, mut annotations) = (Pairs::new(), Pairs::new());
        label(&mut labels, "alertname", &self.summary);
        label(&mut labels, "source", &self.source);
        annotation(&mut annotations, "summary", &self.summary);
        details(&self.custom_details, &mut labels, &mut annotations);
        label(&mut labels, "instance", &self.source);
        Signal { labels, annotations, starts_at: self.at, ..Signal::default() }
    }

    /// What is written down of it. Details that are too long are cut, as a text.
    pub fn record(&self, now: Time) -> Value {
        let details = self.custom_details.to_string();
        let details = match cut(&details, TEXT_BYTES_MAX) {
            std::borrow::Cow::Borrowed(_) => self.custom_details.clone(),
            std::borrow::Cow::Owned(cut) => Value::String(cut),
        };
        let links = cut(&self.links.join("\n"), TEXT_BYTES_MAX).into_owned();
        json!({
            "summary": self.summary,
            "at": self.at.unwrap_or(now),
            "source": self.source,
            "links": links,
            "details": details,
        })
    }
}
