//! What people are told of their shifts, as messages: by mail, and by chat where that is a way of
//! theirs.

use estate::{ContactMethod, PersonSpec};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::{Actor, Message};
use serde_json::json;

use crate::app::App;
use crate::courier::NOTE;
use crate::html::escaped;

/// What somebody is told.
pub struct Note {
    /// What it is about, on one line.
    pub subject: String,
    /// What it says, paragraph by paragraph.
    pub lines: Vec<String>,
    /// Where to read more.
    pub url: String,
    /// What the link says.
    pub link: String,
    /// Where to answer without signing in. Told by mail alone: others may read a chat.
    pub answer: Option<String>,
}

impl Note {
    /// A message for each of the ways by which somebody is told, as far as these are set up.
    pub fn messages(&self, app: &App, person: &PersonSpec) -> Vec<Message> {
        let paragraphs: String =
            self.lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        let (url, link) = (escaped(&self.url), escaped(&self.link));
        let body = |answer: Option<&String>| {
            let (text, html) = match answer {
                None => (String::new(), String::new()),
                Some(at) => (
                    format!("Answer without signing in: {at}\n\n"),
                    format!("<p><a href=\"{}\">Answer without signing in</a></p>", escaped(at)),
                ),
            };
            json!({
                "kind": NOTE,
                "subject": self.subject,
                "text": format!("{}\n\n{text}{}", self.lines.join("\n"), self.url),
                "html": format!("{paragraphs}{html}<p><a href=\"{url}\">{link}</a></p>"),
                "url": self.url,
            })
        };
        let message = |(way, to): (ContactMethod, &str)| Message {
            id: app.moment(Actor::system("shifts")).id(),
            channel: way.channel().to_owned(),
            target: to.to_owned(),
            body: body(self.answer.as_ref().filter(|_| way == ContactMethod::Email)),
        };
        ready(app, person).into_iter().map(message).collect()
    }
}

/// The ways by which somebody is told what is no call, as far as messages can leave by them. Where
/// there is neither mail nor chat, those of their other ways that make the least noise.
pub fn ready<'a>(app: &App, person: &'a PersonSpec) -> Vec<(ContactMethod, &'a str)> {
    let is_set_up = |(way, _): &(ContactMethod, &str)| app.ways.ready(way.channel()).is_ok();
    let mut ways = person.notice_ways();
    ways.retain(is_set_up);
    for quiet in [ContactMethod::Ntfy, ContactMethod::Gotify, ContactMethod::Sms] {
        if ways.is_empty() {
            ways = person.contacts(&[]);
            ways.retain(|way| way.0 == quiet && is_set_up(way));
        }
    }
    ways
}

/// The zone in which somebody reads times: their own, or another one.
pub fn zone_of(person: &PersonSpec, other: &str) -> TimeZone {
    let zone = person.time_zone.as_deref().unwrap_or(other);
    TimeZone::get(zone).unwrap_or(TimeZone::UTC)
}

/// A time for people: `Mon 30 Nov 09:00 CET`.
pub fn shown(micros: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or_default();
    at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M %Z").to_string()
}
