//! The store of mappings and examples, on both databases.

use alerts::MappingRule;
use kernel::{Actor, SpaceId, Time};
use serde_json::json;
use spine::journal::Stamp;
use spine::testing::Place;
use spine::{Denied, Fault, World};

use super::store::{self, EXAMPLES, Example};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    the_last_examples_of_each_integration_are_kept,
    a_mapping_is_edited_against_its_version,
);

const NOON: Time = Time::from_seconds(1_772_366_400);

async fn the_last_examples_of_each_integration_are_kept(place: Place) {
    let world = World::manual(NOON, 7);
    for (integration, count) in [("a", EXAMPLES + 5), ("b", 1)] {
        for number in 0..count {
            let moment = world.moment(Actor::system("test"));
            let example = Example {
                id: moment.id(),
                at: moment.now,
                outcome: "no rule is for it".to_owned(),
                headers: json!({}),
                event: json!({}),
                body: json!({ "number": number }),
            };
            world.clock.advance(std::time::Duration::from_secs(1));
            let keep = place.db.write::<_, Fault, _>(move |tx| {
                Box::pin(
                    async move { store::keep(tx, &SpaceId::main(), integration, &[example]).await },
                )
            });
            keep.await.unwrap();
        }
    }
    let mut conn = place.db.reader().await.unwrap();
    let kept = store::examples(&mut conn, &SpaceId::main(), "a").await.unwrap();
    assert_eq!(kept.len() as i64, EXAMPLES);
    assert_eq!(kept[0].body["number"], EXAMPLES + 4, "the newest first");
    let other = store::examples(&mut conn, &SpaceId::main(), "b").await.unwrap();
    assert_eq!(other.len(), 1);
    let elsewhere = store::examples(&mut conn, &SpaceId::new("other"), "a").await.unwrap();
    assert_eq!(elsewhere, []);
}

async fn a_mapping_is_edited_against_its_version(place: Place) {
    let put = async |title: &str, expected: Option<i64>| {
        let rule = MappingRule { title: title.to_owned(), ..MappingRule::default() };
        let put = place.db.write(move |tx| {
            Box::pin(async move {
                let (space, actor) = (SpaceId::main(), Actor::system("test"));
                let stamp = Stamp { space: &space, at: NOON, actor: &actor, cause: None };
                store::put_mapping(tx, &stamp, "hook", &[rule], expected).await
            })
        });
        put.await
    };
    assert_eq!(put("'a'", Some(0)).await.unwrap(), 1);
    assert!(matches!(put("'b'", Some(0)).await, Err(Denied::Stale { .. })));
    assert_eq!(put("'c'", None).await.unwrap(), 2);
    let mut conn = place.db.reader().await.unwrap();
    let (rules, version) =
        store::mapping(&mut conn, &SpaceId::main(), "hook").await.unwrap().unwrap();
    assert_eq!((rules[0].title.as_str(), version), ("'c'", 2));
    assert_eq!(store::mapping(&mut conn, &SpaceId::main(), "other").await.unwrap(), None);
}
