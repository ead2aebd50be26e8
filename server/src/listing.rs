//! Lists: conditions, sorting, and cursors that survive changes between two pages.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::SpaceId;
use serde::de::{Error, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use spine::Value;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Rows of a page when nothing is asked for.
pub const LIMIT_DEFAULT: i64 = 50;
/// Rows of a page at most.
pub const LIMIT_MAX: i64 = 1000;

/// What every list takes.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows of a page: 50 if not said, at most 1000.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<i64>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Words of a query, separated by commas: `P1,P2`.
#[derive(Clone, PartialEq, Debug)]
pub struct Words<T>(pub Vec<T>);

/// Takes a text with commas, as addresses have it, and a list, as JSON has it.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words<T>, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Words<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("words, separated by commas")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Words<T>, E> {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts
                    .map(|part| T::deserialize(part.to_owned().into_deserializer()))
                    .collect::<Result<_, serde::de::value::Error>>()
                    .map(Words)
                    .map_err(E::custom)
            }

            fn visit_unit<E: Error>(self) -> Result<Words<T>, E> {
                Ok(Words(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words<T>, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

impl<T> Default for Words<T> {
    fn default() -> Words<T> {
        Words(Vec::new())
    }
}

impl<T: Serialize> Words<T> {
    /// As the API spells them.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(crate::practices::incidents::store::word).collect()
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Ask with `after=` this for the next page; absent on the last one.
    pub next: Option<String>,
    /// Rows on all pages together.
    pub total: i64,
}

/// A list that comes whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Items<T> {
    /// The rows.
    pub items: Vec<T>,
}

/// How a list is sorted: by a column, then by id.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    column: &'static str,
    number: bool,
    descending: bool,
}

impl Sort {
    /// By a column, the smallest first.
    pub fn ascending(column: &'static str, number: bool) -> Sort {
        Sort { column, number, descending: false }
    }

    /// By a column, the largest first.
    pub fn descending(column: &'static str, number: bool) -> Sort {
        Sort { column, number, descending: true }
    }

    /// The column.
    pub fn column(&self) -> &'static str {
        self.column
    }

    /// From what was asked, out of what is offered: `(name, column, holds numbers)`.
    ///
    /// # Errors
    /// When the field is not offered.
    pub fn parse(
        asked: Option<&str>,
        offered: &'static [(&'static str, &'static str, bool)],
        default: Sort,
    ) -> Result<Sort, Problem> {
        let Some(asked) = asked else { return Ok(default) };
        let (name, descending) = match asked.strip_prefix('-') {
            Some(name) => (name, true),
            None => (asked, false),
        };
        let found = offered.iter().find(|(offer, _, _)| *offer == name);
        let Some((_, column, number)) = found else {
            let names: Vec<&str> = offered.iter().map(|(offer, _, _)| *offer).collect();
            return Err(Problem::invalid(format!("this list cannot be sorted by `{name}`"))
                .at("sort")
                .remedy(format!("sort by one of: {}", names.join(", "))));
        };
        Ok(Sort { column, number: *number, descending })
    }
}

/// Which page of which order.
#[derive(Clone, Debug)]
pub struct Page {
    limit: i64,
    sort: Sort,
    after: Option<Cursor>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor {
    /// The column it belongs to: a cursor of another order is refused.
    c: String,
    /// Number of the last row, or …
    n: Option<i64>,
    /// … text of the last row.
    t: Option<String>,
    /// Id of the last row.
    i: String,
}

impl Page {
    /// The first page.
    pub fn first(limit: i64, sort: Sort) -> Page {
        Page { limit, sort, after: None }
    }

    /// The page that was asked for.
    ///
    /// # Errors
    /// When limit or cursor is wrong.
    pub fn of(query: &PageQuery, sort: Sort) -> Result<Page, Problem> {
        let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            let message = format!("limit is between 1 and {LIMIT_MAX}");
            return Err(Problem::invalid(message).at("limit"));
        }
        let after = match query.after.as_deref().filter(|after| !after.is_empty()) {
            None => None,
            Some(text) => Some(read_cursor(text, &sort)?),
        };
        Ok(Page { limit, sort, after })
    }

    /// Rows of the page.
    pub fn rows(&self) -> usize {
        usize::try_from(self.limit).unwrap_or_default()
    }

    /// Whether a row with this id comes on this page or a later one, in a list by id that is read
    /// from memory.
    pub fn begins_before(&self, id: &str) -> bool {
        self.after.as_ref().is_none_or(|cursor| cursor.i.as_str() < id)
    }

    /// Whether a row with this number and id comes on this page or a later one, in a list that is
    /// sorted by a number, then by id, in memory.
    pub fn reaches(&self, number: i64, id: &str) -> bool {
        let Some(cursor) = &self.after else { return true };
        let last = (cursor.n.unwrap_or_default(), cursor.i.as_str());
        if self.sort.descending { (number, id) < last } else { (number, id) > last }
    }

    /// Whether the largest comes first.
    pub fn descending(&self) -> bool {
        self.sort.descending
    }

    /// The order.
    pub fn sort(&self) -> &Sort {
        &self.sort
    }

    /// Adds where the page begins to the clauses, and gives the end of the statement.
    pub fn tail(&self, clauses: &mut Clauses) -> String {
        let Sort { column, descending, .. } = self.sort;
        let (direction, sign) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        if let Some(cursor) = &self.after {
            let value = match cursor.n {
                Some(number) => Value::from(number),
                None => Value::from(cursor.t.clone().unwrap_or_default()),
            };
            clauses.after(column, sign, value, &cursor.i);
        }
        format!("ORDER BY {column} {direction}, id {direction} LIMIT {}", self.limit)
    }

    /// The cursor behind the last row of a full page.
    pub fn next(&self, rows: usize, last: Option<(Value, String)>) -> Option<String> {
        let (value, id) = last.filter(|_| rows as i64 >= self.limit)?;
        let (number, text) = match value {
            Value::Int(number) => (number, None),
            Value::Text(text) => (None, text),
            _ => (None, None),
        };
        let cursor = Cursor { c: self.sort.column.to_owned(), n: number, t: text, i: id };
        serde_json::to_vec(&cursor).ok().map(|json| BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

fn read_cursor(text: &str, sort: &Sort) -> Result<Cursor, Problem> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|json| serde_json::from_slice::<Cursor>(&json).ok())
        .filter(|cursor| cursor.c == sort.column && cursor.n.is_some() == sort.number)
        .ok_or_else(|| {
            Problem::refused("this cursor does not belong to this list and order")
                .at("after")
                .remedy("pass on the `next` of the page before, with the same filters and sort")
        })
}

/// Conditions of a statement, with their values. The text is made of fixed pieces only.
#[derive(Clone, Debug)]
pub struct Clauses {
    text: String,
    values: Vec<Value>,
}

impl Clauses {
    /// Conditions on the rows of one space; the space is `$1`.
    pub fn in_space(space: &SpaceId) -> Clauses {
        Clauses { text: "space_id = $1".to_owned(), values: vec![space.into()] }
    }

    /// A condition without a value.
    pub fn add(&mut self, condition: &'static str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }

    /// A condition with one value, which stands at `$$`.
    pub fn add_with(&mut self, condition: &'static str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.text.push_str(" AND ");
        self.text.push_str(&condition.replace("$$", &place));
    }

    /// A condition with several values, which stand at `$$1`, `$$2` … The text is made of fixed
    /// pieces only, like every other.
    pub fn add_all(&mut self, condition: &str, values: Vec<Value>) {
        let mut text = condition.to_owned();
        let first = self.values.len();
        for place in 1..=values.len() {
            text = text.replace(&format!("$${place}"), &format!("${}", first + place));
        }
        self.values.extend(values);
        self.text.push_str(" AND ");
        self.text.push_str(&text);
    }

    /// The column is one of these; no values, no condition.
    pub fn any_of(&mut self, column: &'static str, wanted: &[String]) {
        if wanted.is_empty() {
            return;
        }
        let first = self.values.len() + 1;
        self.values.extend(wanted.iter().map(Value::from));
        let binds = spine::db::placeholders(first, wanted.len());
        self.text.push_str(&format!(" AND {column} IN ({binds})"));
    }

    /// The record of this kind has one of these tags; no tags, no condition.
    pub fn any_tag(&mut self, kind: &'static str, wanted: &[String]) {
        if wanted.is_empty() {
            return;
        }
        let first = self.values.len() + 1;
        self.values.extend(wanted.iter().map(Value::from));
        let binds = spine::db::placeholders(first, wanted.len());
        self.text.push_str(&format!(
            " AND id IN (SELECT id FROM record_tag WHERE space_id = $1 AND kind = '{kind}' \
             AND tag IN ({binds}))"
        ));
    }

    /// The column has this value, if one is given.
    pub fn equal(&mut self, column: &'static str, wanted: Option<&str>) {
        if let Some(wanted) = wanted {
            self.values.push(wanted.into());
            self.text.push_str(&format!(" AND {column} = ${}", self.values.len()));
        }
    }

    /// The column is at least this, if given.
    pub fn at_least(&mut self, column: &'static str, wanted: Option<kernel::Time>) {
        if let Some(wanted) = wanted {
            self.values.push(wanted.into());
            self.text.push_str(&format!(" AND {column} >= ${}", self.values.len()));
        }
    }

    /// The column is below this, if given.
    pub fn below(&mut self, column: &'static str, wanted: Option<kernel::Time>) {
        if let Some(wanted) = wanted {
            self.values.push(wanted.into());
            self.text.push_str(&format!(" AND {column} < ${}", self.values.len()));
        }
    }

    /// The column holds this text somewhere, whatever the case of ASCII letters.
    pub fn contains(&mut self, column: &'static str, text: &str) {
        self.values.push(format!("%{}%", pattern(text)).into());
        let place = self.values.len();
        self.text.push_str(&format!(" AND LOWER({column}) LIKE ${place} ESCAPE '\\'"));
    }

    fn after(&mut self, column: &'static str, sign: &'static str, value: Value, id: &str) {
        self.values.push(value);
        self.values.push(id.into());
        let last = self.values.len();
        self.text.push_str(&format!(" AND ({column}, id) {sign} (${}, ${last})", last - 1));
    }

    /// The conditions.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Their values, in the order of their numbers.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

/// A text as a part of what `LIKE … ESCAPE '\\'` looks for, in small letters.
pub fn pattern(text: &str) -> String {
    text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: &[(&str, &str, bool)] = &[("number", "number", true)];

    #[test]
    fn a_cursor_reads_back_in_its_own_order_only() {
        let page = Page::first(1, Sort::ascending("number", true));
        let cursor = page.next(1, Some((Value::from(7), "inc_x".to_owned()))).unwrap();
        let query = PageQuery { after: Some(cursor), ..PageQuery::default() };
        assert!(Page::of(&query, Sort::ascending("number", true)).is_ok());
        assert!(Page::of(&query, Sort::ascending("title", false)).is_err());
    }

    #[test]
    fn words_are_read_one_by_one() {
        use incidents::Phase;
        let read = |text: &str| serde_json::from_value::<Words<Phase>>(text.into());
        assert_eq!(read("detect, done,").unwrap(), Words(vec![Phase::Detect, Phase::Done]));
        assert!(read("detect,dune").is_err());
        let list = serde_json::from_value::<Words<Phase>>(serde_json::json!(["done"])).unwrap();
        assert_eq!(list, Words(vec![Phase::Done]), "a list in JSON");
        let nothing = serde_json::from_value::<Words<Phase>>(serde_json::Value::Null).unwrap();
        assert_eq!(nothing, Words(Vec::new()), "said to be nothing");
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let page = Page::first(2, Sort::ascending("number", true));
        assert_eq!(page.next(1, Some((Value::from(7), "inc_x".to_owned()))), None);
    }

    #[test]
    fn an_unknown_sort_names_what_is_offered() {
        let problem =
            Sort::parse(Some("-size"), OFFERED, Sort::ascending("number", true)).unwrap_err();
        assert_eq!(problem.remedy.as_deref(), Some("sort by one of: number"));
    }

    #[test]
    fn values_of_one_condition_are_numbered_behind_those_before() {
        let mut clauses = Clauses::in_space(&SpaceId::main());
        clauses.add_all("(a < $$1 OR b > $$2)", vec![Value::from(7), Value::from(8)]);
        assert_eq!(clauses.text(), "space_id = $1 AND (a < $2 OR b > $3)");
        assert_eq!(clauses.values()[1..], [Value::from(7), Value::from(8)]);
    }

    #[test]
    fn wildcards_in_a_search_are_taken_literally() {
        let mut clauses = Clauses::in_space(&SpaceId::main());
        clauses.contains("title", "100%_x");
        assert_eq!(clauses.values()[1], Value::from("%100\\%\\_x%"));
    }
}
