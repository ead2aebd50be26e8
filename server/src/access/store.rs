//! Accounts, sessions, tokens and keys in the database. SQL only; every rule is elsewhere.

use kernel::{ItemRef, SpaceId, Time};
use spine::{Conn, Fault, Row, Tx, params};

use super::account::Account;
use super::policy::{Caller, Identity, Role, Scope};
use super::token::{ApiToken, IntegrationKey, KeyKind};

const ACCOUNT: &str =
    "name, display_name, role, scoped, teams, person, consumers, created_at, updated_at";

fn read_account(row: &Row) -> Result<Account, Fault> {
    Ok(Account {
        name: row.get("name")?,
        display_name: row.get("display_name")?,
        role: role(row)?,
        scoped: row.get("scoped")?,
        teams: row.json("teams")?,
        person: row.get::<Option<String>>("person")?.and_then(|text| text.parse().ok()),
        consumers: row.json("consumers")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Whether there is any account in the space.
pub async fn any_account(conn: &mut Conn, space: &SpaceId) -> Result<bool, Fault> {
    let sql = "SELECT name FROM account WHERE space_id = $1 LIMIT 1";
    Ok(conn.first(sql, params![space]).await?.is_some())
}

/// One account.
pub async fn account(
    conn: &mut Conn,
    space: &SpaceId,
    name: &str,
) -> Result<Option<Account>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {ACCOUNT} FROM account WHERE space_id = $1 AND name = $2"
    ));
    conn.first(sql, params![space, name]).await?.as_ref().map(read_account).transpose()
}

/// All accounts by name.
pub async fn accounts(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Account>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {ACCOUNT} FROM account WHERE space_id = $1 ORDER BY name"
    ));
    conn.all(sql, params![space]).await?.iter().map(read_account).collect()
}

/// The person of each account that names one.
pub async fn persons(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, ItemRef)>, Fault> {
    let sql = "SELECT name, person FROM account WHERE space_id = $1 AND person IS NOT NULL";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter().map(|row| Ok((row.get("name")?, row.parse("person")?))).collect()
}

/// The stored hash of an account's password.
pub async fn password(
    conn: &mut Conn,
    space: &SpaceId,
    name: &str,
) -> Result<Option<String>, Fault> {
    let sql = "SELECT password_hash FROM account WHERE space_id = $1 AND name = $2";
    conn.first(sql, params![space, name]).await?.map(|row| row.get("password_hash")).transpose()
}

/// Adds an account; `false` when the name is taken.
pub async fn insert_account(
    tx: &mut Tx,
    space: &SpaceId,
    account: &Account,
    password_hash: &str,
) -> Result<bool, Fault> {
    let sql = "INSERT INTO account (space_id, name, display_name, role, scoped, teams, person, \
               password_hash, created_at, updated_at, consumers) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    let values = params![
        space,
        &account.name,
        &account.display_name,
        word(&account.role)?,
        account.scoped,
        text(&account.teams)?,
        account.person.as_ref(),
        password_hash,
        account.created_at,
        account.updated_at,
        text(&account.consumers)?
    ];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes what can be edited of an account.
pub async fn update_account(tx: &mut Tx, space: &SpaceId, account: &Account) -> Result<(), Fault> {
    let sql = "UPDATE account SET display_name = $3, role = $4, scoped = $5, teams = $6, \
               person = $7, updated_at = $8, consumers = $9 WHERE space_id = $1 AND name = $2";
    let values = params![
        space,
        &account.name,
        &account.display_name,
        word(&account.role)?,
        account.scoped,
        text(&account.teams)?,
        account.person.as_ref(),
        account.updated_at,
        text(&account.consumers)?
    ];
    tx.run(sql, values).await?;
    Ok(())
}

/// Sets the hash of a password.
pub async fn set_password(
    tx: &mut Tx,
    space: &SpaceId,
    name: &str,
    hash: &str,
) -> Result<(), Fault> {
    let sql = "UPDATE account SET password_hash = $3 WHERE space_id = $1 AND name = $2";
    tx.run(sql, params![space, name, hash]).await?;
    Ok(())
}

/// Removes an account; `false` when there is none.
pub async fn delete_account(tx: &mut Tx, space: &SpaceId, name: &str) -> Result<bool, Fault> {
    let sql = "DELETE FROM account WHERE space_id = $1 AND name = $2";
    Ok(tx.run(sql, params![space, name]).await? == 1)
}

/// Keeps others from changing administrators until the transaction ends, so that two who remove
/// each other do not both find one left.
pub async fn hold_administrators(tx: &mut Tx, space: &SpaceId) -> Result<(), Fault> {
    let sql = "UPDATE account SET role = role WHERE space_id = $1 AND role = 'admin'";
    tx.run(sql, params![space]).await?;
    Ok(())
}

/// How many administrators there are.
pub async fn count_administrators(conn: &mut Conn, space: &SpaceId) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM account WHERE space_id = $1 AND role = 'admin'";
    conn.number(sql, params![space]).await
}

/// A session that was found, and when it was last seen.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who it is.
    pub caller: Caller,
    /// When it was last written down as used.
    pub seen_at: Time,
}

/// The session with this hash that was opened after `opened` and seen after `seen`.
pub async fn session(
    conn: &mut Conn,
    hash: &str,
    (opened, seen): (Time, Time),
) -> Result<Option<Found>, Fault> {
    let sql = "SELECT s.space_id, s.seen_at, a.name, a.display_name, a.role, a.scoped, a.teams, \
               a.person, a.consumers FROM session s \
               JOIN account a ON a.space_id = s.space_id AND a.name = s.account \
               WHERE s.token_hash = $1 AND s.created_at > $2 AND s.seen_at > $3";
    let Some(row) = conn.first(sql, params![hash, opened, seen]).await? else { return Ok(None) };
    let identity = Identity::Account {
        name: row.get("name")?,
        display_name: row.get("display_name")?,
        person: row.get::<Option<String>>("person")?.and_then(|text| text.parse().ok()),
    };
    let caller = Caller {
        space: row.get("space_id")?,
        identity,
        role: role(&row)?,
        teams: row.json("teams")?,
        scoped: row.get("scoped")?,
        consumers: row.json("consumers")?,
    };
    Ok(Some(Found { caller, seen_at: row.get("seen_at")? }))
}

/// Opens a session.
pub async fn insert_session(
    tx: &mut Tx,
    space: &SpaceId,
    account: &str,
    hash: &str,
    now: Time,
) -> Result<(), Fault> {
    let sql = "INSERT INTO session (space_id, token_hash, account, created_at, seen_at) \
               VALUES ($1, $2, $3, $4, $4)";
    tx.run(sql, params![space, hash, account, now]).await?;
    Ok(())
}

/// Writes down that a session is used.
pub async fn see_session(tx: &mut Tx, hash: &str, now: Time) -> Result<(), Fault> {
    tx.run("UPDATE session SET seen_at = $2 WHERE token_hash = $1", params![hash, now]).await?;
    Ok(())
}

/// Closes one session; `false` when there was none.
pub async fn delete_session(tx: &mut Tx, hash: &str) -> Result<bool, Fault> {
    Ok(tx.run("DELETE FROM session WHERE token_hash = $1", params![hash]).await? > 0)
}

/// Closes the sessions of an account, except one.
pub async fn delete_sessions(
    tx: &mut Tx,
    space: &SpaceId,
    account: &str,
    except: Option<&str>,
) -> Result<(), Fault> {
    let sql = "DELETE FROM session WHERE space_id = $1 AND account = $2 AND token_hash <> $3";
    tx.run(sql, params![space, account, except.unwrap_or_default()]).await?;
    Ok(())
}

/// Forgets sessions that cannot be used any more.
pub async fn delete_stale_sessions(tx: &mut Tx, (opened, seen): (Time, Time)) -> Result<(), Fault> {
    let sql = "DELETE FROM session WHERE created_at <= $1 OR seen_at <= $2";
    tx.run(sql, params![opened, seen]).await?;
    Ok(())
}

const TOKEN: &str = "name, role, scopes, created_by, created_at, expires_at, used_at";

fn read_token(row: &Row) -> Result<ApiToken, Fault> {
    Ok(ApiToken {
        name: row.get("name")?,
        role: role(row)?,
        scopes: row.json("scopes")?,
        created_by: row.parse("created_by")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}

/// All tokens by name.
pub async fn tokens(conn: &mut Conn, space: &SpaceId) -> Result<Vec<ApiToken>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {TOKEN} FROM api_token WHERE space_id = $1 ORDER BY name"
    ));
    conn.all(sql, params![space]).await?.iter().map(read_token).collect()
}

/// The token with this hash that has not expired, and its space.
pub async fn token(
    conn: &mut Conn,
    hash: &str,
    now: Time,
) -> Result<Option<(SpaceId, ApiToken)>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT space_id, {TOKEN} FROM api_token \
         WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > $2)"
    ));
    match conn.first(sql, params![hash, now]).await? {
        Some(row) => Ok(Some((row.get("space_id")?, read_token(&row)?))),
        None => Ok(None),
    }
}

/// Adds a token; `false` when the name is taken.
pub async fn insert_token(
    tx: &mut Tx,
    space: &SpaceId,
    token: &ApiToken,
    hash: &str,
) -> Result<bool, Fault> {
    let sql = "INSERT INTO api_token (space_id, name, token_hash, role, scopes, created_by, \
               created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
               ON CONFLICT DO NOTHING";
    let values = params![
        space,
        &token.name,
        hash,
        word(&token.role)?,
        text::<Vec<Scope>>(&token.scopes)?,
        token.created_by.to_string(),
        token.created_at,
        token.expires_at
    ];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes down that a token is used.
pub async fn use_token(tx: &mut Tx, hash: &str, now: Time) -> Result<(), Fault> {
    tx.run("UPDATE api_token SET used_at = $2 WHERE token_hash = $1", params![hash, now]).await?;
    Ok(())
}

/// Removes a token; `false` when there is none.
pub async fn delete_token(tx: &mut Tx, space: &SpaceId, name: &str) -> Result<bool, Fault> {
    let sql = "DELETE FROM api_token WHERE space_id = $1 AND name = $2";
    Ok(tx.run(sql, params![space, name]).await? == 1)
}

const KEY: &str = "name, kind, alias_hash, created_by, created_at, used_at";

fn read_key(row: &Row) -> Result<IntegrationKey, Fault> {
    Ok(IntegrationKey {
        name: row.get("name")?,
        kind: read_word::<KeyKind>(row, "kind")?,
        alias: row.get::<Option<String>>("alias_hash")?.is_some(),
        created_by: row.parse("created_by")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
    })
}

/// All integration keys by name.
pub async fn keys(conn: &mut Conn, space: &SpaceId) -> Result<Vec<IntegrationKey>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {KEY} FROM integration_key WHERE space_id = $1 ORDER BY name"
    ));
    conn.all(sql, params![space]).await?.iter().map(read_key).collect()
}

/// The integration key with this hash, or known by it under another product's key, and its space.
pub async fn key(conn: &mut Conn, hash: &str) -> Result<Option<(SpaceId, IntegrationKey)>, Fault> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT space_id, {KEY} FROM integration_key WHERE token_hash = $1 OR alias_hash = $1"
    ));
    match conn.first(sql, params![hash]).await? {
        Some(row) => Ok(Some((row.get("space_id")?, read_key(&row)?))),
        None => Ok(None),
    }
}

/// Adds an integration key with its hash and that of its alias; `false` when one is taken.
pub async fn insert_key(
    tx: &mut Tx,
    space: &SpaceId,
    key: &IntegrationKey,
    (hash, alias): (&str, Option<&str>),
) -> Result<bool, Fault> {
    let sql = "INSERT INTO integration_key (space_id, name, kind, token_hash, created_by, \
               created_at, alias_hash) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT DO NOTHING";
    let values = params![
        space,
        &key.name,
        word(&key.kind)?,
        hash,
        key.created_by.to_string(),
        key.created_at,
        alias.map(str::to_owned)
    ];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes down that an integration key is used.
pub async fn use_key(tx: &mut Tx, hash: &str, now: Time) -> Result<(), Fault> {
    let sql = "UPDATE integration_key SET used_at = $2 WHERE token_hash = $1 OR alias_hash = $1";
    tx.run(sql, params![hash, now]).await?;
    Ok(())
}

/// Removes an integration key; `false` when there is none.
pub async fn delete_key(tx: &mut Tx, space: &SpaceId, name: &str) -> Result<bool, Fault> {
    let sql = "DELETE FROM integration_key WHERE space_id = $1 AND name = $2";
    Ok(tx.run(sql, params![space, name]).await? == 1)
}

/// Sets the one-time code; an older one stops working.
pub async fn set_code(
    tx: &mut Tx,
    space: &SpaceId,
    hash: &str,
    expires: Time,
) -> Result<(), Fault> {
    let sql = "INSERT INTO setup_code (space_id, code_hash, expires_at) VALUES ($1, $2, $3) \
               ON CONFLICT (space_id) DO UPDATE SET code_hash = excluded.code_hash, \
               expires_at = excluded.expires_at";
    tx.run(sql, params![space, hash, expires]).await?;
    Ok(())
}

/// Uses the one-time code up; `false` when it is another one or too old. Of two who come with the
/// same code one finds it gone.
pub async fn use_code(tx: &mut Tx, space: &SpaceId, hash: &str, now: Time) -> Result<bool, Fault> {
    let sql = "DELETE FROM setup_code \
               WHERE space_id = $1 AND code_hash = $2 AND expires_at > $3";
    Ok(tx.run(sql, params![space, hash, now]).await? == 1)
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::corrupt("access", error))
}

/// An enum as the bare word that JSON would quote.
fn word<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    Ok(text(value)?.trim_matches('"').to_owned())
}

fn read_word<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, Fault> {
    let word: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| Fault::corrupt(column.to_owned(), error))
}

fn role(row: &Row) -> Result<Role, Fault> {
    read_word(row, "role")
}
