use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use crate::labels::{LabelSet, value};
use crate::matcher::{Matcher, MatcherError, Matchers};
use crate::tree::legacy;

/// While an alert that fits `source` fires, alerts that fit `target` and agree with it in the
/// labels of `equal` are not told. A label that both lack is equal.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct InhibitRule {
    /// What an alert has to fit to silence others.
    pub source: Matchers,
    /// What an alert has to fit to be silenced.
    pub target: Matchers,
    /// The labels in which both agree.
    pub equal: BTreeSet<String>,
}

impl InhibitRule {
    /// Adds the older form: label and value, label and expression.
    ///
    /// # Errors
    /// When a label has an impossible name or an expression is none.
    pub fn with_legacy(
        mut self,
        source: &Legacy,
        target: &Legacy,
    ) -> Result<InhibitRule, MatcherError> {
        for (older, matchers) in [(source, &mut self.source), (target, &mut self.target)] {
            let more = legacy(&older.equal, &older.expressions);
            let all = more.into_iter().chain(matchers.iter().cloned().map(Ok));
            *matchers = all.collect::<Result<Vec<Matcher>, _>>()?.into();
        }
        Ok(self)
    }
}

/// The older form of matchers: `source_match` with `source_match_re`, and those of the target.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Legacy {
    /// Label and value.
    pub equal: BTreeMap<String, String>,
    /// Label and expression.
    pub expressions: BTreeMap<String, String>,
}

/// By what an alert is inhibited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inhibition<K> {
    /// The place of the rule among the rules.
    pub rule: usize,
    /// The alert that fires; of several the least key, so that the answer stays the same.
    pub source: K,
}

/// Holds the firing alerts that inhibit others, and answers whether an alert is inhibited with one
/// look-up for each rule, however many alerts fire.
///
/// It knows no time: whoever holds the alerts adds those that fire and removes those that do not.
#[derive(Clone, Debug)]
pub struct Inhibitor<K> {
    rules: Vec<InhibitRule>,
    /// Beside each rule its sources by the values of its equal labels.
    sources: Vec<HashMap<Box<str>, Sources<K>>>,
    /// Where each alert is held.
    held: HashMap<K, Vec<(usize, Box<str>)>>,
}

/// The sources of one rule that agree in its equal labels.
#[derive(Clone, Debug)]
struct Sources<K> {
    /// Those that only fit the source side.
    plain: BTreeSet<K>,
    /// Those that fit the target side too: they never inhibit an alert that does the same.
    both: BTreeSet<K>,
}

impl<K> Default for Sources<K> {
    fn default() -> Sources<K> {
        Sources { plain: BTreeSet::new(), both: BTreeSet::new() }
    }
}

impl<K: Copy + Ord + Hash> Inhibitor<K> {
    /// Nothing fires yet.
    pub fn new(rules: Vec<InhibitRule>) -> Inhibitor<K> {
        let sources = rules.iter().map(|_| HashMap::new()).collect();
        Inhibitor { rules, sources, held: HashMap::new() }
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[InhibitRule] {
        &self.rules
    }

    /// An alert fires. Adding it again replaces what was known of it.
    pub fn add(&mut self, key: K, labels: &dyn LabelSet) {
        self.remove(&key);
        let mut held = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if !rule.source.matches(labels) {
                continue;
            }
            let agreed = agreed(rule, labels).into_boxed_str();
            let sources = self.sources[place].entry(agreed.clone()).or_default();
            let side =
                if rule.target.matches(labels) { &mut sources.both } else { &mut sources.plain };
            side.insert(key);
            held.push((place, agreed));
        }
        if !held.is_empty() {
            self.held.insert(key, held);
        }
    }

    /// An alert fires no longer.
    pub fn remove(&mut self, key: &K) {
        for (place, agreed) in self.held.remove(key).unwrap_or_default() {
            let Some(sources) = self.sources[place].get_mut(&agreed) else { continue };
            sources.plain.remove(key);
            sources.both.remove(key);
            if sources.plain.is_empty() && sources.both.is_empty() {
                self.sources[place].remove(&agreed);
            }
        }
    }

    /// What inhibits an alert with these labels, by the first rule that does; `None` when it may
    /// be told.
    pub fn inhibited_by(&self, labels: &dyn LabelSet) -> Option<Inhibition<K>> {
        (0..self.rules.len()).find_map(|place| self.by_rule(place, labels))
    }

    /// What inhibits an alert with these labels, by every rule that does.
    pub fn every_inhibition(&self, labels: &dyn LabelSet) -> Vec<Inhibition<K>> {
        (0..self.rules.len()).filter_map(|place| self.by_rule(place, labels)).collect()
    }

    /// How many alerts inhibit, or could.
    pub fn sources(&self) -> usize {
        self.held.len()
    }

    fn by_rule(&self, place: usize, labels: &dyn LabelSet) -> Option<Inhibition<K>> {
        let rule = &self.rules[place];
        if self.sources[place].is_empty() || !rule.target.matches(labels) {
            return None;
        }
        let sources = self.sources[place].get(agreed(rule, labels).as_str())?;
        let plain = sources.plain.first();
        let least =
            match sources.both.first() {
                Some(both) if plain.is_none_or(|plain| both < plain) => {
                    if rule.source.matches(labels) { plain } else { Some(both) }
                }
                _ => plain,
            };
        least.map(|&source| Inhibition { rule: place, source })
    }
}

/// The values of the equal labels as one text; the lengths keep `ab`, `c` apart from `a`, `bc`.
fn agreed(rule: &InhibitRule, labels: &dyn LabelSet) -> String {
    let mut agreed = String::new();
    for name in &rule.equal {
        let value = value(labels, name);
        agreed.push_str(&value.len().to_string());
        agreed.push(':');
        agreed.push_str(value);
    }
    agreed
}
