//! A compliance report as a table for spreadsheets (RFC 4180).

use ::contracts::compliance::{CheckLineKind, LineKind};

use super::views::ComplianceReport;
use crate::csv::{Table, number};

/// The report as text: figures, then the intervals behind them, then the clocks.
pub fn of(report: &ComplianceReport) -> String {
    let mut table = Table::default();
    table.row(&["contract", "period", "figure", "value"]);
    for (figure, value) in figures(report) {
        table.row(&[report.contract.name(), &report.figures.period.name, figure, &value]);
    }
    table.blank();
    table.row(&["kind", "from", "to", "counted_seconds", "incident", "maintenance", "why"]);
    for line in &report.figures.lines {
        let kind = match line.kind {
            LineKind::Down => "down",
            LineKind::Degraded => "degraded",
            LineKind::Maintenance => "maintenance",
            LineKind::Unknown => "unknown",
        };
        let incident = line.incident.as_ref().map(|i| i.number.to_string()).unwrap_or_default();
        let maintenance = line.maintenance.as_ref().map(ToString::to_string).unwrap_or_default();
        let (from, to) = (line.from.to_string(), line.to.to_string());
        let counted = line.counted_seconds.to_string();
        table.row(&[kind, &from, &to, &counted, &incident, &maintenance, &line.why]);
    }
    consumable(&mut table, report);
    performance(&mut table, report);
    if !report.clocks.rows.is_empty() {
        table.blank();
        table.row(&["clock", "priority", "met", "missed", "open", "excluded", "attained_percent"]);
        for row in &report.clocks.rows {
            let counts = [row.met, row.missed, row.open, row.excluded].map(|n| n.to_string());
            let attained = number(row.attained_percent);
            let priority = row.priority.to_string();
            let [met, missed, open, excluded] = &counts;
            table.row(&[&row.clock.to_string(), &priority, met, missed, open, excluded, &attained]);
        }
        table.blank();
        table.row(&["missed_clock", "priority", "incident", "due", "stopped"]);
        for run in &report.clocks.missed {
            let time = |at: Option<kernel::Time>| at.map(|at| at.to_string()).unwrap_or_default();
            let (number, priority) = (run.incident.number.to_string(), run.priority.to_string());
            let (due, stopped) = (time(run.due_at), time(run.stopped_at));
            table.row(&[&run.clock.to_string(), &priority, &number, &due, &stopped]);
        }
    }
    table.text
}

/// What the checks of the consumer saw, and each interval in which they say something.
fn consumable(table: &mut Table, report: &ComplianceReport) {
    let Some(told) = &report.figures.consumable else { return };
    table.blank();
    table.row(&["check", "passed_seconds", "failed_seconds", "unknown_seconds"]);
    for check in &told.checks {
        let seconds = [check.passed_seconds, check.failed_seconds, check.unknown_seconds];
        let [passed, failed, unknown] = seconds.map(|seconds| seconds.to_string());
        table.row(&[check.objective.name(), &passed, &failed, &unknown]);
    }
    table.blank();
    table.row(&["checks_say", "from", "to", "counted_seconds", "why"]);
    if told.lines_left_out > 0 {
        table.row(&["left_out", "", "", "", &told.lines_left_out.to_string()]);
    }
    for line in &told.lines {
        let kind = match line.kind {
            CheckLineKind::Failed => "failed",
            CheckLineKind::FailedAlone => "failed_alone",
            CheckLineKind::PassedThough => "passed_though",
            CheckLineKind::Unknown => "unknown",
        };
        let (from, to) = (line.from.to_string(), line.to.to_string());
        table.row(&[kind, &from, &to, &line.counted_seconds.to_string(), &line.why]);
    }
}

/// The objectives of the contract, and each stretch in which one fell short.
fn performance(table: &mut Table, report: &ComplianceReport) {
    let lines = &report.figures.performance;
    if lines.is_empty() {
        return;
    }
    table.blank();
    table.row(&[
        "objective",
        "target_percent",
        "reached_percent",
        "verdict",
        "unknown_percent",
        "bad",
        "total",
        "breaches",
        "breached_seconds",
        "cycle",
        "cycles_per_failure",
    ]);
    for line in lines {
        let (target, reached) = (line.target_percent.to_string(), number(line.reached_percent));
        let (unknown, bad) = (number(line.unknown_percent), line.bad.to_string());
        let (total, breaches) = (line.total.to_string(), line.breaches_count.to_string());
        let (name, verdict) = (line.objective.name(), line.verdict.word());
        let breached = line.breached_seconds.to_string();
        let (cycle, per) = (line.cycle.as_deref().unwrap_or(""), number(line.cycles_per_failure));
        table.row(&[
            name, &target, &reached, verdict, &unknown, &bad, &total, &breaches, &breached, cycle,
            &per,
        ]);
    }
    table.blank();
    table.row(&["left_out_of", "seconds", "total", "bad", "by", "why"]);
    for line in lines {
        for left in &line.excluded {
            let numbers = [left.seconds, left.total, left.bad].map(|number| number.to_string());
            let [seconds, total, bad] = &numbers;
            let by = left.by.as_ref().map(ToString::to_string).unwrap_or_default();
            table.row(&[line.objective.name(), seconds, total, bad, &by, &left.why]);
        }
    }
    table.blank();
    table.row(&["breach_of", "from", "to", "reached_percent", "bad", "total"]);
    for line in lines {
        for breach in &line.breaches {
            let (from, to) = (breach.from.to_string(), breach.to.to_string());
            let (bad, total) = (breach.bad.to_string(), breach.total.to_string());
            let reached = number(breach.reached_percent);
            table.row(&[line.objective.name(), &from, &to, &reached, &bad, &total]);
        }
    }
}

fn figures(report: &ComplianceReport) -> Vec<(&'static str, String)> {
    let of = &report.figures;
    let last_failure = of.reliability.last_failure_at;
    let mut rows = vec![
        ("from", of.period.from.to_string()),
        ("until", of.period.until.to_string()),
        ("verdict", of.verdict.word().to_owned()),
        ("closed", report.closed.is_some().to_string()),
        ("restated", report.restated.is_some().to_string()),
        ("target_percent", number(of.target_percent)),
        ("measured_percent", number(of.measured_percent)),
        ("pessimistic_percent", number(of.pessimistic_percent)),
        ("optimistic_percent", number(of.optimistic_percent)),
        ("agreed_seconds", of.agreed_seconds.to_string()),
        ("down_seconds", of.down_seconds.to_string()),
        ("exempt_seconds", of.exempt_seconds.to_string()),
        ("unknown_seconds", of.unknown_seconds.to_string()),
        ("allowance_seconds", number(of.allowance_seconds)),
        ("left_seconds", number(of.left_seconds)),
        ("unknown_percent", number(of.unknown_percent)),
        ("failures", of.reliability.failures.to_string()),
        ("mtbf_seconds", number(of.reliability.mtbf_seconds)),
        ("mtrs_seconds", number(of.reliability.mtrs_seconds)),
        ("mtbsi_seconds", number(of.reliability.mtbsi_seconds)),
        ("low_confidence", of.reliability.low_confidence.to_string()),
        ("failure_free_seconds", of.reliability.failure_free_seconds.to_string()),
        ("last_failure_at", last_failure.map(|at| at.to_string()).unwrap_or_default()),
        ("by_users_percent", number(of.by_users_percent)),
        ("user_minutes_lost", number(of.user_minutes_lost)),
        ("credit_percent", of.credit_percent.to_string()),
    ];
    if let Some(told) = &of.consumable {
        rows.extend([
            ("consumable_as_agreed", told.answer.word().to_owned()),
            ("consumable_because", told.because.clone()),
            ("consumable_percent", number(told.measured_percent)),
            ("not_consumable_seconds", told.down_seconds.to_string()),
            ("consumable_unknown_seconds", told.unknown_seconds.to_string()),
            ("checks_alone_seconds", told.checks_alone_seconds.to_string()),
        ]);
    }
    rows
}
