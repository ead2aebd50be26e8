//! What is looked up in memory is what looking at every alert would find.

use ::alerts::{Alert, Fingerprint, Found, Labels, Policy, Signal, Stage, take_batch};
use kernel::{Actor, ItemRef, Moment, SpaceId, Time};
use proptest::prelude::*;
use spine::engine::Versioned;

use super::hot::{HotAlerts, Space};

/// So many that values are kept.
const MANY: usize = 1_000;
/// The alerts that change.
const CHANGING: usize = 12;

/// What happens to one of the changing alerts.
#[derive(Clone, Debug)]
enum Change {
    Refreshed,
    Became(Stage),
    Relabelled(u8, u8),
    /// Another item is found for it; 0 is none.
    Matched(u8),
    /// An older version comes late, with other labels.
    Late(u8),
}

fn change() -> impl Strategy<Value = (usize, Change)> {
    let stage = prop_oneof![
        Just(Stage::Open),
        Just(Stage::Acknowledged),
        Just(Stage::Cleared),
        Just(Stage::Closed),
    ];
    let change = prop_oneof![
        Just(Change::Refreshed),
        stage.prop_map(Change::Became),
        (0..4_u8, 0..4_u8).prop_map(|(zone, team)| Change::Relabelled(zone, team)),
        (0..3_u8).prop_map(Change::Matched),
        (0..4_u8).prop_map(Change::Late),
    ];
    (0..CHANGING, change)
}

fn labels(number: usize, zone: u8, team: u8) -> Labels {
    // A team of 0 is none: the label is absent.
    let team = if team == 0 { String::new() } else { format!("team-{team}") };
    Labels::new([
        ("alertname", "Slow".to_owned()),
        ("instance", format!("host-{number}")),
        ("zone", format!("zone-{zone}")),
        ("team", team),
    ])
}

fn fired() -> Vec<Versioned<Alert>> {
    let signals: Vec<Signal> = (0..MANY + CHANGING)
        .map(|number| Signal {
            source: "test".into(),
            key: Some(number.to_string().into()),
            rule: None,
            labels: labels(number, (number % 4) as u8, (number % 3) as u8),
            annotations: Labels::default(),
            starts_at: None,
            ends_at: None,
            generator_url: "".into(),
        })
        .collect();
    let moment = Moment::new(Time::from_seconds(1_772_366_400), Actor::system("test"), 7);
    let taken = take_batch(&signals, &|_| None, &|_| Found::default(), &moment, &Policy::default());
    let stored = |change: ::alerts::Change| Versioned { record: change.alert, version: 1 };
    taken.changes.into_iter().map(stored).collect()
}

fn found(hot: &HotAlerts, equal: &[(&str, &str)]) -> Vec<Fingerprint> {
    let space = SpaceId::main();
    let fits =
        |alert: &Alert| equal.iter().all(|(name, value)| alert.labels.get(name) == Some(*value));
    let mut looked_up: Vec<_> =
        hot.find(&space, equal, fits).iter().map(|alert| alert.record.fingerprint).collect();
    looked_up.sort_unstable();
    looked_up
}

fn scanned(hot: &HotAlerts, equal: &[(&str, &str)]) -> Vec<Fingerprint> {
    let all = hot.all(&SpaceId::main());
    let fits = |labels: &Labels| equal.iter().all(|(name, value)| labels.get(name) == Some(*value));
    let fitting = all.iter().filter(|alert| fits(&alert.record.labels));
    let mut prints: Vec<_> = fitting.map(|alert| alert.record.fingerprint).collect();
    prints.sort_unstable();
    prints
}

const QUESTIONS: [&[(&str, &str)]; 7] = [
    &[("instance", "host-1003")],
    &[("zone", "zone-1")],
    &[("team", "team-2")],
    &[("zone", "zone-2"), ("team", "team-1")],
    &[("zone", "zone-3"), ("instance", "host-1001")],
    &[("zone", "zone-9")],
    &[("nobody", "x")],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn looking_up_finds_what_looking_at_every_alert_finds(
        changes in prop::collection::vec(change(), 1..40),
    ) {
        let (hot, space) = (HotAlerts::default(), SpaceId::main());
        let mut alerts = fired();
        hot.put(&space, alerts.clone());
        for question in QUESTIONS {
            prop_assert_eq!(found(&hot, question), scanned(&hot, question));
        }
        for (number, change) in changes {
            let alert = &mut alerts[MANY + number];
            let before = alert.clone();
            alert.version += 1;
            match change {
                Change::Refreshed => alert.version -= 1,
                Change::Became(stage) => alert.record.stage = stage,
                Change::Relabelled(zone, team) => alert.record.labels = labels(number, zone, team),
                Change::Matched(item) => alert.record.item = item_of(item),
                Change::Late(zone) => {
                    let mut late = before;
                    late.version -= 1;
                    late.record.labels = labels(number, zone, 3);
                    alert.version -= 1;
                    // Of a closed alert nothing is in memory, not even its version.
                    if alert.record.stage != Stage::Closed {
                        hot.put(&space, [late]);
                    }
                }
            }
            hot.put(&space, [alert.clone()]);
            for question in QUESTIONS {
                prop_assert_eq!(found(&hot, question), scanned(&hot, question));
            }
            for item in (1..3).filter_map(item_of) {
                prop_assert_eq!(on(&hot, &item), scanned_on(&hot, &item));
            }
        }
    }
}

fn item_of(number: u8) -> Option<ItemRef> {
    (number > 0).then(|| format!("service/shop-{number}").parse().expect("an item"))
}

fn on(hot: &HotAlerts, item: &ItemRef) -> Vec<Fingerprint> {
    let prints = |space: &Space| space.on(item).map(|alert| alert.record.fingerprint).collect();
    hot.read(&SpaceId::main(), |space| space.map_or_else(Vec::new, prints))
}

fn scanned_on(hot: &HotAlerts, item: &ItemRef) -> Vec<Fingerprint> {
    let all = hot.all(&SpaceId::main());
    let fitting = all.iter().filter(|alert| alert.record.item.as_ref() == Some(item));
    let mut prints: Vec<_> = fitting.map(|alert| alert.record.fingerprint).collect();
    prints.sort_unstable();
    prints
}

#[test]
fn asking_about_many_labels_still_finds_everything() {
    let (hot, space) = (HotAlerts::default(), SpaceId::main());
    hot.put(&space, fired());
    for round in 0..2 {
        for number in 0..40 {
            let name = format!("label-{number}");
            assert!(found(&hot, &[(&name, "x")]).is_empty(), "round {round}");
        }
        assert_eq!(found(&hot, &[("instance", "host-7")]).len(), 1, "round {round}");
    }
}
