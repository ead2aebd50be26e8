//! Laws that every [`Lifecycle`] keeps, called from each practice's tests.

use crate::{Lifecycle, Moment, Refusal, RefusalCode};

/// The table and the rules agree: a command whose verb the table forbids is refused as not
/// allowed now, and one that it allows is never refused for that reason.
///
/// # Panics
/// When they disagree, naming the stage and the command.
pub fn table_equals_rules<R: Lifecycle>(records: &[R], commands: &[R::Command], moment: &Moment) {
    for record in records {
        for command in commands {
            let verb = R::verb(command);
            let stage = record.stage();
            let verdict = record.decide(command, moment);
            let forbidden =
                matches!(&verdict, Err(Refusal { code: RefusalCode::NotAllowedNow, .. }));
            assert_eq!(
                record.allows(verb),
                !forbidden,
                "the table and the rules disagree on {verb:?} in {stage:?}: {verdict:?}"
            );
        }
    }
}

/// Folding the events gives the record, also after a round trip through JSON: what the journal
/// keeps is enough to rebuild the row.
///
/// # Panics
/// When the fold differs from the record.
pub fn journal_rebuilds<R: Lifecycle>(record: &R, events: &[R::Event]) {
    let mut folded: Option<R> = None;
    for event in events {
        let text = serde_json::to_string(event).unwrap_or_default();
        let event: R::Event = match serde_json::from_str(&text) {
            Ok(event) => event,
            Err(error) => unreachable!("an event does not read back: {error}: {text}"),
        };
        match &mut folded {
            None => folded = R::born(record.id(), &event),
            Some(state) => state.apply(&event),
        }
    }
    assert_eq!(folded.as_ref(), Some(record), "folding the journal does not give the record");
}

/// Waking a record twice at the same time changes nothing more than waking it once.
///
/// # Panics
/// When the second tick still has something to say.
pub fn tick_is_idempotent<R: Lifecycle>(record: &R, moment: &Moment) {
    if !record.allows(R::verb(&R::tick())) {
        return;
    }
    let mut woken = record.clone();
    for event in record.decide(&R::tick(), moment).unwrap_or_default() {
        woken.apply(&event);
    }
    if woken.allows(R::verb(&R::tick())) {
        let again = woken.decide(&R::tick(), moment).unwrap_or_default();
        assert!(again.is_empty(), "a second tick at the same time says {again:?}");
    }
}
