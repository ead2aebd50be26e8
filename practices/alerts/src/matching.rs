//! Which item of the estate a signal speaks of: the first rule that gives a known item.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::template::Template;
use crate::{Condition, Signal, Subject};

/// A rule that people write; rules are asked in their order, before the built-in ones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchRule {
    /// Its name, shown on every alert that it matched.
    pub name: String,
    /// The condition in CEL; empty holds always.
    #[serde(default)]
    pub when: String,
    /// The item: `service/{labels.app}`, `component/orders-db` …
    pub item: String,
}

/// The item that was found, and by which rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// The item.
    pub item: ItemRef,
    /// The rule in words: ``rule `databases` `` or ``label `service` ``.
    pub rule: Arc<str>,
}

/// A rule that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("rule {index} ({name}): {field}: {problem}")]
pub struct RuleError {
    /// Place in the list, from 0.
    pub index: usize,
    /// The rule's name.
    pub name: String,
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// All rules, compiled.
#[derive(Debug)]
pub struct Matcher {
    rules: Vec<Compiled>,
    built_in: Vec<BuiltIn>,
}

#[derive(Debug)]
struct Compiled {
    name: String,
    rule: Arc<str>,
    condition: Condition,
    item: Template,
    failures: AtomicU64,
}

#[derive(Debug)]
struct BuiltIn {
    label: &'static str,
    kinds: &'static [&'static str],
    rule: Arc<str>,
}

/// Labels that name an item without any rule, the most telling first, and the kinds that their
/// value may be the name of. `item` carries the kind itself.
const LABELS: [(&str, &[&str]); 7] = [
    ("item", &[]),
    ("component", &["component"]),
    ("service", &["service", "component", "product"]),
    ("instance", &["component"]),
    ("job", &["service", "component"]),
    ("namespace", &["service", "product"]),
    ("product", &["product"]),
];

impl Matcher {
    /// Compiles the rules.
    ///
    /// # Errors
    /// Every rule that is wrong.
    pub fn compile(rules: &[MatchRule]) -> Result<Matcher, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut compiled = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            match Compiled::new(rule) {
                Ok(rule) => compiled.push(rule),
                Err((field, problem)) => {
                    errors.push(RuleError { index, name: rule.name.clone(), field, problem });
                }
            }
        }
        if errors.is_empty() { Ok(Matcher::with(compiled)) } else { Err(errors) }
    }

    fn with(rules: Vec<Compiled>) -> Matcher {
        let built_in = LABELS
            .iter()
            .map(|(label, kinds)| BuiltIn { label, kinds, rule: format!("label `{label}`").into() })
            .collect();
        Matcher { rules, built_in }
    }

    /// The item of a signal. A rule whose item is not `known` is passed over, and so is one that
    /// fails; failures are counted.
    pub fn find(&self, signal: &Signal, known: &dyn Fn(&ItemRef) -> bool) -> Option<Match> {
        let subject = Subject::from(signal);
        self.rules
            .iter()
            .find_map(|rule| rule.find(signal, &subject, known))
            .or_else(|| self.built_in.iter().find_map(|rule| rule.find(signal, known)))
    }

    /// The rules that have failed since they were compiled, and how often.
    pub fn failures(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rules
            .iter()
            .map(|rule| (rule.name.as_str(), rule.failures.load(Ordering::Relaxed)))
            .filter(|(_, failures)| *failures > 0)
    }
}

impl Default for Matcher {
    /// The built-in rules alone.
    fn default() -> Matcher {
        Matcher::with(Vec::new())
    }
}

impl Compiled {
    fn new(rule: &MatchRule) -> Result<Compiled, (&'static str, String)> {
        if rule.name.trim().is_empty() {
            return Err(("name", "give the rule a name; alerts will show it".to_owned()));
        }
        Ok(Compiled {
            name: rule.name.clone(),
            rule: format!("rule `{}`", rule.name).into(),
            condition: Condition::compile(&rule.when)
                .map_err(|error| ("when", error.to_string()))?,
            item: Template::parse(&rule.item).map_err(|problem| ("item", problem))?,
            failures: AtomicU64::new(0),
        })
    }

    fn find(
        &self,
        signal: &Signal,
        subject: &Subject<'_>,
        known: &dyn Fn(&ItemRef) -> bool,
    ) -> Option<Match> {
        match self.condition.holds(subject) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(_) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        }
        let item: ItemRef = self.item.fill(signal)?.parse().ok()?;
        known(&item).then(|| Match { item, rule: self.rule.clone() })
    }
}

impl BuiltIn {
    fn find(&self, signal: &Signal, known: &dyn Fn(&ItemRef) -> bool) -> Option<Match> {
        let value = signal.labels.get(self.label)?;
        let item = match self.label {
            "item" => value.parse().ok().filter(|item| known(item)),
            "instance" => host_names(value).find_map(|name| self.named(name, known)),
            _ => self.named(value, known),
        };
        item.map(|item| Match { item, rule: self.rule.clone() })
    }

    fn named(&self, name: &str, known: &dyn Fn(&ItemRef) -> bool) -> Option<ItemRef> {
        self.kinds.iter().filter_map(|kind| ItemRef::new(kind, name)).find(|item| known(item))
    }
}

/// `db1.example.org:9100` may be the component `db1.example.org` or `db1`.
fn host_names(instance: &str) -> impl Iterator<Item = &str> {
    let host = instance.rsplit_once(':').map_or(instance, |(host, _)| host);
    let short = host.split_once('.').map_or(host, |(short, _)| short);
    [instance, host, short].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Labels;

    const KNOWN: [&str; 5] =
        ["service/orders", "service/db1", "component/db1", "component/orders-db", "product/shop"];

    fn find(matcher: &Matcher, labels: &[(&str, &str)]) -> Option<String> {
        let signal = Signal {
            source: "prometheus".into(),
            key: None,
            rule: None,
            labels: Labels::new(labels.iter().copied()),
            annotations: Labels::default(),
            starts_at: None,
            ends_at: None,
            generator_url: "".into(),
        };
        matcher
            .find(&signal, &|item| KNOWN.contains(&item.as_str()))
            .map(|found| format!("{} by {}", found.item, found.rule))
    }

    #[test]
    fn labels_name_items_without_any_rule() {
        let matcher = Matcher::default();
        for (labels, expected) in [
            (&[("item", "component/db1")][..], Some("component/db1 by label `item`")),
            (&[("service", "orders")], Some("service/orders by label `service`")),
            (&[("service", "orders-db")], Some("component/orders-db by label `service`")),
            (
                &[("service", "orders"), ("component", "orders-db")],
                Some("component/orders-db by label `component`"),
            ),
            (&[("instance", "db1:9100")], Some("component/db1 by label `instance`")),
            (&[("instance", "db1.example.org:9100")], Some("component/db1 by label `instance`")),
            (&[("job", "orders")], Some("service/orders by label `job`")),
            (&[("namespace", "shop")], Some("product/shop by label `namespace`")),
            (&[("service", "unknown"), ("job", "orders")], Some("service/orders by label `job`")),
            (&[("service", "../x"), ("instance", "[::1]:9100")], None),
            (&[("alertname", "orders")], None),
        ] {
            assert_eq!(find(&matcher, labels).as_deref(), expected, "{labels:?}");
        }
    }

    fn rule(name: &str, when: &str, item: &str) -> MatchRule {
        MatchRule { name: name.to_owned(), when: when.to_owned(), item: item.to_owned() }
    }

    #[test]
    fn the_first_rule_that_gives_a_known_item_counts_and_comes_before_the_labels() {
        let matcher = Matcher::compile(&[
            rule("unknown item", "", "service/{labels.nothing}"),
            rule("by app", "has(labels.app)", "service/{labels.app}"),
            rule("databases", "labels.job == 'pg'", "component/{labels.app}-db"),
        ])
        .unwrap();
        let found = |labels: &[(&str, &str)]| find(&matcher, labels);
        assert_eq!(
            found(&[("app", "orders"), ("job", "pg"), ("service", "db1")]).as_deref(),
            Some("service/orders by rule `by app`")
        );
        assert_eq!(found(&[("app", "none"), ("job", "pg")]), None);
    }

    #[test]
    fn a_rule_that_fails_is_passed_over_and_counted() {
        let matcher = Matcher::compile(&[
            rule("broken", "labels.service", "service/orders"),
            rule("fine", "", "service/db1"),
        ])
        .unwrap();
        let found = find(&matcher, &[("service", "x")]);
        assert_eq!(found.as_deref(), Some("service/db1 by rule `fine`"));
        assert_eq!(matcher.failures().collect::<Vec<_>>(), [("broken", 1)]);
    }

    #[test]
    fn every_wrong_rule_is_named_with_its_field() {
        let errors = Matcher::compile(&[
            rule("a", "labels.x = 1", "service/x"),
            rule("b", "", "service/{service}"),
            rule("c", "", "service/{labels.x"),
            rule("", "", "service/x"),
        ])
        .unwrap_err();
        let places: Vec<_> = errors.iter().map(|error| (error.index, error.field)).collect();
        assert_eq!(places, [(0, "when"), (1, "item"), (2, "item"), (3, "name")]);
        assert_eq!(
            errors[1].to_string(),
            "rule 1 (b): item: `{service}` is unknown; write {labels.NAME}, {annotations.NAME} or \
             {source}"
        );
    }
}
