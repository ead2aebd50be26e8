//! Backup and restore: one logical format for both databases, so that a backup of SQLite restores
//! into PostgreSQL and back.
//!
//! A backup is lines of JSON: a header that names format, version of schema and product, and the
//! tables with their columns and numbers of rows; then the rows as arrays; then the SHA-256 of
//! everything before. It is taken from one snapshot while Operate runs.
//!
//! **In it:** all records, the journal with its seals, accounts with password hashes, hashes of
//! tokens and keys, and the keys that are sealed under the key file. **Not in it:** the key file
//! itself (keep it elsewhere: who holds both can sign links), the configuration, and sessions
//! (everyone signs in again).

pub mod kept;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::{Time, hex};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use spine::db::{self, ColumnKind, Relation, Snapshot};
use spine::seal::{self, Proof};
use spine::{Db, Fault, Tx, Value};

use crate::MIGRATIONS;
use crate::sole::Sole;

/// Names the format; the number rises when older readers could not read it.
const FORMAT: &str = "operate-backup/1";
/// What the name of a file ends with until it is complete.
const PARTIAL: &str = ".partial";
/// Tables that belong to one run of one installation.
const LEFT_OUT: &[&str] = &["session", "setup_code"];

/// The first line of a backup.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Names the format.
    pub format: String,
    /// Version of Operate that made it.
    pub product: String,
    /// Version of the schema.
    pub schema: i64,
    /// When it was made.
    pub made_at: Time,
    /// Tells key files apart, without giving them away: which one the sealed keys belong to.
    pub key_id: Option<String>,
    /// The tables, in the order of their rows below.
    pub tables: Vec<Contents>,
}

/// What a backup holds of one table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Contents {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of values in a row.
    pub columns: Vec<String>,
    /// How many rows there are.
    pub rows: i64,
}

/// The last line of a backup.
#[derive(Serialize, Deserialize)]
struct Trailer {
    sha256: String,
}

/// Why a backup or a restore did not happen; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{file}: {source}")]
    File {
        /// Which file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no backup, or was cut short or altered.
    #[error("{file}: {why}")]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no database to back up.
    #[error("there is no database of Operate at {0}")]
    NoDatabase(String),
    /// The backup was made by a newer Operate.
    #[error(
        "the backup was made by Operate {product} with schema version {found}, this one knows up \
         to {known}; restore with that version or a newer one"
    )]
    NewerSchema {
        /// Version of the product that made it.
        product: String,
        /// Its schema.
        found: i64,
        /// The newest that this binary knows.
        known: i64,
    },
    /// The database is in use.
    #[error(
        "the database holds data (table {0}); restore into an empty one, or say --overwrite to \
         replace everything in it"
    )]
    HoldsData(String),
    /// A process works on the database.
    #[error("{0}")]
    Busy(String),
    /// The database failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

type Outcome<T> = Result<T, BackupError>;

/// Writes a backup of the database at `url` to `file`: complete or not at all.
///
/// # Errors
/// When there is no database, or the file cannot be written.
pub async fn backup(url: &str, key_file: &Path, file: &Path, now: Time) -> Outcome<Header> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if !url.starts_with("postgres") && !Path::new(path).exists() {
        return Err(BackupError::NoDatabase(path.to_owned()));
    }
    let db = Db::connect(url).await?;
    let schema = db.schema_version().await?;
    if schema == 0 {
        return Err(BackupError::NoDatabase(path.to_owned()));
    }
    let made = of(&db, key_file, file, now).await;
    db.close().await;
    made
}

/// Writes a backup of an open database to `file`: complete or not at all.
///
/// # Errors
/// When the database refuses, or the file cannot be written.
async fn of(db: &Db, key_file: &Path, file: &Path, now: Time) -> Outcome<Header> {
    let schema = db.schema_version().await?;
    let mut snapshot = db.snapshot().await?;
    let (header, relations) = describe(&mut snapshot, schema, key_file, now).await?;
    let partial = PathBuf::from(format!("{}{PARTIAL}", file.display()));
    let written = write(&mut snapshot, &header, &relations, &partial).await;
    drop(snapshot);
    if let Err(error) = written {
        let _ = std::fs::remove_file(&partial);
        return Err(error);
    }
    std::fs::rename(&partial, file).map_err(on(file))?;
    // The rename itself is on disk once the folder is.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(on(file))?;
    Ok(header)
}

async fn describe(
    snapshot: &mut Snapshot,
    schema: i64,
    key_file: &Path,
    made_at: Time,
) -> Outcome<(Header, Vec<Relation>)> {
    let mut relations = db::tables(snapshot).await?;
    relations.retain(|relation| !LEFT_OUT.contains(&relation.name.as_str()));
    let mut tables = Vec::new();
    for relation in &relations {
        tables.push(Contents {
            name: relation.name.clone(),
            columns: relation.columns.iter().map(|column| column.name.clone()).collect(),
            rows: db::rows(snapshot, relation).await?,
        });
    }
    let header = Header {
        format: FORMAT.to_owned(),
        product: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        made_at,
        key_id: key_id(key_file),
        tables,
    };
    Ok((header, relations))
}

async fn write(
    snapshot: &mut Snapshot,
    header: &Header,
    relations: &[Relation],
    path: &Path,
) -> Outcome<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(path).map_err(on(path))?;
    let mut sink = Hashing { inner: BufWriter::new(file), hasher: Sha256::new() };
    line(&mut sink, header).map_err(on(path))?;
    for relation in relations {
        db::copy_out(snapshot, relation, |row| {
            let row: Vec<Json> = row.into_iter().map(to_json).collect();
            line(&mut sink, &row).map_err(on(path))
        })
        .await?;
    }
    let trailer = Trailer { sha256: hex(&sink.hasher.clone().finalize()) };
    line(&mut sink, &trailer).map_err(on(path))?;
    let file = sink.inner.into_inner().map_err(|error| on(path)(error.into_error()))?;
    file.sync_all().map_err(on(path))
}

/// Writes and hashes what is written.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

fn line(sink: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *sink, value)?;
    sink.write_all(b"\n")
}

/// What a restore may do.
#[derive(Clone, Copy, Debug, Default)]
pub struct RestoreOptions {
    /// Replace what the database holds.
    pub overwrite: bool,
    /// Make new keys instead of those that were sealed under the key file of the backup: links in
    /// messages that were sent before stop working, and webhooks are signed with another key.
    pub fresh_keys: bool,
}

/// What a restore did.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The header of the backup.
    pub header: Header,
    /// The chain over the journal of each space, checked after the restore.
    pub proofs: Vec<Proof>,
    /// Whether the key file here is the one that the sealed keys belong to. When it is not, put
    /// that one in its place or restore with fresh keys: Operate does not start with another one.
    pub key_fits: bool,
}

impl Restored {
    /// Whether every chain holds.
    pub fn whole(&self) -> bool {
        self.proofs.iter().all(|proof| proof.broken.is_none())
    }
}

/// Replaces what the database at `url` holds with a backup, in one transaction. Operate must not
/// be running on it.
///
/// # Errors
/// When the backup is damaged or newer than this binary, or the database holds data and
/// `overwrite` is not said; nothing is changed then.
pub async fn restore(
    url: &str,
    key_file: &Path,
    file: &Path,
    options: RestoreOptions,
) -> Outcome<Restored> {
    let header = inspect(file)?;
    let known = db::newest(MIGRATIONS);
    if header.schema > known {
        let (product, found) = (header.product, header.schema);
        return Err(BackupError::NewerSchema { product, found, known });
    }
    let _sole = Sole::take(url).map_err(BackupError::Busy)?;
    let db = Db::connect(url).await?;
    if !options.overwrite
        && let Some(table) = first_in_use(&db).await?
    {
        db.close().await;
        return Err(BackupError::HoldsData(table));
    }
    let (path, contents) = (file.to_owned(), header.clone());
    let filled = db
        .write(move |tx| Box::pin(async move { fill(tx, &path, &contents, options).await }))
        .await;
    db.close().await;
    filled?;
    // Brings an older schema up to date, as every start does.
    let db = Db::open(url, MIGRATIONS).await?;
    let proofs = seal::verify(&mut *db.snapshot().await?).await?;
    db.close().await;
    let key_fits = options.fresh_keys || header.key_id == key_id(key_file);
    Ok(Restored { header, proofs, key_fits })
}

/// Reads the header of a backup, after checking that the file is whole.
///
/// # Errors
/// When it is no backup, or was cut short or altered.
pub fn inspect(file: &Path) -> Outcome<Header> {
    let damaged =
        |why: &str| BackupError::Damaged { file: file.display().to_string(), why: why.to_owned() };
    let mut reader = open(file)?;
    let first = read_line(&mut reader, file)?;
    let header: Header =
        serde_json::from_slice(&first).map_err(|_| damaged("this is no backup of Operate"))?;
    if header.format != FORMAT {
        return Err(damaged(&format!("the format {} is not known", header.format)));
    }
    let mut hasher = Sha256::new();
    hasher.update(&first);
    let mut last = Vec::new();
    loop {
        let next = read_line(&mut reader, file)?;
        if next.is_empty() {
            break;
        }
        hasher.update(&last);
        last = next;
    }
    let trailer: Trailer = serde_json::from_slice(&last)
        .map_err(|_| damaged("it was cut short: the checksum at its end is missing"))?;
    if trailer.sha256 != hex(&hasher.finalize()) {
        return Err(damaged("it was altered: its checksum does not match"));
    }
    Ok(header)
}

/// The first table that has rows.
async fn first_in_use(db: &Db) -> Outcome<Option<String>> {
    let mut conn = db.reader().await?;
    for relation in db::tables(&mut conn).await? {
        if relation.name != "journal_epoch" && db::rows(&mut conn, &relation).await? > 0 {
            return Ok(Some(relation.name));
        }
    }
    Ok(None)
}

async fn fill(tx: &mut Tx, path: &Path, header: &Header, options: RestoreOptions) -> Outcome<()> {
    let until = MIGRATIONS.iter().take_while(|step| step.version <= header.schema).count();
    db::rebuild(tx, &MIGRATIONS[..until]).await?;
    let relations = db::tables(tx).await?;
    let mut reader = open(path)?;
    read_line(&mut reader, path)?;
    for contents in &header.tables {
        let relation = arranged(&relations, contents, path)?;
        let keep = !(options.fresh_keys && contents.name == "sealed_secret");
        let mut left = usize::try_from(contents.rows).unwrap_or(0);
        while left > 0 {
            let count = left.min(db::rows_at_once(&relation));
            let rows: Vec<Vec<Value>> = (0..count)
                .map(|_| from_json(&read_line(&mut reader, path)?, &relation, path))
                .collect::<Outcome<_>>()?;
            if keep {
                db::copy_in(tx, &relation, rows).await?;
            }
            left -= count;
        }
    }
    Ok(db::finish_copy(tx, &relations).await?)
}

/// The table as it is here, with its columns in the order of the backup.
fn arranged(relations: &[Relation], contents: &Contents, path: &Path) -> Outcome<Relation> {
    let unknown = |what: String| BackupError::Damaged {
        file: path.display().to_string(),
        why: format!("it holds {what}, which this schema does not have"),
    };
    let relation = relations.iter().find(|relation| relation.name == contents.name);
    let relation = relation.ok_or_else(|| unknown(format!("table {}", contents.name)))?;
    let column = |name: &String| {
        let found = relation.columns.iter().find(|column| column.name == *name);
        found.cloned().ok_or_else(|| unknown(format!("column {}.{name}", contents.name)))
    };
    let columns = contents.columns.iter().map(column).collect::<Outcome<_>>()?;
    Ok(Relation { name: relation.name.clone(), columns })
}

fn to_json(value: Value) -> Json {
    match value {
        Value::Int(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Shared(text) => text.as_ref().into(),
        Value::Real(number) => number.into(),
        Value::Blob(bytes) => BASE64_STANDARD.encode(bytes).into(),
    }
}

fn from_json(line: &[u8], relation: &Relation, path: &Path) -> Outcome<Vec<Value>> {
    let damaged = || BackupError::Damaged {
        file: path.display().to_string(),
        why: format!("a row of table {} does not read back", relation.name),
    };
    let row: Vec<Json> = serde_json::from_slice(line).map_err(|_| damaged())?;
    if row.len() != relation.columns.len() {
        return Err(damaged());
    }
    let value = |(json, column): (Json, &db::Column)| match (column.kind, json) {
        (ColumnKind::Int, Json::Null) => Ok(Value::Int(None)),
        (ColumnKind::Text, Json::Null) => Ok(Value::Text(None)),
        (ColumnKind::Real, Json::Null) => Ok(Value::Real(None)),
        (ColumnKind::Text, Json::String(text)) => Ok(Value::Text(Some(text))),
        (ColumnKind::Int, Json::Number(number)) => {
            number.as_i64().map(|number| Value::Int(Some(number))).ok_or_else(damaged)
        }
        (ColumnKind::Real, Json::Number(number)) => Ok(Value::Real(number.as_f64())),
        (ColumnKind::Bytes, Json::String(text)) => {
            BASE64_STANDARD.decode(text).map(Value::Blob).map_err(|_| damaged())
        }
        _ => Err(damaged()),
    };
    row.into_iter().zip(&relation.columns).map(value).collect()
}

/// Longest line of a backup, in bytes: a record with everything in it is far smaller.
const LINE_MAX: u64 = 256 * 1024 * 1024;

fn open(path: &Path) -> Outcome<BufReader<File>> {
    Ok(BufReader::new(File::open(path).map_err(on(path))?))
}

/// The next line with its end; empty at the end of the file.
fn read_line(reader: &mut BufReader<File>, path: &Path) -> Outcome<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(LINE_MAX).read_until(b'\n', &mut line).map_err(on(path))?;
    Ok(line)
}

fn on(path: &Path) -> impl Fn(std::io::Error) -> BackupError {
    let file = path.display().to_string();
    move |source| BackupError::File { file: file.clone(), source }
}

/// Tells key files apart: the first digits of a hash. The key is random, so nothing shows of it.
fn key_id(path: &Path) -> Option<String> {
    let key = std::fs::read(path).ok()?;
    let mut hasher = Sha256::new();
    hasher.update(b"operate key file:");
    hasher.update(key.trim_ascii());
    Some(hex(&hasher.finalize()[..8]))
}

#[cfg(test)]
mod tests;
