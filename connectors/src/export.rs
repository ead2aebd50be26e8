//! What other on-call tools answer when they are asked for everything they hold: files of JSON,
//! gathered into lists by name.
//!
//! A file is one answer of an API or an object of such answers. Pages are put together, wrappers
//! (`data`, `results`, `nodes`, the name of the list) taken off, and what comes twice counts once.
//! **Invariant:** nothing is guessed: an element that is not what it should be is told with its
//! place, and the others are read all the same.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::wire::shortened;

/// Largest file, in bytes.
pub const BYTES_MAX: usize = 64 << 20;
/// Most elements of one list.
const ELEMENTS_MAX: usize = 100_000;
/// Wrappers within each other that are looked through.
const WRAPPERS_MAX: usize = 6;
/// Fields under which answers hold their lists.
const WRAPPERS: [&str; 3] = ["data", "results", "nodes"];

/// The text of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its name without a folder; its beginning says which list it holds where the text does not.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Something that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{at}: {what}")]
pub struct Wrong {
    /// Where: the file and the path in it, as in `users.json: users[3].email`.
    pub at: String,
    /// What is wrong and, after a semicolon, what to do.
    pub what: String,
}

/// An element of a list, and where it was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found<T> {
    /// Where, as in `schedules[3]`.
    pub at: String,
    /// What it says.
    pub value: T,
}

/// Lists of elements by name, from any number of files.
#[derive(Clone, Debug, Default)]
pub struct Export {
    lists: BTreeMap<&'static str, Vec<Element>>,
    /// Where each id of a list is.
    ids: BTreeMap<(&'static str, String), usize>,
    /// Whether each page of a list says that there are more.
    pages: BTreeMap<&'static str, Vec<bool>>,
    /// Lists of which nothing is known.
    unread: Vec<String>,
}

#[derive(Clone, Debug)]
struct Element {
    at: String,
    value: Value,
}

/// A list that may be found: what it is called, and what one of its elements is.
pub type Known = (&'static str, &'static str);

impl Export {
    /// Gathers the lists that are `known` from files.
    ///
    /// # Errors
    /// When a file is no JSON, or holds none of these lists.
    pub fn read(files: &[File], known: &[Known]) -> Result<Export, Wrong> {
        let mut export = Export::default();
        for file in files {
            let wrong = |what: String| Wrong { at: file.name.clone(), what };
            if file.text.len() > BYTES_MAX {
                let most = BYTES_MAX >> 20;
                return Err(wrong(format!("larger than {most} MiB; export it in several files")));
            }
            let value: Value = serde_json::from_str(&file.text).map_err(|error| {
                let said = shortened(&error.to_string());
                wrong(format!("this is no JSON: {said}; save what the API answers as it is"))
            })?;
            let mut gather = Gather { export: &mut export, known, file: &file.name };
            let at = gather.place("");
            gather.value(named(&file.name, known), at, value, 0)?;
        }
        Ok(export)
    }

    /// The elements of a list, each read as what it should be.
    pub fn list<T: DeserializeOwned>(&self, name: &str) -> Vec<Result<Found<T>, Wrong>> {
        self.lists.get(name).into_iter().flatten().map(Element::read).collect()
    }

    /// Whether a list was there, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.pages.contains_key(name) || self.lists.contains_key(name)
    }

    /// Where lists stand of which nothing is known, beside those that are.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        self.unread.iter().map(String::as_str)
    }

    /// Lists of which every page says that there are more.
    pub fn unfinished(&self) -> impl Iterator<Item = &'static str> {
        let all = self.pages.iter().filter(|(_, pages)| pages.iter().all(|more| *more));
        all.map(|(name, _)| *name)
    }
}

impl Element {
    fn read<T: DeserializeOwned>(&self) -> Result<Found<T>, Wrong> {
        let read = serde_path_to_error::deserialize(&self.value).map_err(|error| {
            let path = error.path().to_string();
            let dot = if path.starts_with(['[', '.']) { "" } else { "." };
            let field = if path == "." { String::new() } else { format!("{dot}{path}") };
            let said = shortened(&error.into_inner().to_string());
            let what = format!("{said}; export it again as the API answers it");
            Wrong { at: format!("{}{}", self.at, shortened(&field)), what }
        })?;
        Ok(Found { at: self.at.clone(), value: read })
    }
}

/// The list that a file is named after.
fn named(file: &str, known: &[Known]) -> Option<Known> {
    let stem: String = file.to_lowercase().replace('-', "_");
    let fits = known.iter().filter(|(list, _)| stem.starts_with(list));
    fits.max_by_key(|(list, _)| list.len()).copied()
}

struct Gather<'a> {
    export: &'a mut Export,
    known: &'a [Known],
    file: &'a str,
}

impl Gather<'_> {
    fn place(&self, path: &str) -> String {
        if path.is_empty() { self.file.to_owned() } else { format!("{}: {path}", self.file) }
    }

    fn value(
        &mut self,
        list: Option<Known>,
        at: String,
        value: Value,
        depth: usize,
    ) -> Result<(), Wrong> {
        let expected = |what: &str| Wrong { at: at.clone(), what: what.to_owned() };
        if depth > WRAPPERS_MAX {
            return Err(expected("wrapped too deep; save what the API answers as it is"));
        }
        match value {
            Value::Array(values) => self.values(list, &at, values, depth),
            Value::Object(map) => self.object(list, &at, map, depth),
            Value::Null if list.is_some() => Ok(()),
            _ => Err(expected("a list was expected; save what the API answers as it is")),
        }
    }

    fn values(
        &mut self,
        list: Option<Known>,
        at: &str,
        values: Vec<Value>,
        depth: usize,
    ) -> Result<(), Wrong> {
        let known = self.known;
        let page = move |value: &Value| {
            let has = |name: &str| value.get(name).is_some_and(|inner| inner.is_array());
            WRAPPERS.iter().any(|name| has(name))
                || value.get("id").is_none() && known.iter().any(|(name, _)| has(name))
        };
        if let Some((name, _)) = list {
            self.export.lists.entry(name).or_default();
        }
        for (place, value) in values.into_iter().enumerate() {
            let at = self.inner(at, list, place);
            match list {
                Some((name, _)) if !page(&value) => self.push(name, at, value)?,
                _ => self.value(list, at, value, depth + 1)?,
            }
        }
        Ok(())
    }

    fn inner(&self, at: &str, list: Option<Known>, place: usize) -> String {
        match list {
            Some((name, _)) if at == self.file => self.place(&format!("{name}[{place}]")),
            _ => format!("{at}[{place}]"),
        }
    }

    fn object(
        &mut self,
        list: Option<Known>,
        at: &str,
        mut map: Map<String, Value>,
        depth: usize,
    ) -> Result<(), Wrong> {
        if list.is_some() && map.contains_key("id") {
            return self.element(list, at, map);
        }
        let more = more(&map);
        for wrapper in WRAPPERS {
            let Some(inner) = map.remove(wrapper) else { continue };
            if let Some((name, _)) = list {
                self.export.pages.entry(name).or_default().push(more);
            }
            if inner.is_null() {
                let what = "there is nothing in `data`; the API refused, look at its `errors`";
                return Err(Wrong { at: at.to_owned(), what: what.to_owned() });
            }
            self.leave(at, &map);
            let at = if list.is_some() { at.to_owned() } else { self.below(at, wrapper) };
            return self.value(list, at, inner, depth + 1);
        }
        let mut some = false;
        let has = |(list, one): &&Known| map.contains_key(*list) || map.contains_key(*one);
        // A page has one list; of an object of several it is not said which goes on.
        let more = more && self.known.iter().filter(has).count() == 1;
        for known in self.known {
            for name in [known.0, known.1] {
                let Some(inner) = map.remove(name) else { continue };
                some = true;
                self.export.pages.entry(known.0).or_default().push(more);
                let at = self.below(at, name);
                self.value(Some(*known), at, inner, depth + 1)?;
            }
        }
        match (some, list) {
            (true, _) => {
                self.leave(at, &map);
                Ok(())
            }
            (false, Some(_)) => self.element(list, at, map),
            (false, None) => {
                let lists: Vec<&str> = self.known.iter().map(|(name, _)| *name).collect();
                let what = format!(
                    "none of the lists {} is in it; name the file after the list that it holds",
                    lists.join(", ")
                );
                Err(Wrong { at: at.to_owned(), what })
            }
        }
    }

    /// Notes lists that are not read: something that has elements, beside what is known.
    fn leave(&mut self, at: &str, rest: &Map<String, Value>) {
        let is_list =
            |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
        let wrapped =
            |value: &Value| WRAPPERS.iter().any(|name| value.get(name).is_some_and(is_list));
        for (name, _) in rest.iter().filter(|(_, value)| is_list(value) || wrapped(value)) {
            let place = self.below(at, name);
            self.export.unread.push(shortened(&place));
        }
    }

    fn below(&self, at: &str, name: &str) -> String {
        if at == self.file { self.place(name) } else { format!("{at}.{name}") }
    }

    fn element(
        &mut self,
        list: Option<Known>,
        at: &str,
        map: Map<String, Value>,
    ) -> Result<(), Wrong> {
        let Some((name, _)) = list else { return Ok(()) };
        let at = if at == self.file { self.place(name) } else { at.to_owned() };
        self.push(name, at, Value::Object(map))
    }

    /// Takes an element; of two with the same id the one that says more.
    fn push(&mut self, name: &'static str, at: String, value: Value) -> Result<(), Wrong> {
        let elements = self.export.lists.entry(name).or_default();
        if elements.len() >= ELEMENTS_MAX {
            let what = format!("more than {ELEMENTS_MAX}; export them in several parts");
            return Err(Wrong { at, what });
        }
        let size = |value: &Value| value.as_object().map_or(0, Map::len);
        if let Some(id) = value.get("id").and_then(Value::as_str) {
            let next = elements.len();
            let place = *self.export.ids.entry((name, id.to_owned())).or_insert(next);
            if let Some(earlier) = elements.get_mut(place) {
                if size(&earlier.value) < size(&value) {
                    *earlier = Element { at, value };
                }
                return Ok(());
            }
        }
        elements.push(Element { at, value });
        Ok(())
    }
}

/// Whether a page says that there are more.
fn more(map: &Map<String, Value>) -> bool {
    let said = |value: Option<&Value>| match value {
        Some(Value::Bool(more)) => *more,
        Some(Value::String(next)) => !next.is_empty(),
        _ => false,
    };
    let inner = |outer: &str, name: &str| said(map.get(outer).and_then(|outer| outer.get(name)));
    said(map.get("more"))
        || said(map.get("next"))
        || inner("paging", "next")
        || inner("pageInfo", "hasNextPage")
}

/// Reads `null` as what is there when nothing is said.
pub(crate) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// Something that is named by its id.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Reference {
    /// The id.
    pub id: String,
    /// What kind of thing it is, as the API calls it.
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// What people call it, where the API says it like this.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The same, where it says it like this.
    #[serde(default, deserialize_with = "or_default")]
    pub summary: String,
}

#[cfg(test)]
mod tests;
