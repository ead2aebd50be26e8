//! Sign-in, sessions, and the rules for requests that a browser could be tricked into.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use kernel::{Actor, Fact, Refusal, SpaceId, Time};
use spine::journal::{self, Stamp};
use spine::{Denied, Fault};

use super::account::{self, Account, By, Profile};
use super::policy::{Caller, Identity, Scope};
use super::token::{Secret, hash};
use super::{Gate, store};
use crate::problem::{Answer, Problem};

/// Name of the cookie.
pub const COOKIE: &str = "operate_session";
/// A session that is not used for so long ends.
pub const IDLE: Duration = Duration::from_secs(24 * 3600);
/// A session ends after so long, used or not.
pub const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long the one-time code for the first administrator works.
pub const CODE_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Being used is written down at most this often.
pub(super) const SEEN_EVERY: Duration = Duration::from_secs(60);

/// The times after which a session must have been opened and seen to be alive.
pub(super) fn alive_since(now: Time) -> (Time, Time) {
    (now - ABSOLUTE, now - IDLE)
}

/// A session that was just opened: what the browser keeps.
pub struct Opened {
    /// Who signed in.
    pub caller: Caller,
    /// The token for the cookie.
    pub secret: Secret,
}

/// Opens a session for the right name and password.
///
/// # Errors
/// 401 when they do not fit, without saying which of them; 429 when tried too often.
pub async fn sign_in(gate: &Gate, address: &str, name: &str, password: String) -> Answer<Opened> {
    let (space, now) = (SpaceId::main(), gate.world.now());
    let access = &gate.access.0;
    let tried = access.by_address.try_once(address, now);
    tried.and_then(|()| access.by_name.try_once(name, now)).map_err(throttled)?;
    let stored = {
        let mut conn = gate.db.reader().await?;
        store::password(&mut conn, &space, name).await?
    };
    let known = stored.is_some();
    if !gate.verify(password, stored).await? {
        // A name that nobody has may be a password in the wrong field: it is not written down.
        let subject = if known { format!("account:{name}") } else { "account:?".to_owned() };
        let data = serde_json::json!({ "address": address });
        gate.note_refusal(&space, Actor::system("access"), subject, ("session.refused", data))
            .await;
        return Err(Problem::unauthorized("name or password is wrong"));
    }
    access.by_name.forget(name);
    let name = name.to_owned();
    open(gate, space, name, address).await
}

async fn open(gate: &Gate, space: SpaceId, name: String, address: &str) -> Answer<Opened> {
    let secret = Secret::fresh("", &gate.world);
    let (token_hash, now) = (secret.hash(), gate.world.now());
    let data = serde_json::json!({ "address": address });
    let account = gate
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                store::delete_stale_sessions(tx, alive_since(now)).await?;
                let account = store::account(tx, &space, &name).await?;
                let account = account.ok_or(Denied::Missing("account"))?;
                store::insert_session(tx, &space, &name, &token_hash, now).await?;
                let fact = Fact {
                    subject: format!("account:{name}"),
                    kind: "session.opened".to_owned(),
                    data: data.into(),
                };
                let actor = Actor::Person(name);
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await?;
                Ok(of_account(space, account))
            })
        })
        .await?;
    Ok(Opened { caller: account, secret })
}

fn of_account(space: SpaceId, account: Account) -> Caller {
    let Account { name, display_name, role, scoped, teams, person, consumers, .. } = account;
    Caller {
        space,
        identity: Identity::Account { name, display_name, person },
        role,
        teams,
        scoped,
        consumers,
    }
}

/// Closes the session of a cookie; without one there is nothing to do.
///
/// # Errors
/// When the database refuses.
pub async fn sign_out(gate: &Gate, headers: &HeaderMap) -> Result<(), Fault> {
    let Some(token_hash) = cookie(headers).map(hash) else { return Ok(()) };
    let now = gate.world.now();
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let found = store::session(tx, &token_hash, alive_since(now)).await?;
                store::delete_session(tx, &token_hash).await?;
                let Some(found) = found else { return Ok(()) };
                let actor = found.caller.actor();
                let fact = Fact {
                    subject: format!("account:{}", actor.name()),
                    kind: "session.closed".to_owned(),
                    data: serde_json::json!({}).into(),
                };
                let space = &found.caller.space;
                let stamp = Stamp { space, at: now, actor: &actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await
            })
        })
        .await
}

/// While there is no account: makes a new one-time code, for the caller to print. Older codes
/// stop working.
///
/// # Errors
/// When the database refuses.
pub async fn setup_code(gate: &Gate) -> Result<Option<String>, Fault> {
    let space = SpaceId::main();
    if store::any_account(&mut gate.db.reader().await?, &space).await? {
        return Ok(None);
    }
    // 80 bits in groups that survive being typed.
    let id = kernel::IncidentId::from_bits(gate.world.seed()).to_string();
    let digits = &id[id.len() - 16..];
    let code: Vec<&str> = (0..4).map(|group| &digits[group * 4..group * 4 + 4]).collect();
    let code = code.join("-");
    let (code_hash, expires) = (hash(&code), gate.world.now() + CODE_LIFE);
    gate.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::set_code(tx, &space, &code_hash, expires).await })
        })
        .await?;
    Ok(Some(code))
}

impl Gate {
    /// Takes one try at the caller's own password.
    ///
    /// # Errors
    /// 429 when there is none left.
    pub(super) fn try_password(&self, caller: &Caller) -> Answer<()> {
        let name = caller.actor().name().to_owned();
        self.access.0.by_name.try_once(&name, self.world.now()).map_err(throttled)
    }
}

/// Makes the first administrator for the one-time code, and signs them in.
///
/// # Errors
/// 401 for a wrong or used code, 409 when there is an account already, 422 for a weak password.
pub async fn set_up(
    gate: &Gate,
    address: &str,
    code: &str,
    (name, profile, password): (String, Profile, String),
) -> Answer<Opened> {
    let (space, now) = (SpaceId::main(), gate.world.now());
    gate.access.0.by_address.try_once(address, now).map_err(throttled)?;
    if store::any_account(&mut gate.db.reader().await?, &space).await? {
        return Err(Denied::from(set_up_already()).into());
    }
    let (account, password_hash) = account::prepare(gate, &name, profile, password).await?;
    let code_hash = hash(&code.trim().to_lowercase());
    let by = By { space: space.clone(), actor: Actor::Person(name.clone()) };
    let made = gate.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            if store::any_account(tx, &by.space).await? {
                return Err(set_up_already().into());
            }
            if !store::use_code(tx, &by.space, &code_hash, now).await? {
                return Ok(false);
            }
            account::insert(tx, &by, &account, &password_hash).await?;
            Ok(true)
        })
    });
    if !made.await? {
        let problem = Problem::unauthorized("the code is wrong, used or older than a day");
        return Err(problem.at("code").remedy("start Operate again: it prints a new code"));
    }
    open(gate, space, name, address).await
}

fn set_up_already() -> Refusal {
    Refusal::not_allowed("there is an administrator already; ask them for an account")
}

/// The value of `Set-Cookie` for a new session.
pub fn keep(secret: Secret, secure: bool) -> HeaderValue {
    set_cookie(&secret.reveal(), ABSOLUTE.as_secs(), secure)
}

/// The value of `Set-Cookie` that makes a browser forget its session.
pub fn forget(secure: bool) -> HeaderValue {
    set_cookie("", 0, secure)
}

fn set_cookie(value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let end = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{end}");
    let mut header = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// The session's token from the cookies of a request.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value)
}

/// Whether the caller may make a request of this method at all: tokens within their scopes, and
/// browsers only from our own pages.
///
/// # Errors
/// 403 with what is missing.
pub fn admit(
    caller: &Caller,
    method: &Method,
    headers: &HeaderMap,
    public_url: &str,
) -> Result<(), Problem> {
    let changes = !method.is_safe();
    if let Identity::Token { .. } = caller.identity {
        let (scope, name) = if changes { (Scope::Write, "write") } else { (Scope::Read, "read") };
        // Whoever administers with a token changes things by it.
        let admitted = caller.within(scope) || (changes && caller.within(Scope::Admin));
        let reason = format!("the token needs the scope `{name}` for this");
        return if admitted { Ok(()) } else { Err(Problem::forbidden(reason)) };
    }
    if !changes {
        return Ok(());
    }
    from_our_page(headers, public_url)
}

/// Whether a request with a session cookie was made by our own page: other sites can make a
/// browser send the cookie, but not this header.
///
/// # Errors
/// 403 when it was not, or says that it comes from elsewhere.
pub fn from_our_page(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    if headers.get("x-operate-csrf").is_none_or(|value| value != "1") {
        return Err(Problem::forbidden(
            "a change by session cookie needs the header x-operate-csrf: 1",
        )
        .remedy("send the header, or use an API token instead of the cookie"));
    }
    same_origin(headers, public_url)
}

/// Whether a browser says that the request comes from our own pages. Programs say nothing.
///
/// # Errors
/// 403 when it comes from elsewhere.
pub fn same_origin(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site));
    let origin = text("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        origin == public_origin(public_url) || (host.is_some() && host == text("host"))
    });
    if site && origin {
        return Ok(());
    }
    Err(Problem::forbidden("this request comes from another site")
        .remedy("open Operate under the address that public_url names"))
}

/// `https://host:port` of a URL that may have a path.
fn public_origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

pub(super) fn throttled(wait: Duration) -> Problem {
    let seconds = wait.as_secs().max(1);
    Problem::new(axum::http::StatusCode::TOO_MANY_REQUESTS, "throttled", "this was tried too often")
        .remedy(format!("wait {seconds} seconds and try again"))
}
