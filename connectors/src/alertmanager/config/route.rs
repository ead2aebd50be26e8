//! The sections `route` and `inhibit_rules`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use routing::{InhibitRule, Legacy, Matcher, Matchers, Op, RouteSpec, Syntax};

use super::decode::unknown_field;
use super::error::{Note, Wrong};
use super::node::{Key, Node, Value};
use super::{check, duration};
use crate::suggest::nearest;

const ROUTE: &[&str] = &[
    "receiver",
    "group_by",
    "continue",
    "match",
    "match_re",
    "matchers",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "mute_time_intervals",
    "active_time_intervals",
    "routes",
];

const RULE: &[&str] = &[
    "name",
    "source_match",
    "source_match_re",
    "source_matchers",
    "target_match",
    "target_match_re",
    "target_matchers",
    "equal",
];

/// What routes refer to, and how matchers are written.
pub(super) struct Known {
    pub receivers: BTreeSet<String>,
    pub intervals: BTreeSet<String>,
    pub syntax: Syntax,
}

/// Walks the routing tree and the inhibition rules, and tells every mistake.
pub(super) struct Walk<'w> {
    pub known: &'w Known,
    pub wrongs: &'w mut Vec<Wrong>,
    pub notes: &'w mut Vec<Note>,
}

impl Walk<'_> {
    /// A route and those below it.
    pub fn route(&mut self, node: &Node, path: &str) -> RouteSpec {
        let mut spec = RouteSpec::default();
        for (key, value) in self.fields(node, path) {
            self.field(&mut spec, key, value, &format!("{path}.{}", key.name));
        }
        spec
    }

    /// What must not stand in the first route.
    pub fn check_root(&mut self, spec: &RouteSpec, node: &Node) {
        if spec.receiver.as_ref().is_none_or(String::is_empty) {
            let remedy = "add `receiver:` with the name of who is told of everything else";
            let wrong = Wrong::new("the root route names no receiver", remedy);
            let field = node.field("receiver");
            let path = if field.is_some() { "route.receiver" } else { "route" };
            self.wrong(wrong, field.unwrap_or(node), path);
        }
        let takes_all = "the root route takes every alert, so it has no matchers";
        for (field, wrong, problem) in [
            ("match", !spec.legacy_match.is_empty(), takes_all),
            ("match_re", !spec.legacy_match_re.is_empty(), takes_all),
            ("matchers", !spec.matchers.is_empty(), takes_all),
            ("continue", spec.continues, "nothing stands beside the root route to go on to"),
            (
                "mute_time_intervals",
                !spec.mute_time_intervals.is_empty(),
                "the root route is never muted",
            ),
            (
                "active_time_intervals",
                !spec.active_time_intervals.is_empty(),
                "the root route is always active",
            ),
        ] {
            if wrong {
                let remedy = "take it out, or move it to a route under `routes`";
                let at = node.field(field).unwrap_or(node);
                self.wrong(Wrong::new(problem, remedy), at, &format!("route.{field}"));
            }
        }
    }

    /// The inhibition rules.
    pub fn rules(&mut self, node: &Node) -> Vec<InhibitRule> {
        let list = self.list(node, "inhibit_rules");
        let rules = list.iter().enumerate();
        rules.map(|(i, rule)| self.rule(rule, &format!("inhibit_rules[{i}]"))).collect()
    }

    fn rule(&mut self, node: &Node, path: &str) -> InhibitRule {
        let (mut rule, mut source, mut target) =
            (InhibitRule::default(), Legacy::default(), Legacy::default());
        for (key, value) in self.fields_of(node, path, RULE) {
            let path = format!("{path}.{}", key.name);
            match key.name.as_str() {
                "source_match" => source.equal = self.legacy(value, &path, Op::Equal),
                "source_match_re" => source.expressions = self.legacy(value, &path, Op::Regex),
                "source_matchers" => rule.source = self.matchers(value, &path),
                "target_match" => target.equal = self.legacy(value, &path, Op::Equal),
                "target_match_re" => target.expressions = self.legacy(value, &path, Op::Regex),
                "target_matchers" => rule.target = self.matchers(value, &path),
                "equal" => rule.equal = self.labels(value, &path).into_iter().collect(),
                _ => drop(self.text(value, &path)),
            }
        }
        rule.source = std::mem::take(&mut rule.source).sorted();
        rule.target = std::mem::take(&mut rule.target).sorted();
        // Every label and expression has been looked at, so this adds no mistake of its own.
        let rule = rule.clone().with_legacy(&source, &target).unwrap_or(rule);
        if rule.source.is_empty() && rule.target.is_empty() {
            let text = "this rule fits every alert on both sides, so it never inhibits anything";
            self.notes.push(Note::new(node.place, path, text));
        }
        rule
    }

    fn field(&mut self, spec: &mut RouteSpec, key: &Key, value: &Node, path: &str) {
        match key.name.as_str() {
            "receiver" => spec.receiver = self.told(value, path),
            "group_by" => spec.group_by = self.group_by(value, path),
            "continue" => match check::flag(value) {
                Ok(flag) => spec.continues = flag,
                Err(wrong) => self.wrong(wrong, value, path),
            },
            "match" => spec.legacy_match = self.legacy(value, path, Op::Equal),
            "match_re" => spec.legacy_match_re = self.legacy(value, path, Op::Regex),
            "matchers" => spec.matchers = self.matchers(value, path),
            "group_wait" => spec.group_wait = self.duration(value, path),
            "group_interval" => spec.group_interval = self.pause(value, path),
            "repeat_interval" => spec.repeat_interval = self.pause(value, path),
            "mute_time_intervals" => spec.mute_time_intervals = self.intervals(value, path),
            "active_time_intervals" => spec.active_time_intervals = self.intervals(value, path),
            _ => {
                for (i, node) in self.list(value, path).iter().enumerate() {
                    let path = format!("{path}[{i}]");
                    if matches!(node.value, Value::Null) {
                        let wrong = Wrong::new("expected a map of fields, found nothing", "");
                        self.wrong(wrong, node, &path);
                    } else {
                        spec.routes.push(self.route(node, &path));
                    }
                }
            }
        }
    }

    fn told(&mut self, node: &Node, path: &str) -> Option<String> {
        let name = self.text(node, path)?;
        if !name.is_empty() && !self.known.receivers.contains(&name) {
            let wrong = unnamed(&name, "receiver", "receivers", &self.known.receivers);
            self.wrong(wrong, node, path);
        }
        Some(name)
    }

    fn intervals(&mut self, node: &Node, path: &str) -> Vec<String> {
        let names = check::texts(node, path, self.wrongs);
        for (i, name) in names.iter().enumerate() {
            if !self.known.intervals.contains(name) {
                let known = &self.known.intervals;
                let wrong = unnamed(name, "time interval", "time_intervals", known);
                self.wrong(wrong, element(node, i), &format!("{path}[{i}]"));
            }
        }
        names
    }

    fn group_by(&mut self, node: &Node, path: &str) -> Vec<String> {
        let all = check::texts(node, path, self.wrongs);
        if all.iter().all(|name| name == "...") {
            return all;
        }
        if all.iter().any(|name| name == "...") {
            let remedy = "keep `...` alone, or the other labels";
            let wrong = Wrong::new("`...` stands for every label", remedy);
            self.wrong(wrong, node, path);
            return all;
        }
        self.labels(node, path)
    }

    /// Names of labels, each once. Names of any letters are right since Alertmanager 0.27.
    fn labels(&mut self, node: &Node, path: &str) -> Vec<String> {
        let names = check::texts(node, path, self.wrongs);
        let mut seen = BTreeSet::new();
        for (i, name) in names.iter().enumerate() {
            let wrong = if name.is_empty() {
                Wrong::new("a label has no name here", "write the name of a label")
            } else if self.known.syntax == Syntax::Classic && !check::label(name) {
                no_label(name)
            } else if !seen.insert(name) && path.ends_with("group_by") {
                Wrong::new(format!("`{name}` is there twice"), "keep one of the two")
            } else {
                continue;
            };
            self.wrong(wrong, element(node, i), &format!("{path}[{i}]"));
        }
        names
    }

    /// `match` and its like: label and value, or label and expression.
    fn legacy(&mut self, node: &Node, path: &str, op: Op) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let entries = match node.map() {
            Ok(entries) => entries,
            Err(wrong) => {
                self.wrong(wrong, node, path);
                return map;
            }
        };
        for (key, value) in entries {
            let path = format!("{path}.{}", key.name);
            if !check::label(&key.name) {
                self.wrongs.push(no_label(&key.name).at(key.place).within(&path));
                continue;
            }
            if op == Op::Regex && matches!(value.value, Value::Null) {
                let wrong = Wrong::new("there is no expression here", "write one, '' for nothing");
                self.wrong(wrong, value, &path);
                continue;
            }
            let Some(text) = self.text(value, &path) else { continue };
            match Matcher::new(&key.name, op, &text) {
                Ok(_) => drop(map.insert(key.name.clone(), text)),
                Err(error) => self.wrong(no_expression(&error.problem), value, &path),
            }
        }
        map
    }

    fn matchers(&mut self, node: &Node, path: &str) -> Matchers {
        let mut all = Matchers::default();
        for (i, text) in check::texts(node, path, self.wrongs).iter().enumerate() {
            match Matchers::parse_as(text, self.known.syntax) {
                Ok(matchers) => matchers.iter().cloned().for_each(|matcher| all.push(matcher)),
                Err(error) => {
                    let remedy = "write label=\"value\", or !=, =~, !~ with the value in quotes";
                    let problem = format!("{} (letter {})", error.problem, error.column);
                    let wrong = Wrong::new(problem, remedy);
                    self.wrong(wrong, element(node, i), &format!("{path}[{i}]"));
                }
            }
        }
        all
    }

    /// A duration that cannot be nothing.
    fn pause(&mut self, node: &Node, path: &str) -> Option<SignedDuration> {
        let pause = self.duration(node, path)?;
        if pause.is_zero() {
            let name = path.rsplit('.').next().unwrap_or(path);
            let wrong = Wrong::new(format!("{name} cannot be 0"), "write at least 1s");
            self.wrong(wrong, node, path);
        }
        Some(pause)
    }

    fn duration(&mut self, node: &Node, path: &str) -> Option<SignedDuration> {
        if matches!(node.value, Value::Null) {
            return None;
        }
        let read = check::text(node).and_then(|text| duration::parse(&text));
        match read {
            Ok(duration) => SignedDuration::try_from(duration).ok(),
            Err(wrong) => {
                self.wrong(wrong, node, path);
                None
            }
        }
    }

    fn text(&mut self, node: &Node, path: &str) -> Option<String> {
        check::text(node).map_err(|wrong| self.wrong(wrong, node, path)).ok()
    }

    pub fn list<'n>(&mut self, node: &'n Node, path: &str) -> &'n [Node] {
        node.list().map_err(|wrong| self.wrong(wrong, node, path)).unwrap_or_default()
    }

    fn fields<'n>(&mut self, node: &'n Node, path: &str) -> Vec<&'n (Key, Node)> {
        self.fields_of(node, path, ROUTE)
    }

    /// The known fields of a map; unknown ones are told.
    pub fn fields_of<'n>(
        &mut self,
        node: &'n Node,
        path: &str,
        known: &[&str],
    ) -> Vec<&'n (Key, Node)> {
        let map = node.map().map_err(|wrong| self.wrong(wrong, node, path)).unwrap_or_default();
        let (good, unknown): (Vec<_>, Vec<_>) =
            map.iter().partition(|(key, _)| known.contains(&key.name.as_str()));
        for (key, _) in unknown {
            let wrong = unknown_field(&key.name, known).at(key.place);
            self.wrongs.push(wrong.within(&format!("{path}.{}", key.name)));
        }
        good
    }

    pub fn wrong(&mut self, wrong: Wrong, node: &Node, path: &str) {
        self.wrongs.push(wrong.at(node.place).within(path));
    }
}

fn element(node: &Node, at: usize) -> &Node {
    match &node.value {
        Value::List(list) => list.get(at).unwrap_or(node),
        _ => node,
    }
}

fn no_label(name: &str) -> Wrong {
    let shown: String = name.chars().take(64).collect();
    let remedy = "write ASCII letters, digits and `_`, or use matchers for other names";
    Wrong::new(format!("`{shown}` is no name of a label"), remedy)
}

fn no_expression(problem: &str) -> Wrong {
    let remedy = "correct the expression; look-around and back-references are not known";
    Wrong::new(problem, remedy)
}

fn unnamed(name: &str, what: &str, section: &str, known: &BTreeSet<String>) -> Wrong {
    let shown: String = name.chars().take(64).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let remedy = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add it to `{section}`"),
    };
    Wrong::new(format!("there is no {what} `{shown}`"), remedy)
}
