//! What silences hold back from the stream, and what they let go.

use std::collections::BTreeSet;

use ::streams::Fact;
use alerts::Alert;
use kernel::AlertId;
use silences::{Command, Event, Silence};
use spine::engine::{self, Asked};
use spine::journal::Stored;
use spine::{Denied, Fault, Tx};

use super::Shell;
use crate::practices::alerts::store::ALERTS;
use crate::practices::silences::store::SILENCES;

/// Alerts that one entry lets go; those behind them follow with an entry of their own, so that no
/// transaction grows with the number of alerts.
const BATCH: usize = 25;

/// Whether a silence lets alerts go with this entry.
pub(super) fn heeds(stored: &Stored) -> bool {
    ["silence.expired", "silence.paused", "silence.released"].contains(&stored.entry.kind.as_str())
}

impl Shell<'_> {
    /// Which of the alerts of a fact silences hold back now, as this transaction sees them: memory
    /// may be a moment behind.
    pub(super) async fn silenced(
        &self,
        tx: &mut Tx,
        fact: &Fact<'_>,
        loaded: &[Alert],
    ) -> Result<BTreeSet<AlertId>, Fault> {
        let own = match fact {
            Fact::Alert(alert, _) | Fact::Unsilenced(alert) => Some(*alert),
            _ => None,
        };
        let alerts: Vec<&Alert> = own.into_iter().chain(loaded).collect();
        if alerts.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.silences.catch_up(tx, self.space).await?;
        Ok(self.silences.read(self.space, |silences| {
            let Some(silences) = silences else { return BTreeSet::new() };
            let held =
                |alert: &&&Alert| !silences.silenced_by(&alert.labels, self.moment.now).is_empty();
            alerts.iter().filter(held).map(|alert| alert.id).collect()
        }))
    }

    /// Looks at the alerts that a silence has let go: those that still fire and belong nowhere are
    /// treated as if they had fired now.
    pub(super) async fn released(
        &self,
        tx: &mut Tx,
        stored: &Stored,
        silence: &Silence,
        event: &Event,
    ) -> Result<(), Denied> {
        let after = match event {
            Event::Expired { .. } | Event::Paused { .. } => None,
            Event::Released { after, .. } => Some(*after),
            _ => return Ok(()),
        };
        let let_go = self.let_go(silence, after);
        for id in let_go.iter().take(BATCH) {
            if let Some(found) = engine::load(tx, &ALERTS, self.space, *id).await? {
                self.follow(tx, stored, &Fact::Unsilenced(&found.record)).await?;
            }
        }
        if let Some(last) = let_go.get(BATCH - 1).filter(|_| let_go.len() > BATCH) {
            let asked = Asked {
                space: self.space,
                moment: self.moment,
                cause: Some(stored.entry.seq),
                expected: None,
            };
            let command = Command::Release { after: *last };
            engine::execute_in(tx, &SILENCES, silence.id, &command, &asked).await?;
        }
        Ok(())
    }

    /// The alerts that fire and match, in the order of their ids: one more than a batch at most.
    fn let_go(&self, silence: &Silence, after: Option<AlertId>) -> Vec<AlertId> {
        let mut found: Vec<AlertId> = self.hot.read(self.space, |hot| {
            let all = hot.iter().flat_map(|hot| hot.iter()).map(|alert| &alert.record);
            let fits = all.filter(|alert| {
                alert.stage.firing()
                    && after.is_none_or(|after| alert.id > after)
                    && silence.matchers.match_labels(&alert.labels)
            });
            fits.map(|alert| alert.id).collect()
        });
        found.sort_unstable();
        found.truncate(BATCH + 1);
        found
    }
}
