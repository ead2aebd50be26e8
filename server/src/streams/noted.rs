//! What an entry of the journal says of who is on call.

use estate::Kind;
use kernel::{ItemRef, Time};
use serde::Deserialize;
use spine::journal::Stored;

/// Fields of an absence that say who is away, why, and from when on.
const SAYS_ANEW: [&str; 3] = ["spec.person", "spec.type", "spec.start"];

/// Whether an entry changes who is on call.
pub(super) fn about_on_call(stored: &Stored) -> bool {
    item(stored).and_then(|item| Kind::of(&item)).is_some_and(Kind::decides_who_is_on_call)
}

/// The item that an entry is about.
pub(super) fn item(stored: &Stored) -> Option<ItemRef> {
    stored.entry.subject.strip_prefix("item:")?.parse().ok()
}

/// The absence of which somebody says by an entry that it is so, or is so again: that it lasts
/// longer was no reason before either.
pub(super) fn absence(stored: &Stored) -> Option<ItemRef> {
    let absence = item(stored).filter(|item| Kind::of(item) == Some(Kind::Absence))?;
    let anew = match stored.entry.kind.as_str() {
        "item.created" => true,
        "item.updated" => {
            let changed: Changed = stored.entry.data.read().ok()?;
            changed.fields.iter().any(|field| field.says_anew(stored.entry.at))
        }
        _ => false,
    };
    anew.then_some(absence)
}

/// The data of such an entry, as far as it is needed.
#[derive(Deserialize)]
struct Changed {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    path: String,
    before: serde_json::Value,
}

impl Field {
    fn says_anew(&self, at: Time) -> bool {
        let was_over = || {
            let end: Option<Time> = serde_json::from_value(self.before.clone()).ok();
            end.is_some_and(|end| end <= at)
        };
        SAYS_ANEW.contains(&self.path.as_str()) || self.path == "spec.end" && was_over()
    }
}
