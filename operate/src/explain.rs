//! `operate alert explain`: why an alert was told to somebody, or was not.

use serde_json::Value;

use crate::screen::{Screen, items, moment, plain, text, time};

/// The explanation as text.
pub fn explained(found: &Value, screen: &Screen) -> String {
    let mut lines = Vec::new();
    let mut add = |label: &str, value: String| {
        if !value.is_empty() && value != "null" {
            lines.push(format!("  {label:<13}{value}"));
        }
    };
    add("source", text(found, "source"));
    add("fingerprint", text(found, "fingerprint"));
    add("item", text(found, "item"));
    add("found by", text(found, "matched_by"));
    add("incident", text(found, "incident"));
    add("silenced by", listed(&found["silenced_by"]));
    add("inhibited by", listed(&found["inhibited_by"]));
    lines.insert(0, screen.paint.bold("Now"));
    lines.extend([String::new(), screen.paint.bold("Routes")]);
    let routes = items(found, "routes");
    if routes.is_empty() {
        lines.push("  there is no routing configuration (routing.file)".to_owned());
    }
    for route in routes {
        let verdict = match text(route, "verdict").as_str() {
            "refused" => format!("does not fit {}", text(route, "refused_by")),
            "takes" => format!("takes it, in group {}", text(route, "group_key")),
            _ => "fits, and a route below takes it".to_owned(),
        };
        lines.push(format!("  {} to {}: {verdict}", text(route, "route"), text(route, "receiver")));
    }
    lines.extend([String::new(), screen.paint.bold("Told")]);
    let notifications = items(found, "notifications");
    if notifications.is_empty() {
        lines.push("  nobody yet".to_owned());
    }
    for told in notifications {
        lines.extend(notification(told, screen));
    }
    lines.join("\n")
}

fn notification(told: &Value, screen: &Screen) -> Vec<String> {
    let at =
        |value: &Value| time(value, "at").map(|at| moment(at, screen.now())).unwrap_or_default();
    let held = match &told["held"] {
        Value::Null => String::new(),
        held => format!(", held back by {}", plain(held)),
    };
    let mut lines = vec![format!(
        "  {}  {} as {} ({}){held}",
        at(told),
        text(told, "receiver"),
        text(told, "told"),
        text(told, "reason")
    )];
    for attempt in items(told, "deliveries") {
        let took = attempt["took_milliseconds"].as_f64().unwrap_or_default();
        lines.push(format!(
            "    {}  {} after {took:.0} ms: {}",
            at(attempt),
            text(attempt, "result"),
            text(attempt, "detail")
        ));
    }
    if items(told, "deliveries").is_empty() {
        lines.push("    waits to be delivered".to_owned());
    }
    lines
}

fn listed(values: &Value) -> String {
    let all = values.as_array().into_iter().flatten();
    all.map(plain).collect::<Vec<_>>().join(", ")
}
