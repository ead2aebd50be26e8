//! The one way in which HTTP asks for a change of a record: `If-Match` against lost updates,
//! `Idempotency-Key` against doubled ones.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use kernel::{Actor, ItemRef, Lifecycle, SpaceId, Time};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use spine::engine::{self, Asked, Table};
use spine::{Conn, Denied, Fault, Tx, params};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// What a request says about repeating and about the version it saw.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// From `If-Match: "7"`: the version that the asker saw.
    pub expected: Option<i64>,
    /// From `Idempotency-Key`: the same key gives the same answer, and one change.
    pub key: Option<String>,
    /// What was asked for, where the command says more than that.
    pub asked: Option<Value>,
}

impl Call {
    /// What the headers of a request say.
    ///
    /// # Errors
    /// A header that cannot be read.
    pub fn of(headers: &HeaderMap) -> Answer<Call> {
        let header = |name| headers.get(name).map(HeaderValue::as_bytes);
        Ok(Call {
            expected: header("if-match").map(version).transpose()?.flatten(),
            key: header("idempotency-key").map(key).transpose()?,
            asked: None,
        })
    }

    /// The same, before Operate fills in what it knows at this time: a repeat is one also when that
    /// has changed since.
    #[must_use]
    pub fn covering(self, asked: &impl Serialize) -> Call {
        Call { asked: Some(serde_json::json!(asked)), ..self }
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Call> {
        Call::of(&parts.headers)
    }
}

/// Reads `"7"`; `*` is any version.
fn version(tag: &[u8]) -> Answer<Option<i64>> {
    let text = std::str::from_utf8(tag).unwrap_or_default();
    let bare = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    if bare == "*" {
        return Ok(None);
    }
    let digits = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    bare.parse().ok().filter(|_| digits).map(Some).ok_or_else(|| {
        Problem::invalid("this is no version")
            .at("If-Match")
            .remedy("send the `ETag` of the record as it was shown, for example \"7\"")
    })
}

fn key(key: &[u8]) -> Answer<String> {
    let plain = key.iter().all(u8::is_ascii_graphic);
    match std::str::from_utf8(key) {
        Ok(key) if plain && (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(key.to_owned()),
        _ => {
            let message = format!(
                "an idempotency key has 1 to {KEY_BYTES_MAX} letters, digits and signs, no spaces"
            );
            Err(Problem::invalid(message).at("Idempotency-Key"))
        }
    }
}

impl IntoParams for Call {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = |name: &str, description: &str, schema: ObjectBuilder| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .description(Some(description))
                .schema(Some(schema.schema_type(Type::String)))
                .build()
        };
        let version = ObjectBuilder::new()
            .pattern(Some(r#"^(\*|(W/)?"?[0-9]{1,18}"?)$"#))
            .examples([r#""7""#]);
        let key = ObjectBuilder::new().pattern(Some(format!("^[!-~]{{1,{KEY_BYTES_MAX}}}$")));
        vec![
            header(
                "If-Match",
                "The version that was seen (`ETag`): refused with 412 when it has changed since.",
                version,
            ),
            header(
                "Idempotency-Key",
                "Makes a repeat harmless: the same key with the same request gives the first \
                 answer again.",
                key,
            ),
        ]
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

    /// A record of these teams as the caller sees it: who may not act is offered no command.
    pub fn sees(&self, mut shown: Value, teams: &[ItemRef]) -> Value {
        if may(self, Action::Respond, teams).is_err()
            && let Some(allowed) = shown.get_mut("allowed")
        {
            *allowed = Value::Array(Vec::new());
        }
        shown
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
    let covered = call.asked.clone().unwrap_or_else(|| serde_json::json!(&command));
    let request = serde_json::json!([R::KIND, id.to_string(), covered]);
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
    let key = key.map(|key| Key::of(asker, &key, &request));
    let done = transact(app, move |tx, app| {
        let (key, work) = (key.clone(), work.clone());
        Box::pin(async move {
            if let Some(key) = &key
                && let Some(answer) = key.earlier(tx).await?
            {
                return Ok(answer);
            }
            let now = app.world.now();
            let answer = work(tx, app).await?;
            if let Some(key) = &key {
                key.keep(tx, &answer, now).await?;
            }
            Ok(Ok(answer))
        })
    });
    done.await?
}

/// The answer that a request of the same key got; `None` when this is the first.
///
/// # Errors
/// When the database refuses, or 422 when the key was used for another request.
pub async fn answered(
    app: &App,
    asker: &Asker,
    key: &str,
    request: &Value,
) -> Answer<Option<Value>> {
    Key::of(asker, key, request).earlier(&mut app.db.reader().await?).await?.transpose()
}

/// Keeps the answer to a request for its repeats, where its work is not one transaction: a repeat
/// that comes before this does the work again.
///
/// # Errors
/// When the database refuses.
pub async fn keep_answer(
    app: &App,
    asker: &Asker,
    (key, request): (&str, &Value),
    answer: Value,
) -> Answer<()> {
    let (key, now) = (Key::of(asker, key, request), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            match key.earlier(tx).await? {
                Some(_) => Ok(()),
                None => key.keep(tx, &answer, now).await,
            }
        })
    });
    match work.await {
        // Two of the same came together: one answer is kept.
        Err(fault) if fault.worth_retrying() => Ok(()),
        done => Ok(done?),
    }
}

/// Does a work in one transaction, and all of it again when others were faster.
///
/// # Errors
/// What the work returns; a race lost several times over is [`Fault::Race`].
pub async fn transact<T, F>(app: &App, work: F) -> Result<T, Denied>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx, App) -> spine::db::Work<'t, T, Denied>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let mut tries = 0;
    loop {
        let (work, inside) = (work.clone(), app.clone());
        match app.db.write(move |tx| work(tx, inside)).await {
            Err(Denied::Fault(fault)) if fault.worth_retrying() && tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

/// How often a transaction that lost a race is tried again.
const TRIES: u32 = 5;
/// Longest idempotency key, in bytes.
const KEY_BYTES_MAX: usize = 200;

#[derive(Clone)]
struct Key {
    space: SpaceId,
    key: String,
    hash: String,
}

impl Key {
    fn of(asker: &Asker, key: &str, request: &Value) -> Key {
        let digest = Sha256::digest(request.to_string().as_bytes());
        Key {
            space: asker.space.clone(),
            key: format!("{} {key}", asker.actor),
            hash: kernel::hex(&digest),
        }
    }

    async fn earlier(&self, conn: &mut Conn) -> Result<Option<Answer<Value>>, Fault> {
        let sql = "SELECT request_hash, answer FROM idempotency WHERE space_id = $1 AND key = $2";
        let Some(row) = conn.first(sql, params![&self.space, &self.key]).await? else {
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
