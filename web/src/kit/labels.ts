/**
 * Labels as people paste them: `{a="b", c="d"}`, JSON, or a line each as `a=b` or `a: b`. Gives the
 * text that is none, when one is.
 */
export function readLabels(text: string): { labels: Record<string, string>; wrong?: string } {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') && trimmed.includes('":')) return fromJson(trimmed);
  const labels: Record<string, string> = {};
  for (const part of split(trimmed.replace(/^\{|\}$/g, ''))) {
    const found = /^\s*"?([^"=:\s]+)"?\s*[=:]\s*(.*?)\s*$/s.exec(part);
    if (!found?.[1]) return { labels: {}, wrong: part.trim() };
    labels[found[1]] = unquoted(found[2] ?? '');
  }
  return { labels };
}

function fromJson(text: string): { labels: Record<string, string>; wrong?: string } {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return { labels: {}, wrong: text };
    const inner = 'labels' in read ? read.labels : read;
    const pairs = Object.entries(inner as Record<string, unknown>);
    return { labels: Object.fromEntries(pairs.map(([name, value]) => [name, String(value)])) };
  } catch {
    return { labels: {}, wrong: text };
  }
}

/** Parts between commas and line ends that stand outside of quotes. */
function split(text: string): string[] {
  const parts = text.match(/(?:[^,\n"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return parts.filter((part) => part.trim() !== '');
}

function unquoted(text: string): string {
  const inner = /^"(.*)"$/s.exec(text)?.[1];
  return inner === undefined ? text : inner.replace(/\\(.)/g, '$1');
}
