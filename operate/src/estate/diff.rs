//! A plan as people read it.

use serde_json::Value;

use crate::screen::{Colour, Paint, clean, counted, items, text};

/// Whether the answer tells mistakes.
pub fn has_mistakes(answer: &Value) -> bool {
    !items(answer, "errors").is_empty()
}

/// Whether anything would change.
pub fn changes_something(answer: &Value) -> bool {
    items(answer, "changes").iter().any(|change| change["action"] != "unchanged")
}

/// Whether anything would be deleted.
pub fn deletes_something(answer: &Value) -> bool {
    items(answer, "changes").iter().any(|change| change["action"] == "delete")
}

/// Every mistake on a line of its own: `file:line:column: field: message; remedy`.
pub fn mistakes(answer: &Value, paint: Paint) -> String {
    let errors = items(answer, "errors");
    let mut lines: Vec<String> = errors.iter().map(|error| mistake(error, paint)).collect();
    let count = counted(errors.len(), "mistake");
    lines.push(paint.red(format_args!("{count}; nothing is applied.")));
    lines.join("\n")
}

fn mistake(error: &Value, paint: Paint) -> String {
    let (file, line) = (text(error, "file"), text(error, "line"));
    let mut place = file;
    if !line.is_empty() && line != "0" {
        place = format!("{place}:{line}:{}", text(error, "column"));
    }
    let mut told = String::new();
    if !place.is_empty() {
        told = format!("{}: ", paint.bold(place));
    }
    let (field, remedy) = (text(error, "field"), text(error, "remedy"));
    if !field.is_empty() {
        told.push_str(&format!("{}: ", paint.cyan(field)));
    }
    told.push_str(&text(error, "message"));
    if !remedy.is_empty() {
        told.push_str(&format!("; {remedy}"));
    }
    told
}

/// Every change with its fields, and the sum.
pub fn plan(answer: &Value, paint: Paint) -> String {
    let mut lines = Vec::new();
    for change in items(answer, "changes") {
        lines.extend(lines_of(change, paint));
    }
    for warning in items(answer, "warnings") {
        let told = format!("! {}: {}", text(warning, "item"), text(warning, "text"));
        lines.push(paint.yellow(told));
    }
    lines.push(sum(answer));
    lines.join("\n")
}

fn lines_of(change: &Value, paint: Paint) -> Vec<String> {
    let action = change["action"].as_str().unwrap_or_default();
    let (sign, colour) = match action {
        "create" => ("+", Colour::Green),
        "update" => ("~", Colour::Yellow),
        "delete" => ("-", Colour::Red),
        _ => return Vec::new(),
    };
    let head = format!("{sign} {}", text(change, "item"));
    let mut lines = vec![paint.in_colour(colour, head)];
    if change["taken_over"] == true {
        let told =
            "    ! somebody took this over from its file; applying gives it back to the file";
        lines.push(paint.yellow(told));
    }
    if change["drift"] == true {
        let told = "    ! somebody changed this in Operate since files last said it; \
                    that change would be lost";
        lines.push(paint.yellow(told));
    }
    for field in items(change, "fields") {
        lines.extend(field_lines(field, action == "create", paint));
    }
    lines
}

fn field_lines(field: &Value, fresh: bool, paint: Paint) -> Vec<String> {
    let path = text(field, "path");
    let (before, after) = (&field["before"], &field["after"]);
    match (before, after) {
        (_, after) if fresh => vec![format!("    {path}: {}", shown(after))],
        (Value::Null, after) => vec![paint.green(format!("    + {path}: {}", shown(after)))],
        (before, Value::Null) => vec![paint.red(format!("    - {path}: {}", shown(before)))],
        (Value::Array(before), Value::Array(after)) => {
            let gone = before.iter().filter(|entry| !after.contains(entry));
            let come = after.iter().filter(|entry| !before.contains(entry));
            let mut lines = vec![format!("    {path}:")];
            lines.extend(gone.map(|entry| paint.red(format!("      - {}", shown(entry)))));
            lines.extend(come.map(|entry| paint.green(format!("      + {}", shown(entry)))));
            if lines.len() == 1 {
                lines.push(format!("      in another order: {}", shown(&field["after"])));
            }
            lines
        }
        (before, after) => {
            let (before, after) = (paint.red(shown(before)), paint.green(shown(after)));
            vec![format!("    {path}: {before} → {after}")]
        }
    }
}

/// A value as it stands in a file.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", clean(text)),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(shown).collect();
            format!("[{}]", entries.join(", "))
        }
        other => clean(&other.to_string()),
    }
}

fn sum(answer: &Value) -> String {
    let changes = items(answer, "changes");
    let count = |action: &str| changes.iter().filter(|change| change["action"] == action).count();
    let unchanged = count("unchanged");
    if !changes_something(answer) {
        return format!("Nothing changes: {} as the files say.", counted(unchanged, "resource"));
    }
    let parts = [
        (count("create"), "to create"),
        (count("update"), "to change"),
        (count("delete"), "to delete"),
        (unchanged, "unchanged"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{}.", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({ "errors": [], "changes": [
            { "action": "create", "item": "team/web", "drift": false, "fields": [
                { "path": "metadata.title", "before": null, "after": "Web" } ] },
            { "action": "update", "item": "service/shop", "drift": true, "fields": [
                { "path": "metadata.title", "before": "Shop", "after": "Web shop" },
                { "path": "spec.dependsOn", "before": ["component/a", "component/b"],
                  "after": ["component/b", "component/c"] },
                { "path": "spec.product", "before": "tickets", "after": null },
                { "path": "spec.tier", "before": null, "after": 2 } ] },
            { "action": "update", "item": "schedule/shop", "drift": false, "taken_over": true,
              "fields": [] },
            { "action": "delete", "item": "site/old", "drift": false, "fields": [] },
            { "action": "unchanged", "item": "team/ops", "drift": false, "fields": [] } ] })
    }

    #[test]
    fn a_plan_shows_each_field_before_and_after() {
        insta::assert_snapshot!(plan(&answer(), Paint(false)), @r#"
        + team/web
            metadata.title: "Web"
        ~ service/shop
            ! somebody changed this in Operate since files last said it; that change would be lost
            metadata.title: "Shop" → "Web shop"
            spec.dependsOn:
              - "component/a"
              + "component/c"
            - spec.product: "tickets"
            + spec.tier: 2
        ~ schedule/shop
            ! somebody took this over from its file; applying gives it back to the file
        - site/old
        1 to create, 2 to change, 1 to delete, 1 unchanged.
        "#);
    }

    #[test]
    fn colours_are_for_terminals_only() {
        assert!(plan(&answer(), Paint(true)).contains("\u{1b}[32m+ team/web"));
        assert!(!plan(&answer(), Paint(false)).contains('\u{1b}'));
    }

    #[test]
    fn a_plan_that_changes_nothing_says_so() {
        let answer = json!({ "errors": [], "changes": [
            { "action": "unchanged", "item": "team/ops", "drift": false, "fields": [] } ] });
        assert!(!changes_something(&answer) && !deletes_something(&answer));
        let told = plan(&answer, Paint(false));
        insta::assert_snapshot!(told, @"Nothing changes: 1 resource as the files say.");
    }

    #[test]
    fn a_mistake_names_file_line_column_field_and_remedy() {
        let answer = json!({ "changes": [], "errors": [
            { "file": "shop.yaml", "line": 7, "column": 3, "field": "spec.team",
              "message": "there is no team/wbe", "remedy": "did you mean team/web?" },
            { "file": "", "line": 0, "column": 0, "field": "", "message": "too much",
              "remedy": "" } ] });
        insta::assert_snapshot!(mistakes(&answer, Paint(false)), @"
        shop.yaml:7:3: spec.team: there is no team/wbe; did you mean team/web?
        too much
        2 mistakes; nothing is applied.
        ");
    }
}
