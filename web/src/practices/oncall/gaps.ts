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
  const found = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const [from, until] = [Date.parse(gap.from), Date.parse(gap.until)];
    const hours = `${clock.format(from)}–${clock.format(until)}`;
    const days = Math.floor((until - from) / 86_400_000);
    const key = `${hours} ${days} ${gap.asked_by}`;
    found.set(key, [...(found.get(key) ?? []), gap]);
  }
  const groups = [...found].flatMap(([key, same]): GapGroup[] => {
    const askedBy = same[0]?.asked_by ?? '';
    if (same.length < SEVERAL || !key.includes(' 0 ')) {
      return same.map((gap) => ({ askedBy, gaps: [gap], again: null }));
    }
    const on = new Set(same.map((gap) => weekday.format(Date.parse(gap.from))));
    const again = `${daysInWords(on)}, ${key.slice(0, key.indexOf(' '))}`;
    return [{ askedBy, gaps: same, again }];
  });
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
