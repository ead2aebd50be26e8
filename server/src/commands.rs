//! The one way in which HTTP asks for a change of a record: `If-Match` against lost updates,
//! `Idempotency-Key` against doubled ones.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kernel::{Actor, Lifecycle, SpaceId, Time};
use serde_json::Value;
use sha2::{Digest, Sha256};
use spine::engine::{self, Asked, Table};
use spine::{Denied, Fault, Tx, params};

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// What a request says about repeating and about the version it saw.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// From `If-Match: "7"`: the version that the asker saw.
    pub expected: Option<i64>,
    /// From `Idempotency-Key`: the same key gives the same answer, and one change.
    pub key: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Call, Infallible> {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let expected = header("if-match").map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
        Ok(Call {
            // A tag that no version can have is one that never matches.
            expected: expected.filter(|tag| *tag != "*").map(|tag| tag.parse().unwrap_or(-1)),
            key: header("idempotency-key").filter(|key| !key.is_empty()).map(str::to_owned),
        })
    }
}

/// Whose request it is.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The space.
    pub space: SpaceId,
    /// Who.
    pub actor: Actor,
}

impl Caller {
    /// The same as an asker.
    pub fn asker(&self) -> Asker {
        Asker { space: self.space.clone(), actor: self.actor() }
    }
}

/// How a record is shown to whoever changed it: record, version, and the time now.
pub type View<R> = fn(&R, i64, Time) -> Value;

/// Executes a command on a record and shows the record afterwards.
///
/// # Errors
/// A problem that says what was refused and why.
pub async fn execute<R>(
    app: &App,
    asker: Asker,
    call: Call,
    order: (&'static Table<R>, R::Id, R::Command),
    view: View<R>,
) -> Answer<Value>
where
    R: Lifecycle + 'static,
    R::Id: 'static,
    R::Command: 'static,
    R::Event: 'static,
{
    let (table, id, command) = order;
    let request = serde_json::json!([R::KIND, id.to_string(), &command]);
    once(app, &asker.clone(), call.key.clone(), request, move |tx, app| {
        let (asker, command, call) = (asker.clone(), command.clone(), call.clone());
        Box::pin(async move {
            let moment = app.moment(asker.actor);
            let asked = Asked {
                space: &asker.space,
                moment: &moment,
                cause: None,
                expected: call.expected,
            };
            let done = engine::execute_in(tx, table, id, &command, &asked).await?;
            Ok(view(&done.record, done.version, moment.now))
        })
    })
    .await
}

/// Does a work once for each idempotency key; a repeated request gets the first answer again.
///
/// # Errors
/// What the work returns, or 422 when the key was used for another request.
pub async fn once<F>(
    app: &App,
    asker: &Asker,
    key: Option<String>,
    request: Value,
    work: F,
) -> Answer<Value>
where
    F: for<'t> Fn(&'t mut Tx, App) -> spine::db::Work<'t, Value, Denied>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let key = key.map(|key| Key::of(asker, &key, &request)).transpose()?;
    let mut tries = 0;
    loop {
        let (work, inner, key) = (work.clone(), app.clone(), key.clone());
        let result = app
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(answer) = key.earlier(tx).await?
                    {
                        return Ok(answer);
                    }
                    let now = inner.world.now();
                    let answer = work(tx, inner).await?;
                    if let Some(key) = &key {
                        key.keep(tx, &answer, now).await?;
                    }
                    Ok(Ok(answer))
                })
            })
            .await;
        match result {
            Ok(answer) => return answer,
            Err(Denied::Fault(fault)) if fault.worth_retrying() && tries < 5 => tries += 1,
            Err(denied) => return Err(denied.into()),
        }
    }
}

/// Longest idempotency key, in bytes.
const KEY_BYTES_MAX: usize = 200;

#[derive(Clone)]
struct Key {
    space: SpaceId,
    key: String,
    hash: String,
}

impl Key {
    fn of(asker: &Asker, key: &str, request: &Value) -> Answer<Key> {
        if key.len() > KEY_BYTES_MAX {
            let message = format!("an idempotency key has at most {KEY_BYTES_MAX} bytes");
            return Err(Problem::invalid(message).at("Idempotency-Key"));
        }
        let digest = Sha256::digest(request.to_string().as_bytes());
        Ok(Key {
            space: asker.space.clone(),
            key: format!("{} {key}", asker.actor),
            hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    async fn earlier(&self, tx: &mut Tx) -> Result<Option<Answer<Value>>, Fault> {
        let sql = "SELECT request_hash, answer FROM idempotency WHERE space_id = $1 AND key = $2";
        let Some(row) = tx.first(sql, params![&self.space, &self.key]).await? else {
            return Ok(None);
        };
        if row.get::<String>("request_hash")? != self.hash {
            return Ok(Some(Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this idempotency key was used for another request",
            )
            .at("Idempotency-Key")
            .remedy(
                "use a fresh key for each request; repeat a key only to repeat the request",
            ))));
        }
        Ok(Some(Ok(row.json("answer")?)))
    }

    async fn keep(&self, tx: &mut Tx, answer: &Value, now: Time) -> Result<(), Fault> {
        tx.run(
            "INSERT INTO idempotency (space_id, key, request_hash, status, answer, created_at) \
             VALUES ($1, $2, $3, 200, $4, $5)",
            params![&self.space, &self.key, &self.hash, answer.to_string(), now],
        )
        .await?;
        Ok(())
    }
}

/// Forgets answers older than `before`.
///
/// # Errors
/// When the database refuses.
pub async fn forget(tx: &mut Tx, before: Time) -> Result<u64, Fault> {
    tx.run("DELETE FROM idempotency WHERE created_at < $1", params![before]).await
}
