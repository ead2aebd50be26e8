//! `operate alert explain`: why an alert was told to somebody, or was not.

use serde_json::Value;

use crate::screen::{Screen, counted, items, moment, plain, text, time};

/// The explanation as text.
pub fn explained(found: &Value, screen: &Screen) -> String {
    let said = Said { found, screen };
    let mut lines = vec![screen.paint.bold("Alert")];
    lines.extend(said.alert());
    let mut part = |heading: &str, mut part: Vec<String>, nothing: &str| {
        if part.is_empty() {
            part.push(format!("  {nothing}"));
        }
        lines.extend([String::new(), screen.paint.bold(heading)]);
        lines.append(&mut part);
    };
    part("Held back now", said.held_back(), "by nothing");
    part("Routes", said.routes(), NO_ROUTING);
    part("Told", said.told(), "nobody yet");
    part("Not told", said.not_told(), "nothing was noted");
    part("Called", said.called(), "nobody");
    lines.join("\n")
}

const NO_ROUTING: &str = "there is no routing: write one with `operate routing put FILE` or on \
                          the page Routing, or name a file in `routing.file`";

struct Said<'a> {
    found: &'a Value,
    screen: &'a Screen,
}

impl Said<'_> {
    /// The time in a field, with its age; empty without one.
    fn at(&self, value: &Value, field: &str) -> String {
        let told = |at| moment(at, self.screen.now());
        time(value, field).map(told).unwrap_or_default()
    }

    /// `, until …`
    fn until(&self, value: &Value) -> String {
        match text(value, "until") {
            never if never.starts_with("9999") => ", without an end".to_owned(),
            none if none.is_empty() => String::new(),
            _ => format!(", until {}", self.at(value, "until")),
        }
    }

    fn alert(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut add = |label: &str, value: String| {
            if !value.is_empty() {
                lines.push(format!("  {label:<13}{value}"));
            }
        };
        let found = self.found;
        let field = |name| text(found, name);
        add("source", field("source"));
        add("mapped by", field("mapping_rule"));
        let by = match field("key") {
            key if key.is_empty() => "its labels".to_owned(),
            key => format!("the key {key}"),
        };
        add("known by", format!("{by} ({})", field("fingerprint")));
        add("item", field("item"));
        add("found by", field("matched_by"));
        let class = &found["classification"];
        if !class.is_null() {
            let (word, rule) = (text(class, "class"), text(class, "rule"));
            add("class", format!("{word}, by the rule {rule}: {}", text(class, "response")));
        }
        let opened = &found["opened"];
        if !opened.is_null() {
            add("incident", format!("#{} {}", text(opened, "number"), text(opened, "title")));
        }
        lines
    }

    fn held_back(&self) -> Vec<String> {
        let found = self.found;
        let mut lines = Vec::new();
        if found["recorded_only"] == true {
            lines.push("  its rule only records it: no receiver is told".to_owned());
        }
        for silence in items(found, "silences") {
            let conditions = listed(&silence["matchers"], ", ");
            let (who, why) = (text(silence, "created_by"), text(silence, "comment"));
            let until = self.until(silence);
            lines.push(format!("  silenced by {who}{until}: {why} ({conditions})"));
        }
        let inhibitors = items(found, "inhibitors");
        for other in inhibitors {
            let (name, summary) = (text(other, "name"), text(other, "summary"));
            lines.push(format!("  inhibited by {name}, as long as that fires: {summary}"));
        }
        if inhibitors.is_empty() && !items(found, "inhibited_by").is_empty() {
            lines.push(format!("  inhibited by {}", listed(&found["inhibited_by"], ", ")));
        }
        let planned = &found["planned"];
        if !planned.is_null() {
            let (window, because) = (text(planned, "window"), text(planned, "because"));
            let until = self.until(planned);
            lines.push(format!("  planned in {window}{until}: {because}"));
        }
        if !items(found, "explained_by").is_empty() {
            lines.push(format!("  explained by {}", listed(&found["explained_by"], " → ")));
        }
        let who = text(found, "acknowledged_by");
        if !who.is_empty() {
            lines.push(format!("  acknowledged by {who}: nothing is repeated"));
        }
        if found["flapping"] == true {
            lines.push("  flapping: it is told again when it is quiet".to_owned());
        }
        lines
    }

    fn routes(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for route in items(self.found, "routes") {
            let verdict = match text(route, "verdict").as_str() {
                "refused" => format!("does not fit {}", text(route, "refused_by")),
                "takes" => format!("takes it, in group {}", text(route, "group_key")),
                _ => "fits, and a route below takes it".to_owned(),
            };
            let (name, receiver) = (text(route, "route"), text(route, "receiver"));
            lines.push(format!("  {name} to {receiver}: {verdict}"));
            let group = &route["group"];
            if let Some(alerts) = group["alerts"].as_u64() {
                let alerts = counted(usize::try_from(alerts).unwrap_or(usize::MAX), "alert");
                lines.push(format!("    {alerts}, looked at next {}", self.at(group, "due_at")));
            }
            let muted = &route["muted"];
            if !muted.is_null() {
                let how = if muted["mute"] == true { "muted by" } else { "muted outside of" };
                let intervals = listed(&muted["intervals"], ", ");
                lines.push(format!("    {how} {intervals}{}", self.until(muted)));
            }
        }
        lines
    }

    fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for told in items(self.found, "notifications") {
            let held = match &told["held"] {
                Value::Null => String::new(),
                held => format!(", {}", self.reason(held)),
            };
            lines.push(format!(
                "  {}  {} as {} ({}){held}",
                self.at(told, "at"),
                text(told, "receiver"),
                text(told, "told"),
                text(told, "reason")
            ));
            let digest = self.at(told, "digest_at");
            if digest.is_empty() {
                lines.extend(self.attempts(told));
            } else {
                lines.push(format!("    waits for the digest of {digest}"));
            }
        }
        lines
    }

    fn not_told(&self) -> Vec<String> {
        let line = |note: &Value| {
            let (receiver, held) = (text(note, "receiver"), self.reason(&note["held"]));
            format!("  {}  {receiver}: {held}", self.at(note, "at"))
        };
        items(self.found, "not_told").iter().map(line).collect()
    }

    fn called(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for page in items(self.found, "pages") {
            for call in items(page, "calls") {
                let (contact, channel) = (text(call, "contact"), text(call, "channel"));
                let (at, result) = (self.at(call, "at"), text(call, "result"));
                lines.push(format!("  {at}  {contact} by {channel}: {result}"));
            }
            let who = text(page, "acknowledged_by");
            if !who.is_empty() {
                lines.push(format!("  {}  {who} answered", self.at(page, "acknowledged_at")));
            }
        }
        lines
    }

    /// What held an alert back then.
    fn reason(&self, held: &Value) -> String {
        match text(held, "by").as_str() {
            "silence" => {
                let silences = listed(&held["silences"], ", ");
                format!("silenced by {silences}{}", self.until(held))
            }
            "inhibition" => match text(held, "name") {
                name if name.is_empty() => format!("inhibited by {}", text(held, "source")),
                name => format!("inhibited by {name}"),
            },
            "interval" => format!("muted by {}", listed(&held["intervals"], ", ")),
            "maintenance" => format!("planned in {}{}", text(held, "window"), self.until(held)),
            "dependency" => format!("explained by {}", listed(&held["path"], " → ")),
            "acknowledged" => format!("acknowledged by {}", text(held, "who")),
            "flapping" => "flapping".to_owned(),
            "over" => "over before anybody was told".to_owned(),
            other => format!("held back by {other}"),
        }
    }

    fn attempts(&self, told: &Value) -> Vec<String> {
        let attempts = items(told, "deliveries");
        if attempts.is_empty() {
            return vec!["    waits to be delivered".to_owned()];
        }
        let line = |attempt: &Value| {
            let took = attempt["took_milliseconds"].as_f64().unwrap_or_default();
            let (at, result) = (self.at(attempt, "at"), text(attempt, "result"));
            format!("    {at}  {result} after {took:.0} ms: {}", text(attempt, "detail"))
        };
        attempts.iter().map(line).collect()
    }
}

fn listed(values: &Value, between: &str) -> String {
    let all = values.as_array().into_iter().flatten();
    all.map(plain).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use kernel::Time;
    use serde_json::json;
    use spine::World;

    use super::*;
    use crate::screen::Paint;

    #[test]
    fn what_held_it_back_is_told_with_its_end() {
        let noon = Time::parse("2026-03-01T12:00:00Z").unwrap();
        let world = World::manual(noon, 1);
        let screen = Screen { world, paint: Paint(false), ..Screen::of_process(false) };
        let one = "2026-03-01T13:00:00Z";
        let found = json!({
            "source": "grafana", "mapping_rule": "alerts", "key": "db/full", "fingerprint": "ab",
            "silences": [{ "matchers": ["a=\"1\""], "comment": "disks", "created_by": "ada",
                           "until": one }],
            "inhibitors": [{ "name": "Down", "summary": "All is down" }],
            "planned": { "window": "maintenancewindow/w", "until": one, "because": "worked on" },
            "routes": [{ "route": "{}", "receiver": "ops", "verdict": "takes", "group_key": "{}:{}",
                         "group": { "alerts": 2, "due_at": one },
                         "muted": { "mute": true, "intervals": ["nights"], "until": one } }],
            "notifications": [{ "at": one, "receiver": "ops/webhook[0]", "told": "firing",
                                "reason": "first", "held": null, "digest_at": one }],
            "not_told": [{ "at": one, "receiver": "ops/webhook[0]",
                           "held": { "by": "inhibition", "source": "ab", "name": "Down" } }],
        });
        let said = explained(&found, &screen);
        let end = "2026-03-01 13:00:00 UTC (in 1 h)";
        for part in [
            "mapped by    alerts",
            "known by     the key db/full (ab)",
            &format!("silenced by ada, until {end}: disks (a=\"1\")"),
            "inhibited by Down, as long as that fires: All is down",
            &format!("planned in maintenancewindow/w, until {end}: worked on"),
            &format!("2 alerts, looked at next {end}"),
            &format!("muted by nights, until {end}"),
            &format!("waits for the digest of {end}"),
            &format!("{end}  ops/webhook[0]: inhibited by Down"),
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        let nothing = explained(&json!({ "source": "x", "fingerprint": "ab" }), &screen);
        assert!(nothing.contains("known by     its labels (ab)"), "{nothing}");
        assert!(nothing.contains("operate routing put FILE"), "{nothing}");
    }
}
