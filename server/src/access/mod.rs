//! Access: who is asking, and what they may do. Local accounts with sessions, API tokens with
//! scopes, integration keys, and the one-time code for the first administrator.
//!
//! **Invariant:** of every secret only a hash is stored, none is ever logged or journaled, and
//! every change here writes a journal entry that names its actor. Another way to sign in (OIDC)
//! ends where passwords end: in `session::open`.

pub mod account;
mod guests;
pub mod password;
pub mod policy;
mod refusals;
pub mod routes;
pub mod session;
pub mod store;
mod throttle;
pub mod token;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use kernel::{Refusal, SpaceId, Time};
use spine::{Db, Fault, World};

pub use guests::{guarded, welcome};
pub use policy::{Action, Caller, Identity, Role, Scope, may};
pub use refusals::watch;

use crate::config::Config;
use crate::problem::{Answer, Problem};
use guests::Guests;
use password::{Busy, Passwords};
use throttle::Throttle;
use token::{TOKEN_PREFIX, hash};

/// Accounts, sessions, tokens and keys: cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    public_url: String,
    passwords: Passwords,
    by_name: Throttle,
    by_address: Throttle,
    refusals: Throttle,
    feeds: Throttle,
    keys: Mutex<HashMap<String, Key>>,
    guests: Option<Guests>,
}

/// An integration key that was looked up a moment ago.
#[derive(Clone)]
struct Key {
    space: SpaceId,
    name: String,
    looked_at: Time,
}

/// A key that was taken back on another node works here for so long at most.
const KEY_LIFE: Duration = Duration::from_secs(5);

impl Access {
    /// What links begin with says whether cookies are marked as secure: over `https`.
    pub fn new(config: &Config, world: &World) -> Access {
        let guests = Some(config.guests.clone()).filter(|guests| !guests.is_empty());
        Access(Arc::new(Inner {
            public_url: config.base_url(),
            passwords: Passwords::new(),
            by_name: Throttle::new(10, Duration::from_secs(10)),
            by_address: Throttle::new(30, Duration::from_secs(2)),
            refusals: Throttle::new(10, Duration::from_secs(60)),
            // A service that reads the calendars of many people comes from few addresses.
            feeds: Throttle::new(120, Duration::from_secs(1)),
            keys: Mutex::default(),
            guests: guests.map(|guests| Guests::new(guests, world)),
        }))
    }

    /// Who is asking, unless it is a consumer, whom nothing is shown but what is meant for them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn caller(
        &self,
        db: &Db,
        world: &World,
        headers: &HeaderMap,
    ) -> Result<Option<Caller>, Fault> {
        let found = self.anyone(db, world, headers).await?;
        Ok(found.filter(|caller| caller.role != Role::Consumer))
    }

    /// Who is asking, by `Authorization: Bearer` or by session cookie; `None`: nobody we know.
    /// What the request may do is for [`session::admit`] and [`may`] to say.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn anyone(
        &self,
        db: &Db,
        world: &World,
        headers: &HeaderMap,
    ) -> Result<Option<Caller>, Fault> {
        match (bearer(headers), session::cookie(headers)) {
            (Some(token), _) => by_token(db, world.now(), hash(token)).await,
            (None, Some(cookie)) => by_session(db, world.now(), hash(cookie)).await,
            (None, None) => Ok(None),
        }
    }

    /// Whether whoever asked before may go on reading: not signed out, taken back or made a
    /// consumer since. Looking is no use of the session, which ends when nobody uses it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn still_reads(
        &self,
        db: &Db,
        world: &World,
        headers: &HeaderMap,
    ) -> Result<bool, Fault> {
        let (mut conn, now) = (db.reader().await?, world.now());
        let role = match (bearer(headers), session::cookie(headers)) {
            (Some(token), _) => {
                store::token(&mut conn, &hash(token), now).await?.map(|(_, token)| token.role)
            }
            (None, Some(cookie)) => {
                let alive = session::alive_since(now);
                let found = store::session(&mut conn, &hash(cookie), alive).await?;
                found.map(|found| found.caller.role)
            }
            (None, None) => None,
        };
        Ok(role.is_some_and(|role| role > Role::Consumer))
    }

    /// Whose integration key this is: its space, and its name as the source of what it sends. An
    /// API token with the scope `intake` is as good.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn integration(
        &self,
        db: &Db,
        world: &World,
        key: &str,
    ) -> Result<Option<(SpaceId, String)>, Fault> {
        let (hash, now) = (hash(key), world.now());
        if let Some(known) = self.known_key(&hash, now) {
            return Ok(Some(known));
        }
        let found = if key.starts_with(TOKEN_PREFIX) {
            let caller = by_token(db, now, hash.clone()).await?;
            caller
                .filter(|caller| caller.within(Scope::Intake))
                .map(|caller| (caller.space.clone(), caller.actor().name().to_owned()))
        } else {
            by_key(db, now, hash.clone()).await?
        };
        if let Some((space, name)) = found.clone() {
            self.keys().insert(hash, Key { space, name, looked_at: now });
        }
        Ok(found)
    }

    fn known_key(&self, hash: &str, now: Time) -> Option<(SpaceId, String)> {
        let keys = self.keys();
        let key = keys.get(hash).filter(|key| now.since(key.looked_at) < KEY_LIFE)?;
        Some((key.space.clone(), key.name.clone()))
    }

    fn forget_keys(&self) {
        self.keys().clear();
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<String, Key>> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request for a feed, which needs no session, against the limit of where it is from.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub fn reads_feed(&self, address: &Address, now: Time) -> Answer<()> {
        self.0.feeds.try_once(&address.0, now).map_err(session::throttled)
    }

    /// Who is let in by name and password, if anybody is.
    pub fn guests(&self) -> Option<&Guests> {
        self.0.guests.as_ref()
    }

    /// Whether cookies are marked for secure transport only.
    pub fn secure(&self) -> bool {
        self.0.public_url.starts_with("https://")
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access(…)")
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether a use that was last written down then is worth writing down again.
fn worth_noting(last: Option<Time>, now: Time) -> bool {
    last.is_none_or(|last| now.since(last) >= session::SEEN_EVERY)
}

async fn by_session(db: &Db, now: Time, hash: String) -> Result<Option<Caller>, Fault> {
    let alive = session::alive_since(now);
    let found = store::session(&mut db.reader().await?, &hash, alive).await?;
    let Some(found) = found else { return Ok(None) };
    if worth_noting(Some(found.seen_at), now) {
        db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::see_session(tx, &hash, now).await })
        })
        .await?;
    }
    Ok(Some(found.caller))
}

async fn by_token(db: &Db, now: Time, hash: String) -> Result<Option<Caller>, Fault> {
    let found = store::token(&mut db.reader().await?, &hash, now).await?;
    let Some((space, token)) = found else { return Ok(None) };
    if worth_noting(token.used_at, now) {
        db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::use_token(tx, &hash, now).await })
        })
        .await?;
    }
    let identity = Identity::Token { name: token.name, scopes: token.scopes };
    Ok(Some(Caller {
        space,
        identity,
        role: token.role,
        teams: Vec::new(),
        scoped: false,
        consumers: Vec::new(),
    }))
}

async fn by_key(db: &Db, now: Time, hash: String) -> Result<Option<(SpaceId, String)>, Fault> {
    let found = store::key(&mut db.reader().await?, &hash).await?;
    let Some((space, key)) = found else { return Ok(None) };
    if worth_noting(key.used_at, now) {
        db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::use_key(tx, &hash, now).await })
        })
        .await?;
    }
    Ok(Some((space, key.name)))
}

/// What access needs of the application.
#[derive(Clone)]
pub struct Gate {
    /// The database.
    pub db: Db,
    /// Time and randomness.
    pub world: World,
    /// Throttles and caches.
    pub access: Access,
}

impl FromRef<crate::app::App> for Gate {
    fn from_ref(app: &crate::app::App) -> Gate {
        Gate { db: app.db.clone(), world: app.world.clone(), access: app.access.clone() }
    }
}

impl Gate {
    async fn hash(&self, password: String) -> Answer<String> {
        self.access.0.passwords.hash(password, &self.world).await.map_err(busy)
    }

    async fn verify(&self, password: String, stored: Option<String>) -> Answer<bool> {
        self.access.0.passwords.verify(password, stored).await.map_err(busy)
    }
}

/// Seconds after which a place in the queue of passwords is likely to be free.
const BUSY_SECONDS: u32 = 5;

fn busy(busy: Busy) -> Problem {
    match busy {
        Busy::Full => {
            let message = "too many people are signing in at once";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
                .remedy("try again in a few seconds")
                .retry_after(BUSY_SECONDS)
        }
        Busy::Fault(fault) => fault.into(),
    }
}

/// Extracts who is asking, or answers 401; 403 when such a request is not for them to make.
///
/// Consumers are refused: every route is closed to them but those that ask for a [`Consumer`] or
/// for [`Anyone`].
impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Caller> {
        let Anyone(caller) = Anyone::from_request_parts(parts, state).await?;
        if caller.role == Role::Consumer {
            let message = "this account sees its own services and what was promised of them";
            return Err(Problem::forbidden(message).remedy("ask for /api/v1/consumer"));
        }
        Ok(caller)
    }
}

/// Whoever is signed in, consumers among them: for what concerns their own account alone.
#[derive(Clone, Debug)]
pub struct Anyone(pub Caller);

impl<S> FromRequestParts<S> for Anyone
where
    S: Send + Sync,
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Anyone> {
        let gate = Gate::from_ref(state);
        let found = gate.access.anyone(&gate.db, &gate.world, &parts.headers).await?;
        let caller = found.ok_or_else(|| {
            Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "sign in first")
                .remedy("sign in, or send an API token as `Authorization: Bearer TOKEN`")
        })?;
        session::admit(&caller, &parts.method, &parts.headers, &gate.access.0.public_url)?;
        Ok(Anyone(caller))
    }
}

/// Somebody to whom services are promised, and nobody else.
#[derive(Clone, Debug)]
pub struct Consumer(pub Caller);

impl<S> FromRequestParts<S> for Consumer
where
    S: Send + Sync,
    Gate: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Consumer> {
        let Anyone(caller) = Anyone::from_request_parts(parts, state).await?;
        if caller.role != Role::Consumer {
            let message = "this account is not that of a consumer";
            let remedy = "ask for /api/v1/promises, which shows the promises of any consumer";
            return Err(Problem::forbidden(message).remedy(remedy));
        }
        Ok(Consumer(caller))
    }
}

/// Where a request comes from, for throttles: one host, or one network of 64 bits in IPv6.
#[derive(Clone, Debug)]
pub struct Address(pub String);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> Result<Address, std::convert::Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Address(match peer.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(ip) => ip.to_string(),
            None => "unknown".to_owned(),
        }))
    }
}

/// Whether this can name an account, a token or a key.
///
/// # Errors
/// A refusal that says what a name looks like.
fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c);
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if name.len() <= 64 && starts && name.chars().all(plain) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "a name has 1 to 64 characters: small letters, digits, and `.`, `_`, `-`, `@` after the \
         first",
    ))
}
