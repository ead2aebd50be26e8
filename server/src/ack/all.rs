//! The link to all that one message told: a list with a button for all of it, and a link for each.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connectors::link::{AckLink, LinkKey, Takes};
use kernel::{Actor, Message, PageId, SpaceId};
use oncall::Page;
use spine::{Conn, Denied, Fault, engine};

use super::{Said, named, take, unavailable};
use crate::app::App;
use crate::html::escaped;
use crate::html::page;
use crate::practices::oncall::store::PAGES;

/// The pages that a message told, as they are now, in its order.
pub(super) async fn told(
    conn: &mut Conn,
    space: &SpaceId,
    message: &Message,
) -> Result<Vec<Page>, Fault> {
    let body = &message.body;
    let others = body["together"].as_array().map_or(&[][..], Vec::as_slice);
    let mut pages = Vec::with_capacity(others.len() + 1);
    for call in std::iter::once(body).chain(others) {
        let Some(page) = call["page"].as_str().and_then(|id| id.parse::<PageId>().ok()) else {
            continue;
        };
        // A message may tell two calls of one page.
        if pages.iter().any(|known: &Page| known.id == page) {
            continue;
        }
        let found = engine::load(conn, &PAGES, space, page).await?;
        pages.extend(found.map(|found| found.record));
    }
    Ok(pages)
}

/// Takes each that still waits; says what became of them.
pub(super) async fn taken(app: &App, link: &AckLink, found: &[Page]) -> Result<Said, Said> {
    let (mut yours, mut others) = (0, Vec::new());
    for page in found {
        let number = page.summary.number;
        match take(app, link, page).await {
            Ok(page) => match page.acknowledged_by.as_ref().map(Actor::name) {
                Some(by) if by == named(link) => yours += 1,
                Some(by) => others.push(format!("#{number}: {by} has it already")),
                None => others.push(format!("#{number}: nobody is needed any more")),
            },
            Err(Denied::Fault(_)) => return Err(unavailable()),
            Err(denied) => others.push(format!("#{number}: {denied}")),
        }
    }
    let mut text = match yours {
        0 => "None of them is yours.".to_owned(),
        1 => "1 incident is yours; nobody else is called for it.".to_owned(),
        all => format!("{all} incidents are yours; nobody else is called for them."),
    };
    if !others.is_empty() {
        text += &format!(" {}.", others.join(". "));
    }
    let title = if yours > 0 { "Acknowledged" } else { "Taken already" };
    Ok(Said { status: StatusCode::OK, title, text, found: None })
}

/// The list, with the button while it is of use.
pub(super) fn view(app: &App, link: &AckLink, found: &[Page]) -> Response {
    let open: Vec<&Page> = found.iter().filter(|page| waits(page)).collect();
    let key = LinkKey::new(&app.keys.links);
    let rows: String = found.iter().map(|page| row(&key, link, page)).collect();
    let button = match open.len() {
        0 => "<p>Nobody is needed any more.</p>".to_owned(),
        count => format!(
            "<form method=\"post\"><button type=\"submit\">Acknowledge {}</button></form>\
             <p class=\"hint\">You take {}; nobody else is called.</p>",
            if count == 1 { "it".to_owned() } else { format!("all {count}") },
            if count == 1 { "the incident" } else { "these incidents" },
        ),
    };
    let body = format!(
        "<p>Calling <b>{}</b> for {} incidents.</p>{button}<ul>{rows}</ul>",
        escaped(&link.contact),
        found.len()
    );
    page(StatusCode::OK, "Acknowledge", &body).into_response()
}

fn row(key: &LinkKey, link: &AckLink, page: &Page) -> String {
    let summary = &page.summary;
    let one = AckLink { takes: Takes::Page(page.id), ..link.clone() };
    let what = match (waits(page), key.sign(&one), &page.acknowledged_by) {
        (true, Ok(token), _) => format!("<a href=\"/ack/{token}\">Acknowledge only this</a>"),
        (_, _, Some(by)) => format!("Taken by {}", escaped(by.name())),
        _ => "Nobody is needed any more".to_owned(),
    };
    format!(
        "<li><span>{}{} · #{}</span> <b>{}</b><br>\
         <a href=\"{}\">Open the incident</a> · {what}</li>",
        kind(page),
        summary.priority,
        summary.number,
        escaped(&summary.title),
        escaped(&summary.url_path)
    )
}

/// What stands before the priority of a major incident.
pub(super) fn kind(page: &Page) -> &'static str {
    if page.is_major() { "Major incident · " } else { "" }
}

fn waits(page: &Page) -> bool {
    page.offers().iter().any(|offer| ["acknowledge", "accept"].contains(&offer.command))
}
