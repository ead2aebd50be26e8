//! Secrets that are handed out once and kept as hashes: of sessions, API tokens and integration
//! keys.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::{Actor, Fact, Refusal, RefusalCode, SpaceId, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::journal::{self, Stamp};
use spine::{Denied, World};
use utoipa::ToSchema;

use super::policy::{Role, Scope};
use super::{Gate, check_name, store};

/// What API tokens begin with, so that people and scanners know one when they see it.
pub const TOKEN_PREFIX: &str = "op_";
/// What integration keys begin with.
pub const KEY_PREFIX: &str = "opk_";

/// A secret that is shown once. It has no `Debug` and no `Display`, so that no log can show it.
pub struct Secret(String);

impl Secret {
    /// 256 fresh random bits, with a prefix.
    pub fn fresh(prefix: &str, world: &World) -> Secret {
        let bits = [world.seed().to_le_bytes(), world.seed().to_le_bytes()].concat();
        Secret(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bits)))
    }

    /// The text, for the one who asked for it.
    pub fn reveal(self) -> String {
        self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// Hexadecimal SHA-256 of a secret. Fast hashing is enough here: 256 random bits cannot be
/// guessed, unlike passwords.
pub fn hash(secret: &str) -> String {
    kernel::hex(&Sha256::digest(secret.as_bytes()))
}

/// Whether a secret is the one of which this was stored; takes as long whichever letters differ.
pub fn fits(secret: &str, stored: &str) -> bool {
    let hash = hash(secret);
    let differ = hash.bytes().zip(stored.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    hash.len() == stored.len() && differ == 0
}

/// An API token, without its secret.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ApiToken {
    /// Its name, which journal entries show as `token:NAME`.
    pub name: String,
    /// What it is trusted with.
    pub role: Role,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Who made it.
    #[schema(value_type = String)]
    pub created_by: Actor,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it stops working; never, when absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Time>,
}

/// What an API token is made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Small letters, digits, `.`, `_`, `-` and `@`.
    #[schema(pattern = "^[a-z0-9][a-z0-9._@-]{0,63}$")]
    pub name: String,
    /// What it is trusted with.
    pub role: Role,
    /// What it may be used for; at least one.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// When it stops working; never, when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Time>,
}

/// What an integration key lets in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Alerts as Prometheus and Alertmanager send them.
    Alertmanager,
    /// Events in Operate's own JSON.
    Events,
    /// Events as they are sent to PagerDuty (Events API v2).
    Pagerduty,
    /// Alerts as they are sent to Opsgenie (Alert API v2).
    Opsgenie,
    /// CloudEvents 1.0.
    Cloudevents,
    /// JSON of any shape, with a mapping.
    Webhook,
}

impl KeyKind {
    /// Where whoever has the key sends to.
    pub fn path(self, name: &str) -> String {
        match self {
            KeyKind::Alertmanager => "/api/v2/alerts".to_owned(),
            KeyKind::Events => "/api/v1/events".to_owned(),
            KeyKind::Pagerduty => "/v2/enqueue".to_owned(),
            KeyKind::Opsgenie => "/v2/alerts".to_owned(),
            KeyKind::Cloudevents => "/api/v1/events/cloudevents".to_owned(),
            KeyKind::Webhook => format!("/api/v1/webhooks/{name}"),
        }
    }
}

/// An integration key, without its secret. Its name is the source of what it sends.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct IntegrationKey {
    /// Its name, which journal entries show as `integration:NAME`.
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// Whether a key of another product works as well.
    pub alias: bool,
    /// Who made it.
    #[schema(value_type = String)]
    pub created_by: Actor,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Time>,
}

/// What an integration key is made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Small letters, digits, `.`, `_`, `-` and `@`.
    #[schema(pattern = "^[a-z0-9][a-z0-9._@-]{0,63}$")]
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// A key that senders have already, of the product they sent to before: it works as well as
    /// the one that is made here. Kept as a hash.
    #[serde(default)]
    #[schema(format = Password, min_length = 20, max_length = 200)]
    pub alias: Option<String>,
}

/// Makes an API token.
///
/// # Errors
/// When the name is wrong or taken, there is no scope, or it would have expired already.
pub async fn create(
    gate: &Gate,
    space: &SpaceId,
    actor: Actor,
    new: NewToken,
) -> Result<(ApiToken, Secret), Denied> {
    let now = gate.world.now();
    check_name(&new.name)?;
    if new.role == Role::Consumer {
        let reason = "a token is of no consumer; give a viewer's token the scope `read`";
        return Err(Refusal::invalid(reason).into());
    }
    if new.scopes.is_empty() {
        return Err(Refusal::invalid("a token needs at least one scope").into());
    }
    if new.expires_at.is_some_and(|expires| expires <= now) {
        return Err(Refusal::invalid("this token would have expired already").into());
    }
    let mut scopes = new.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    let token = ApiToken {
        name: new.name,
        role: new.role,
        scopes,
        created_by: actor,
        created_at: now,
        expires_at: new.expires_at,
        used_at: None,
    };
    let secret = Secret::fresh(TOKEN_PREFIX, &gate.world);
    let (space, hash, made) = (space.clone(), secret.hash(), token.clone());
    gate.db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                if !store::insert_token(tx, &space, &made, &hash).await? {
                    return Err(taken("token", &made.name).into());
                }
                let fact = Fact {
                    subject: format!("token:{}", made.name),
                    kind: "token.created".to_owned(),
                    data: serde_json::json!(made).into(),
                };
                let stamp = Stamp { space: &space, at: now, actor: &made.created_by, cause: None };
                Ok(journal::append(tx, &stamp, &[fact]).await?)
            })
        })
        .await?;
    Ok((token, secret))
}

/// Whether a key of another product may be used here: what is easily guessed may not, since
/// only a fast hash of it is kept.
fn check_alias(alias: &str) -> Result<(), Refusal> {
    let long = (20..=200).contains(&alias.len());
    if !long || !alias.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason = "a key that senders have already has 20 to 200 letters, digits and signs";
        return Err(Refusal::invalid(reason));
    }
    if alias.starts_with(TOKEN_PREFIX) || alias.starts_with(KEY_PREFIX) {
        return Err(Refusal::invalid("this is a key or token of Operate itself"));
    }
    Ok(())
}

/// Makes an integration key.
///
/// # Errors
/// When the name is wrong or taken, or the key that senders have already cannot be used.
pub async fn create_key(
    gate: &Gate,
    space: &SpaceId,
    actor: Actor,
    new: NewKey,
) -> Result<(IntegrationKey, Secret), Denied> {
    check_name(&new.name)?;
    new.alias.as_deref().map_or(Ok(()), check_alias)?;
    let now = gate.world.now();
    let alias = new.alias.as_deref().map(hash);
    let key = IntegrationKey {
        name: new.name,
        kind: new.kind,
        alias: alias.is_some(),
        created_by: actor,
        created_at: now,
        used_at: None,
    };
    let secret = Secret::fresh(KEY_PREFIX, &gate.world);
    let (space, hash, made) = (space.clone(), secret.hash(), key.clone());
    gate.db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                if let Some(alias) = &alias
                    && store::key(tx, alias).await?.is_some()
                {
                    let reason = "an integration key goes by this key of another product already";
                    let code = RefusalCode::Conflict;
                    return Err(Refusal { code, reason: reason.to_owned() }.into());
                }
                if !store::insert_key(tx, &space, &made, (&hash, alias.as_deref())).await? {
                    return Err(taken("integration key", &made.name).into());
                }
                let fact = Fact {
                    subject: format!("integration:{}", made.name),
                    kind: "integration_key.created".to_owned(),
                    data: serde_json::json!(made).into(),
                };
                let stamp = Stamp { space: &space, at: now, actor: &made.created_by, cause: None };
                Ok(journal::append(tx, &stamp, &[fact]).await?)
            })
        })
        .await?;
    Ok((key, secret))
}

/// Which of the two is taken back.
#[derive(Clone, Copy, Debug)]
pub enum Issued {
    /// An API token.
    Token,
    /// An integration key.
    Key,
}

/// Takes a token or key back: it stops working at once here, and within seconds on other nodes.
///
/// # Errors
/// When there is none of this name.
pub async fn revoke(
    gate: &Gate,
    space: &SpaceId,
    actor: Actor,
    issued: Issued,
    name: &str,
) -> Result<(), Denied> {
    let (now, space, name) = (gate.world.now(), space.clone(), name.to_owned());
    let done = gate
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let (subject, kind) = match issued {
                    Issued::Token if store::delete_token(tx, &space, &name).await? => {
                        ("token", "token.revoked")
                    }
                    Issued::Key if store::delete_key(tx, &space, &name).await? => {
                        ("integration", "integration_key.revoked")
                    }
                    Issued::Token => return Err(Denied::Missing("token")),
                    Issued::Key => return Err(Denied::Missing("integration key")),
                };
                let fact = Fact {
                    subject: format!("{subject}:{name}"),
                    kind: kind.to_owned(),
                    data: serde_json::json!({}).into(),
                };
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                Ok(journal::append(tx, &stamp, &[fact]).await?)
            })
        })
        .await;
    gate.access.forget_keys();
    done
}

/// The refusal of a name that is in use.
pub(super) fn taken(what: &str, name: &str) -> Refusal {
    let reason = format!("there is a {what} named `{name}` already");
    Refusal { code: RefusalCode::Conflict, reason }
}
