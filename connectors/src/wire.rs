//! Reads lists of JSON objects from strangers: in one pass, without copying, and able to say
//! where it went wrong. Nesting costs no stack: what is not understood is skipped in a loop, and
//! what is understood is flat.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;

use kernel::Time;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::Pairs;

/// Most labels, and most annotations, that one record may bring. What is stored is limited more
/// tightly by whoever stores it; this bounds the memory that a body can ask for.
pub(crate) const PAIRS_MAX: usize = 256;

/// A body that is not what the protocol says; nothing of it is taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{problem}", self.place())]
pub struct Malformed {
    /// What the list holds: `alert` or `event`.
    pub what: &'static str,
    /// Place in the list, from 0; `None` when the list itself is wrong.
    pub index: Option<usize>,
    /// The field as the sender spells it: `startsAt`, `labels.severity`; may be empty.
    pub field: String,
    /// What is wrong, and how to mend it.
    pub problem: String,
}

impl Malformed {
    fn place(&self) -> String {
        match (self.index, self.field.as_str()) {
            (None, _) => String::new(),
            (Some(index), "") => format!("{} {index}: ", self.what),
            (Some(index), field) => format!("{} {index}, {field}: ", self.what),
        }
    }
}

/// One object of the list.
pub(crate) trait Record<'de>: Sized {
    /// What people call it.
    const WHAT: &'static str;
    /// Whether it may stand alone, without a list around it.
    const ALONE: bool;

    /// Reads the object's members, telling `place` which one it is at.
    fn read<A: MapAccess<'de>>(map: A, place: &Place) -> Result<Self, A::Error>;
}

/// Reads a list of at most `most` records. `null` is an empty list, as Go writes it.
pub(crate) fn records<'de, R: Record<'de>>(
    body: &'de [u8],
    most: usize,
) -> Result<Vec<R>, Malformed> {
    let place = Place::default();
    let wrong = |problem: String| Malformed {
        what: R::WHAT,
        index: place.index.get(),
        field: place.field(),
        problem,
    };
    let text = std::str::from_utf8(body).map_err(|error| {
        wrong(format!("the body is not UTF-8 from byte {}", error.valid_up_to()))
    })?;
    if text.trim_ascii().is_empty() {
        return Err(wrong("the body is empty; send a JSON list".to_owned()));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let list = List { most, place: &place, record: PhantomData };
    let records = list.deserialize(&mut json).map_err(|error| wrong(said(&error)))?;
    json.end().map_err(|error| wrong(format!("after the end of the list: {}", said(&error))))?;
    Ok(records)
}

/// What the reader of JSON said, which may quote the whole body, with the place in brackets.
fn said(error: &serde_json::Error) -> String {
    let (text, line, column) = (error.to_string(), error.line(), error.column());
    let place = format!(" at line {line} column {column}");
    let problem = shortened(text.strip_suffix(&place).unwrap_or(&text));
    if line == 0 { problem } else { format!("{problem} (line {line}, column {column})") }
}

/// The text, or its beginning when it is long: errors quote what strangers sent.
pub(crate) fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where the reader is, so that an error can say it.
#[derive(Default)]
pub(crate) struct Place {
    index: Cell<Option<usize>>,
    member: Cell<&'static str>,
    /// Set only when something is wrong below the member, so that reading costs nothing.
    below: RefCell<String>,
}

impl Place {
    /// The reader has come to this member.
    pub(crate) fn at(&self, member: &'static str) {
        self.member.set(member);
    }

    fn blame(&self, name: &str) {
        *self.below.borrow_mut() = name.chars().take(64).collect();
    }

    fn field(&self) -> String {
        let below = self.below.borrow();
        let dot = if below.is_empty() { "" } else { "." };
        format!("{}{dot}{below}", self.member.get())
    }
}

struct List<'p, R> {
    most: usize,
    place: &'p Place,
    record: PhantomData<R>,
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for List<'_, R> {
    type Value = Vec<R>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Vec<R>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, R: Record<'de>> Visitor<'de> for List<'_, R> {
    type Value = Vec<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = if R::ALONE { "one object or " } else { "" };
        write!(f, "{alone}a list of {}s", R::WHAT)
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<R>, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<R>, A::Error> {
        if !R::ALONE {
            return Err(Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        self.place.index.set(Some(0));
        Ok(vec![R::read(map, self.place)?])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<R>, A::Error> {
        let mut records = Vec::new();
        self.place.index.set(Some(0));
        while let Some(record) =
            seq.next_element_seed(One { place: self.place, record: PhantomData })?
        {
            records.push(record);
            self.place.at("");
            self.place.index.set(Some(records.len()));
            if records.len() > self.most {
                self.place.index.set(None);
                let most = self.most;
                return Err(Error::custom(format!("more than {most} {}s in one body", R::WHAT)));
            }
        }
        self.place.index.set(None);
        Ok(records)
    }
}

struct One<'p, R> {
    place: &'p Place,
    record: PhantomData<R>,
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for One<'_, R> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<R, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, R: Record<'de>> Visitor<'de> for One<'_, R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object that describes one {}", R::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        R::read(map, self.place)
    }
}

/// A text, borrowed from the body where it holds no escape.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The next value as a text; `null` counts as empty.
pub(crate) fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    Ok(map.next_value::<Option<Text<'de>>>()?.map_or(Cow::Borrowed(""), |text| text.0))
}

/// The next value as a time; `null`, an empty text and Go's zero time (year 1) count as unsaid.
pub(crate) fn time<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Time>, A::Error> {
    let text = text(map)?;
    if text.is_empty() {
        return Ok(None);
    }
    // Alertmanager takes a time without an offset as UTC.
    let time = Time::parse(&text)
        .or_else(|error| Time::parse(&format!("{text}Z")).map_err(|_| error))
        .map_err(Error::custom)?;
    Ok(Some(time).filter(|time| *time >= Time::EPOCH))
}

/// The next value as an object of texts; `null` counts as empty.
pub(crate) fn pairs<'de, A: MapAccess<'de>>(
    map: &mut A,
    place: &Place,
) -> Result<Pairs<'de>, A::Error> {
    map.next_value_seed(PairsOf { place })
}

struct PairsOf<'p> {
    place: &'p Place,
}

impl<'de> DeserializeSeed<'de> for PairsOf<'_> {
    type Value = Pairs<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Pairs<'de>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PairsOf<'_> {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose values are texts")
    }

    fn visit_unit<E: Error>(self) -> Result<Pairs<'de>, E> {
        Ok(Pairs::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
        let mut pairs = Pairs::with_capacity(8);
        while let Some(Text(name)) = map.next_key()? {
            let value = text(&mut map).inspect_err(|_| self.place.blame(&name))?;
            if pairs.len() == PAIRS_MAX {
                return Err(Error::custom(format!("more than {PAIRS_MAX} names")));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }
}
