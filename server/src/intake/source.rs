//! Who sends signals: an integration key, or this machine itself where that is allowed.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::SpaceId;

use crate::app::App;
use crate::problem::{Answer, Problem};

/// A sender of signals.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where its signals belong.
    pub space: SpaceId,
    /// Its name: that of its key, or the protocol's when it needs none.
    pub name: Arc<str>,
}

/// Finds out who sends. A key is taken from `Authorization: Bearer`, from the password of basic
/// authentication, or from `?key=`. Without a key, a sender on this machine is let in while
/// Operate listens on loopback only and `intake.open_on_loopback` holds.
///
/// # Errors
/// 401 without a good key.
pub async fn source(
    app: &App,
    headers: &HeaderMap,
    query: Option<&str>,
    peer: SocketAddr,
    protocol: &str,
) -> Answer<Source> {
    by_key(app, key(headers, query).as_deref(), peer, protocol).await
}

/// The same with a key that the protocol carries in a place of its own.
///
/// # Errors
/// 401 without a good key.
pub async fn by_key(
    app: &App,
    key: Option<&str>,
    peer: SocketAddr,
    protocol: &str,
) -> Answer<Source> {
    if let Some(key) = key {
        if app.access.guests().is_some_and(|guests| guests.let_in(key)) {
            return Ok(Source { space: SpaceId::main(), name: protocol.into() });
        }
        let found = app.access.integration(&app.db, &app.world, key).await?;
        return match found {
            Some((space, name)) => Ok(Source { space, name: name.into() }),
            None => Err(Problem::unauthorized("this integration key is not known or was revoked")
                .remedy("make a key under Settings → Integrations")),
        };
    }
    let from_here = app.config.only_from_here() && peer.ip().is_loopback();
    let open = app.config.intake.open || app.config.intake.open_on_loopback && from_here;
    if open {
        return Ok(Source { space: SpaceId::main(), name: protocol.into() });
    }
    Err(Problem::unauthorized("sending alerts needs an integration key").remedy(
        "make a key under Settings → Integrations and send it as `Authorization: Bearer KEY`",
    ))
}

fn key(headers: &HeaderMap, query: Option<&str>) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(header) = header {
        if let Some(key) = header.strip_prefix("Bearer ") {
            return Some(key.trim().to_owned());
        }
        if let Some(basic) = header.strip_prefix("Basic ") {
            let pair = String::from_utf8(BASE64_STANDARD.decode(basic.trim()).ok()?).ok()?;
            return pair.split_once(':').map(|(_, password)| password.to_owned());
        }
    }
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| *name == "key").map(|(_, value)| value.to_owned()).next()
}
