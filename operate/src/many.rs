//! `operate alert ack` for many alerts at once: those that fit, shown before it is done.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::screen::{Colour, Screen, items, text};
use crate::trouble::{Outcome, Trouble};

/// Changes of one request, so that progress is seen.
const STEP: u64 = 1000;

/// What alerts are narrowed to: everything that is given has to hold.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which alerts")]
pub struct Narrow {
    /// Only these severities: critical,error,warning,info,none.
    #[arg(long, default_value = "")]
    severity: String,
    /// Only those of this name.
    #[arg(long, default_value = "")]
    name: String,
    /// Only those on this item: service/orders.
    #[arg(long, default_value = "")]
    item: String,
    /// Only those whose item was not found.
    #[arg(long)]
    unmatched: bool,
    /// Only those that came through this integration.
    #[arg(long, default_value = "")]
    source: String,
    /// Only those on items that this team answers for: team/shop; none: for which no team answers.
    #[arg(long, default_value = "")]
    team: String,
    /// Only those whose labels fit: 'env="prod", instance=~"db-.*"'.
    #[arg(long, value_name = "MATCHERS", default_value = "")]
    matching: String,
    /// Only those with this text in name, summary or a label.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
}

impl Narrow {
    /// As the parameters of an address; what was not said is empty.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let matched = if self.unmatched { "false" } else { "" };
        vec![
            ("severity", self.severity.clone()),
            ("name", self.name.clone()),
            ("item", self.item.clone()),
            ("matched", matched.to_owned()),
            ("source", self.source.clone()),
            ("team", self.team.clone()),
            ("matching", self.matching.clone()),
            ("q", self.search.clone()),
        ]
    }

    /// Whether nothing was said.
    fn is_empty(&self) -> bool {
        self.query().iter().all(|(_, value)| value.is_empty())
    }

    /// As a filter in a body.
    fn filter(&self) -> Map<String, Value> {
        let said = self.query().into_iter().filter(|(_, value)| !value.is_empty());
        let mut filter: Map<String, Value> = said
            .map(|(name, value)| {
                let value = if name == "matched" { json!(false) } else { json!(value) };
                (name.to_owned(), value)
            })
            .collect();
        if !self.severity.is_empty() {
            let words: Vec<&str> = self.severity.split(',').map(str::trim).collect();
            filter.insert("severity".to_owned(), json!(words));
        }
        filter
    }
}

/// Which alerts are acknowledged.
#[derive(Args, Clone, Debug)]
pub struct Ack {
    /// Their ids.
    #[arg(value_name = "ALERT")]
    pub alerts: Vec<String>,
    #[command(flatten)]
    narrow: Narrow,
    /// Every alert that fires and nobody looks at.
    #[arg(long)]
    all: bool,
    /// Only says which alerts that would be.
    #[arg(long)]
    dry_run: bool,
}

impl Ack {
    /// Whether it is about more than the alerts that are named.
    pub fn many(&self) -> bool {
        self.alerts.is_empty() || self.all || self.dry_run || !self.narrow.is_empty()
    }
}

/// Acknowledges what fits, in steps, or says beforehand what would be.
pub async fn acknowledge(client: &Client, screen: &Screen, wanted: Ack) -> Outcome {
    let mut filters = Vec::new();
    if wanted.all || !wanted.narrow.is_empty() {
        let mut filter = wanted.narrow.filter();
        filter.insert("state".to_owned(), json!(["open", "acknowledged"]));
        filters.push(filter);
    }
    if filters.is_empty() && wanted.alerts.is_empty() {
        return Err(Trouble::wrong("it is not said which alerts are meant")
            .remedy("name some, narrow them as with --severity or --name, or say --all"));
    }
    let (mut done, mut already) = (0, None);
    loop {
        let body = json!({
            "command": { "command": "acknowledge" },
            "ids": wanted.alerts,
            "filters": filters,
            "dry_run": wanted.dry_run,
            "limit": if wanted.dry_run { 10 * STEP } else { STEP },
        });
        let mut answer = client.post("/api/v1/alerts/commands", &body).await?.body;
        let (changed, left) = (number(&answer, "changed"), number(&answer, "left"));
        done += changed;
        // Later steps meet what earlier ones changed.
        let already = *already.get_or_insert(number(&answer, "unchanged"));
        if left > 0 && changed > 0 && !wanted.dry_run {
            screen.note(format_args!("{done} done, {left} to go."));
            continue;
        }
        (answer["changed"], answer["unchanged"]) = (json!(done), json!(already));
        if screen.json {
            screen.document(&answer);
        } else {
            screen.say(told(&answer, wanted.dry_run, screen));
        }
        return Ok(ExitCode::SUCCESS);
    }
}

fn number(answer: &Value, field: &str) -> u64 {
    answer[field].as_u64().unwrap_or_default()
}

fn told(answer: &Value, dry_run: bool, screen: &Screen) -> String {
    let (changed, left) = (number(answer, "changed"), number(answer, "left"));
    let first = match dry_run {
        true => format!("{} alerts would be acknowledged.", changed + left),
        false => format!("{changed} alerts are acknowledged now."),
    };
    let mut lines = vec![screen.paint.bold(first)];
    if dry_run {
        let already = number(answer, "unchanged");
        if already > 0 {
            lines.push(format!("{already} are acknowledged already."));
        }
        for alert in items(answer, "sample").iter().take(10) {
            let severity = text(alert, "severity");
            let severity = screen.paint.in_colour(Colour::of_gravity(&severity), &severity);
            lines.push(format!(
                "  {severity}  {}  {}",
                text(alert, "name"),
                text(alert, "summary")
            ));
        }
    }
    let refused = number(answer, "refused");
    if refused > 0 {
        lines.push(format!("{refused} refuse:"));
    }
    for one in items(answer, "refusals") {
        lines.push(format!("  {} {}: {}", text(one, "id"), text(one, "name"), text(one, "reason")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow() -> Narrow {
        Narrow {
            severity: "critical, error".to_owned(),
            unmatched: true,
            search: "disk".to_owned(),
            ..Narrow::default()
        }
    }

    #[test]
    fn what_was_said_becomes_a_filter_and_nothing_else() {
        let expected = json!({ "severity": ["critical", "error"], "matched": false, "q": "disk" });
        assert_eq!(json!(narrow().filter()), expected);
        assert_eq!(json!(Narrow::default().filter()), json!({}));
    }

    #[test]
    fn alerts_that_are_named_are_asked_one_by_one_unless_more_is_said() {
        let alerts = vec!["alr_1".to_owned()];
        let named = Ack { alerts, narrow: Narrow::default(), all: false, dry_run: false };
        assert!(!named.many());
        assert!(Ack { dry_run: true, ..named.clone() }.many());
        assert!(Ack { narrow: narrow(), ..named.clone() }.many());
        assert!(Ack { alerts: Vec::new(), ..named }.many(), "then it is refused with a remedy");
    }

    #[test]
    fn a_look_beforehand_says_how_many_and_what_refuses() {
        let answer = json!({
            "changed": 2, "left": 1, "unchanged": 4, "refused": 1,
            "sample": [{ "severity": "error", "name": "Disk", "summary": "full" }],
            "refusals": [{ "id": "alr_1", "name": "Old", "reason": "this alert no longer fires" }],
        });
        let text = told(&answer, true, &Screen::of_process(false));
        assert!(text.contains("3 alerts would be acknowledged."), "{text}");
        assert!(text.contains("4 are acknowledged already."), "{text}");
        assert!(text.contains("alr_1 Old: this alert no longer fires"), "{text}");
    }
}
