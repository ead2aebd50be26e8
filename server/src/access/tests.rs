//! Conversations over HTTP, each on both databases.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures::future::join_all;
use kernel::{SpaceId, Time};
use serde_json::{Value, json};
use spine::journal::{self, Filter};
use spine::testing::Place;
use spine::{Db, World};
use std::time::Duration;
use tower::ServiceExt as _;

use super::account::{self, By, Profile};
use super::{Access, Gate, Role, session, store};
use crate::{Config, MIGRATIONS};

spine::both!(MIGRATIONS;
    the_first_administrator_is_made_with_the_printed_code,
    a_code_works_once_and_not_for_ever,
    of_two_who_use_the_code_at_once_one_becomes_administrator,
    a_session_ends_when_it_is_idle_old_or_closed,
    a_wrong_password_and_an_unknown_name_get_the_same_answer,
    guessing_is_throttled_for_each_name,
    a_browser_on_another_site_changes_nothing,
    a_viewer_and_a_responder_may_not_administer,
    the_last_administrator_stays,
    of_two_administrators_who_remove_each_other_one_stays,
    a_new_password_ends_the_other_sessions,
    an_edited_account_loses_what_it_lost_at_once,
    a_token_works_within_its_scopes_until_it_expires_or_is_revoked,
    an_integration_key_lets_signals_in_until_it_is_revoked,
    every_change_is_journaled_with_its_actor_and_without_secrets,
    accounts_of_another_space_are_not_seen,
    what_is_refused_is_journaled_but_not_without_end,
);

const NOON: Time = Time::from_seconds(1_772_366_400);
const PASSWORD: &str = "correct horse battery";

/// Operate as a browser or a program sees it.
struct Desk {
    gate: Gate,
    router: Router,
}

/// What came back.
struct Reply {
    status: StatusCode,
    body: Value,
    cookie: Option<String>,
}

/// How a request identifies itself.
#[derive(Clone, Copy)]
enum As<'a> {
    Nobody,
    /// A browser on our own pages, with this cookie.
    Page(&'a str),
    /// A program with this token.
    Token(&'a str),
    /// With these headers.
    With(&'a [(&'a str, &'a str)]),
}

impl Desk {
    fn open(db: &Db) -> Desk {
        let world = World::manual(NOON, 7);
        let public_url = Some("https://operate.example.org".to_owned());
        let config = Config { public_url, ..Config::default() };
        let access = Access::new(&config, &world);
        let gate = Gate { db: db.clone(), world, access };
        let (router, _) = super::routes::routes::<Gate>().split_for_parts();
        let watch = axum::middleware::from_fn_with_state(gate.clone(), super::watch);
        Desk { router: router.with_state(gate.clone()).layer(watch), gate }
    }

    async fn ask(&self, who: As<'_>, method: &str, path: &str, body: Value) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        match who {
            As::Nobody => {}
            As::Page(cookie) => {
                let cookie = format!("theme=dark; operate_session={cookie}");
                request = request.header(header::COOKIE, cookie).header("x-operate-csrf", "1");
            }
            As::Token(token) => {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            As::With(headers) => {
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
            }
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let cookie = response.headers().get(header::SET_COOKIE).map(|value| {
            let text = value.to_str().unwrap().to_owned();
            let flags = "Path=/; HttpOnly; SameSite=Lax";
            assert!(text.contains(flags) && text.ends_with("; Secure"), "{text}");
            text.split(['=', ';']).nth(1).unwrap().to_owned()
        });
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status, body, cookie }
    }

    async fn get(&self, who: As<'_>, path: &str) -> Reply {
        self.ask(who, "GET", path, Value::Null).await
    }

    /// Makes the first administrator `root` and returns their cookie.
    async fn set_up(&self) -> String {
        let code = session::setup_code(&self.gate).await.unwrap().unwrap();
        let reply = self.ask(As::Nobody, "POST", "/setup", first(&code, "root")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        reply.cookie.unwrap()
    }

    async fn account(&self, name: &str, role: Role) {
        let profile = Profile { role, ..Profile::administrator(name.to_owned()) };
        let by = By { space: SpaceId::main(), actor: kernel::Actor::system("test") };
        account::create(&self.gate, by, name, profile, PASSWORD.to_owned()).await.unwrap();
    }

    async fn sign_in(&self, name: &str, password: &str) -> Reply {
        let body = json!({ "username": name, "password": password });
        self.ask(As::Nobody, "POST", "/session", body).await
    }

    /// Makes an account, signs in and returns the cookie.
    async fn signed_in(&self, name: &str, role: Role) -> String {
        self.account(name, role).await;
        self.sign_in(name, PASSWORD).await.cookie.unwrap()
    }

    async fn state(&self, cookie: &str) -> Value {
        self.get(As::Page(cookie), "/session").await.body["state"].clone()
    }

    fn pass(&self, seconds: u64) {
        self.gate.world.clock.advance(Duration::from_secs(seconds));
    }

    async fn journal(&self) -> Vec<kernel::Entry> {
        let mut conn = self.gate.db.reader().await.unwrap();
        let filter = Filter { limit: 100, ..Filter::default() };
        let mut entries = journal::list(&mut conn, &SpaceId::main(), &filter).await.unwrap();
        entries.reverse();
        entries
    }
}

fn first(code: &str, name: &str) -> Value {
    json!({ "code": code, "username": name, "display_name": "Root", "password": PASSWORD })
}

async fn the_first_administrator_is_made_with_the_printed_code(place: Place) {
    let desk = Desk::open(&place.db);
    assert_eq!(desk.get(As::Nobody, "/session").await.body["state"], "setup_required");
    let code = session::setup_code(&desk.gate).await.unwrap().unwrap();
    let wrong = desk.ask(As::Nobody, "POST", "/setup", first("aaaa-bbbb", "root")).await;
    assert_eq!(
        (wrong.status, wrong.body["field"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("code"))
    );
    let mut weak = first(&code, "root");
    weak["password"] = json!("password1234");
    let refused = desk.ask(As::Nobody, "POST", "/setup", weak).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let made = desk.ask(As::Nobody, "POST", "/setup", first(&code.to_uppercase(), "root")).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert_eq!(made.body["user"]["role"], "admin");
    let cookie = made.cookie.unwrap();
    assert_eq!(desk.get(As::Page(&cookie), "/accounts").await.body["total"], 1);
    assert_eq!(desk.get(As::Nobody, "/session").await.body["state"], "anonymous");
    assert_eq!(session::setup_code(&desk.gate).await.unwrap(), None);
}

async fn a_code_works_once_and_not_for_ever(place: Place) {
    let desk = Desk::open(&place.db);
    let old = session::setup_code(&desk.gate).await.unwrap().unwrap();
    let new = session::setup_code(&desk.gate).await.unwrap().unwrap();
    let replaced = desk.ask(As::Nobody, "POST", "/setup", first(&old, "root")).await;
    assert_eq!(replaced.status, StatusCode::UNAUTHORIZED);
    desk.pass(24 * 3600);
    let late = desk.ask(As::Nobody, "POST", "/setup", first(&new, "root")).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    desk.set_up().await;
    let again = desk.ask(As::Nobody, "POST", "/setup", first(&new, "eve")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

async fn of_two_who_use_the_code_at_once_one_becomes_administrator(place: Place) {
    let desk = Desk::open(&place.db);
    let code = session::setup_code(&desk.gate).await.unwrap().unwrap();
    let rivals = ["one", "two", "three"]
        .map(|name| desk.ask(As::Nobody, "POST", "/setup", first(&code, name)));
    let replies = join_all(rivals).await;
    let made = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
    assert_eq!(made, 1);
    let mut conn = place.db.reader().await.unwrap();
    assert_eq!(store::accounts(&mut conn, &SpaceId::main()).await.unwrap().len(), 1);
}

async fn a_session_ends_when_it_is_idle_old_or_closed(place: Place) {
    let desk = Desk::open(&place.db);
    let cookie = desk.set_up().await;
    desk.pass(23 * 3600);
    assert_eq!(desk.state(&cookie).await, "signed_in");
    desk.pass(23 * 3600);
    assert_eq!(desk.state(&cookie).await, "signed_in", "it was used meanwhile");
    desk.pass(25 * 3600);
    assert_eq!(desk.state(&cookie).await, "anonymous", "idle for more than a day");

    let cookie = desk.sign_in("root", PASSWORD).await.cookie.unwrap();
    for _ in 0..7 {
        assert_eq!(desk.state(&cookie).await, "signed_in");
        desk.pass(24 * 3600 - 1);
    }
    desk.pass(10);
    assert_eq!(desk.state(&cookie).await, "anonymous", "older than a week");

    let cookie = desk.sign_in("root", PASSWORD).await.cookie.unwrap();
    let out = desk.ask(As::Page(&cookie), "DELETE", "/session", Value::Null).await;
    assert_eq!((out.status, out.cookie.as_deref()), (StatusCode::NO_CONTENT, Some("")));
    assert_eq!(desk.state(&cookie).await, "anonymous");
    let sql = "SELECT COUNT(*) AS n FROM session";
    assert_eq!(place.db.reader().await.unwrap().number(sql, vec![]).await.unwrap(), 0);
}

async fn a_wrong_password_and_an_unknown_name_get_the_same_answer(place: Place) {
    let desk = Desk::open(&place.db);
    desk.set_up().await;
    let wrong = desk.sign_in("root", "wrong password here").await;
    let unknown = desk.sign_in("nobody", "wrong password here").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    let entries = desk.journal().await;
    let refused: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.kind == "session.refused")
        .map(|entry| entry.subject.as_str())
        .collect();
    assert_eq!(refused, ["account:root", "account:?"], "unknown names may be passwords");
}

async fn guessing_is_throttled_for_each_name(place: Place) {
    let desk = Desk::open(&place.db);
    desk.set_up().await;
    desk.account("ada", Role::Viewer).await;
    for _ in 0..10 {
        assert_eq!(desk.sign_in("root", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let throttled = desk.sign_in("root", PASSWORD).await;
    assert_eq!(throttled.status, StatusCode::TOO_MANY_REQUESTS, "even when it would be right");
    assert!(throttled.body["remedy"].as_str().unwrap().contains("10 seconds"));
    assert_eq!(desk.sign_in("ada", PASSWORD).await.status, StatusCode::OK);
    desk.pass(10);
    assert_eq!(desk.sign_in("root", PASSWORD).await.status, StatusCode::OK);
}

async fn a_browser_on_another_site_changes_nothing(place: Place) {
    let desk = Desk::open(&place.db);
    let cookie = format!("operate_session={}", desk.set_up().await);
    let ours = ("x-operate-csrf", "1");
    let session = ("cookie", cookie.as_str());
    let refused: &[&[(&str, &str)]] = &[
        &[session],
        &[session, ("x-operate-csrf", "0")],
        &[session, ours, ("origin", "https://evil.example.org")],
        &[session, ours, ("origin", "null")],
        &[session, ours, ("sec-fetch-site", "cross-site")],
        &[session, ours, ("sec-fetch-site", "same-site")],
    ];
    for headers in refused {
        let reply = desk.ask(As::With(headers), "DELETE", "/accounts/x", Value::Null).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let taken: &[&[(&str, &str)]] = &[
        &[session, ours],
        &[
            session,
            ours,
            ("origin", "https://operate.example.org"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[session, ours, ("origin", "http://localhost:7070"), ("host", "localhost:7070")],
    ];
    for headers in taken {
        let reply = desk.ask(As::With(headers), "DELETE", "/accounts/x", Value::Null).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{headers:?}");
    }
    let strange = As::With(&[("origin", "https://evil.example.org")]);
    let body = json!({ "username": "root", "password": PASSWORD });
    let login = desk.ask(strange, "POST", "/session", body).await;
    assert_eq!(login.status, StatusCode::FORBIDDEN, "nobody is signed in by another site");
}

async fn a_viewer_and_a_responder_may_not_administer(place: Place) {
    let desk = Desk::open(&place.db);
    desk.set_up().await;
    let guarded = [
        ("GET", "/accounts"),
        ("POST", "/accounts"),
        ("PUT", "/accounts/root"),
        ("DELETE", "/accounts/root"),
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("DELETE", "/tokens/x"),
        ("GET", "/integration-keys"),
        ("POST", "/integration-keys"),
        ("DELETE", "/integration-keys/x"),
    ];
    let body = json!({
        "name": "eve", "display_name": "Eve", "role": "admin", "password": PASSWORD,
    });
    for (name, role) in [("vic", Role::Viewer), ("rob", Role::Responder)] {
        let cookie = desk.signed_in(name, role).await;
        for (method, path) in guarded {
            let body = match path {
                "/tokens" => json!({ "name": "x", "role": "admin", "scopes": ["read"] }),
                "/integration-keys" => json!({ "name": "x", "kind": "events" }),
                "/accounts/root" => json!({ "display_name": "Root", "role": "admin" }),
                _ => body.clone(),
            };
            let reply = desk.ask(As::Page(&cookie), method, path, body.clone()).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name} {method} {path}");
            let reply = desk.ask(As::Nobody, method, path, body).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "nobody {method} {path}");
        }
    }
}

async fn the_last_administrator_stays(place: Place) {
    let desk = Desk::open(&place.db);
    let cookie = desk.set_up().await;
    let root = As::Page(&cookie);
    desk.account("ada", Role::Viewer).await;
    let demoted = json!({ "display_name": "Root", "role": "viewer" });
    for (method, body) in [("DELETE", Value::Null), ("PUT", demoted.clone())] {
        let reply = desk.ask(root, method, "/accounts/root", body).await;
        assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.body);
    }
    assert_eq!(desk.state(&cookie).await, "signed_in");
    let promoted = json!({ "display_name": "Ada", "role": "admin", "teams": ["team/web"] });
    assert_eq!(desk.ask(root, "PUT", "/accounts/ada", promoted).await.status, StatusCode::OK);
    let reply = desk.ask(root, "DELETE", "/accounts/root", Value::Null).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.state(&cookie).await, "anonymous");
}

async fn of_two_administrators_who_remove_each_other_one_stays(place: Place) {
    let desk = Desk::open(&place.db);
    let root = desk.set_up().await;
    let ada = desk.signed_in("ada", Role::Admin).await;
    let (one, two) = futures::join!(
        desk.ask(As::Page(&root), "DELETE", "/accounts/ada", Value::Null),
        desk.ask(As::Page(&ada), "DELETE", "/accounts/root", Value::Null)
    );
    let removed = [one, two].iter().filter(|r| r.status == StatusCode::NO_CONTENT).count();
    assert_eq!(removed, 1);
    let mut conn = place.db.reader().await.unwrap();
    let left = store::count_administrators(&mut conn, &SpaceId::main()).await.unwrap();
    assert_eq!(left, 1);
}

async fn a_new_password_ends_the_other_sessions(place: Place) {
    let desk = Desk::open(&place.db);
    let here = desk.set_up().await;
    let elsewhere = desk.sign_in("root", PASSWORD).await.cookie.unwrap();
    let change = |present: &str, new: &str| {
        let body = json!({ "present": present, "new": new });
        desk.ask(As::Page(&here), "POST", "/session/password", body)
    };
    let new = "another long password";
    assert_eq!(change("wrong", new).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, "weak").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, new).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.state(&here).await, "signed_in");
    assert_eq!(desk.state(&elsewhere).await, "anonymous");
    assert_eq!(desk.sign_in("root", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.sign_in("root", new).await.status, StatusCode::OK);
}

async fn an_edited_account_loses_what_it_lost_at_once(place: Place) {
    let desk = Desk::open(&place.db);
    let root = desk.set_up().await;
    let ada = desk.signed_in("ada", Role::Admin).await;
    assert_eq!(desk.get(As::Page(&ada), "/accounts").await.status, StatusCode::OK);
    let body = json!({
        "display_name": "Ada L.", "role": "responder", "scoped": true,
        "teams": ["team/web"], "person": "person/ada",
    });
    let edited = desk.ask(As::Page(&root), "PUT", "/accounts/ada", body.clone()).await;
    assert_eq!(edited.body["display_name"], "Ada L.");
    assert_eq!(desk.get(As::Page(&ada), "/accounts").await.status, StatusCode::FORBIDDEN);
    let user = desk.get(As::Page(&ada), "/session").await.body["user"].clone();
    assert_eq!(user["teams"], json!(["team/web"]));
    assert_eq!((&user["person"], &user["scoped"]), (&json!("person/ada"), &json!(true)));
    let mut conn = place.db.reader().await.unwrap();
    let persons = store::persons(&mut conn, &SpaceId::main()).await.unwrap();
    assert_eq!(persons, [("ada".to_owned(), "person/ada".parse().unwrap())]);

    let mut stray = body.clone();
    stray["teams"] = json!(["service/web"]);
    let refused = desk.ask(As::Page(&root), "PUT", "/accounts/ada", stray).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let missing = desk.ask(As::Page(&root), "PUT", "/accounts/bob", body.clone()).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);

    let mut reset = body;
    reset["password"] = json!("set by the administrator");
    assert_eq!(desk.ask(As::Page(&root), "PUT", "/accounts/ada", reset).await.status, 200);
    assert_eq!(desk.state(&ada).await, "anonymous", "its sessions ended");
    assert_eq!(desk.sign_in("ada", "set by the administrator").await.status, StatusCode::OK);
}

async fn a_token_works_within_its_scopes_until_it_expires_or_is_revoked(place: Place) {
    let desk = Desk::open(&place.db);
    let root = desk.set_up().await;
    let make = |body: Value| desk.ask(As::Page(&root), "POST", "/tokens", body);
    let expires_at = (NOON + Duration::from_secs(3600)).to_string();
    let reads = make(json!({ "name": "reads", "role": "admin", "scopes": ["read"] })).await;
    let all = make(json!({
        "name": "all", "role": "admin", "scopes": ["read", "write", "admin"],
        "expires_at": expires_at,
    }))
    .await;
    assert_eq!(all.status, StatusCode::CREATED, "{}", all.body);
    let secret = |reply: &Reply| reply.body["secret"].as_str().unwrap().to_owned();
    let (reads, all) = (secret(&reads), secret(&all));
    assert!(all.starts_with("op_") && all.len() == 46, "{}", all.len());

    assert_eq!(desk.get(As::Token(&reads), "/session").await.body["user"]["name"], "reads");
    assert_eq!(desk.get(As::Token(&reads), "/tokens").await.status, StatusCode::FORBIDDEN);
    let listed = desk.get(As::Token(&all), "/tokens").await;
    assert_eq!(listed.body["total"], 2);
    assert!(!listed.body.to_string().contains("op_"), "secrets are shown once");
    let key = json!({ "name": "k", "kind": "events" });
    let made = desk.ask(As::Token(&all), "POST", "/integration-keys", key.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "a token needs no CSRF header");
    let refused = desk.ask(As::Token(&reads), "POST", "/integration-keys", key).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get(As::Token("op_wrong"), "/tokens").await.status, StatusCode::UNAUTHORIZED);

    desk.pass(3600);
    assert_eq!(desk.get(As::Token(&all), "/tokens").await.status, StatusCode::UNAUTHORIZED);
    let gone = desk.ask(As::Page(&root), "DELETE", "/tokens/reads", Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.get(As::Token(&reads), "/session").await.body["state"], "anonymous");
    let taken = make(json!({ "name": "all", "role": "viewer", "scopes": ["read"] })).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    for wrong in [
        json!({ "name": "A b", "role": "viewer", "scopes": ["read"] }),
        json!({ "name": "none", "role": "viewer", "scopes": [] }),
        json!({ "name": "late", "role": "viewer", "scopes": ["read"], "expires_at": expires_at }),
    ] {
        assert_eq!(make(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn an_integration_key_lets_signals_in_until_it_is_revoked(place: Place) {
    let desk = Desk::open(&place.db);
    let root = desk.set_up().await;
    let body = json!({ "name": "prometheus", "kind": "alertmanager" });
    let made = desk.ask(As::Page(&root), "POST", "/integration-keys", body).await.body;
    assert_eq!(made["url"], "https://operate.example.org/api/v2/alerts");
    let key = made["secret"].as_str().unwrap();
    assert!(key.starts_with("opk_"));
    let Gate { db, world, access } = &desk.gate;
    let known = Some((SpaceId::main(), "prometheus".to_owned()));
    assert_eq!(access.integration(db, world, key).await.unwrap(), known);
    assert_eq!(access.integration(db, world, key).await.unwrap(), known, "from memory");
    assert_eq!(access.integration(db, world, "opk_wrong").await.unwrap(), None);
    assert_eq!(desk.get(As::Token(key), "/accounts").await.status, StatusCode::UNAUTHORIZED);
    let listed = desk.get(As::Page(&root), "/integration-keys").await.body;
    assert_eq!(listed["items"][0]["used_at"], NOON.to_string());

    let sender = json!({ "name": "ci", "role": "viewer", "scopes": ["intake"] });
    let sender = desk.ask(As::Page(&root), "POST", "/tokens", sender).await.body;
    let token = sender["secret"].as_str().unwrap();
    let ci = Some((SpaceId::main(), "ci".to_owned()));
    assert_eq!(access.integration(db, world, token).await.unwrap(), ci);

    let path = "/integration-keys/prometheus";
    let gone = desk.ask(As::Page(&root), "DELETE", path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(access.integration(db, world, key).await.unwrap(), None);
    let again = desk.ask(As::Page(&root), "DELETE", path, Value::Null).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

async fn every_change_is_journaled_with_its_actor_and_without_secrets(place: Place) {
    let desk = Desk::open(&place.db);
    let cookie = desk.set_up().await;
    let root = As::Page(&cookie);
    let profile = json!({ "display_name": "Ada", "role": "viewer" });
    let mut ada = profile.clone();
    (ada["name"], ada["password"]) = (json!("ada"), json!("a rather long one"));
    desk.ask(root, "POST", "/accounts", ada).await;
    desk.ask(root, "PUT", "/accounts/ada", profile).await;
    desk.ask(root, "DELETE", "/accounts/ada", Value::Null).await;
    let token = json!({ "name": "t", "role": "viewer", "scopes": ["read"] });
    let token = desk.ask(root, "POST", "/tokens", token).await.body;
    desk.ask(root, "DELETE", "/tokens/t", Value::Null).await;
    let change = json!({ "present": PASSWORD, "new": "another long password" });
    desk.ask(root, "POST", "/session/password", change).await;
    desk.ask(root, "DELETE", "/session", Value::Null).await;

    let entries = desk.journal().await;
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "account.created",
            "session.opened",
            "account.created",
            "account.changed",
            "account.removed",
            "token.created",
            "token.revoked",
            "account.password_set",
            "session.closed",
        ]
    );
    assert!(entries.iter().all(|entry| entry.actor.to_string() == "person:root"));
    let text = serde_json::to_string(&entries).unwrap();
    let secret = token["secret"].as_str().unwrap();
    for secret in [PASSWORD, "a rather long one", "another long", secret, &cookie, "argon2"] {
        assert!(!text.contains(secret), "a secret is in the journal");
    }
}

async fn accounts_of_another_space_are_not_seen(place: Place) {
    let desk = Desk::open(&place.db);
    let cookie = desk.set_up().await;
    let by = By { space: SpaceId::new("other"), actor: kernel::Actor::system("test") };
    let profile = Profile::administrator("Eve".to_owned());
    let made = account::create(&desk.gate, by.clone(), "eve", profile, PASSWORD.to_owned());
    made.await.unwrap();
    assert_eq!(desk.get(As::Page(&cookie), "/accounts").await.body["total"], 1);
    let reply = desk.ask(As::Page(&cookie), "DELETE", "/accounts/eve", Value::Null).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.sign_in("eve", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert!(account::remove(&desk.gate, by, "eve").await.is_err(), "the last of that space");
}

async fn what_is_refused_is_journaled_but_not_without_end(place: Place) {
    let desk = Desk::open(&place.db);
    desk.set_up().await;
    let cookie = desk.signed_in("vic", Role::Viewer).await;
    for _ in 0..30 {
        desk.get(As::Page(&cookie), "/tokens?key=secret").await;
    }
    desk.get(As::Nobody, "/tokens").await;
    let entries = desk.journal().await;
    let refused: Vec<_> = entries.iter().filter(|e| e.kind == "access.refused").collect();
    assert_eq!(refused.len(), 10);
    assert_eq!(refused[0].actor.to_string(), "person:vic");
    assert_eq!(refused[0].data.value(), json!({ "method": "GET", "path": "/tokens" }));
}
