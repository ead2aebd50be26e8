//! The store of offers, on both databases.

use ::swaps::{Command, Given, Offer};
use kernel::{Actor, SpaceId, SwapId, Time};
use spine::engine::{self, Asked};
use spine::testing::Place;
use spine::{Denied, World};

use super::store::{self, SWAPS};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    offers_are_listed_by_schedule_and_those_that_wait_apart,
);

async fn offers_are_listed_by_schedule_and_those_that_wait_apart(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    let mut made: Vec<SwapId> = Vec::new();
    for schedule in ["schedule/shop", "schedule/data"] {
        let offer = Offer {
            schedule: schedule.parse().unwrap(),
            gives: Given {
                person: "person/ada".parse().unwrap(),
                start: Time::from_seconds(2_000_000),
                end: Time::from_seconds(3_000_000),
            },
            to: None,
            wants: None,
            note: String::new(),
        };
        let moment = world.moment(Actor::system("test"));
        let work = db.write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let (space, id) = (SpaceId::main(), moment.id());
                let asked = Asked::new(&space, &moment);
                engine::open_in(tx, &SWAPS, id, &Command::Offer(offer), &asked).await?;
                Ok(id)
            })
        });
        made.push(work.await.unwrap());
    }
    let (moment, id) = (world.moment(Actor::system("test")), made[0]);
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let asked = Asked::new(&space, &moment);
            engine::execute_in(tx, &SWAPS, id, &Command::Withdraw {}, &asked).await
        })
    });
    work.await.unwrap();
    let mut conn = db.reader().await.unwrap();
    let open = store::open(&mut conn, &space).await.unwrap();
    assert_eq!(open.iter().map(|found| found.record.id).collect::<Vec<_>>(), [made[1]]);
    let shop = "schedule/shop".parse().unwrap();
    let of_shop = store::recent(&mut conn, &space, Some(&shop)).await.unwrap();
    assert_eq!(of_shop.iter().map(|found| found.record.id).collect::<Vec<_>>(), [made[0]]);
    assert_eq!(store::recent(&mut conn, &space, None).await.unwrap().len(), 2);
}
