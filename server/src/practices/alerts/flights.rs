//! Batches on their way into the database, beside each other: while one is synced to disk, the
//! next is decided and written behind it.

use std::collections::HashSet;

use alerts::Fingerprint;
use tokio::task::JoinHandle;

/// Batches at once. One waits for the disk, one is decided; more would only be smaller.
const MOST: usize = 2;

/// What is on its way. *Invariant:* no two batches speak of one alert, so that each is decided on
/// what the one before has made of it.
#[derive(Default)]
pub(super) struct Flights {
    flying: Vec<(HashSet<Fingerprint>, JoinHandle<()>)>,
}

impl Flights {
    /// Waits until one more can start.
    pub async fn room(&mut self) {
        self.flying.retain(|(_, task)| !task.is_finished());
        while self.flying.len() >= MOST {
            self.first_landed().await;
        }
    }

    /// Starts a batch that speaks of these alerts, after those that speak of one of them too.
    pub async fn start(
        &mut self,
        prints: HashSet<Fingerprint>,
        batch: impl Future<Output = ()> + Send + 'static,
    ) {
        while self.flying.iter().any(|(others, _)| !others.is_disjoint(&prints)) {
            self.first_landed().await;
        }
        self.flying.push((prints, tokio::spawn(batch)));
    }

    /// Waits until nothing is on its way.
    pub async fn landed(&mut self) {
        while !self.flying.is_empty() {
            self.first_landed().await;
        }
    }

    async fn first_landed(&mut self) {
        if let Some((_, task)) = self.flying.first_mut() {
            // One that panicked has answered nobody, which its askers are told.
            let _ = task.await;
            self.flying.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use alerts::Labels;
    use tokio::sync::oneshot;

    use super::*;

    fn prints(of: &[&str]) -> HashSet<Fingerprint> {
        let named = |name: &&str| Labels::new([("alertname", *name)]).fingerprint();
        of.iter().map(named).collect()
    }

    /// A batch that lands when it is told to.
    fn batch() -> (oneshot::Sender<()>, impl Future<Output = ()> + Send + 'static) {
        let (land, landed) = oneshot::channel();
        (land, async {
            let _ = landed.await;
        })
    }

    fn waits(future: impl Future) -> bool {
        futures::FutureExt::now_or_never(future).is_none()
    }

    #[tokio::test]
    async fn batches_fly_beside_each_other_unless_they_speak_of_one_alert() {
        let mut flights = Flights::default();
        let (land_first, first) = batch();
        flights.start(prints(&["a", "b"]), first).await;
        let (land_second, second) = batch();
        flights.start(prints(&["c"]), second).await;
        assert!(waits(flights.room()), "there is room for two");
        land_first.send(()).unwrap();
        flights.room().await;
        let (land_third, third) = batch();
        land_second.send(()).unwrap();
        flights.start(prints(&["c", "d"]), third).await;
        assert_eq!(flights.flying.len(), 1, "the one before has landed");
        land_third.send(()).unwrap();
        flights.landed().await;
        assert!(flights.flying.is_empty());
    }
}
