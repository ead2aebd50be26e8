//! Room for messages in flight, shared out among the targets that they go to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use spine::outbox::Taken;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// A channel, and where to; nothing for all of the channel.
type Target = (String, String);

/// Whoever takes the message in: for mails it is one server, whomever they are for.
fn target(taken: &Taken) -> Target {
    let channel = taken.message.channel.clone();
    let target = if channel == "email" { String::new() } else { taken.message.target.clone() };
    (channel, target)
}

/// So many slots. A target gets another one while more are free than it has: one that never answers
/// leaves half of them to the others, the next such a quarter, and so on.
pub struct Slots {
    all: usize,
    free: Arc<Semaphore>,
    held: Held,
    freed: Arc<Notify>,
}

type Held = Arc<Mutex<HashMap<Target, usize>>>;

/// A slot for one message; free again when it is dropped.
pub struct Slot {
    target: Target,
    held: Held,
    freed: Arc<Notify>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    /// All of them free.
    pub fn new(all: usize) -> Slots {
        let free = Arc::new(Semaphore::new(all));
        Slots { all, free, held: Held::default(), freed: Arc::default() }
    }

    fn free(&self) -> usize {
        self.free.available_permits()
    }

    /// How many messages can be taken on, whichever targets they go to but the busy ones.
    pub fn room(&self) -> usize {
        let free = self.free();
        let held = lock(&self.held);
        let most = held.values().copied().filter(|held| *held < free).max().unwrap_or_default();
        (free - most).div_ceil(2)
    }

    /// The targets that get none at present.
    pub fn busy(&self) -> Vec<Target> {
        let free = self.free();
        let held = lock(&self.held);
        held.iter().filter(|(_, held)| **held >= free).map(|(target, _)| target.clone()).collect()
    }

    /// A slot for a message, unless its target has its share.
    pub fn get(&self, taken: &Taken) -> Option<Slot> {
        let target = target(taken);
        let mut held = lock(&self.held);
        let count = held.get(&target).copied().unwrap_or_default();
        if count >= self.free() {
            return None;
        }
        let permit = self.free.clone().try_acquire_owned().ok()?;
        held.insert(target.clone(), count + 1);
        let (held, freed) = (self.held.clone(), self.freed.clone());
        Some(Slot { target, held, freed, permit: Some(permit) })
    }

    /// Waits until a slot was given back since the last time.
    pub async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Waits until nothing is in flight.
    pub async fn all_free(&self) {
        let all = u32::try_from(self.all).unwrap_or(u32::MAX);
        // It is never closed.
        let _ = self.free.acquire_many(all).await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = lock(&self.held);
        if let Some(count) = held.get_mut(&self.target) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.target);
            }
        }
        drop(held);
        self.permit = None;
        self.freed.notify_one();
    }
}

// Nothing panics while it holds the lock.
fn lock(held: &Held) -> MutexGuard<'_, HashMap<Target, usize>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use kernel::{Message, SpaceId};
    use serde_json::Value;

    use super::*;

    fn to(target: &str) -> Taken {
        Taken {
            space: SpaceId::main(),
            subject: String::new(),
            message: Message {
                id: kernel::OutboxId::from_bits(1),
                channel: "webhook".to_owned(),
                target: target.to_owned(),
                body: Value::Null,
            },
            asked_at: kernel::Time::EPOCH,
            attempt: 1,
            lease: String::new(),
        }
    }

    #[test]
    fn a_target_that_never_answers_leaves_room_for_the_others() {
        let slots = Slots::new(16);
        let take = |target: &str| {
            std::iter::from_fn(|| slots.get(&to(target))).take(100).collect::<Vec<Slot>>()
        };
        let first = take("a");
        assert_eq!((first.len(), slots.free()), (8, 8));
        assert_eq!(slots.busy(), [("webhook".to_owned(), "a".to_owned())]);
        let second = take("b");
        assert_eq!((second.len(), slots.free()), (4, 4));
        assert!(slots.get(&to("a")).is_none());
        assert!(slots.get(&to("c")).is_some(), "there is room for whoever answers");
        drop(first);
        drop(second);
        assert_eq!((slots.free(), slots.busy()), (16, Vec::new()));
    }

    #[test]
    fn mails_share_their_server() {
        let slots = Slots::new(16);
        let mail = |number: usize| {
            let mut taken = to(&format!("{number}@example.org"));
            taken.message.channel = "email".to_owned();
            slots.get(&taken)
        };
        let held: Vec<Slot> = (0..100).map_while(mail).collect();
        assert_eq!((held.len(), slots.busy()), (8, vec![("email".to_owned(), String::new())]));
        assert!(slots.get(&to("a")).is_some());
    }

    #[test]
    fn there_is_room_for_as_many_as_can_be_taken_on() {
        let slots = Slots::new(16);
        let mut held = Vec::new();
        for target in ["a", "a", "b", "c", "a", "d"] {
            let room = slots.room();
            let more = (0..room).map_while(|_| slots.get(&to(target)));
            held.extend(more);
            assert!(room > 0 || slots.free() == 0);
            if !slots.busy().iter().any(|(_, busy)| busy == target) {
                assert!(slots.get(&to(target)).is_some());
            }
        }
        let room = slots.room();
        let spread: Vec<Option<Slot>> =
            (0..room).map(|number| slots.get(&to(["e", "f"][number % 2]))).collect();
        assert!(spread.iter().all(Option::is_some), "{room}");
    }
}
