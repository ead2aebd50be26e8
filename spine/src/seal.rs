//! The sealer chains the journal of each space: a seal hashes a run of entries and the seal
//! before, so that a later change of any entry shows. Appends never wait for it.
//!
//! What the chain cannot show by itself: that its newest seals were cut off together with their
//! entries, or that someone who can write to the database rebuilt the whole chain. Against that,
//! keep the newest hash (`operate journal verify` prints it) where the database is not.

use std::collections::BTreeSet;

use kernel::{Entry, GENESIS, SpaceId, Time, seal_run};

use crate::db::{Conn, Db};
use crate::journal::{self, Position, Sealable};
use crate::{Fault, pack, params};

/// Rows of one run at most: entries, or packs of them.
const RUN: i64 = 250;
/// Rows that are read at once. A row may be a pack of many entries: a run of such rows alone would
/// be megabytes, of which the database keeps the memory.
const PIECE: i64 = 25;
/// Rows of the longest run that was ever sealed.
const RUN_EVER: i64 = 1000;

/// The newest seal of a space, or where the chain begins.
struct Tip {
    number: i64,
    position: Position,
    hash: String,
}

/// Seals everything that is not sealed yet; returns how many entries were sealed.
///
/// # Errors
/// When the database refuses. Losing a race against another node is no error.
pub async fn seal_all(db: &Db, now: Time) -> Result<i64, Fault> {
    let spaces = spaces(&mut db.reader().await?).await?;
    let mut sealed = 0;
    for space in spaces {
        loop {
            match seal_run_of(db, &space, now).await {
                Ok(0) => break,
                Ok(entries) => sealed += entries,
                Err(fault) if fault.worth_retrying() => break,
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(sealed)
}

/// Seals the next run. It is read and hashed without the write lock, since entries never change;
/// whoever sealed meanwhile has taken the number of the seal.
async fn seal_run_of(db: &Db, space: &SpaceId, now: Time) -> Result<i64, Fault> {
    let mut conn = db.reader().await?;
    let tip = tip(&mut conn, space).await?;
    let run = next_run(&mut conn, space, tip.position).await?;
    drop(conn);
    let Some(last) = run.last().map(|last| last.row.position) else { return Ok(0) };
    let entries = entries_in(&run);
    let hash = seal_run(&tip.hash, rows_of(&run));
    let values = params![space, tip.number + 1, last.tx, last.seq, entries, hash, now];
    db.write(move |tx| {
        Box::pin(async move {
            tx.run(
                "INSERT INTO seal (space_id, number, to_tx, to_seq, entries, hash, sealed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                values,
            )
            .await?;
            Ok(entries)
        })
    })
    .await
}

/// The rows of the next run: [`RUN`] of them, or fewer that hold as many entries.
async fn next_run(
    conn: &mut Conn,
    space: &SpaceId,
    mut position: Position,
) -> Result<Vec<Sealable>, Fault> {
    let mut run: Vec<Sealable> = Vec::new();
    while entries_in(&run) < RUN {
        let piece = journal::rows_in_space(conn, space, position, PIECE).await?;
        let Some(last) = piece.last() else { break };
        position = last.row.position;
        run.extend(piece);
    }
    Ok(run)
}

fn rows_of(run: &[Sealable]) -> impl Iterator<Item = &Entry> {
    run.iter().map(|sealable| &sealable.row.entry)
}

fn entries_in(run: &[Sealable]) -> i64 {
    run.iter().map(|sealable| sealable.entries).sum()
}

async fn tip(conn: &mut Conn, space: &SpaceId) -> Result<Tip, Fault> {
    let sql = "SELECT number, to_tx, to_seq, hash FROM seal WHERE space_id = $1 \
               ORDER BY number DESC LIMIT 1";
    Ok(match conn.first(sql, params![space]).await? {
        Some(row) => Tip {
            number: row.get("number")?,
            position: Position { tx: row.get("to_tx")?, seq: row.get("to_seq")? },
            hash: row.get("hash")?,
        },
        None => Tip { number: 0, position: Position::START, hash: GENESIS.to_owned() },
    })
}

/// What a check of the chain found.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Proof {
    /// The space.
    pub space: SpaceId,
    /// Seals that hold, counted from the first.
    pub seals: i64,
    /// Entries under these seals.
    pub entries: i64,
    /// Entries after the last seal: not proven yet.
    pub unsealed: i64,
    /// Hash of the newest seal that holds: kept elsewhere, it proves everything up to there.
    pub hash: String,
    /// The first run that does not match its seal, if any.
    pub broken: Option<Broken>,
}

/// A run whose entries are not what was sealed.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Broken {
    /// Number of the seal.
    pub seal: i64,
    /// The run begins after this entry …
    pub after_seq: i64,
    /// … and ends with this one.
    pub to_seq: i64,
    /// What is wrong, in words.
    pub why: String,
}

/// Walks the chain of every space from its beginning and compares.
///
/// # Errors
/// When the database refuses.
pub async fn verify(conn: &mut Conn) -> Result<Vec<Proof>, Fault> {
    let mut spaces = spaces(conn).await?;
    for row in conn.all("SELECT DISTINCT space_id FROM seal", vec![]).await? {
        spaces.insert(row.get("space_id")?);
    }
    let mut proofs = Vec::new();
    for space in spaces {
        proofs.push(verify_space(conn, &space).await?);
    }
    Ok(proofs)
}

/// Whether this hash, kept elsewhere, is that of a seal that is there now: then everything up to
/// that seal is what it was when the hash was kept, as long as the chain is whole. Gives the space
/// and the number of the seal.
///
/// # Errors
/// When the database refuses.
pub async fn find(conn: &mut Conn, hash: &str) -> Result<Option<(SpaceId, i64)>, Fault> {
    let sql = "SELECT space_id, number FROM seal WHERE hash = $1 ORDER BY space_id LIMIT 1";
    match conn.first(sql, params![hash]).await? {
        Some(row) => Ok(Some((row.get("space_id")?, row.get("number")?))),
        None => Ok(None),
    }
}

/// The spaces that the journal knows, found by hopping over the index instead of walking it.
async fn spaces(conn: &mut Conn) -> Result<BTreeSet<SpaceId>, Fault> {
    let sql = "WITH RECURSIVE hop(space_id) AS (SELECT MIN(space_id) FROM journal UNION ALL \
               SELECT (SELECT MIN(space_id) FROM journal WHERE space_id > hop.space_id) \
               FROM hop WHERE hop.space_id IS NOT NULL) \
               SELECT space_id FROM hop WHERE space_id IS NOT NULL";
    conn.all(sql, vec![]).await?.iter().map(|row| row.get("space_id")).collect()
}

async fn verify_space(conn: &mut Conn, space: &SpaceId) -> Result<Proof, Fault> {
    let mut proof = Proof {
        space: space.clone(),
        seals: 0,
        entries: 0,
        unsealed: 0,
        hash: GENESIS.to_owned(),
        broken: None,
    };
    let mut position = Position::START;
    let sql = "SELECT number, to_tx, to_seq, entries, hash FROM seal \
               WHERE space_id = $1 AND number > $2 ORDER BY number LIMIT 1";
    while let Some(row) = conn.first(sql, params![space, proof.seals]).await? {
        let (number, entries): (i64, i64) = (row.get("number")?, row.get("entries")?);
        let to = Position { tx: row.get("to_tx")?, seq: row.get("to_seq")? };
        let run = run_between(conn, space, position, to).await?;
        let recomputed = seal_run(&proof.hash, rows_of(&run));
        let why = if number != proof.seals + 1 {
            Some(format!("seal {} is missing", proof.seals + 1))
        } else if entries_in(&run) != entries {
            Some(format!("{entries} entries were sealed, {} are there", entries_in(&run)))
        } else if recomputed != row.get::<String>("hash")? {
            Some("an entry or the seal itself was altered".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            proof.broken =
                Some(Broken { seal: number, after_seq: position.seq, to_seq: to.seq, why });
            return Ok(proof);
        }
        (proof.hash, position) = (recomputed, to);
        proof.seals = number;
        proof.entries += entries;
    }
    proof.unsealed = pack::count_after(conn, space, position).await?;
    Ok(proof)
}

async fn run_between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Position,
    to: Position,
) -> Result<Vec<Sealable>, Fault> {
    let mut run = journal::rows_in_space(conn, space, from, RUN_EVER + 1).await?;
    run.retain(|sealable| sealable.row.position <= to);
    Ok(run)
}
