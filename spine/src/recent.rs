//! The newest entries of the journal, in memory: whoever follows its end need not read back from
//! the database what this process has just committed.
//!
//! *Invariant:* holds only what is committed, without a gap. Used on SQLite alone, where one writer
//! knows the order; on PostgreSQL other nodes write too.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use crate::journal::{Position, Stored};

/// Entries kept at most.
const ENTRIES: usize = 8192;
/// Bytes of their data kept at most.
const BYTES: usize = 8 << 20;

/// The end of the journal.
#[derive(Default)]
pub(crate) struct Recent {
    ring: RwLock<Ring>,
}

#[derive(Default)]
struct Ring {
    entries: VecDeque<Arc<Stored>>,
    bytes: usize,
}

impl Recent {
    /// Takes in what was just committed, in the order of `seq`.
    pub(crate) fn push(&self, committed: Vec<Arc<Stored>>) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for stored in committed {
            let follows = |last: &Arc<Stored>| {
                let last = last.position;
                last.tx == stored.position.tx && last.seq + 1 == stored.position.seq
            };
            if !ring.entries.back().is_none_or(follows) {
                *ring = Ring::default();
            }
            ring.bytes += stored.entry.data.text().len();
            ring.entries.push_back(stored);
        }
        while ring.entries.len() > ENTRIES || ring.bytes > BYTES {
            let Some(oldest) = ring.entries.pop_front() else { break };
            ring.bytes -= oldest.entry.data.text().len();
        }
    }

    /// The entries after `position`, at most `limit`; `None` when memory does not reach so far.
    pub(crate) fn after(&self, position: Position, limit: i64) -> Option<Vec<Arc<Stored>>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let first = ring.entries.front()?.position;
        if position.tx != first.tx || position.seq + 1 < first.seq {
            return None;
        }
        let skip = usize::try_from(position.seq + 1 - first.seq).ok()?;
        let limit = usize::try_from(limit).unwrap_or(0);
        Some(ring.entries.iter().skip(skip).take(limit).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Data, Entry, SpaceId, Time};

    use super::*;

    fn stored(seq: i64, bytes: usize) -> Arc<Stored> {
        let entry = Entry {
            seq,
            at: Time::EPOCH,
            space: SpaceId::new("default"),
            actor: Actor::system("test"),
            subject: "thing:1".to_owned(),
            kind: "thing.happened".to_owned(),
            data: Data::stored("x".repeat(bytes)),
            cause: None,
        };
        Arc::new(Stored { position: Position { tx: 7, seq }, entry })
    }

    fn seqs(recent: &Recent, after: i64, limit: i64) -> Option<Vec<i64>> {
        let found = recent.after(Position { tx: 7, seq: after }, limit)?;
        Some(found.iter().map(|stored| stored.position.seq).collect())
    }

    #[test]
    fn what_follows_is_given_and_what_lies_before_is_not_known() {
        let recent = Recent::default();
        assert_eq!(seqs(&recent, 0, 10), None);
        recent.push(vec![stored(5, 1), stored(6, 1), stored(7, 1)]);
        assert_eq!(seqs(&recent, 3, 10), None);
        assert_eq!(seqs(&recent, 4, 2), Some(vec![5, 6]));
        assert_eq!(seqs(&recent, 7, 10), Some(vec![]));
        assert_eq!(recent.after(Position { tx: 6, seq: 6 }, 10).map(|found| found.len()), None);
    }

    #[test]
    fn a_gap_forgets_what_came_before_it() {
        let recent = Recent::default();
        recent.push(vec![stored(1, 1), stored(2, 1)]);
        recent.push(vec![stored(9, 1)]);
        assert_eq!(seqs(&recent, 1, 10), None);
        assert_eq!(seqs(&recent, 8, 10), Some(vec![9]));
    }

    #[test]
    fn memory_is_bounded_by_entries_and_by_bytes() {
        let recent = Recent::default();
        recent.push((0..10_000).map(|seq| stored(seq, 1)).collect());
        assert_eq!(seqs(&recent, 1_806, 1), None);
        assert_eq!(seqs(&recent, 1_807, 1), Some(vec![1_808]));
        recent.push((10_000..10_010).map(|seq| stored(seq, 1 << 20)).collect());
        assert_eq!(seqs(&recent, 10_001, 100).map(|found| found.len()), Some(8));
        assert_eq!(seqs(&recent, 10_000, 100), None);
    }
}
