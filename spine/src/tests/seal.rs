use kernel::SpaceId;

use super::counter::*;
use crate::seal::{self, Proof};
use crate::testing::{Place, on_postgres, whole_journal};
use crate::{Db, Value, params};

crate::both!(MIGRATIONS;
    an_untouched_chain_holds_and_tells_what_is_not_sealed_yet,
    a_hash_that_was_kept_is_found_as_long_as_its_seal_stands,
    an_altered_entry_is_named,
    a_deleted_entry_is_named,
    an_inserted_entry_is_named,
    a_deleted_seal_is_named,
    an_altered_seal_is_named,
    each_space_has_a_chain_of_its_own,
    long_journals_are_sealed_in_several_runs,
);

/// Three seals over two entries each, in the first space.
async fn sealed(db: &Db) {
    for number in 0..3 {
        append(db, &space(), &format!("a.{number}")).await;
        append(db, &space(), &format!("b.{number}")).await;
        whole_journal(db).await;
        assert_eq!(seal::seal_all(db, NOON).await.unwrap(), 2);
    }
}

async fn proofs(db: &Db) -> Vec<Proof> {
    seal::verify(&mut db.reader().await.unwrap()).await.unwrap()
}

/// Does the deed, and returns the number of the broken seal and what is said about it.
async fn after(db: &Db, deed: &'static str, values: Vec<Value>) -> (i64, String) {
    sealed(db).await;
    assert_eq!(sql(db, deed, values).await.unwrap(), 1);
    let proof = proofs(db).await.remove(0);
    let broken = proof.broken.expect("the deed shows");
    assert_eq!(proof.seals, broken.seal.min(2) - 1, "seals before it hold");
    assert!(broken.after_seq < broken.to_seq);
    (broken.seal, broken.why)
}

async fn an_untouched_chain_holds_and_tells_what_is_not_sealed_yet(place: Place) {
    sealed(&place.db).await;
    append(&place.db, &space(), "fresh").await;
    let proof = proofs(&place.db).await.remove(0);
    assert_eq!((proof.seals, proof.entries, proof.unsealed), (3, 6, 1));
    assert_eq!(proof.broken, None);
    assert_eq!(proof.hash.len(), 64);
}

async fn a_hash_that_was_kept_is_found_as_long_as_its_seal_stands(place: Place) {
    sealed(&place.db).await;
    let kept = proofs(&place.db).await.remove(0).hash;
    append(&place.db, &space(), "later").await;
    whole_journal(&place.db).await;
    seal::seal_all(&place.db, NOON).await.unwrap();
    let mut conn = place.db.reader().await.unwrap();
    assert_eq!(seal::find(&mut conn, &kept).await.unwrap(), Some((space(), 3)));
    assert_eq!(seal::find(&mut conn, "0000").await.unwrap(), None);
}

async fn an_altered_entry_is_named(place: Place) {
    let deed = "UPDATE journal SET data = '{}' WHERE kind = $1";
    let (seal, why) = after(&place.db, deed, params!["b.1"]).await;
    assert_eq!((seal, why.as_str()), (2, "an entry or the seal itself was altered"));
}

async fn a_deleted_entry_is_named(place: Place) {
    let (seal, why) = after(&place.db, "DELETE FROM journal WHERE kind = $1", params!["a.1"]).await;
    assert_eq!((seal, why.as_str()), (2, "2 entries were sealed, 1 are there"));
}

async fn an_inserted_entry_is_named(place: Place) {
    let deed = "INSERT INTO journal (seq, tx, space_id, at, actor, subject, kind, data) \
                SELECT 0, tx, space_id, at, actor, subject, kind, data FROM journal \
                WHERE kind = $1";
    let (seal, why) = after(&place.db, deed, params!["a.0"]).await;
    assert_eq!((seal, why.as_str()), (1, "2 entries were sealed, 3 are there"));
}

async fn a_deleted_seal_is_named(place: Place) {
    let (seal, why) = after(&place.db, "DELETE FROM seal WHERE number = $1", params![2]).await;
    assert_eq!((seal, why.as_str()), (3, "seal 2 is missing"));
}

async fn an_altered_seal_is_named(place: Place) {
    let deed = "UPDATE seal SET hash = 'f' WHERE number = $1";
    let (seal, why) = after(&place.db, deed, params![2]).await;
    assert_eq!((seal, why.as_str()), (2, "an entry or the seal itself was altered"));
}

async fn each_space_has_a_chain_of_its_own(place: Place) {
    let (db, other) = (&place.db, SpaceId::new("other"));
    append(db, &other, "theirs").await;
    sealed_with(db, &other).await;
    let proofs = proofs(db).await;
    assert_eq!(proofs.len(), 2);
    assert!(proofs.iter().all(|proof| proof.broken.is_none() && proof.unsealed == 0));
    let deed = "UPDATE journal SET actor = 'person:eve' WHERE space_id = $1";
    sql(db, deed, params![&other]).await.unwrap();
    let broken: Vec<bool> = self::proofs(db).await.iter().map(|p| p.broken.is_some()).collect();
    assert_eq!(broken, [false, true]);
}

async fn sealed_with(db: &Db, other: &SpaceId) {
    append(db, &space(), "ours").await;
    append(db, other, "theirs again").await;
    whole_journal(db).await;
    assert_eq!(seal::seal_all(db, NOON).await.unwrap(), 3);
}

async fn long_journals_are_sealed_in_several_runs(place: Place) {
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
                INSERT INTO journal (tx, space_id, at, actor, subject, kind, data) \
                SELECT 0, 'default', 0, 'system:test', 's:1', 'filled', '1' FROM n";
    assert_eq!(sql(&place.db, fill, vec![]).await.unwrap(), 2500);
    assert_eq!(seal::seal_all(&place.db, NOON).await.unwrap(), 2500);
    let proof = proofs(&place.db).await.remove(0);
    assert_eq!((proof.seals, proof.entries, proof.broken), (10, 2500, None));
}

#[test]
fn on_postgres_two_sealers_seal_each_entry_once() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let second = Db::open(&place.url, MIGRATIONS).await.unwrap();
        for round in 0..5 {
            append(&place.db, &space(), &format!("entry.{round}")).await;
            whole_journal(&place.db).await;
            let (one, two) =
                futures::join!(seal::seal_all(&place.db, NOON), seal::seal_all(&second, NOON));
            assert_eq!(one.unwrap() + two.unwrap(), 1);
        }
        let proof = proofs(&place.db).await.remove(0);
        assert_eq!((proof.seals, proof.entries, proof.broken), (5, 5, None));
    });
}
