//! How many durable writes a second, by how many askers at once, on SQLite and (when
//! `OPERATE_TEST_POSTGRES` is set) on PostgreSQL:
//! `cargo run --profile quick -p spine --features testing --example commits`.

use futures::future::join_all;
use kernel::{Actor, Fact, SpaceId};
use spine::db::{SPINE, packs};
use spine::journal::{self, Stamp};
use spine::{Db, Fault, World, testing};

/// Works in each measurement.
const WORKS: usize = 4000;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let (url, _folder) = testing::sqlite_url();
    measure("SQLite", &Db::open(&url, &[SPINE, packs(2)]).await?).await;
    if let Some(cluster) = testing::cluster() {
        let url = testing::postgres_url(&cluster).await;
        measure("PostgreSQL", &Db::open(&url, &[SPINE, packs(2)]).await?).await;
        testing::drop_postgres(&cluster, &url).await;
    }
    Ok(())
}

async fn measure(name: &str, db: &Db) {
    for askers in [1, 16, 64, 256] {
        let works = if askers == 1 { WORKS / 20 } else { WORKS };
        let world = World::system();
        let before = world.now();
        join_all((0..askers).map(|_| ask(db.clone(), works / askers))).await;
        let seconds = world.now().since(before).as_secs_f64();
        let rate = works as f64 / seconds;
        let each = seconds * 1e6 / works as f64;
        println!("{name}: {askers:>3} askers: {rate:>8.0} writes/s, {each:>6.0} µs each");
    }
}

/// One asker: each write appends one entry to the journal, and waits until it is on disk.
async fn ask(db: Db, writes: usize) {
    for _ in 0..writes {
        let done = db
            .write::<_, Fault, _>(|tx| {
                Box::pin(async move {
                    let (space, actor) = (SpaceId::main(), Actor::system("bench"));
                    let at = World::system().now();
                    let fact = Fact {
                        subject: "bench:1".to_owned(),
                        kind: "bench.written".to_owned(),
                        data: serde_json::json!({"text": "about as long as a usual event"}).into(),
                    };
                    let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
                    journal::append(tx, &stamp, &[fact]).await
                })
            })
            .await;
        if let Err(fault) = done {
            eprintln!("{}", fault.chain());
        }
    }
}
