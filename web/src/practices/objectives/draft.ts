import type { ResourceDocument } from '../../api';

/**
 * How good is told from bad: pushed counts, Operate's own records, other objectives, or what a
 * source is asked.
 */
export type IndicatorKind = 'pushed' | 'good' | 'bad' | 'limit' | 'records' | 'parts';

/** One of several objectives that are reckoned together. */
export interface DraftPart {
  objective: string;
  weight: number;
}

/** What the form of an objective holds. */
export interface Draft {
  name: string;
  title: string;
  item: string | null;
  kind: IndicatorKind;
  description: string;
  source: string | null;
  good: string;
  bad: string;
  total: string;
  value: string;
  op: string;
  limit: number;
  unit: string;
  /** Which of Operate's own records are counted. */
  records: string;
  /** Only clocks of this contract. */
  clocksOf: string | null;
  parts: DraftPart[];
  /** How the parts are reckoned together: `weighted` or `all`. */
  combine: string;
  target: number;
  /** `30d`, `12h`, or `week`, `month`, `quarter`, `year`. */
  window: string;
  page: boolean;
  ticket: boolean;
  eventsMin: number | null;
  /** The contract whose exempt maintenance does not count. */
  exempt: string | null;
  /** Whether what lies outside of its hours does not count either. */
  outsideHours: boolean;
  /** What one event is, where events are cycles: `nightly run`. */
  cycle: string;
  /** Why the target is changed; no part of the document. */
  why: Why;
}

/** What was decided about a target, and why. */
export interface Why {
  decided: string;
  reason: string;
  /** Addresses and incidents, with spaces between them. */
  improvements: string;
}

type Fields = Record<string, unknown>;

const periods = ['week', 'month', 'quarter', 'year'];

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const contractName = (value: unknown): string | null =>
  text(value).replace(/^servicecontract\//, '') || null;
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Whether events are counted, and not minutes. */
export function countsEvents({ kind, records }: Pick<Draft, 'kind' | 'records'>): boolean {
  return kind !== 'limit' && kind !== 'parts' && (kind !== 'records' || records !== 'availability');
}

/** What a document says, for the form. */
export function draftOf(document: ResourceDocument): Draft {
  const spec: Fields = document.spec;
  const [indicator, window, alerts, exclude] = [
    fields(spec.indicator),
    fields(spec.window),
    fields(spec.alerts),
    fields(spec.exclude),
  ];
  return {
    name: document.metadata.name,
    title: text(document.metadata.title),
    item: text(spec.item) || null,
    kind: kindOf(indicator),
    description: text(indicator.description),
    source: text(indicator.source).replace(/^datasource\//, '') || null,
    good: text(indicator.good),
    bad: text(indicator.bad),
    total: text(indicator.total),
    value: text(indicator.value),
    op: text(indicator.op) || 'lte',
    limit: number(indicator.limit) ?? 0,
    unit: text(indicator.unit),
    records: text(indicator.records) || 'availability',
    clocksOf: contractName(indicator.contract),
    parts: partsOf(indicator.parts),
    combine: text(indicator.combine) || 'weighted',
    target: number(spec.target) ?? 99.9,
    window: text(window.calendar) || text(window.rolling) || '30d',
    page: alerts.page !== false,
    ticket: alerts.ticket !== false,
    eventsMin: number(alerts.eventsMin),
    exempt: contractName(exclude.contract),
    outsideHours: exclude.outsideHours === true,
    cycle: text(indicator.cycle),
    why: { decided: '', reason: '', improvements: '' },
  };
}

/** Whether a draft promises something else than the document, or there was none before. */
export function promisesAnew(draft: Draft, document: ResourceDocument, existing: boolean) {
  const before = draftOf(document);
  return !existing || draft.target !== before.target || draft.window !== before.window;
}

function partsOf(value: unknown): DraftPart[] {
  const parts: unknown[] = Array.isArray(value) ? value : [];
  return parts.map(fields).map((part) => ({
    objective: text(part.objective).replace(/^objective\//, ''),
    weight: number(part.weight) ?? 1,
  }));
}

function kindOf(indicator: Fields): IndicatorKind {
  if (partsOf(indicator.parts).length > 0) return 'parts';
  if (text(indicator.records)) return 'records';
  if (text(indicator.value)) return 'limit';
  if (text(indicator.bad)) return 'bad';
  return text(indicator.total) ? 'good' : 'pushed';
}

/** The document with what the form says; what the form does not know stays as it was. */
export function documentOf(draft: Draft, before: ResourceDocument): ResourceDocument {
  const spec: Fields = before.spec;
  const window = fields(spec.window);
  const alerts = fields(spec.alerts);
  const exclude = defined({
    ...fields(spec.exclude),
    contract: draft.exempt ?? undefined,
    outsideHours: draft.exempt && draft.outsideHours ? true : undefined,
  });
  return {
    ...before,
    metadata: without({ ...before.metadata, title: draft.title || undefined }, draft.name),
    spec: defined({
      ...spec,
      exclude: Object.keys(exclude).length > 0 ? exclude : undefined,
      item: draft.item ?? '',
      indicator: indicatorOf(draft),
      target: draft.target,
      window: defined(
        periods.includes(draft.window)
          ? { calendar: draft.window, timeZone: window.timeZone }
          : { rolling: draft.window },
      ),
      alerts: defined({
        ...alerts,
        page: draft.page,
        ticket: draft.ticket,
        eventsMin: countsEvents(draft) ? (draft.eventsMin ?? undefined) : undefined,
      }),
    }),
  };
}

const without = (metadata: Fields, name: string) => ({ ...defined(metadata), name });

function indicatorOf(draft: Draft): Fields {
  const description = draft.description || undefined;
  const cycle = draft.cycle || undefined;
  if (draft.kind === 'pushed') return defined({ description, cycle });
  if (draft.kind === 'records') {
    const counted = draft.records === 'availability' ? null : draft.clocksOf;
    const contract = counted ?? undefined;
    return defined({ description, cycle, records: draft.records, contract });
  }
  if (draft.kind === 'parts') {
    const parts = draft.parts.filter((part) => part.objective !== '');
    return defined({ description, parts, combine: draft.combine });
  }
  const source = draft.source ?? undefined;
  if (draft.kind === 'limit') {
    const { value, op, limit, unit } = draft;
    return defined({ description, source, value, op, limit, unit: unit || undefined });
  }
  const { total } = draft;
  const counted = draft.kind === 'good' ? { good: draft.good } : { bad: draft.bad };
  return defined({ description, cycle, source, ...counted, total });
}

/** Without what is not said. */
function defined(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
