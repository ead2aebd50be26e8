//! The figures of a period on a screen: what cost time, what checks saw, how it performed.

use serde_json::Value;

use super::{colour, minutes, percent};
use crate::objective::left_out;
use crate::screen::{Screen, items, moment, text, time};

/// The figures of a period, and the intervals that cost time.
pub(super) fn figures(figures: &Value, screen: &Screen) -> String {
    let verdict = text(figures, "verdict");
    let word = screen.paint.in_colour(colour(&verdict), verdict.replace('_', " "));
    let mut told = vec![
        format!("{} {word}", screen.paint.bold(text(figures, "period.name"))),
        format!(
            "  reached    {} of {} (unknown {})",
            percent(&figures["measured_percent"]),
            percent(&figures["target_percent"]),
            percent(&figures["unknown_percent"])
        ),
        format!(
            "  down       {} of {} allowed, {} left",
            minutes(&figures["down_seconds"]),
            minutes(&figures["allowance_seconds"]),
            minutes(&figures["left_seconds"])
        ),
        format!("  failures   {}", text(figures, "reliability.failures")),
    ];
    if figures["forecast"].is_object() {
        let outlook = text(figures, "forecast.outlook").replace('_', " ");
        told.push(format!("  outlook    {outlook}: {}", text(figures, "forecast.because")));
    }
    let counted_lines: Vec<&Value> = items(figures, "lines")
        .iter()
        .filter(|line| line["counted_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0))
        .collect();
    for line in counted_lines {
        let number = text(line, "incident.number");
        let whom = if number.is_empty() { text(line, "kind") } else { format!("#{number}") };
        let from = time(line, "from").map(|at| moment(at, screen.now())).unwrap_or_default();
        let length = minutes(&line["counted_seconds"]);
        told.push(format!("  {whom:<10} {from}  {length}  {}", text(line, "why")));
    }
    told.extend(consumable(&figures["consumable"], screen));
    for line in items(figures, "performance") {
        told.extend(performance(line, screen));
    }
    told.join("\n")
}

/// What the checks of the consumer saw, beside what incidents say.
fn consumable(found: &Value, screen: &Screen) -> Vec<String> {
    if !found.is_object() {
        return Vec::new();
    }
    let answer = text(found, "answer");
    let word = screen.paint.in_colour(colour(&answer), &answer);
    let mut told = vec![format!("  consumable {word}: {}", text(found, "because"))];
    for line in items(found, "lines").iter().filter(|line| line["kind"] != "unknown") {
        let from = time(line, "from").map(|at| moment(at, screen.now())).unwrap_or_default();
        let counted = minutes(&line["counted_seconds"]);
        told.push(format!("  {:<10} {from}  {counted}  {}", "check", text(line, "why")));
    }
    if let Some(more) = found["lines_left_out"].as_u64().filter(|more| *more > 0) {
        told.push(format!("  and {more} more that are not listed"));
    }
    told
}

/// An objective of the contract, and when it fell short.
fn performance(line: &Value, screen: &Screen) -> Vec<String> {
    let verdict = text(line, "verdict");
    let word = screen.paint.in_colour(colour(&verdict), verdict.replace('_', " "));
    let (reached, target) = (percent(&line["reached_percent"]), percent(&line["target_percent"]));
    let reached = if reached.is_empty() { "nothing counted".to_owned() } else { reached };
    let title = text(line, "title");
    let count = text(line, "breaches_count");
    let mut told = vec![format!("  {title}: {word}, {reached} of {target}, breaches: {count}")];
    for left in items(line, "excluded") {
        told.push(format!("    {}", left_out(left)));
    }
    for breach in items(line, "breaches") {
        let at = |name| time(breach, name).map(|at| moment(at, screen.now())).unwrap_or_default();
        let reached = percent(&breach["reached_percent"]);
        told.push(format!("  {:<10} {} to {}  {reached}", "breach", at("from"), at("to")));
    }
    told
}
