import type { RulesReport, TimesReport } from '../../api';

/** The report as comma-separated values: one line for each incident behind each figure. */
export function csv(report: TimesReport): string {
  const lines = [
    ['figure', 'incident', 'title', 'priority', 'item', 'ended_at', 'seconds', 'excluded_because'],
  ];
  for (const figure of report.figures) {
    for (const incident of figure.incidents) {
      lines.push([
        figure.title,
        `#${incident.number}`,
        incident.title,
        incident.priority,
        incident.item ?? '',
        incident.ended_at,
        String(incident.seconds),
        '',
      ]);
    }
    for (const out of figure.excluded) {
      lines.push([figure.title, `#${out.number}`, '', '', '', '', '', out.why]);
    }
  }
  return joined(lines);
}

/** What is reported of rules as comma-separated values: one line for each. */
export function rulesCsv(report: RulesReport): string {
  const head = [
    'source',
    'rule',
    'fired',
    'label_sets',
    'never_acknowledged',
    'over',
    'without_action',
    'changes_per_hour',
    'median_seconds',
    'incidents',
    'groups_notified',
    'votes',
    'noise',
  ];
  const lines = report.rules.map((rule) => [
    rule.source,
    rule.name,
    String(rule.fired),
    String(rule.label_sets),
    String(rule.never_acknowledged),
    String(rule.over),
    String(rule.without_action),
    String(rule.changes_per_hour),
    typeof rule.median_seconds === 'number' ? String(rule.median_seconds) : '',
    String(rule.incidents.length),
    String(rule.groups_notified),
    String(rule.tuning?.votes ?? 0),
    rule.tuning?.noisy ? 'yes' : '',
  ]);
  return joined([head, ...lines]);
}

function joined(lines: string[][]): string {
  return lines.map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Quoted where needed; a text that a spreadsheet would run as a formula is made harmless. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
