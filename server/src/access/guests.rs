//! Guests: who sends a name and a password with each request, as `basic_auth_users` lets them in
//! with programs of Prometheus' family. They may do what Alertmanager lets everybody do.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use spine::World;

use super::password::{Busy, Passwords};
use super::session::throttled;
use super::throttle::Throttle;
use super::token::{KEY_PREFIX, Secret, TOKEN_PREFIX, fits, hash};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Most names with passwords that are known to be right: looking at one takes as long as its
/// bcrypt wants.
const KNOWN_MAX: usize = 1_000;

/// Who is let in by name and password.
pub struct Guests {
    /// The bcrypt of each one's password.
    users: BTreeMap<String, String>,
    /// Hashes of what was right before.
    known: Mutex<HashSet<String>>,
    passwords: Passwords,
    tries: Throttle,
    /// What a guest's request carries within the house.
    pass: String,
    pass_hash: String,
}

impl Guests {
    /// With the bcrypt of each one's password.
    pub fn new(users: BTreeMap<String, String>, world: &World) -> Guests {
        let pass = Secret::fresh("", world);
        Guests {
            users,
            known: Mutex::default(),
            passwords: Passwords::new(),
            tries: Throttle::new(20, Duration::from_secs(2)),
            pass_hash: pass.hash(),
            pass: pass.reveal(),
        }
    }

    /// Whether a key is that of a guest who was let in.
    pub fn let_in(&self, key: &str) -> bool {
        fits(key, &self.pass_hash)
    }

    /// Whether these are a guest's name and password.
    async fn fit(&self, name: &str, password: &str, from: &str, world: &World) -> Answer<bool> {
        let stored = self.users.get(name).cloned();
        let both = hash(&format!("{name}\n{password}\n{}", stored.as_deref().unwrap_or_default()));
        if self.known().contains(&both) {
            return Ok(true);
        }
        self.tries.try_once(from, world.now()).map_err(throttled)?;
        let right = self.passwords.verify_bcrypt(password.to_owned(), stored).await;
        let right = right.map_err(|busy| match busy {
            Busy::Full => throttled(Duration::from_secs(1)),
            Busy::Fault(fault) => fault.into(),
        })?;
        if right {
            self.tries.forget(from);
            let mut known = self.known();
            if known.len() >= KNOWN_MAX {
                known.clear();
            }
            known.insert(both);
        }
        Ok(right)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A layer that lets guests in, where there are any: their requests carry the pass of the house
/// instead of their password. Whoever is none is refused where it matters, and told how to ask.
pub async fn welcome(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(guests) = app.access.guests() else { return next.run(request).await };
    if let Some((name, password)) = named(request.headers()) {
        let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let from = from.map(|from| from.0.ip().to_string()).unwrap_or_default();
        match guests.fit(&name, &password, &from, &app.world).await {
            Ok(false) => {}
            Ok(true) => {
                if let Ok(pass) = HeaderValue::from_str(&format!("Bearer {}", guests.pass)) {
                    request.headers_mut().insert(header::AUTHORIZATION, pass);
                }
            }
            Err(problem) => return problem.into_response(),
        }
    }
    // Operate's own pages ask in their own way, and no browser should ask before them.
    let own = request.uri().path().starts_with("/api/v1/");
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED && !own {
        let basic = HeaderValue::from_static("Basic");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
    }
    response
}

/// A layer for what everybody may see where there are no guests, and only guests and people with an
/// account where there are some.
pub async fn guarded(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(guests) = app.access.guests() else { return next.run(request).await };
    let headers = request.headers();
    if super::bearer(headers).is_some_and(|key| guests.let_in(key)) {
        return next.run(request).await;
    }
    match app.access.caller(&app.db, &app.world, headers).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => Problem::unauthorized("this asks for a name and a password").into_response(),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

fn named(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, pair) = value.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(pair.trim()));
    let pair = String::from_utf8(pair?.ok()?).ok()?;
    let (name, password) = pair.split_once(':')?;
    // Keys and tokens may stand in the place of a password, and are looked at where they count.
    let ours = [KEY_PREFIX, TOKEN_PREFIX].iter().any(|prefix| password.starts_with(prefix));
    (!ours).then(|| (name.to_owned(), password.to_owned()))
}
