//! The simple JSON intake, `POST /api/v1/events`: for every source that speaks no protocol of its
//! own, down to a shell script with `curl`.
//!
//! The body is one event or a list of them. All are taken, or none.
//!
//! - `title` (text): what is wrong, in one line. Needed, but in a `resolved` that has a `key`.
//! - `status`: `firing` (the default: it holds), `resolved` (it is over) or `info` (only news).
//! - `key` (text): names the alert. A later event with the same source and key is about the same
//!   alert. By default the title, with the item.
//! - `severity`: `critical`, `error`, `warning` (the default), `info` (the default of news) or
//!   `none`: the technical gravity.
//! - `item`: the item of the estate it is about, as `kind/name`: `service/orders`. Without one,
//!   rules on the labels find it.
//! - `source` (text): who says so. By default the name of the integration key.
//! - `description` (text): the longer story.
//! - `labels` (object of texts): what it is about, for rules and filters.
//! - `details` or `annotations` (objects of texts): what explains it, shown to people.
//! - `occurred_at` (RFC 3339 time): when it began, ended or happened. By default now.
//! - `url` (text): where the source shows it.
//!
//! A firing event holds until the same key is resolved; silence does not end it. News (`info`) is
//! over at the moment it happens.
//!
//! ```json
//! {"title": "Backup of orders-db failed", "key": "backup/orders-db", "severity": "error",
//!  "item": "component/orders-db", "details": {"exit_code": "3"}}
//! ```

use std::borrow::Cow;

use kernel::{ItemRef, Time};
use serde::de::{Error, MapAccess};

use crate::wire::{self, Malformed, Place, Record, Text};
use crate::{Pairs, Signal, suggest};

/// Most events in one body.
pub const EVENTS_MAX: usize = 1_000;

const MEMBERS: [&str; 12] = [
    "title",
    "status",
    "key",
    "severity",
    "item",
    "source",
    "description",
    "labels",
    "details",
    "annotations",
    "occurred_at",
    "url",
];
const STATUSES: [&str; 3] = ["firing", "resolved", "info"];
const SEVERITIES: [&str; 5] = ["critical", "error", "warning", "info", "none"];

/// Reads the body of `POST /api/v1/events`; `source` is the default source.
///
/// In the signals, title and description become the annotations `summary` and `description`, and
/// the labels gain `alertname` (the title), `severity`, `source` and `item`. Every signal has a
/// key.
///
/// # Errors
/// When anything in the body is not as the list above says; nothing is taken then.
pub fn parse<'a>(body: &'a [u8], source: &str, now: Time) -> Result<Vec<Signal<'a>>, Malformed> {
    let events = wire::records::<Event<'a>>(body, EVENTS_MAX)?;
    events
        .into_iter()
        .enumerate()
        .map(|(index, event)| {
            event.into_signal(source, now).map_err(|(field, problem)| Malformed {
                what: Event::WHAT,
                index: Some(index),
                field: field.to_owned(),
                problem,
            })
        })
        .collect()
}

/// An event as it is written; texts are empty when unsaid.
#[derive(Default)]
struct Event<'a> {
    title: Cow<'a, str>,
    status: Cow<'a, str>,
    key: Cow<'a, str>,
    severity: Cow<'a, str>,
    item: Option<ItemRef>,
    source: Cow<'a, str>,
    description: Cow<'a, str>,
    labels: Pairs<'a>,
    details: Pairs<'a>,
    occurred_at: Option<Time>,
    url: Cow<'a, str>,
}

impl<'de> Record<'de> for Event<'de> {
    const WHAT: &'static str = "event";
    const ALONE: bool = true;

    fn read<A: MapAccess<'de>>(mut map: A, place: &Place) -> Result<Event<'de>, A::Error> {
        let mut event = Event::default();
        while let Some(Text(name)) = map.next_key()? {
            let Some(member) = MEMBERS.iter().find(|member| **member == name) else {
                place.at("");
                return Err(Error::custom(suggest::unknown(&name, "member of an event", &MEMBERS)));
            };
            place.at(member);
            event.take(member, &mut map, place)?;
        }
        Ok(event)
    }
}

impl<'de> Event<'de> {
    fn take<A: MapAccess<'de>>(
        &mut self,
        member: &str,
        map: &mut A,
        place: &Place,
    ) -> Result<(), A::Error> {
        match member {
            "title" => self.title = wire::text(map)?,
            "status" => self.status = word(map, "status", &STATUSES)?,
            "key" => self.key = wire::text(map)?,
            "severity" => self.severity = word(map, "severity", &SEVERITIES)?,
            "item" => self.item = item(map)?,
            "source" => self.source = wire::text(map)?,
            "description" => self.description = wire::text(map)?,
            "labels" => self.labels = wire::pairs(map, place)?,
            "occurred_at" => self.occurred_at = wire::time(map)?,
            "url" => self.url = wire::text(map)?,
            _ => self.details.append(&mut wire::pairs(map, place)?),
        }
        Ok(())
    }

    fn into_signal(self, source: &str, now: Time) -> Result<Signal<'de>, (&'static str, String)> {
        let over = self.status == "resolved";
        let news = self.status == "info";
        if self.title.is_empty() && (self.key.is_empty() || !over) {
            return Err(("title", "say in one line what is wrong".to_owned()));
        }
        let at = self.occurred_at.unwrap_or(now);
        let key = match &self.item {
            _ if !self.key.is_empty() => self.key.clone(),
            Some(item) => format!("{item} {}", self.title).into(),
            None => self.title.clone(),
        };
        let severity = match &*self.severity {
            "" if news => Cow::Borrowed("info"),
            "" => Cow::Borrowed("warning"),
            _ => self.severity,
        };
        let source = if self.source.is_empty() { source.to_owned().into() } else { self.source };
        let item = self.item.as_ref().map(ItemRef::to_string).unwrap_or_default();
        let labels = join(
            self.labels,
            [
                ("alertname", self.title.clone()),
                ("severity", severity),
                ("source", source),
                ("item", item.into()),
            ],
        )
        .map_err(|name| ("labels", said_twice(name)))?;
        let said = [("summary", self.title), ("description", self.description)];
        let annotations = join(self.details, said).map_err(|name| ("details", said_twice(name)))?;
        Ok(Signal {
            key: Some(key),
            labels,
            annotations,
            starts_at: (!over).then_some(at),
            ends_at: Some(if over || news { at } else { Time::MAX }),
            generator_url: self.url,
            item: self.item,
        })
    }
}

/// The next value as one of the words; `null` and an empty text count as unsaid.
fn word<'de, A: MapAccess<'de>>(
    map: &mut A,
    what: &str,
    words: &[&str],
) -> Result<Cow<'de, str>, A::Error> {
    let word = wire::text(map)?;
    if word.is_empty() || words.contains(&&*word) {
        return Ok(word);
    }
    Err(Error::custom(suggest::unknown(&word, what, words)))
}

fn item<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<ItemRef>, A::Error> {
    let text = wire::text(map)?;
    (!text.is_empty()).then(|| text.parse().map_err(Error::custom)).transpose()
}

/// Adds what an event says in members of its own; the name of the first that is there already.
fn join<'a, const N: usize>(
    mut pairs: Pairs<'a>,
    own: [(&'static str, Cow<'a, str>); N],
) -> Result<Pairs<'a>, &'static str> {
    for (name, value) in own {
        if value.is_empty() {
            continue;
        }
        if pairs.iter().any(|(other, _)| other == name) {
            return Err(name);
        }
        pairs.push((name.into(), value));
    }
    Ok(pairs)
}

fn said_twice(name: &str) -> String {
    let member = match name {
        "alertname" | "summary" => "title",
        other => other,
    };
    format!("`{name}` comes from the event's `{member}`; leave it out here")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_seconds(1_000_000);

    fn one(body: &str) -> Signal<'_> {
        let mut signals = parse(body.as_bytes(), "ci", NOW).unwrap();
        assert_eq!(signals.len(), 1);
        signals.remove(0)
    }

    fn value<'s>(pairs: &'s Pairs<'_>, name: &str) -> Option<&'s str> {
        pairs.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }

    #[test]
    fn a_title_is_enough() {
        let signal = one(r#"{"title":"Backup failed"}"#);
        assert_eq!(signal.key.as_deref(), Some("Backup failed"));
        assert_eq!(signal.starts_at, Some(NOW));
        assert_eq!(signal.ends_at, Some(Time::MAX), "silence does not end it");
        for (name, expected) in
            [("alertname", "Backup failed"), ("severity", "warning"), ("source", "ci")]
        {
            assert_eq!(value(&signal.labels, name), Some(expected));
        }
        assert_eq!(value(&signal.annotations, "summary"), Some("Backup failed"));
    }

    #[test]
    fn every_member_finds_its_place() {
        let signal =
            one(r#"{"source":"cron","key":"k","title":"T","description":"D","severity":"error",
                "status":"firing","item":"service/orders","labels":{"host":"h1"},
                "annotations":{"a":"1"},"details":{"exit":"3"},
                "occurred_at":"1970-01-02T00:00:00+01:00","url":"https://ci.example/7"}"#);
        let item: ItemRef = "service/orders".parse().unwrap();
        assert_eq!((signal.key.as_deref(), signal.item), (Some("k"), Some(item)));
        assert_eq!(signal.starts_at, Some(Time::from_seconds(23 * 3600)));
        assert_eq!(signal.generator_url, "https://ci.example/7");
        for (name, expected) in
            [("source", "cron"), ("severity", "error"), ("item", "service/orders"), ("host", "h1")]
        {
            assert_eq!(value(&signal.labels, name), Some(expected));
        }
        for (name, expected) in [("a", "1"), ("exit", "3"), ("description", "D")] {
            assert_eq!(value(&signal.annotations, name), Some(expected));
        }
    }

    #[test]
    fn the_end_is_told_by_key_or_by_title() {
        let by_key = one(r#"{"key":"k","status":"resolved"}"#);
        assert_eq!((by_key.starts_at, by_key.ends_at), (None, Some(NOW)));
        let begun = one(r#"{"title":"T","item":"service/a","severity":"critical"}"#);
        let ended = one(r#"{"title":"T","item":"service/a","status":"resolved"}"#);
        assert_eq!(begun.key, ended.key);
        assert_ne!(begun.key, one(r#"{"title":"T","item":"service/b"}"#).key);
    }

    #[test]
    fn news_is_over_as_it_happens() {
        let signal = one(r#"{"title":"Deployed 1.2","status":"info"}"#);
        assert_eq!((signal.starts_at, signal.ends_at), (Some(NOW), Some(NOW)));
        assert_eq!(value(&signal.labels, "severity"), Some("info"));
    }

    #[test]
    fn errors_name_the_event_the_member_and_the_remedy() {
        for (body, expected) in [
            (
                r#"{"titel":"x"}"#,
                "event 0: `titel` is no member of an event; did you mean `title`? \
                 (line 1, column 8)",
            ),
            (
                r#"[{"title":"a"},{"title":"b","severity":"criticl"}]"#,
                "event 1, severity: `criticl` is no severity; did you mean `critical`? \
                 (line 1, column 49)",
            ),
            (
                r#"{"title":"a","status":"broken"}"#,
                "event 0, status: `broken` is no status; there are firing, resolved, info \
                 (line 1, column 31)",
            ),
            (
                r#"{"title":"a","item":"orders"}"#,
                "event 0, item: `orders` names no item; write kind/name, for example \
                 service/checkout (line 1, column 29)",
            ),
            (
                r#"{"title":"a","details":{"exit":3}}"#,
                "event 0, details.exit: invalid type: integer `3`, expected a string \
                 (line 1, column 32)",
            ),
            (r#"[{"title":"a"},{}]"#, "event 1, title: say in one line what is wrong"),
            (
                r#"{"title":"a","labels":{"severity":"info"}}"#,
                "event 0, labels: `severity` comes from the event's `severity`; leave it out here",
            ),
            (
                "7",
                "invalid type: integer `7`, expected one object or a list of events \
                 (line 1, column 1)",
            ),
        ] {
            let error = parse(body.as_bytes(), "ci", NOW).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
