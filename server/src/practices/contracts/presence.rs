//! When Operate was looking. Each process makes a stretch longer every minute, by the spine's
//! clock; where no process did for more than two minutes, nothing is known of any service.

use std::time::Duration;

use calendar::{Span, Spans};
use kernel::{SpaceId, Time};
use spine::Fault;

use super::store;
use crate::app::App;
use crate::rounds;

/// Name in the metrics.
const NAME: &str = "presence";
/// How often a stretch is made longer.
const EVERY: Duration = Duration::from_secs(60);
/// The longest silence that is no gap, in microseconds: a restart and a busy minute.
const GAP_MICROS: i64 = 120_000_000;

/// Notes that this process is looking, until it stops.
pub async fn run(app: App) {
    let mut from = app.world.now();
    let mut last = from;
    loop {
        let now = app.world.now();
        if now.micros_since(last) > GAP_MICROS {
            // It stood still: asleep with its machine, or stuck.
            from = now;
        }
        match note(&app, (from, now)).await {
            Ok(()) => {
                last = now;
                rounds::done(NAME, now);
            }
            Err(fault) => rounds::failed(NAME, &fault.chain()),
        }
        if app.stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = app.world.clock.wait(EVERY) => {}
        }
    }
}

async fn note(app: &App, stretch: (Time, Time)) -> Result<(), Fault> {
    let process = app.node.to_string();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(
            async move { store::extend_presence(tx, &SpaceId::main(), &process, stretch).await },
        )
    });
    work.await
}

/// When nobody looked, from `after` until `now`: what lies between stretches, less what is no
/// longer than two minutes. What is younger than that is no gap either: the next note fills it.
pub fn unknown(stretches: &[(Time, Time)], after: Time, now: Time) -> Spans {
    let span = |(from, until): &(Time, Time)| {
        Span::new(from.micros(), until.micros().saturating_add(GAP_MICROS))
    };
    let looked: Spans = stretches.iter().map(span).collect();
    let gaps = looked.complement(Span::new(after.micros(), now.micros()));
    // A stretch was widened by what is no gap; give it back where a gap follows.
    let whole = gaps.iter().map(|gap| {
        let begins = gap.from == after.micros();
        Span::new(if begins { gap.from } else { gap.from - GAP_MICROS }, gap.until)
    });
    whole.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds)
    }

    fn gaps(stretches: &[(i64, i64)], after: i64, now: i64) -> Vec<(i64, i64)> {
        let stretches: Vec<(Time, Time)> =
            stretches.iter().map(|(from, until)| (at(*from), at(*until))).collect();
        let found = unknown(&stretches, at(after), at(now));
        found.iter().map(|span| (span.from / 1_000_000, span.until / 1_000_000)).collect()
    }

    #[test]
    fn a_silence_of_more_than_two_minutes_is_a_gap_from_its_beginning() {
        assert_eq!(gaps(&[(0, 600), (720, 900)], 0, 1_000), []);
        assert_eq!(gaps(&[(0, 600), (721, 900)], 0, 1_000), [(600, 721)]);
        assert_eq!(gaps(&[(0, 600)], 0, 721), [(600, 721)]);
    }

    #[test]
    fn before_anybody_looked_everything_is_unknown() {
        assert_eq!(gaps(&[(500, 900)], 0, 900), [(0, 500)]);
        assert_eq!(gaps(&[], 100, 900), [(100, 900)]);
        assert_eq!(gaps(&[(0, 900)], 300, 900), [], "what lies before is not asked for");
    }

    #[test]
    fn while_one_of_two_processes_looks_there_is_no_gap() {
        assert_eq!(gaps(&[(0, 300), (200, 5_000), (400, 600)], 0, 5_000), []);
    }
}
