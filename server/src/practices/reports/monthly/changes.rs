//! The changes that were reported of an item and of what it needs, from the journal.

use std::time::Duration;

use kernel::{ItemRef, SpaceId, Time};
use spine::{Conn, Fault, journal};

use super::views::ReportedChange;
use crate::sentences::sentence;

/// Items whose changes are looked for: the item, and the nearest of what it needs.
const ITEMS_MAX: usize = 100;
/// Changes of one item that are told.
const CHANGES_MAX: i64 = 400;

/// Changes of some time, as far as they are told.
pub(super) struct Changes {
    /// The oldest first.
    told: Vec<ReportedChange>,
    /// Before this moment some are left out.
    whole_since: Time,
}

impl Changes {
    /// Those of a period, and whether some of it are left out.
    pub fn within(&self, period: reports::Period) -> (Vec<ReportedChange>, bool) {
        let within = self.told.iter().filter(|change| period.holds(change.at));
        (within.cloned().collect(), period.from < self.whole_since)
    }
}

/// Reads the newest changes of an item and of what it needs between two times.
///
/// # Errors
/// When the database refuses or an entry does not read back.
pub(super) async fn changes(
    conn: &mut Conn,
    space: &SpaceId,
    (item, needs): (&ItemRef, &[ItemRef]),
    (from, to): (Time, Time),
) -> Result<Changes, Fault> {
    let whole = needs.len() < ITEMS_MAX;
    let mut found = Changes { told: Vec::new(), whole_since: if whole { from } else { to } };
    for item in [item].into_iter().chain(needs).take(ITEMS_MAX) {
        let filter = journal::Filter {
            subject: Some(format!("item:{item}")),
            kind_prefix: Some("change.".to_owned()),
            from: Some(from),
            to: Some(to),
            limit: CHANGES_MAX + 1,
            ..journal::Filter::default()
        };
        let mut entries = journal::list(conn, space, &filter).await?;
        if entries.len() as i64 > CHANGES_MAX
            && let Some(left_out) = entries.pop()
        {
            found.whole_since = found.whole_since.max(left_out.at + Duration::from_micros(1));
        }
        found.told.extend(entries.iter().map(|entry| ReportedChange {
            at: entry.at,
            item: item.clone(),
            title: sentence(entry),
            by: entry.actor.to_string(),
        }));
    }
    found.told.sort_by_key(|change| change.at);
    Ok(found)
}
