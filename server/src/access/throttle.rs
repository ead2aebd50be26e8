//! How often something may be tried: one bucket for each name or address, in memory. It fills with
//! time and each try takes one drop out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::Time;

/// Buckets kept at most; full ones are forgotten first, they say nothing.
const BUCKETS_MAX: usize = 10_000;

/// A limit on tries, shared by all clones.
#[derive(Clone, Debug)]
pub struct Throttle {
    burst: u32,
    refill: Duration,
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u32,
    at: Time,
}

impl Throttle {
    /// `burst` tries at once, and one more after each `refill`.
    pub fn new(burst: u32, refill: Duration) -> Throttle {
        Throttle { burst, refill, buckets: Arc::default() }
    }

    /// Takes one try.
    ///
    /// # Errors
    /// How long to wait until the next one.
    pub fn try_once(&self, key: &str, now: Time) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now).left < self.burst);
            if buckets.len() >= BUCKETS_MAX {
                return Err(self.refill);
            }
        }
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { left: self.burst, at: now });
        *bucket = self.filled(*bucket, now);
        if bucket.left == 0 {
            return Err((bucket.at + self.refill).since(now));
        }
        bucket.left -= 1;
        Ok(())
    }

    /// Forgets what was tried: it succeeded.
    pub fn forget(&self, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn filled(&self, bucket: Bucket, now: Time) -> Bucket {
        let refills = now.since(bucket.at).as_micros() / self.refill.as_micros().max(1);
        let refills = u32::try_from(refills).unwrap_or(u32::MAX);
        match bucket.left.saturating_add(refills) {
            left if left >= self.burst => Bucket { left: self.burst, at: now },
            left => Bucket { left, at: bucket.at + self.refill * refills },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_run_out_and_come_back_with_time() {
        let throttle = Throttle::new(3, Duration::from_secs(10));
        let mut now = Time::from_seconds(1000);
        for _ in 0..3 {
            assert_eq!(throttle.try_once("ada", now), Ok(()));
        }
        assert_eq!(throttle.try_once("ada", now), Err(Duration::from_secs(10)));
        assert_eq!(throttle.try_once("bob", now), Ok(()));
        now = now + Duration::from_secs(14);
        assert_eq!(throttle.try_once("ada", now), Ok(()));
        assert_eq!(throttle.try_once("ada", now), Err(Duration::from_secs(6)));
        throttle.forget("ada");
        assert_eq!(throttle.try_once("ada", now), Ok(()));
    }

    #[test]
    fn memory_is_bounded_whatever_names_are_tried() {
        let throttle = Throttle::new(1, Duration::from_secs(10));
        let now = Time::from_seconds(1000);
        for number in 0..BUCKETS_MAX {
            assert_eq!(throttle.try_once(&number.to_string(), now), Ok(()));
        }
        assert!(throttle.try_once("one more", now).is_err());
        assert_eq!(throttle.try_once("one more", now + Duration::from_secs(10)), Ok(()));
        assert_eq!(throttle.buckets.lock().unwrap().len(), 1);
    }
}
