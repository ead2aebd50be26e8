//! The report as a table for spreadsheets.

use kernel::Time;

use super::super::measures::MeasureUnit;
use super::views::{Month, MonthlyReport};
use crate::csv::{Table, number};

/// The report as text: the figures of both months, then what stands behind those of the month.
pub fn of(report: &MonthlyReport) -> String {
    let mut table = Table::default();
    let (month, before) = (&report.month, &report.before);
    table.row(&["item", "figure", "unit", &month.name, "n", &before.name, "n_before", "notable"]);
    for key in &report.key {
        let unit = match key.unit {
            MeasureUnit::Count => "count",
            MeasureUnit::Seconds => "seconds",
            MeasureUnit::Percent => "percent",
        };
        let count = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
        let notable = key.notable.map(|notable| notable.to_string()).unwrap_or_default();
        let (is, was) = (number(key.is), number(key.was));
        let item = report.item.to_string();
        table.row(&[&item, &key.name, unit, &is, &count(key.n), &was, &count(key.n_was), &notable]);
    }
    times(&mut table, month);
    major(&mut table, month);
    promised(&mut table, month);
    signals(&mut table, month);
    people(&mut table, month);
    planned(&mut table, month);
    table.text
}

fn when(at: Option<Time>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn times(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&["time", "n", "excluded", "mean_seconds", "median_seconds", "p90_seconds"]);
    for figure in &month.times.figures {
        let name = crate::practices::incidents::store::word(figure.name);
        let (n, excluded) = (figure.n.to_string(), figure.excluded.len().to_string());
        let mean = number(figure.mean_seconds);
        let (median, p90) = (number(figure.median_seconds), number(figure.p90_seconds));
        table.row(&[&name, &n, &excluded, &mean, &median, &p90]);
    }
}

fn major(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&[
        "major_incident",
        "priority",
        "title",
        "item",
        "opened",
        "restored",
        "restore_seconds",
        "declared",
        "stabilised",
        "stood_down",
        "reviewed",
    ]);
    for major in &month.major {
        let item = major.main_item.as_ref().map(ToString::to_string).unwrap_or_default();
        let (opened, restored) = (major.opened_at.to_string(), when(major.restored_at));
        let (name, took) = (major.number.to_string(), number(major.restore_seconds));
        let priority = major.priority.to_string();
        let declared =
            [major.declared_at, major.stabilised_at, major.stood_down_at, major.reviewed_at];
        let declared = declared.map(when);
        let first = [&name, &priority, &major.title, &item, &opened, &restored, &took];
        let row: Vec<&str> = first.into_iter().chain(&declared).map(String::as_str).collect();
        table.row(&row);
    }
}

fn promised(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&[
        "contract",
        "period",
        "verdict",
        "target_percent",
        "measured_percent",
        "down_seconds",
        "credit_percent",
        "closed",
        "restated",
    ]);
    for contract in &month.contracts {
        let (target, measured) =
            (number(contract.target_percent), number(contract.measured_percent));
        let (down, credit) =
            (contract.down_seconds.to_string(), contract.credit_percent.to_string());
        let (closed, restated) = (contract.closed.to_string(), contract.restated.to_string());
        let (name, period) = (contract.contract.name(), &contract.period.name);
        let verdict = contract.verdict.word();
        table.row(&[name, period, verdict, &target, &measured, &down, &credit, &closed, &restated]);
    }
    table.blank();
    table.row(&[
        "objective",
        "verdict",
        "target_percent",
        "reached_percent",
        "bad",
        "total",
        "cycle",
        "cycles_per_failure",
    ]);
    for line in &month.objectives {
        let (target, reached) = (line.target_percent.to_string(), number(line.reached_percent));
        let (bad, total) = (line.bad.to_string(), line.total.to_string());
        let (cycle, per) = (line.cycle.as_deref().unwrap_or(""), number(line.cycles_per_failure));
        let (name, verdict) = (line.objective.name(), line.verdict.word());
        table.row(&[name, verdict, &target, &reached, &bad, &total, cycle, &per]);
    }
}

fn signals(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&["alert_rule", "source", "fired", "never_acknowledged", "incidents"]);
    for rule in &month.alerts.noisiest {
        let (fired, never) = (rule.fired.to_string(), rule.never_acknowledged.to_string());
        let incidents = rule.incidents.len().to_string();
        table.row(&[&rule.name, &rule.source, &fired, &never, &incidents]);
    }
    if let Some(why) = &month.alerts.left_out {
        table.row(&[&format!("left out: {why}")]);
    }
}

fn people(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&["person", "incidents", "calls", "at_night", "worst_12_hours", "warnings"]);
    for load in &month.load.people {
        let counts = [load.incidents, load.calls, load.at_night, load.worst_shift];
        let [incidents, calls, night, worst] = counts.map(|count| count.to_string());
        let warnings = load.warnings.join("; ");
        table.row(&[load.person.name(), &incidents, &calls, &night, &worst, &warnings]);
    }
    if let Some(why) = &month.load_left_out {
        table.row(&[&format!("left out: {why}")]);
    }
}

fn planned(table: &mut Table, month: &Month) {
    table.blank();
    table.row(&["maintenance", "reason", "from", "to", "overrun_seconds"]);
    for work in &month.maintenance {
        let (from, to) = (work.from.to_string(), work.to.to_string());
        let over = work.overrun_seconds.to_string();
        table.row(&[work.window.name(), &work.reason, &from, &to, &over]);
    }
    table.blank();
    table.row(&["change_at", "item", "change", "by"]);
    for change in &month.changes {
        let (at, item) = (change.at.to_string(), change.item.to_string());
        table.row(&[&at, &item, &change.title, &change.by]);
    }
    if month.changes_cut {
        table.row(&["left out: there were more"]);
    }
}
