//! The only door to time and randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kernel::{Actor, Moment, Time};
use tokio::sync::watch;

/// Where time comes from: the system, or a test that moves it by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands still until it is moved.
    Manual(Arc<watch::Sender<Time>>),
}

impl Clock {
    /// A clock for tests, standing at `start`.
    pub fn manual(start: Time) -> Clock {
        Clock::Manual(Arc::new(watch::Sender::new(start)))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        match self {
            Clock::System => system_now(),
            Clock::Manual(time) => *time.borrow(),
        }
    }

    /// Moves a manual clock forward; the system's clock moves by itself.
    pub fn advance(&self, span: Duration) {
        if let Clock::Manual(time) = self {
            time.send_modify(|now| *now = *now + span);
        }
    }

    /// Waits until `time` has come; returns at once when it has.
    pub async fn wait_until(&self, time: Time) {
        match self {
            // In slices, so that a clock that is set forward is noticed.
            Clock::System => loop {
                let left = time.since(self.now());
                if left.is_zero() {
                    return;
                }
                system_sleep(left.min(Duration::from_secs(30))).await;
            },
            Clock::Manual(now) => {
                let mut now = now.subscribe();
                // The sender lives in `self`, so waiting cannot fail.
                let _ = now.wait_for(|now| *now >= time).await;
            }
        }
    }

    /// Waits for `span`.
    pub async fn wait(&self, span: Duration) {
        self.wait_until(self.now() + span).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> Time {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
async fn system_sleep(span: Duration) {
    tokio::time::sleep(span).await;
}

/// Clock and randomness together: makes the [`Moment`]s that decisions are taken in.
#[derive(Clone, Debug)]
pub struct World {
    /// Where time comes from.
    pub clock: Clock,
    seeds: Seeds,
}

#[derive(Clone, Debug)]
enum Seeds {
    System,
    Counted(Arc<AtomicU64>),
}

impl World {
    /// The real world.
    pub fn system() -> World {
        World { clock: Clock::System, seeds: Seeds::System }
    }

    /// A repeatable world for tests: time stands at `start`, ids follow from `seed`.
    pub fn manual(start: Time, seed: u64) -> World {
        let seeds = Seeds::Counted(Arc::new(AtomicU64::new(seed)));
        World { clock: Clock::manual(start), seeds }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A moment for one decision by `actor`.
    pub fn moment(&self, actor: Actor) -> Moment {
        Moment::new(self.now(), actor, self.seed())
    }

    /// 128 fresh random bits, fit for secrets in the real world.
    pub fn seed(&self) -> u128 {
        match &self.seeds {
            Seeds::System => {
                let mut bytes = [0u8; 16];
                getrandom::fill(&mut bytes).expect("the system has a source of randomness");
                u128::from_ne_bytes(bytes)
            }
            Seeds::Counted(next) => {
                let count = next.fetch_add(1, Ordering::Relaxed);
                u128::from(count).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            }
        }
    }
}
