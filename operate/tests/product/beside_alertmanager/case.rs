//! What happens to both, decided by a seed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::world::Dice;

/// One thing that happens: nothing in it depends on a flush in between.
#[derive(Clone, Debug)]
pub enum Step {
    /// Alerts that fire, are said again, or are over, in one request.
    Alerts(Vec<Value>),
    /// A new silence, by its matchers.
    Silence(Vec<Value>),
    /// The silence at this place of those that hold is over.
    Expire(usize),
    /// Another configuration.
    Configure(Config),
}

/// A configuration but for the address of its receivers.
#[derive(Clone)]
pub struct Config {
    text: String,
    repeats: bool,
}

impl Config {
    /// The file, with receivers below this address.
    pub fn text(&self, receivers: &str) -> String {
        self.text.replace("RECEIVERS", receivers)
    }

    /// Whether groups are told again and again.
    pub fn repeats(&self) -> bool {
        self.repeats
    }
}

/// Labels of alerts, and the values that they have.
const NAMES: [&str; 4] = ["alertname", "cluster", "severity", "instance"];
const VALUES: [&[&str]; 4] =
    [&["Down", "Slow", "Full"], &["x", "y"], &["info", "warn", "crit"], &["1", "2", "3"]];

type Labels = [&'static str; 4];

/// A story that a seed tells.
pub struct Case {
    dice: Dice,
    firing: BTreeSet<Labels>,
    sources: BTreeSet<&'static str>,
    silences: usize,
    second_rule: bool,
}

impl Case {
    /// The story of a seed.
    pub fn new(seed: u64) -> Case {
        let mut dice = Dice::new(seed);
        let second_rule = dice.one_in(2);
        Case { dice, firing: BTreeSet::new(), sources: BTreeSet::new(), silences: 0, second_rule }
    }

    /// What happens next.
    pub fn step(&mut self) -> Step {
        match self.dice.below(20) {
            0..3 if !self.firing.is_empty() => {
                self.silences += 1;
                Step::Silence(self.matchers().iter().map(Matcher::json).collect())
            }
            3..5 if self.silences > 0 => {
                let index = self.dice.below(self.silences);
                self.silences -= 1;
                Step::Expire(index)
            }
            5..7 => Step::Configure(self.config()),
            7..10 => {
                let cluster = self.dice.pick(VALUES[1]);
                let fires = self.sources.insert(cluster);
                if !fires {
                    self.sources.remove(cluster);
                }
                let labels = json!({ "alertname": "Source", "cluster": cluster });
                Step::Alerts(vec![alert(labels, fires)])
            }
            _ => self.alerts(),
        }
    }

    /// Some alerts, each once.
    fn alerts(&mut self) -> Step {
        let count = 1 + self.dice.below(5);
        let some: BTreeSet<Labels> =
            (0..count).map(|_| VALUES.map(|values| self.dice.pick(values))).collect();
        let mut said = Vec::new();
        for labels in some {
            let over = self.firing.contains(&labels) && self.dice.one_in(2);
            if over {
                self.firing.remove(&labels);
            } else {
                self.firing.insert(labels);
            }
            let pairs =
                NAMES.iter().zip(labels).map(|(name, value)| ((*name).to_owned(), json!(value)));
            said.push(alert(Value::Object(pairs.collect()), !over));
        }
        Step::Alerts(said)
    }

    fn matchers(&mut self) -> Vec<Matcher> {
        // The first asks for something that is there, as a silence has to.
        let mut matchers = vec![self.matcher(&["=", "=~"])];
        if self.dice.one_in(2) {
            matchers.push(self.matcher(&["=", "!=", "=~", "!~"]));
        }
        matchers
    }

    fn matcher(&mut self, signs: &[&'static str]) -> Matcher {
        let which = self.dice.below(NAMES.len());
        let sign = self.dice.pick(signs);
        let (one, other) = (self.dice.pick(VALUES[which]), self.dice.pick(VALUES[which]));
        let value = match sign {
            "=" | "!=" => one.to_owned(),
            _ if one == other => format!("{}.*", &one[..1]),
            _ => format!("{one}|{other}"),
        };
        Matcher { name: NAMES[which], sign, value }
    }

    /// Routes, inhibition, intervals and receivers.
    pub fn config(&mut self) -> Config {
        let repeats = self.dice.one_in(4);
        let (repeat, longest) = if repeats { ("1s", "2500ms") } else { ("24h", "1500ms") };
        let mut text = format!(
            "route:\n  receiver: r0\n  group_by: [{}]\n  group_wait: {}\n  group_interval: {}\n  \
             repeat_interval: {repeat}\n  routes:\n  - receiver: marker\n    \
             matchers: [alertname = Marker]\n    group_by: [marker]\n    group_wait: {longest}\n",
            self.group_by(),
            self.dice.pick(&["50ms", "300ms", "1s"]),
            self.interval(repeats),
        );
        for _ in 0..2 + self.dice.below(3) {
            self.route(&mut text, "  ", repeats);
        }
        text.push_str(
            "inhibit_rules:\n- source_matchers: [alertname = Source]\n  \
             target_matchers: [severity = crit]\n  equal: [cluster]\n",
        );
        if self.second_rule {
            text.push_str(
                "- source_matchers: [severity = warn]\n  target_matchers: [severity = info]\n  \
                 equal: [alertname, cluster]\n",
            );
        }
        text.push_str(
            "time_intervals:\n- name: always\n  time_intervals:\n  - times: [{start_time: '00:00', \
             end_time: '24:00'}]\n- name: never\n  time_intervals:\n  - years: ['1990']\n",
        );
        text.push_str(
            "receivers:\n- name: marker\n  webhook_configs:\n  - url: RECEIVERS/marker\n",
        );
        for number in 0..4 {
            let resolved = !self.dice.one_in(4);
            write!(
                text,
                "- name: r{number}\n  webhook_configs:\n  - url: RECEIVERS/r{number}\n    \
                 send_resolved: {resolved}\n"
            )
            .expect("texts can be written to");
        }
        Config { text, repeats }
    }

    fn interval(&mut self, repeats: bool) -> &'static str {
        if repeats { "500ms" } else { self.dice.pick(&["500ms", "1s"]) }
    }

    fn group_by(&mut self) -> &'static str {
        self.dice.pick(&["alertname", "alertname, cluster", "severity", "'...'", ""])
    }

    /// A route, and perhaps one below it.
    fn route(&mut self, text: &mut String, indent: &str, repeats: bool) {
        let matchers: Vec<String> = self.matchers().iter().map(Matcher::text).collect();
        let mut line = |name: &str, value: &str| {
            writeln!(text, "{indent}  {name}: {value}").expect("texts can be written to");
        };
        line("matchers", &format!("[{}]", matchers.join(", ")));
        if !self.dice.one_in(3) {
            line("receiver", self.dice.pick(&["r0", "r1", "r2", "r3"]));
        }
        if self.dice.one_in(2) {
            line("continue", "true");
        }
        if self.dice.one_in(3) {
            line("group_by", &format!("[{}]", self.group_by()));
        }
        if self.dice.one_in(3) {
            line("group_wait", self.dice.pick(&["100ms", "800ms"]));
            line("group_interval", self.interval(repeats));
        }
        match self.dice.below(8) {
            0 => line("mute_time_intervals", "[always]"),
            1 => line("mute_time_intervals", "[never]"),
            2 => line("active_time_intervals", "[never]"),
            3 => line("active_time_intervals", "[always]"),
            _ => {}
        }
        let below = indent.len() == 2 && self.dice.one_in(3);
        if below {
            line("routes", "");
        }
        // The first line begins the entry of the list.
        let first = text.rfind(&format!("{indent}  matchers")).expect("it was just written");
        text.replace_range(first..first + indent.len() + 2, &format!("{indent}- "));
        if below {
            self.route(text, &format!("{indent}  "), repeats);
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A failing test shows the text, with its lines.
        f.write_str("the configuration")
    }
}

struct Matcher {
    name: &'static str,
    sign: &'static str,
    value: String,
}

impl Matcher {
    fn json(&self) -> Value {
        json!({
            "name": self.name, "value": self.value,
            "isRegex": self.sign.ends_with('~'), "isEqual": self.sign.starts_with('='),
        })
    }

    fn text(&self) -> String {
        format!("'{}{}\"{}\"'", self.name, self.sign, self.value)
    }
}

fn alert(labels: Value, fires: bool) -> Value {
    let mut alert = json!({ "labels": labels, "annotations": { "summary": "as the test says" } });
    if !fires {
        alert["endsAt"] = json!("2020-01-01T00:00:00Z");
    }
    alert
}
