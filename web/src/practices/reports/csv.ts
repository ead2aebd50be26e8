import type { TimesReport } from '../../api';

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
