//! The report in a few lines, for mails.

use super::super::measures::Measure;
use super::views::MonthlyReport;

/// What a mail says of a month: the figures, then what was missed and what was worst.
pub fn lines(report: &MonthlyReport) -> Vec<String> {
    let month = &report.month;
    let mut lines: Vec<String> = report
        .key
        .iter()
        .filter(|figure| figure.is.is_some_and(|is| is != 0.0) || figure.was.is_some())
        .map(|figure| {
            let n = figure.n.map(|n| format!(" of {n}")).unwrap_or_default();
            let told = |value| Measure::told(figure.unit, value);
            let (is, was) = (told(figure.is), told(figure.was));
            format!("{}: {is}{n} (the month before: {was})", figure.title)
        })
        .collect();
    lines.extend(month.contracts.iter().map(|contract| {
        let share = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.3} %"));
        let (measured, target) = (share(contract.measured_percent), share(contract.target_percent));
        let (title, period) = (&contract.title, &contract.period.name);
        format!("{title}, {period}: {}, {measured} of {target}", contract.verdict.word())
    }));
    lines.extend(
        month.major.iter().map(|major| format!("Major: #{} {}", major.number, major.title)),
    );
    let noisiest = month.alerts.noisiest.iter().take(3);
    lines.extend(noisiest.map(|rule| format!("Fired most: {}, {} times", rule.name, rule.fired)));
    lines.extend(month.alerts.left_out.iter().map(|why| format!("Alerts are left out: {why}")));
    lines.extend(month.load_left_out.iter().map(|why| format!("Calls are left out: {why}")));
    if month.changes_cut {
        lines.push("Changes are not counted: there were more than are listed".to_owned());
    }
    lines
}
