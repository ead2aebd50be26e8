//! History as comma-separated values (RFC 4180), for a spreadsheet.

use alerts::{Classed, Spell};

use super::routes::word;
use super::store::Remembered;

const HEAD: [&str; 17] = [
    "alert",
    "name",
    "severity",
    "source",
    "item",
    "team",
    "summary",
    "labels",
    "started_at",
    "ended_at",
    "seconds",
    "acknowledged_at",
    "acknowledged_by",
    "incident",
    "class",
    "impacts",
    "class_rule",
];

/// One line for each firing, below a line with the names of the columns.
pub fn csv<'a>(spells: impl Iterator<Item = (&'a Remembered, &'a Spell)>) -> String {
    let mut text = HEAD.join(",") + "\r\n";
    for (alert, spell) in spells {
        let labels: Vec<String> =
            alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let seconds =
            spell.ended_at.map(|ended| ended.since(spell.started_at).as_secs().to_string());
        let cells = [
            alert.id.to_string(),
            alert.name.clone(),
            word(alert.severity),
            alert.source.clone(),
            word(&alert.item),
            word(&alert.team),
            alert.summary.clone(),
            labels.join(" "),
            word(spell.started_at),
            word(spell.ended_at),
            seconds.unwrap_or_default(),
            word(spell.acknowledged_at),
            word(&spell.acknowledged_by),
            spell.incident.map(|incident| incident.to_string()).unwrap_or_default(),
            Classed::of(spell.classification.as_ref()).as_str().to_owned(),
            impacts(spell),
            spell.classification.iter().map(|given| given.rule.clone()).collect(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn impacts(spell: &Spell) -> String {
    let given = spell.classification.iter().flat_map(|given| &given.impacts);
    given.map(|impact| impact.as_str()).collect::<Vec<_>>().join(" ")
}

/// Quoted where needed; a text that a spreadsheet would run as a formula is made harmless.
pub fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_needed_and_never_run_as_a_formula() {
        assert_eq!(quoted("disk full"), "disk full");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1,2)"), "\"'=HYPERLINK(1,2)\"");
    }
}
