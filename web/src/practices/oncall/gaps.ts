/** Hours with nobody, grouped: what comes again on many days is one line. */
export interface GapGroup {
  askedBy: string;
  gaps: { from: string; until: string }[];
  /** On which days of the week, and at which hours, where there are several: `Mon–Fri, 08:00–09:00`. */
  again: string | null;
}

interface Gap {
  from: string;
  until: string;
  asked_by: string;
}

/** From so many on, gaps at the same hours are one line. */
const SEVERAL = 3;
const DAY = 86_400_000;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The gaps in order, those at the same hours of several days together. */
export function grouped(gaps: Gap[], timeZone: string): GapGroup[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone });
  const hours = (gap: Gap) =>
    `${clock.format(Date.parse(gap.from))}–${clock.format(Date.parse(gap.until))}`;
  const alone = (gap: Gap): GapGroup => ({ askedBy: gap.asked_by, gaps: [gap], again: null });
  const long = (gap: Gap) => Date.parse(gap.until) - Date.parse(gap.from) >= DAY;
  const found = new Map<string, Gap[]>();
  for (const gap of gaps.filter((each) => !long(each))) {
    const key = `${hours(gap)} ${gap.asked_by}`;
    found.set(key, [...(found.get(key) ?? []), gap]);
  }
  const groups = [...found.values()].flatMap((same): GapGroup[] => {
    const [first] = same;
    if (!first || same.length < SEVERAL) return same.map(alone);
    const on = new Set(same.map((gap) => weekday.format(Date.parse(gap.from))));
    return [{ askedBy: first.asked_by, gaps: same, again: `${daysInWords(on)}, ${hours(first)}` }];
  });
  groups.push(...gaps.filter(long).map(alone));
  const first = (group: GapGroup) => Date.parse(group.gaps[0]?.from ?? '');
  return groups.sort((a, b) => first(a) - first(b));
}

/** `every day`, `Mon–Fri`, `Mon, Wed`. */
function daysInWords(days: Set<string>): string {
  const places = DAYS.flatMap((day, place) => (days.has(day) ? [place] : []));
  if (places.length === 7) return 'every day';
  const [first = 0, last = 0] = [places[0], places[places.length - 1]];
  const inRow = last - first + 1 === places.length;
  if (places.length > 2 && inRow) return `${DAYS[first]}–${DAYS[last]}`;
  return places.map((place) => DAYS[place]).join(', ');
}
