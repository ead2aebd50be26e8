use std::time::Duration;

use kernel::{Actor, Data, Fact};

use super::counter::*;
use crate::journal::{self, Filter, Position, Stamp};
use crate::pack::append_flood;
use crate::testing::{Place, whole_journal};
use crate::{Db, Fault, params, seal};

crate::both!(MIGRATIONS;
    a_flood_reads_back_entry_by_entry,
    a_reader_may_stop_and_go_on_anywhere,
    the_entries_of_one_subject_are_found,
    the_entries_of_a_time_are_found,
    pages_of_a_list_lose_nothing,
    a_flood_is_sealed_and_a_change_of_it_shows,
    what_was_undone_is_not_handed_on,
);

const FLOOD: usize = 150;

fn facts(kind: &str) -> Vec<Fact> {
    (0..FLOOD)
        .map(|number| Fact {
            subject: format!("test:{}", number % 100),
            kind: kind.to_owned(),
            data: Data::stored(format!(r#"{{"n":{number},"text":"a \"quoted\" line\n"}}"#)),
        })
        .collect()
}

/// A single entry, a flood, and a single entry again; read by a process that wrote none of them.
async fn flooded(place: &Place) -> Db {
    append(&place.db, &space(), "before").await;
    place
        .db
        .write::<_, Fault, _>(|tx| {
            Box::pin(async move {
                let (space, actor) = (space(), Actor::system("test"));
                let stamp = Stamp { space: &space, at: NOON, actor: &actor, cause: Some(1) };
                append_flood(tx, &stamp, &facts("flood.fired")).await
            })
        })
        .await
        .unwrap();
    append(&place.db, &space(), "after").await;
    whole_journal(&place.db).await;
    Db::open(&place.url, MIGRATIONS).await.unwrap()
}

async fn a_flood_reads_back_entry_by_entry(place: Place) {
    let reader = flooded(&place).await;
    let mut conn = reader.reader().await.unwrap();
    let read = journal::after(&mut conn, Position::START, 1000).await.unwrap();
    assert_eq!(read.len(), FLOOD + 2);
    let texts: Vec<&str> = read[1..=FLOOD].iter().map(|one| one.entry.data.text()).collect();
    let written = facts("flood.fired");
    assert_eq!(texts, written.iter().map(|fact| fact.data.text()).collect::<Vec<_>>());
    assert_eq!(read[7].entry.subject, "test:6");
    assert_eq!((read[7].entry.kind.as_str(), read[7].entry.cause), ("flood.fired", Some(1)));
    let seqs: Vec<i64> = read.iter().map(|one| one.entry.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "each has a number of its own");
    drop(conn);
    // The process that wrote them gives the same from memory.
    let mut conn = place.db.reader().await.unwrap();
    let first = read[0].position;
    let warm = journal::after(&mut conn, first, 1000).await.unwrap();
    assert!(warm.iter().zip(&read[1..]).all(|(warm, cold)| warm.entry == cold.entry));
    assert_eq!(warm.len(), FLOOD + 1);
}

async fn a_reader_may_stop_and_go_on_anywhere(place: Place) {
    let reader = flooded(&place).await;
    let mut conn = reader.reader().await.unwrap();
    let all = journal::after(&mut conn, Position::START, 1000).await.unwrap();
    for step in [1_usize, 7, 64, 100] {
        let (mut at, mut seen) = (Position::START, Vec::new());
        loop {
            let read = journal::after(&mut conn, at, step as i64).await.unwrap();
            let Some(last) = read.last() else { break };
            at = last.position;
            seen.extend(read.iter().map(|one| one.entry.seq));
        }
        assert_eq!(seen, all.iter().map(|one| one.entry.seq).collect::<Vec<_>>());
    }
}

async fn the_entries_of_one_subject_are_found(place: Place) {
    let reader = flooded(&place).await;
    let mut conn = reader.reader().await.unwrap();
    let of = |subject: &str| Filter {
        subject: Some(subject.to_owned()),
        limit: 10,
        ..Filter::default()
    };
    let found = journal::list(&mut conn, &space(), &of("test:6")).await.unwrap();
    let texts: Vec<&str> = found.iter().map(|entry| entry.data.text()).collect();
    assert_eq!(texts.len(), 2, "the newest first: {texts:?}");
    assert!(texts[0].contains("\"n\":106,") && texts[1].contains("\"n\":6,"));
    let both = journal::list(&mut conn, &space(), &of("test:1")).await.unwrap();
    assert_eq!(both.len(), 4, "two alone and two of the flood");
    assert!(both.is_sorted_by(|a, b| a.seq > b.seq));
}

async fn the_entries_of_a_time_are_found(place: Place) {
    let db = flooded(&place).await;
    let later = NOON + Duration::from_secs(60);
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (space, actor) = (space(), Actor::system("test"));
            let stamp = Stamp { space: &space, at: later, actor: &actor, cause: None };
            append_flood(tx, &stamp, &facts("flood.ended")).await
        })
    });
    work.await.unwrap();
    let mut conn = db.reader().await.unwrap();
    let mut found = async |subject: Option<&str>, from, to| {
        let subject = subject.map(str::to_owned);
        let filter = Filter { subject, from, to, limit: 1000, ..Filter::default() };
        journal::list(&mut conn, &space(), &filter).await.unwrap().len()
    };
    for (subject, before, after) in [(None, FLOOD + 2, FLOOD), (Some("test:6"), 2, 2)] {
        assert_eq!(found(subject, None, None).await, before + after);
        assert_eq!(found(subject, Some(later), None).await, after, "its first moment is in it");
        assert_eq!(found(subject, None, Some(later)).await, before, "its end is not");
        assert_eq!(found(subject, Some(NOON), Some(later)).await, before);
        assert_eq!(found(subject, Some(later), Some(later)).await, 0);
    }
}

async fn pages_of_a_list_lose_nothing(place: Place) {
    let reader = flooded(&place).await;
    let mut conn = reader.reader().await.unwrap();
    for kind_prefix in [None, Some("flood.".to_owned())] {
        let (mut before_seq, mut seen) = (None, 0);
        loop {
            let filter = Filter {
                before_seq,
                limit: 13,
                kind_prefix: kind_prefix.clone(),
                ..Filter::default()
            };
            let page = journal::list(&mut conn, &space(), &filter).await.unwrap();
            seen += page.len();
            match page.last() {
                Some(last) => before_seq = Some(last.seq),
                None => break,
            }
        }
        assert_eq!(seen, if kind_prefix.is_some() { FLOOD } else { FLOOD + 2 });
    }
}

async fn a_flood_is_sealed_and_a_change_of_it_shows(place: Place) {
    let reader = flooded(&place).await;
    let sealed = i64::try_from(FLOOD + 2).unwrap();
    let unsealed = seal::verify(&mut reader.reader().await.unwrap()).await.unwrap().remove(0);
    assert_eq!((unsealed.entries, unsealed.unsealed), (0, sealed));
    assert_eq!(seal::seal_all(&reader, NOON).await.unwrap(), sealed);
    let proof = seal::verify(&mut reader.reader().await.unwrap()).await.unwrap().remove(0);
    assert_eq!((proof.entries, proof.unsealed, proof.broken), (sealed, 0, None));
    let deed = "UPDATE journal SET data = replace(data, '\"n\":77,', '\"n\":78,') \
                WHERE kind = 'flood.fired'";
    assert!(sql(&reader, deed, params![]).await.unwrap() > 0);
    let proof = seal::verify(&mut reader.reader().await.unwrap()).await.unwrap().remove(0);
    assert!(proof.broken.is_some());
}

async fn what_was_undone_is_not_handed_on(place: Place) {
    append(&place.db, &space(), "one").await;
    let undone = place
        .db
        .write::<(), Fault, _>(|tx| {
            Box::pin(async move {
                let (space, actor) = (space(), Actor::system("test"));
                let stamp = Stamp { space: &space, at: NOON, actor: &actor, cause: None };
                append_flood(tx, &stamp, &facts("flood.undone")).await?;
                tx.mark().await?;
                append_flood(tx, &stamp, &facts("flood.undone")).await?;
                tx.undo().await?;
                Err(Fault::Other("changed its mind".to_owned()))
            })
        })
        .await;
    assert!(undone.is_err());
    append(&place.db, &space(), "two").await;
    assert_eq!(kinds(&place.db).await, ["one", "two"]);
}
