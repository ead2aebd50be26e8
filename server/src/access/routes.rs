//! HTTP faces of sessions, accounts, tokens and integration keys.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::account::{self, Account, By, Profile};
use super::policy::{Action, Caller, Identity, Role, may};
use super::token::{self, ApiToken, IntegrationKey, Issued, NewKey, NewToken};
use super::{Address, Anyone, Gate, session, store};
use crate::extract::{Json, Path};
use crate::listing::Listed;
use crate::problem::{Answer, Problem};

/// Every route of access.
pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Gate: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(who, sign_in, sign_out))
        .routes(routes!(set_up))
        .routes(routes!(change_password))
        .routes(routes!(accounts, create_account))
        .routes(routes!(edit_account, remove_account))
        .routes(routes!(tokens, create_token))
        .routes(routes!(revoke_token))
        .routes(routes!(keys, create_key))
        .routes(routes!(revoke_key))
}

/// What a session is at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// There is no account yet: the first administrator is made with the one-time code.
    SetupRequired,
    /// Nobody is signed in.
    Anonymous,
    /// Somebody is signed in.
    SignedIn,
}

/// Who is signed in, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// What the session is at the moment.
    pub state: SessionState,
    /// Who is signed in.
    pub user: Option<User>,
    /// Version of Operate.
    pub version: String,
    /// The space.
    pub space: String,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    /// Name of the account or token.
    pub name: String,
    /// How the person is called.
    pub display_name: String,
    /// What it is trusted with.
    pub role: Role,
    /// Whether it acts only on what belongs to its teams.
    pub scoped: bool,
    /// Its teams.
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<ItemRef>,
    /// The person in the estate.
    #[schema(value_type = Option<String>)]
    pub person: Option<ItemRef>,
    /// Whose promises a consumer sees.
    #[schema(value_type = Vec<String>)]
    pub consumers: Vec<ItemRef>,
}

fn view(state: SessionState, caller: Option<Caller>) -> SessionView {
    let space = caller.as_ref().map_or_else(kernel::SpaceId::main, |caller| caller.space.clone());
    let user = caller.map(|caller| {
        let (name, display_name) = match &caller.identity {
            Identity::Account { name, display_name, .. } => (name, display_name),
            Identity::Token { name, .. } => (name, name),
        };
        let (name, display_name) = (name.clone(), display_name.clone());
        let (person, Caller { role, teams, scoped, consumers, .. }) = (caller.person(), caller);
        User { name, display_name, role, scoped, teams, person, consumers }
    });
    let version = env!("CARGO_PKG_VERSION").to_owned();
    SessionView { state, user, version, space: space.to_string() }
}

/// Tells who is signed in, and whether Operate waits for its first administrator.
#[utoipa::path(get, path = "/session", tag = "access", security(()),
    responses((status = 200, description = "The session", body = SessionView)))]
async fn who(State(gate): State<Gate>, headers: HeaderMap) -> Answer<Json<SessionView>> {
    let caller = gate.access.anyone(&gate.db, &gate.world, &headers).await?;
    let state = match &caller {
        Some(_) => SessionState::SignedIn,
        None => {
            let mut conn = gate.db.reader().await?;
            match store::any_account(&mut conn, &kernel::SpaceId::main()).await? {
                true => SessionState::Anonymous,
                false => SessionState::SetupRequired,
            }
        }
    };
    Ok(Json(view(state, caller)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// Name of the account.
    username: String,
    /// Its password.
    #[schema(format = Password)]
    password: String,
}

/// Signs in: sets the cookie `operate_session`.
#[utoipa::path(post, path = "/session", tag = "access", request_body = SignIn, security(()),
    responses(
        (status = 200, description = "Signed in", body = SessionView),
        (status = 401, description = "Name or password is wrong", body = Problem),
        (status = 429, description = "Tried too often", body = Problem)))]
async fn sign_in(
    State(gate): State<Gate>,
    Address(address): Address,
    headers: HeaderMap,
    Json(asked): Json<SignIn>,
) -> Answer<Response> {
    session::same_origin(&headers, &gate.access.0.public_url)?;
    let opened = session::sign_in(&gate, &address, &asked.username, asked.password).await?;
    Ok(signed_in(&gate, opened))
}

fn signed_in(gate: &Gate, opened: session::Opened) -> Response {
    let body = Json(view(SessionState::SignedIn, Some(opened.caller)));
    let cookie = session::keep(opened.secret, gate.access.secure());
    ([(header::SET_COOKIE, cookie)], body).into_response()
}

/// Signs out: the session ends here and in the browser.
#[utoipa::path(delete, path = "/session", tag = "access", security(()),
    responses((status = 204, description = "Signed out")))]
async fn sign_out(State(gate): State<Gate>, headers: HeaderMap) -> Answer<Response> {
    if session::cookie(&headers).is_some() {
        session::from_our_page(&headers, &gate.access.0.public_url)?;
        session::sign_out(&gate, &headers).await?;
    }
    let cookie = session::forget(gate.access.secure());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// The one-time code that Operate prints when it starts without accounts.
    code: String,
    /// Name of the account.
    username: String,
    /// How the person is called.
    display_name: String,
    /// At least 12 characters.
    #[schema(format = Password)]
    password: String,
}

/// Makes the first administrator, and signs them in.
#[utoipa::path(post, path = "/setup", tag = "access", request_body = SetUp, security(()),
    responses(
        (status = 200, description = "Signed in", body = SessionView),
        (status = 401, description = "The code is wrong, used or too old", body = Problem),
        (status = 409, description = "There is an administrator already", body = Problem),
        (status = 422, description = "Name or password will not do", body = Problem)))]
async fn set_up(
    State(gate): State<Gate>,
    Address(address): Address,
    headers: HeaderMap,
    Json(asked): Json<SetUp>,
) -> Answer<Response> {
    session::same_origin(&headers, &gate.access.0.public_url)?;
    let person = (asked.username, Profile::administrator(asked.display_name), asked.password);
    let opened = session::set_up(&gate, &address, &asked.code, person).await?;
    Ok(signed_in(&gate, opened))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The password until now.
    #[schema(format = Password)]
    present: String,
    /// The new one: at least 12 characters.
    #[schema(format = Password)]
    new: String,
}

/// Changes one's own password; all other sessions of the account end.
#[utoipa::path(post, path = "/session/password", tag = "access", request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed"),
        (status = 422, description = "The present one is wrong or the new one too weak",
            body = Problem)))]
async fn change_password(
    State(gate): State<Gate>,
    Anyone(caller): Anyone,
    headers: HeaderMap,
    Json(asked): Json<ChangePassword>,
) -> Answer<StatusCode> {
    let Identity::Account { .. } = &caller.identity else {
        return Err(Problem::forbidden("a token has no password"));
    };
    gate.try_password(&caller)?;
    let session = session::cookie(&headers).map(token::hash);
    account::change_password(&gate, by(&caller), session, asked.present, asked.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn by(caller: &Caller) -> By {
    By { space: caller.space.clone(), actor: caller.actor() }
}

fn listed<T>(items: Vec<T>) -> Json<Listed<T>> {
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Json(Listed { items, next: None, total })
}

/// All accounts. For administrators.
#[utoipa::path(get, path = "/accounts", tag = "access",
    responses((status = 200, description = "All accounts", body = Listed<Account>)))]
async fn accounts(State(gate): State<Gate>, caller: Caller) -> Answer<Json<Listed<Account>>> {
    may(&caller, Action::Administer, &[])?;
    let mut conn = gate.db.reader().await?;
    Ok(listed(store::accounts(&mut conn, &caller.space).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// Its name: small letters, digits, `.`, `_`, `-`, `@`.
    #[schema(pattern = "^[a-z0-9][a-z0-9._@-]{0,63}$")]
    name: String,
    /// At least 12 characters.
    #[schema(format = Password, min_length = 12)]
    password: String,
    /// How the person is called.
    #[schema(min_length = 1, max_length = 100)]
    display_name: String,
    /// What it is trusted with.
    role: Role,
    /// Whether it acts only on what belongs to its teams.
    #[serde(default)]
    scoped: bool,
    /// Its teams: `team/payments`.
    #[serde(default)]
    teams: Vec<ItemRef>,
    /// The person in the estate: `person/ada`.
    #[serde(default)]
    person: Option<ItemRef>,
    /// Whose promises a consumer sees, as contracts name them: `team/shop`, `usecase/buy`.
    #[serde(default)]
    consumers: Vec<ItemRef>,
}

/// Makes an account. For administrators.
#[utoipa::path(post, path = "/accounts", tag = "access", request_body = NewAccount,
    responses(
        (status = 201, description = "The account", body = Account),
        (status = 409, description = "The name is taken", body = Problem),
        (status = 422, description = "Name, profile or password will not do", body = Problem)))]
async fn create_account(
    State(gate): State<Gate>,
    caller: Caller,
    Json(asked): Json<NewAccount>,
) -> Answer<(StatusCode, Json<Account>)> {
    may(&caller, Action::Administer, &[])?;
    let NewAccount { name, password, display_name, role, scoped, teams, person, consumers } = asked;
    let profile = Profile { display_name, role, scoped, teams, person, consumers };
    let account = account::create(&gate, by(&caller), &name, profile, password).await?;
    Ok((StatusCode::CREATED, Json(account)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditAccount {
    /// Sets another password; the account's sessions end.
    #[serde(default)]
    #[schema(format = Password, min_length = 12)]
    password: Option<String>,
    /// How the person is called.
    #[schema(min_length = 1, max_length = 100)]
    display_name: String,
    /// What it is trusted with.
    role: Role,
    /// Whether it acts only on what belongs to its teams.
    #[serde(default)]
    scoped: bool,
    /// Its teams: `team/payments`.
    #[serde(default)]
    teams: Vec<ItemRef>,
    /// The person in the estate: `person/ada`.
    #[serde(default)]
    person: Option<ItemRef>,
    /// Whose promises a consumer sees, as contracts name them: `team/shop`, `usecase/buy`.
    #[serde(default)]
    consumers: Vec<ItemRef>,
}

/// Edits an account. For administrators.
#[utoipa::path(put, path = "/accounts/{name}", tag = "access", request_body = EditAccount,
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "The account afterwards", body = Account),
        (status = 409, description = "It is the last administrator", body = Problem)))]
async fn edit_account(
    State(gate): State<Gate>,
    caller: Caller,
    Path(name): Path<String>,
    Json(asked): Json<EditAccount>,
) -> Answer<Json<Account>> {
    may(&caller, Action::Administer, &[])?;
    let EditAccount { password, display_name, role, scoped, teams, person, consumers } = asked;
    let profile = Profile { display_name, role, scoped, teams, person, consumers };
    Ok(Json(account::edit(&gate, by(&caller), &name, profile, password).await?))
}

/// Removes an account and ends its sessions. For administrators.
#[utoipa::path(delete, path = "/accounts/{name}", tag = "access",
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "It is the last administrator", body = Problem)))]
async fn remove_account(
    State(gate): State<Gate>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    account::remove(&gate, by(&caller), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All API tokens, without their secrets. For administrators.
#[utoipa::path(get, path = "/tokens", tag = "access",
    responses((status = 200, description = "All tokens", body = Listed<ApiToken>)))]
async fn tokens(State(gate): State<Gate>, caller: Caller) -> Answer<Json<Listed<ApiToken>>> {
    may(&caller, Action::Administer, &[])?;
    let mut conn = gate.db.reader().await?;
    Ok(listed(store::tokens(&mut conn, &caller.space).await?))
}

#[derive(Serialize, ToSchema)]
struct IssuedToken {
    #[serde(flatten)]
    token: ApiToken,
    /// The token itself, shown this once: `Authorization: Bearer …`.
    secret: String,
}

/// Makes an API token; its secret is shown once. For administrators.
#[utoipa::path(post, path = "/tokens", tag = "access", request_body = NewToken,
    responses(
        (status = 201, description = "The token with its secret", body = IssuedToken),
        (status = 409, description = "The name is taken", body = Problem)))]
async fn create_token(
    State(gate): State<Gate>,
    caller: Caller,
    Json(asked): Json<NewToken>,
) -> Answer<(StatusCode, Json<IssuedToken>)> {
    may(&caller, Action::Administer, &[])?;
    let (token, secret) = token::create(&gate, &caller.space, caller.actor(), asked).await?;
    Ok((StatusCode::CREATED, Json(IssuedToken { token, secret: secret.reveal() })))
}

/// Takes an API token back. For administrators.
#[utoipa::path(delete, path = "/tokens/{name}", tag = "access",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It works no more")))]
async fn revoke_token(
    State(gate): State<Gate>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    token::revoke(&gate, &caller.space, caller.actor(), Issued::Token, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All integration keys, without their secrets. For administrators.
#[utoipa::path(get, path = "/integration-keys", tag = "access",
    responses((status = 200, description = "All keys", body = Listed<IntegrationKey>)))]
async fn keys(State(gate): State<Gate>, caller: Caller) -> Answer<Json<Listed<IntegrationKey>>> {
    may(&caller, Action::Administer, &[])?;
    let mut conn = gate.db.reader().await?;
    Ok(listed(store::keys(&mut conn, &caller.space).await?))
}

#[derive(Serialize, ToSchema)]
struct IssuedKey {
    #[serde(flatten)]
    key: IntegrationKey,
    /// The key itself, shown this once: `Authorization: Bearer …`.
    secret: String,
    /// Where to send to.
    url: String,
}

/// Makes an integration key; its secret is shown once. For administrators.
#[utoipa::path(post, path = "/integration-keys", tag = "access", request_body = NewKey,
    responses(
        (status = 201, description = "The key with its secret", body = IssuedKey),
        (status = 409, description = "The name is taken", body = Problem)))]
async fn create_key(
    State(gate): State<Gate>,
    caller: Caller,
    Json(asked): Json<NewKey>,
) -> Answer<(StatusCode, Json<IssuedKey>)> {
    may(&caller, Action::Administer, &[])?;
    let (key, secret) = token::create_key(&gate, &caller.space, caller.actor(), asked).await?;
    let url = format!("{}{}", gate.access.0.public_url, key.kind.path(&key.name));
    Ok((StatusCode::CREATED, Json(IssuedKey { key, secret: secret.reveal(), url })))
}

/// Takes an integration key back. For administrators.
#[utoipa::path(delete, path = "/integration-keys/{name}", tag = "access",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It works no more")))]
async fn revoke_key(
    State(gate): State<Gate>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    token::revoke(&gate, &caller.space, caller.actor(), Issued::Key, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
