use std::collections::BTreeSet;

use super::counter::*;
use crate::nodes::{NodeId, Presence};
use crate::testing::{Place, on_postgres};
use crate::{Db, World};

fn node(db: &Db) -> (NodeId, Presence) {
    let id = NodeId::fresh(&World::system());
    (id, Presence::of(db, id))
}

async fn both_know_each_other(one: &mut Presence, other: &mut Presence, names: &BTreeSet<NodeId>) {
    one.living().await.unwrap();
    assert_eq!(other.living().await.unwrap(), *names);
    assert_eq!(one.living().await.unwrap(), *names);
}

#[test]
fn on_postgres_a_process_is_known_as_long_as_it_lives() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let ((one, mut first), (other, mut second)) = (node(&place.db), node(&place.db));
        both_know_each_other(&mut first, &mut second, &BTreeSet::from([one, other])).await;
        // Nothing is said, its connection is gone: as with SIGKILL.
        drop(first);
        while second.living().await.unwrap() != BTreeSet::from([other]) {
            breathe().await;
        }
    });
}

#[test]
fn on_postgres_whoever_loses_the_connection_is_back_with_a_new_one() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let ((one, mut first), (other, mut second)) = (node(&place.db), node(&place.db));
        both_know_each_other(&mut first, &mut second, &BTreeSet::from([one, other])).await;
        let cut = "SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_locks \
                   WHERE locktype = 'advisory' AND database = \
                   (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(count(&place.db, cut).await, 2);
        while first.living().await.is_err() || second.living().await.is_err() {
            breathe().await;
        }
        both_know_each_other(&mut first, &mut second, &BTreeSet::from([one, other])).await;
    });
}

#[test]
fn on_sqlite_there_is_one() {
    crate::testing::on_sqlite(MIGRATIONS, |place: Place| async move {
        let (one, mut alone) = node(&place.db);
        assert_eq!(alone.living().await.unwrap(), BTreeSet::from([one]));
    });
}
