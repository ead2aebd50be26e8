//! Counts over the history of alerts, on both databases.

use std::collections::BTreeSet;

use alerts::{Alert, Event, Firing, Labels, Spell};
use kernel::{Actor, AlertId, ItemRef, Lifecycle, SpaceId, Time};
use reports::{QUARTER_MICROS, Quarter};
use spine::testing::Place;
use spine::{Db, Fault};

use super::store;
use crate::MIGRATIONS;
use crate::practices::alerts::history::store::{self as history, Filter, Placed, Remembered};

spine::both!(MIGRATIONS;
    firings_are_counted_by_rule_and_quarter_of_an_hour,
    firings_are_read_of_some_items_and_of_some_alerts,
);

const QUARTER: i64 = QUARTER_MICROS / 1_000_000;

fn here() -> SpaceId {
    SpaceId::main()
}

/// Firings of an alert about a host, at these seconds.
async fn fired(db: &Db, number: u128, (name, host): (&str, &str), seconds: &[i64]) {
    let labels = Labels::new([("alertname", name), ("host", host)]);
    let by = Actor::Integration("prometheus".to_owned());
    let at = |seconds: i64| {
        Event::Fired(Box::new(Firing {
            at: Time::from_seconds(seconds),
            starts_at: Time::from_seconds(seconds),
            expires_at: Time::from_seconds(seconds + 300),
            fingerprint: labels.fingerprint(),
            source: "prometheus".into(),
            labels: labels.clone(),
            annotations: Labels::default(),
            generator_url: "".into(),
            item: "component/db".parse().ok(),
            origin: None,
            matched_by: None,
            classification: None,
        }))
    };
    let spells: Vec<Spell> = seconds
        .iter()
        .zip(1..)
        .map(|(seconds, n)| Spell::begun(n, &by, &at(*seconds)).unwrap())
        .collect();
    let alert = Alert::born(AlertId::from_bits(number), &at(seconds[0])).unwrap();
    let team = "team/storage".parse().ok();
    let row = Remembered::of(&alert, spells[0].clone(), team);
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            history::put(tx, &here(), std::slice::from_ref(&row)).await?;
            let spells: Vec<_> = spells.iter().map(|spell| (&row, spell)).collect();
            history::put_spells(tx, &here(), &spells).await
        })
    })
    .await
    .unwrap();
}

async fn firings_are_counted_by_rule_and_quarter_of_an_hour(place: Place) {
    let db = &place.db;
    fired(db, 1, ("Disk", "db-1"), &[0, QUARTER - 1, QUARTER]).await;
    fired(db, 2, ("Disk", "db-2"), &[10]).await;
    fired(db, 3, ("Load", "db-1"), &[2 * QUARTER]).await;
    let mut conn = db.reader().await.unwrap();
    let row = |name: &str, quarter, fired| Quarter {
        source: "prometheus".to_owned(),
        name: name.to_owned(),
        quarter,
        fired,
    };
    let all = store::quarters(&mut conn, &here(), &Filter::default(), 10).await.unwrap();
    assert_eq!(all, [row("Disk", 0, 3), row("Disk", 1, 1), row("Load", 2, 1)]);
    let hour = Filter {
        from: Some(Time::from_seconds(1)),
        to: Some(Time::from_seconds(2 * QUARTER)),
        team: Some("team/storage".to_owned()),
        ..Filter::default()
    };
    let some = store::quarters(&mut conn, &here(), &hour, 10).await.unwrap();
    assert_eq!(some, [row("Disk", 0, 2), row("Disk", 1, 1)]);
    let elsewhere = Filter { item: Some("component/web".to_owned()), ..hour.clone() };
    assert!(store::quarters(&mut conn, &here(), &elsewhere, 10).await.unwrap().is_empty());

    let rule = Filter { name: Some("Disk".to_owned()), ..Filter::default() };
    let behind = store::behind(&mut conn, &here(), &rule, 5).await.unwrap();
    let told: Vec<(&str, i64)> = behind
        .iter()
        .map(|alert| (alert.labels.get("host").unwrap_or_default(), alert.fired))
        .collect();
    assert_eq!(told, [("db-1", 3), ("db-2", 1)], "the one that fired most comes first");
    assert_eq!(behind[0].item, "component/db".parse().ok());
    assert_eq!(store::behind(&mut conn, &here(), &rule, 1).await.unwrap().len(), 1);
}

async fn firings_are_read_of_some_items_and_of_some_alerts(place: Place) {
    let db = &place.db;
    fired(db, 1, ("Disk", "db-1"), &[0, 40]).await;
    fired(db, 2, ("Load", "db-1"), &[20]).await;
    let mut conn = db.reader().await.unwrap();
    let item = |name: &str| BTreeSet::from([name.parse::<ItemRef>().unwrap()]);
    let (db_item, web) = (item("component/db"), item("component/web"));
    let (none, one) = (BTreeSet::new(), BTreeSet::from([AlertId::from_bits(1)]));
    let late = Filter { from: Some(Time::from_seconds(10)), ..Filter::default() };
    let mut read = async |filter: &Filter, about, most| {
        let found = store::begun_about(&mut conn, &here(), filter, about, most).await.unwrap();
        let seconds = |placed: &Placed| placed.spell.began_at.micros() / 1_000_000;
        found.map(|found| found.iter().map(seconds).collect::<Vec<_>>())
    };
    let all = Filter::default();
    assert_eq!(
        read(&all, (&db_item, &one), 10).await,
        Some(vec![0, 20, 40]),
        "each once, in order"
    );
    assert_eq!(read(&late, (&db_item, &none), 10).await, Some(vec![20, 40]));
    assert_eq!(read(&all, (&web, &one), 10).await, Some(vec![0, 40]), "by its incident alone");
    assert_eq!(read(&all, (&web, &none), 10).await, Some(vec![]));
    assert_eq!(read(&all, (&db_item, &none), 2).await, None, "one more than is read");
    assert_eq!(read(&all, (&db_item, &one), 3).await.map(|read| read.len()), Some(3));
}
