//! What alerts have in common, as the conditions of a silence that would hold them back.

use std::collections::BTreeSet;

use routing::{Matcher, Matchers, Op};

use super::filter::Filter;
use super::hot::Known;

/// Values of one label that are written down one by one.
const VALUES: usize = 20;
/// Conditions at most.
const CONDITIONS: usize = 20;
/// Bytes of the values of one condition at most.
const BYTES: usize = 1000;

/// Conditions that all of these alerts fit: those that a filter names, else their labels. Others
/// may fit them too, which the preview of the silence shows.
pub fn conditions(alerts: &[Known], filters: &[Filter]) -> Vec<String> {
    let (named, whole) = match filters {
        [filter] => of_filter(filter),
        _ => (Vec::new(), false),
    };
    if whole {
        return named;
    }
    let mut found = named;
    let known: BTreeSet<String> = found
        .iter()
        .filter_map(|text| Some(Matcher::parse(text).ok()?.name().to_owned()))
        .collect();
    let of_labels = of_labels(alerts).into_iter().filter(|(name, _)| !known.contains(name));
    found.extend(of_labels.map(|(_, text)| text));
    found.truncate(CONDITIONS);
    found
}

/// What a filter says of labels, and whether it says nothing else but states.
fn of_filter(filter: &Filter) -> (Vec<String>, bool) {
    let name = filter.name.as_deref().and_then(|name| equal("alertname", name));
    let matchers = filter.matching.as_deref().and_then(|text| Matchers::parse(text).ok());
    let matchers: Vec<String> =
        matchers.iter().flat_map(|matchers| matchers.iter()).map(ToString::to_string).collect();
    let named: Vec<String> = name.into_iter().chain(matchers).collect();
    let rest = Filter { name: None, matching: None, ..filter.clone() };
    let whole = !named.is_empty() && rest.only_states();
    (named, whole)
}

/// The labels that every alert has: with their one value, or one of few.
fn of_labels(alerts: &[Known]) -> Vec<(String, String)> {
    let Some((first, rest)) = alerts.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    for (name, value) in first.record.labels.iter() {
        let mut values = BTreeSet::from([value]);
        let few = rest.iter().all(|alert| {
            let other = alert.record.labels.get(name);
            other.map(|other| values.insert(other)).is_some() && values.len() <= VALUES
        });
        if few && let Some(text) = one_of(name, &values) {
            found.push((name.to_owned(), text));
        }
    }
    found
}

fn one_of(name: &str, values: &BTreeSet<&str>) -> Option<String> {
    if let (1, Some(value)) = (values.len(), values.first()) {
        return equal(name, value);
    }
    let words: Vec<String> = values.iter().map(|value| escaped(value)).collect();
    let pattern = words.join("|");
    let short = pattern.len() <= BYTES;
    Matcher::new(name, Op::Regex, pattern).ok().filter(|_| short).map(|one| one.to_string())
}

fn equal(name: &str, value: &str) -> Option<String> {
    Matcher::new(name, Op::Equal, value).ok().map(|one| one.to_string())
}

/// A text as an expression that means the text itself.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
