use kernel::Time;
use serde_json::Value;

use super::create::{object, tags, text};
use super::{Faults, NOTE_CHARS_MAX, PRIORITIES};

/// The body of a request that changes an alert: all that any of them says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Patch {
    /// What to write beside it.
    pub note: String,
    /// Another line that says what is wrong.
    pub message: String,
    /// Another story.
    pub description: String,
    /// Another priority.
    pub priority: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Until when nobody wants to hear of it.
    pub end_time: Option<Time>,
}

impl Patch {
    /// Reads the body; an empty one says nothing.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(body: &[u8]) -> Result<Patch, Faults> {
        let map = object(body)?;
        let mut faults = Faults::default();
        let end_time = text(&map, "endTime", 64, &mut faults);
        let until = Time::parse(&end_time).ok();
        if !end_time.is_empty() && until.is_none() {
            faults.add("endTime", "endTime is an ISO 8601 time.");
        }
        let patch = Patch {
            note: text(&map, "note", NOTE_CHARS_MAX, &mut faults),
            message: text(&map, "message", usize::MAX, &mut faults),
            description: text(&map, "description", usize::MAX, &mut faults),
            priority: text(&map, "priority", usize::MAX, &mut faults),
            tags: tags(&map, &mut faults),
            end_time: until,
        };
        faults.none_or(patch)
    }
}

/// The body of a request that makes or changes a heartbeat; `None` is unsaid.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HeartbeatBody {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How often it reports.
    pub interval_seconds: Option<u32>,
    /// Whether anybody waits for it.
    pub enabled: Option<bool>,
    /// The priority of the alert when it is missed.
    pub priority: Option<String>,
}

impl HeartbeatBody {
    /// Reads the body.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(body: &[u8]) -> Result<HeartbeatBody, Faults> {
        let map = object(body)?;
        let mut faults = Faults::default();
        let mut said = |name: &'static str, most: usize| {
            Some(text(&map, name, most, &mut faults)).filter(|text| !text.is_empty())
        };
        let (name, description) = (said("name", 200), said("description", 2_000));
        let (unit, priority) = (said("intervalUnit", 20), said("alertPriority", 2));
        let factor = match unit.as_deref() {
            None | Some("minutes") => Some(60),
            Some("hours") => Some(3_600),
            Some("days") => Some(86_400),
            Some(_) => None,
        };
        if factor.is_none() {
            faults.add("intervalUnit", "intervalUnit is minutes, hours or days.");
        }
        if priority.as_deref().is_some_and(|word| !PRIORITIES.contains(&word)) {
            faults.add("alertPriority", "alertPriority is one of P1, P2, P3, P4, P5.");
        }
        let interval = match map.get("interval") {
            None | Some(Value::Null) => None,
            Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) if number > 0 => Some(number),
                _ => {
                    faults.add("interval", "interval is a whole number above 0.");
                    None
                }
            },
        };
        let interval_seconds = interval.map(|n| n.saturating_mul(factor.unwrap_or(60)));
        let enabled = map.get("enabled").and_then(Value::as_bool);
        faults.none_or(HeartbeatBody { name, description, interval_seconds, enabled, priority })
    }
}
