//! The sections `time_intervals` and `mute_time_intervals`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use routing::{IntervalSpec, TimesSpec};

use super::check;
use super::error::Wrong;
use super::node::{Node, Value};
use super::route::Walk;

const NAMED: &[&str] = &["name", "time_intervals"];
const SPEC: &[&str] = &["times", "weekdays", "days_of_month", "months", "years", "location"];
const TIMES: &[&str] = &["start_time", "end_time"];

/// The intervals of the file by name, as they are written: where `Local` is, the caller knows.
pub type NamedIntervals = BTreeMap<String, Vec<IntervalSpec>>;

impl Walk<'_> {
    /// A section of named intervals, added to those of the other one.
    pub fn intervals_of(&mut self, node: &Node, section: &str, all: &mut NamedIntervals) {
        for (i, element) in node.list().unwrap_or_default().iter().enumerate() {
            if !matches!(element.value, Value::Map(_)) {
                continue;
            }
            let path = format!("{section}[{i}]");
            let fields = self.fields_of(element, &path, NAMED);
            let list = fields.iter().find(|(key, _)| key.name == "time_intervals");
            let mut specs = Vec::new();
            if let Some((_, list)) = list {
                let path = format!("{path}.time_intervals");
                for (i, node) in self.list(list, &path).iter().enumerate() {
                    specs.push(self.interval(node, &format!("{path}[{i}]")));
                }
            }
            let name = element.field("name").and_then(|name| check::text(name).ok());
            all.insert(name.unwrap_or_default(), specs);
        }
    }

    fn interval(&mut self, node: &Node, path: &str) -> IntervalSpec {
        let mut spec = IntervalSpec::default();
        let told = self.wrongs.len();
        for (key, value) in self.fields_of(node, path, SPEC) {
            let path = format!("{path}.{}", key.name);
            if matches!(value.value, Value::Null) {
                continue;
            }
            let field = match key.name.as_str() {
                "times" => {
                    spec.times = self.times(value, &path);
                    continue;
                }
                "location" => {
                    spec.location =
                        check::text(value).map_err(|wrong| self.wrong(wrong, value, &path)).ok();
                    continue;
                }
                "weekdays" => &mut spec.weekdays,
                "days_of_month" => &mut spec.days_of_month,
                "months" => &mut spec.months,
                _ => &mut spec.years,
            };
            *field = check::texts(value, &path, self.wrongs);
        }
        // What is of the wrong kind has been told; the engine tells what is of the wrong value.
        if self.wrongs.len() == told {
            for error in spec.build(&TimeZone::UTC).err().unwrap_or_default() {
                let at = node.nearest(&error.path);
                let wrong = Wrong::new(error.problem, remedy(&error.path));
                self.wrong(wrong, at, &format!("{path}.{}", error.path));
            }
        }
        spec
    }

    fn times(&mut self, node: &Node, path: &str) -> Vec<TimesSpec> {
        let mut times = Vec::new();
        for (i, range) in self.list(node, path).iter().enumerate() {
            let mut spec = TimesSpec::default();
            let path = format!("{path}[{i}]");
            for (key, value) in self.fields_of(range, &path, TIMES) {
                let text = match check::text(value) {
                    Ok(text) => text,
                    Err(wrong) => {
                        self.wrong(wrong, value, &format!("{path}.{}", key.name));
                        continue;
                    }
                };
                match key.name.as_str() {
                    "start_time" => spec.start_time = text,
                    _ => spec.end_time = text,
                }
            }
            times.push(spec);
        }
        times
    }
}

fn remedy(path: &str) -> &'static str {
    match path.split(['[', '.']).next() {
        Some("times") => "write HH:MM, the start before the end, up to 24:00",
        Some("weekdays") => "write monday or monday:friday; the week begins on Sunday",
        Some("days_of_month") => "write 1 to 31, -1 for the last day, or a range such as -3:-1",
        Some("months") => "write january or 1, or a range such as may:august",
        Some("years") => "write 2030, or a range such as 2026:2030",
        _ => "write UTC, Local, or a name such as Europe/Berlin",
    }
}
