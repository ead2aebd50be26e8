//! The link in a message: shows whom it acknowledges for, and acknowledges on one click.
//!
//! Following the link changes nothing: mail programs follow links to look for harm. The button on
//! its page does.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use connectors::link::{AckLink, LinkKey, Takes};
use connectors::paging::{HandedIn, Heard, NotTheirs, takes};
use kernel::{Actor, Message, SpaceId, Time};
use oncall::proof::How;
use oncall::{Command, For, Page};
use serde_json::json;
use spine::{engine, outbox};

use crate::app::App;
use crate::courier;
use crate::html::{escaped, page};
use crate::practices::oncall::proofs::{self, store::WayKey};
use crate::practices::oncall::store::PAGES;
use crate::problem::Problem;

mod all;
mod test;

/// The routes of links.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/ack/{token}", get(show).post(acknowledge))
        .route("/ack/{token}/voice", post(heard))
        .route("/ack/{token}/text", get(told).post(told))
}

/// What is answered to whoever follows or posts a link.
struct Said {
    status: StatusCode,
    title: &'static str,
    text: String,
    found: Option<Box<Page>>,
}

impl Said {
    /// For a program, such as the worker behind the notification of a browser.
    fn json(&self) -> Response {
        let body = json!({ "title": self.title, "text": self.text });
        (self.status, [("cache-control", "no-store")], axum::Json(body)).into_response()
    }
}

/// For people.
impl IntoResponse for Said {
    fn into_response(self) -> Response {
        let text = format!("<p>{}</p>", escaped(&self.text));
        raw(self.status, self.title, &text, self.found.as_deref())
    }
}

/// What a link is about: a page, or all that a message told; and that message, if it is known.
struct Found {
    link: AckLink,
    pages: Vec<Page>,
    message: Option<Message>,
}

impl Found {
    /// The call was answered by its way, which so reaches its person.
    async fn answered(&self, app: &App, how: How) {
        let Some(Message { channel, target, .. }) = &self.message else { return };
        let Ok(person) = self.link.contact.parse() else { return };
        let key = WayKey { person, channel: channel.clone(), target: target.clone() };
        proofs::answered(app, &SpaceId::main(), key, how).await;
    }
}

async fn find(app: &App, token: &str) -> Result<Found, Said> {
    let key = LinkKey::new(&app.keys.links);
    let link = key.verify(token, app.world.now()).map_err(|error| {
        let (status, title) = (StatusCode::FORBIDDEN, "Link not valid");
        Said { status, title, text: format!("This link cannot be used: {error}."), found: None }
    })?;
    let mut conn = app.db.reader().await.map_err(|_| unavailable())?;
    let space = SpaceId::main();
    let message = match link.takes {
        Takes::Page(_) | Takes::Test(_) => Ok(None),
        Takes::Told(message) => outbox::one(&mut conn, &space, message).await,
    };
    let message = message.map_err(|_| unavailable())?;
    let pages = match (link.takes, &message) {
        (Takes::Page(page), _) => engine::load(&mut conn, &PAGES, &space, page)
            .await
            .map(|found| found.into_iter().map(|found| found.record).collect()),
        (_, Some(message)) => all::told(&mut conn, &space, message).await,
        _ => Ok(Vec::new()),
    };
    let pages: Vec<Page> = pages.map_err(|_| unavailable())?;
    if pages.is_empty() {
        let (status, title) = (StatusCode::NOT_FOUND, "Not found");
        return Err(Said { status, title, text: "There is no such page.".to_owned(), found: None });
    }
    Ok(Found { link, pages, message })
}

fn unavailable() -> Said {
    let text = "Operate cannot reach its database. Try again in a minute, or call a colleague.";
    let (status, title) = (StatusCode::SERVICE_UNAVAILABLE, "Not available");
    Said { status, title, text: text.to_owned(), found: None }
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    if let Some(test) = test::of(&app, &token) {
        return test.map_or_else(IntoResponse::into_response, |test| test.view());
    }
    match find(&app, &token).await {
        Ok(Found { link, pages, .. }) => match &pages[..] {
            [one] => view(&link, one),
            all => all::view(&app, &link, all),
        },
        Err(said) => said.into_response(),
    }
}

async fn acknowledge(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let said = match test::of(&app, &token) {
        Some(Ok(test)) => test.reached(&app, How::Link).await,
        Some(Err(said)) => said,
        None => acknowledged(&app, &token).await.unwrap_or_else(|said| said),
    };
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accepted == Some("application/json") { said.json() } else { said.into_response() }
}

async fn acknowledged(app: &App, token: &str) -> Result<Said, Said> {
    let found = find(app, token).await?;
    let said = acknowledged_all(app, &found).await;
    found.answered(app, How::Link).await;
    said
}

async fn acknowledged_all(app: &App, Found { link, pages, .. }: &Found) -> Result<Said, Said> {
    let [found] = &pages[..] else { return all::taken(app, link, pages).await };
    match take(app, link, found).await {
        Ok(taken) => Ok(answered(link, &taken)),
        Err(spine::Denied::Fault(_)) => Err(unavailable()),
        Err(denied) => {
            let (status, title) = (StatusCode::CONFLICT, "Not acknowledged");
            let found = Some(Box::new(found.clone()));
            Err(Said { status, title, text: format!("{denied}."), found })
        }
    }
}

/// Who the link was made for, without the kind.
fn named(link: &AckLink) -> &str {
    link.contact.rsplit('/').next().unwrap_or(&link.contact)
}

/// Acknowledges for whoever the link was made for.
async fn take(app: &App, link: &AckLink, found: &Page) -> Result<Page, spine::Denied> {
    let order = app.order(&SpaceId::main(), Actor::Link(named(link).to_owned()));
    let done = engine::execute(&app.db, &PAGES, found.id, Command::Acknowledge {}, order).await?;
    Ok(done.record)
}

/// Answers a telephone provider: a digit acknowledges, the same as the button. The link in the
/// address is what shows that it was we who asked to be called; who signs is held to that, too.
async fn heard(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let phone = &app.config.channels.voice;
    let handed = (&*format!("{token}/voice"), &headers, &*body);
    let heard = match handed_in(&app, handed, |handed, now| phone.heard(handed, now)) {
        Ok(heard) => heard,
        Err(why) => return why.into_response(),
    };
    match said_of(&app, &token, heard).await {
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Ok(Some(text)) => {
            let (kind, said) = phone.says(&text);
            let headers = [("content-type", kind), ("cache-control", "no-store")];
            (StatusCode::OK, headers, said).into_response()
        }
        Err(said) => said.into_response(),
    }
}

/// What to say to what was heard; nothing to what needs no answer.
async fn said_of(app: &App, token: &str, heard: Heard) -> Result<Option<String>, Said> {
    if let Some(test) = test::of(app, token) {
        let test = test?;
        let Heard::Digits(digits) = heard else { return Ok(None) };
        return Ok(Some(test.pressed(app, &digits).await));
    }
    let found = find(app, token).await?;
    match heard {
        Heard::Digits(digits) => pressed(app, &found, &digits).await.map(Some),
        Heard::Unreached(why) => unreached(app, &found, &why).await.map(|()| None),
        Heard::Nothing => Ok(None),
    }
}

/// What was handed in below the address of a link.
fn handed_in(
    app: &App,
    (path, headers, body): (&str, &HeaderMap, &[u8]),
    read: impl Fn(&HandedIn<'_>, Time) -> Result<Heard, NotTheirs>,
) -> Result<Heard, Problem> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let url = format!("{}/ack/{path}", app.config.base_url());
    let handed = HandedIn { url: &url, header: &header, body };
    read(&handed, app.world.now()).map_err(|why| Problem::unauthorized(why.to_string()))
}

/// Hears from a provider of text messages what became of one; in the query where the provider asks
/// by GET.
async fn told(
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let phone = &app.config.channels.sms;
    let query = query.unwrap_or_default();
    let body = if body.is_empty() { query.as_bytes() } else { &*body };
    let handed = (&*format!("{token}/text"), &headers, body);
    let heard = match handed_in(&app, handed, |handed, now| phone.told(handed, now)) {
        Ok(heard @ Heard::Unreached(_)) => heard,
        Ok(_) => return StatusCode::NO_CONTENT.into_response(),
        Err(why) => return why.into_response(),
    };
    match said_of(&app, &token, heard).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(said) => said.into_response(),
    }
}

/// Writes down that the telephone rang in vain, for all that the call told.
async fn unreached(app: &App, found: &Found, why: &str) -> Result<(), Said> {
    let Some(told) = &found.message else { return Ok(()) };
    courier::unreached(app, &SpaceId::main(), told, why).await.map_err(|_| unavailable())
}

/// What to say of the keys that were pressed, after what they ask for.
async fn pressed(app: &App, found: &Found, digits: &str) -> Result<String, Said> {
    if !takes(digits) {
        return Ok("Not taken. The next will be called.".to_owned());
    }
    let Found { link, pages, .. } = found;
    let said = match pages.len() > 1 {
        true => all::taken(app, link, pages).await.map_or_else(|said| said.text, |said| said.text),
        false => match take(app, link, &pages[0]).await {
            Ok(taken) => match taken.acknowledged_by.as_ref().map(Actor::name) {
                Some(by) if by == named(link) && taken.is_major() => {
                    "You answer for the team of the major incident. Nobody else of it is called."
                        .into()
                }
                Some(by) if by == named(link) => "Taken. Nobody else is called.".into(),
                Some(by) => format!("{by} has it already."),
                None => "Nobody is needed any more.".into(),
            },
            Err(spine::Denied::Fault(_)) => return Err(unavailable()),
            Err(denied) => format!("Not taken: {denied}."),
        },
    };
    found.answered(app, How::Digit).await;
    Ok(said)
}

/// What the page says now, with the button while it is of use.
fn view(link: &AckLink, found: &Page) -> Response {
    let asked = found.handover.as_ref().filter(|over| over.to.as_str() == link.contact);
    if let Some(over) = asked {
        let text = format!(
            "<p><b>{}</b> hands it over to you: {}</p><form method=\"post\">\
             <button type=\"submit\">Accept</button></form>\
             <p class=\"hint\">The incident is then yours. Until {} {0} keeps it.</p>",
            escaped(over.by.name()),
            escaped(&over.reason),
            over.until
        );
        return raw(StatusCode::OK, "Accept", &text, Some(found));
    }
    let open = found.offers().iter().any(|offer| offer.command == "acknowledge");
    if open {
        let takes = match found.meant_for {
            For::Incident => "You take the incident; nobody else is called.",
            For::Major => {
                "You answer for the team of the major incident, and lead it unless somebody does \
                 already; nobody else of its team is called."
            }
        };
        let text = format!(
            "<p>Calling <b>{}</b>, step {}.</p><form method=\"post\">\
             <button type=\"submit\">Acknowledge</button></form>\
             <p class=\"hint\">{takes}</p>",
            escaped(&link.contact),
            found.step + 1
        );
        return raw(StatusCode::OK, "Acknowledge", &text, Some(found));
    }
    answered(link, found).into_response()
}

/// What became of a page that needs nobody any more, for whoever the link was made for.
fn answered(link: &AckLink, found: &Page) -> Said {
    let (title, text) = match (&found.acknowledged_by, found.acknowledged_at) {
        (Some(by), Some(at)) => {
            let title = if by.name() == named(link) { "Acknowledged" } else { "Taken already" };
            (title, format!("Acknowledged by {} at {at}.", by.name()))
        }
        _ => ("Done", "Nobody is needed any more.".to_owned()),
    };
    Said { status: StatusCode::OK, title, text, found: Some(Box::new(found.clone())) }
}

fn raw(status: StatusCode, title: &str, body: &str, found: Option<&Page>) -> Response {
    let about = found.map_or_else(String::new, |found| {
        let summary = &found.summary;
        format!(
            "<p class=\"what\"><span>{}{} · #{}</span><br>{}</p>\
             <p><a href=\"{}\">Open the incident</a></p>",
            all::kind(found),
            summary.priority,
            summary.number,
            escaped(&summary.title),
            escaped(&summary.url_path)
        )
    });
    page(status, title, &format!("{about}{body}"))
}
