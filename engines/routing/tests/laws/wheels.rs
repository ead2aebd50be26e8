use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use routing::Wheel;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

proptest! {
    #[test]
    fn a_wheel_is_a_map_from_keys_to_times(
        steps in prop::collection::vec((0..4u8, 0..10u64, 0..50i64), 0..80),
    ) {
        let mut wheel = Wheel::new();
        let mut map: BTreeMap<u64, Timestamp> = BTreeMap::new();
        for (kind, key, second) in steps {
            match kind {
                0 | 1 => prop_assert_eq!(
                    wheel.schedule(key, at(second)),
                    map.insert(key, at(second))
                ),
                2 => prop_assert_eq!(wheel.cancel(&key), map.remove(&key)),
                _ => {
                    let mut due: Vec<(Timestamp, u64)> =
                        map.iter().map(|(key, at)| (*at, *key)).collect();
                    due.retain(|due| due.0 <= at(second));
                    due.sort_unstable();
                    due.truncate(3);
                    map.retain(|key, at| !due.contains(&(*at, *key)));
                    prop_assert_eq!(wheel.pop_due(at(second), 3), due);
                }
            }
            prop_assert_eq!(wheel.next(), map.values().min().copied());
            prop_assert_eq!(wheel.len(), map.len());
            prop_assert_eq!(wheel.due_at(&key), map.get(&key).copied());
        }
    }
}

#[test]
fn many_timers_due_at_once_are_taken_in_slices() {
    let mut wheel = Wheel::new();
    for key in 0..50_000u64 {
        wheel.schedule(key, at(i64::try_from(key % 7).unwrap()));
    }
    let mut taken = Vec::new();
    loop {
        let slice = wheel.pop_due(at(10), 999);
        taken.extend(slice.iter().map(|(_, key)| *key));
        if slice.len() < 999 {
            break;
        }
    }
    taken.sort_unstable();
    assert_eq!(taken, (0..50_000).collect::<Vec<u64>>());
    assert!(wheel.is_empty());
}
