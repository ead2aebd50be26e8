//! The history of alerts in the database, on both.

use std::collections::BTreeSet;
use std::sync::Arc;

use alerts::{
    Alert, Class, Classification, Event, Firing, ImpactClass, Labels, Response, Spell, Stage,
};
use kernel::{Actor, AlertId, Lifecycle, SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Fault};

use super::keeper::forget;
use super::store::{self, Filter, Remembered};
use crate::MIGRATIONS;
use crate::listing::{Page, Sort};
use crate::practices::alerts::store as alert_store;

spine::both!(MIGRATIONS;
    history_is_found_by_what_was_asked,
    pages_go_on_where_the_one_before_ended,
    what_is_over_for_long_enough_is_forgotten_in_small_batches,
    signals_are_counted_by_source_and_hour,
);

const DAY: i64 = 86_400;

fn here() -> SpaceId {
    SpaceId::main()
}

fn at(seconds: i64) -> Time {
    Time::from_seconds(seconds)
}

/// Full disks are classified here, and nothing else.
fn classified(name: &str) -> Option<Arc<Classification>> {
    let impacts = BTreeSet::from([ImpactClass::Performance, ImpactClass::Compliance]);
    (name == "DiskFull").then(|| {
        let (class, response) = (Class::Warning, Response::OpenPotential);
        let rule = "disks".to_owned();
        Arc::new(Classification { class, response, impacts, rule, boundary_at: None })
    })
}

/// An alert that fired at a time and, if so said, cleared at another and was closed.
fn remembered(number: u128, name: &str, began: i64, ended: Option<i64>) -> Remembered {
    let labels = Labels::new([("alertname", name), ("host", "db-1")]);
    let by = Actor::Integration("prometheus".to_owned());
    let firing = Event::Fired(Box::new(Firing {
        at: at(began),
        starts_at: at(began),
        expires_at: at(began + 300),
        fingerprint: labels.fingerprint(),
        source: "prometheus".into(),
        labels,
        annotations: Labels::new([("summary", "Disk of db-1 is full")]),
        generator_url: "".into(),
        item: "component/db".parse().ok(),
        origin: None,
        matched_by: None,
        classification: classified(name),
    }));
    let mut alert = Alert::born(AlertId::from_bits(number), &firing).unwrap();
    let mut spell = Spell::begun(i64::try_from(number).unwrap(), &by, &firing).unwrap();
    if let Some(ended) = ended {
        spell.ended_at = Some(at(ended));
        alert.apply(&Event::Closed { at: at(ended) });
    }
    Remembered::of(&alert, spell, "team/storage".parse().ok())
}

async fn kept(db: &Db, rows: &[Remembered]) {
    let rows = rows.to_vec();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            store::put(tx, &here(), &rows).await?;
            let spells: Vec<_> = rows.iter().map(|row| (row, &row.spell)).collect();
            store::put_spells(tx, &here(), &spells).await
        })
    })
    .await
    .unwrap();
}

async fn names(db: &Db, filter: Filter) -> Vec<String> {
    let page = Page::first(50, Sort::ascending("began_at", true));
    let mut conn = db.reader().await.unwrap();
    let (rows, total) = store::list(&mut conn, &here(), &filter, &page).await.unwrap();
    assert_eq!(rows.len() as i64, total);
    rows.into_iter().map(|row| row.name).collect()
}

async fn history_is_found_by_what_was_asked(place: Place) {
    let db = &place.db;
    let mut seen = remembered(2, "HighLoad", 500, Some(900));
    seen.spell.acknowledged_at = Some(at(600));
    let all =
        [remembered(1, "DiskFull", 100, Some(200)), seen, remembered(3, "NoAnswer", 700, None)];
    kept(db, &all).await;
    kept(db, &all).await;
    assert_eq!(names(db, Filter::default()).await, ["DiskFull", "HighLoad", "NoAnswer"]);
    let between = |from, to| Filter { from: Some(at(from)), to: Some(at(to)), ..Filter::default() };
    assert_eq!(names(db, between(150, 500)).await, ["DiskFull"], "it reached into that time");
    assert_eq!(names(db, between(201, 500)).await, Vec::<String>::new());
    assert_eq!(names(db, between(5_000, 6_000)).await, ["NoAnswer"], "what fires goes on");
    let looked_at = |yes| Filter { acknowledged: Some(yes), ..Filter::default() };
    assert_eq!(names(db, looked_at(true)).await, ["HighLoad"]);
    assert_eq!(names(db, looked_at(false)).await, ["DiskFull", "NoAnswer"]);
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let one = Some;
    for (filter, expected) in [
        (Filter { states: texts(&["closed"]), ..Filter::default() }, 2),
        (Filter { severities: texts(&["critical"]), ..Filter::default() }, 0),
        (Filter { classes: texts(&["warning"]), ..Filter::default() }, 1),
        (Filter { classes: texts(&["unclassified", "exception"]), ..Filter::default() }, 2),
        (Filter { impacts: texts(&["security", "compliance"]), ..Filter::default() }, 1),
        (Filter { impacts: texts(&["security"]), ..Filter::default() }, 0),
        (Filter { name: one("DiskFull".into()), ..Filter::default() }, 1),
        (Filter { item: one("component/db".into()), ..Filter::default() }, 3),
        (Filter { team: one("team/other".into()), ..Filter::default() }, 0),
        (Filter { source: one("prometheus".into()), ..Filter::default() }, 3),
        (Filter { labels: texts(&["host=db-1"]), ..Filter::default() }, 3),
        (Filter { labels: texts(&["host=db"]), ..Filter::default() }, 0),
        (Filter { text: one("DISK OF".into()), ..Filter::default() }, 3),
    ] {
        assert_eq!(names(db, filter.clone()).await.len(), expected, "{filter:?}");
    }
    let mut conn = db.reader().await.unwrap();
    let ids = [AlertId::from_bits(1), AlertId::from_bits(2)];
    let known = store::by_id(&mut conn, &here(), &ids).await.unwrap();
    assert_eq!(known[&ids[0]], all[0]);
    assert_eq!(known[&ids[0]].state, Stage::Closed);
    let spells = store::spells(&mut conn, &here(), &ids, &between(150, 400), 10).await.unwrap();
    assert_eq!(spells.len(), 1, "only spells of the time are shown");
    assert_eq!(spells[&ids[0]], [all[0].spell.clone()]);
    let begun = store::begun_between(&mut conn, &here(), &between(100, 700), 10).await.unwrap();
    let begun: Vec<&str> = begun.iter().map(|placed| placed.name.as_str()).collect();
    assert_eq!(begun, ["DiskFull", "HighLoad"]);
    let others = Filter { team: Some("team/other".into()), ..Filter::default() };
    assert!(store::begun_between(&mut conn, &here(), &others, 10).await.unwrap().is_empty());
    let elsewhere = SpaceId::new("elsewhere");
    assert!(store::by_id(&mut conn, &elsewhere, &ids).await.unwrap().is_empty());
}

async fn pages_go_on_where_the_one_before_ended(place: Place) {
    let rows: Vec<Remembered> =
        (1..6).map(|n| remembered(n, &format!("Rule{n}"), 100, None)).collect();
    kept(&place.db, &rows).await;
    let mut conn = place.db.reader().await.unwrap();
    for (column, number) in [("began_at", true), ("name", false), ("gravity", true)] {
        let sort = || Sort::descending(column, number);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let asked = crate::listing::PageQuery { limit: Some(2), after };
            let page = Page::of(&asked, sort()).unwrap();
            let filter = Filter::default();
            let (rows, total) = store::list(&mut conn, &here(), &filter, &page).await.unwrap();
            assert_eq!(total, 5);
            let last =
                rows.last().map(|last| (store::sort_value(last, column), last.id.to_string()));
            after = page.next(rows.len(), last);
            found.extend(rows.into_iter().map(|row| row.name));
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, ["Rule5", "Rule4", "Rule3", "Rule2", "Rule1"], "by {column}");
    }
}

async fn what_is_over_for_long_enough_is_forgotten_in_small_batches(place: Place) {
    let db = &place.db;
    let old = |n: u128| remembered(n, "Old", 0, Some(DAY * n as i64));
    let rows = [old(1), old(2), old(3), remembered(4, "Fires", 0, None)];
    kept(db, &rows).await;
    let before = at(DAY * 3);
    let mut conn = db.reader().await.unwrap();
    assert_eq!(store::oldest(&mut conn).await.unwrap(), Some(at(DAY)));
    drop(conn);
    let mut removed = Vec::new();
    loop {
        match forget(db, before, 1).await.unwrap() {
            0 => break,
            count => removed.push(count),
        }
    }
    assert_eq!(removed, [1, 1, 1, 1], "two spells, then their two alerts, one at a time");
    assert_eq!(names(db, Filter::default()).await.len(), 2);
    let mut conn = db.reader().await.unwrap();
    assert_eq!(store::oldest(&mut conn).await.unwrap(), Some(before), "the rest is young enough");
}

async fn signals_are_counted_by_source_and_hour(place: Place) {
    let db = &place.db;
    let count = async |seconds: i64, counts: Vec<(&'static str, i64)>| {
        let counts: Vec<(std::sync::Arc<str>, i64)> =
            counts.into_iter().map(|(source, count)| (source.into(), count)).collect();
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(
                async move { alert_store::count_signals(tx, &here(), at(seconds), &counts).await },
            )
        });
        work.await.unwrap();
    };
    count(10, vec![("prometheus", 3), ("zabbix", 1)]).await;
    count(3_599, vec![("prometheus", 4)]).await;
    count(3_600, vec![("prometheus", 5)]).await;
    count(3_601, vec![]).await;
    let mut conn = db.reader().await.unwrap();
    let sql = "SELECT source, hour, signals FROM signal_count ORDER BY hour, source";
    let rows = conn.all(sql, vec![]).await.unwrap();
    let found: Vec<(String, Time, i64)> = rows
        .iter()
        .map(|row| {
            let read = |column| row.get(column).unwrap();
            (row.get("source").unwrap(), row.get("hour").unwrap(), read("signals"))
        })
        .collect();
    let hour = |source: &str, hour, signals| (source.to_owned(), at(hour), signals);
    let expected = [hour("prometheus", 0, 7), hour("zabbix", 0, 1), hour("prometheus", 3_600, 5)];
    assert_eq!(found, expected);
    let late =
        Filter { from: Some(at(3_000)), source: Some("prometheus".into()), ..Filter::default() };
    let counted = store::signals_between(&mut conn, &here(), &late).await.unwrap();
    let counts: Vec<u64> = counted.iter().map(|(_, _, signals)| *signals).collect();
    assert_eq!(counts, [7, 5], "the hour in which the time begins counts");
    drop(conn);
    let forgotten = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let alerts = store::forget_alerts(tx, at(1), 10).await?;
            let spells = store::forget_spells(tx, at(1), 10).await?;
            Ok((alerts, spells, store::forget_counts(tx, at(3_600), 10).await?))
        })
    });
    assert_eq!(forgotten.await.unwrap(), (0, 0, 2));
}
