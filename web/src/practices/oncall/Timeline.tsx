import type { ScheduleView } from '../../api';
import styles from './oncall.module.css';
import { days, place } from './span';
import { type Pick as PickStretch, useDrag } from './useDrag';

interface Props {
  view: Pick<ScheduleView, 'from' | 'until' | 'turns' | 'gaps' | 'asked_by'>;
  zone: string;
  /** A stretch was picked by dragging over it. */
  pick: PickStretch | undefined;
}

/** So much of a day has to be in view for its name to be written, in milliseconds. */
const ROOM = 14 * 3_600_000;

/** Who has which stretch: one line for each person, and one for what nobody covers. */
export function Timeline({ view, zone, pick }: Props) {
  const begin = Date.parse(view.from);
  const end = Date.parse(view.until);
  const people = [...new Map(view.turns.map((turn) => [turn.person, turn.name]))];
  const midnights = days(begin, end, zone);
  const drag = useDrag(begin, end, pick);
  // Over many days only each Monday has room for its date.
  const byWeek = midnights.length > 15;
  const dated = (byWeek ? midnights.filter((day) => weekday(day, zone) === 'Mon') : midnights)
    // What is left of a day at the edge may have no room for its name.
    .filter(
      (day, index, all) =>
        (all[index + 1] ?? end) - Math.max(day, begin) >= ROOM * (byWeek ? 3 : 1),
    );
  const full = format(zone);
  const nobody = withNobody(view);
  return (
    <div className={styles.timeline} data-pick={Boolean(pick)}>
      <div className={styles.lane} aria-hidden>
        <span className={styles.laneName} />
        <span className={styles.track}>
          {dated.map((day, index) => {
            const next = dated[index + 1] ?? end;
            const { left, width } = place(day, next, begin, end);
            return (
              <span
                key={day}
                className={styles.date}
                style={{ left: `${left}%`, width: `${width}%` }}
              >
                {!byWeek && <span className={styles.weekday}>{weekday(day, zone)} </span>}
                {dayOfMonth(day, zone)}
                {byWeek && <span className={styles.weekday}> {month(day, zone)}</span>}
              </span>
            );
          })}
        </span>
      </div>
      {nobody.length > 0 && (
        <div className={styles.lane}>
          <span className={styles.laneName} data-bad>
            Nobody
          </span>
          <span className={styles.track}>
            <Days midnights={midnights} begin={begin} end={end} />
            {nobody.map((gap) => (
              <Bar
                key={`${gap.why} ${gap.from}`}
                kind="gap"
                placed={place(Date.parse(gap.from), Date.parse(gap.until), begin, end)}
                title={`Nobody, ${full(gap.from)} to ${full(gap.until)}; ${gap.why}`}
              />
            ))}
          </span>
        </div>
      )}
      {people.map(([person, name]) => (
        <div className={styles.lane} key={person}>
          <span className={styles.laneName}>{name}</span>
          <span className={styles.track} ref={drag.watch} {...drag.events}>
            <Days midnights={midnights} begin={begin} end={end} />
            {view.turns
              .filter((turn) => turn.person === person)
              .map((turn) => (
                <Bar
                  key={turn.from}
                  kind={turn.changed ? 'changed' : 'turn'}
                  placed={place(Date.parse(turn.from), Date.parse(turn.until), begin, end)}
                  title={`${name}, ${full(turn.from)} to ${full(turn.until)}: ${turn.why}`}
                />
              ))}
            {drag.picked && (
              <span
                className={styles.picked}
                style={{ left: `${drag.picked.left}%`, width: `${drag.picked.width}%` }}
              />
            )}
          </span>
        </div>
      ))}
    </div>
  );
}

/** The stretches with nobody: where nothing asks for hours, all of them. */
function withNobody(view: Props['view']): { from: string; until: string; why: string }[] {
  if (view.asked_by.length > 0) {
    return view.gaps.map(({ from, until, asked_by }) => ({
      from,
      until,
      why: `asked for by ${asked_by}`,
    }));
  }
  const why = 'nothing asks for these hours';
  const found = [];
  let at = view.from;
  for (const turn of view.turns) {
    if (Date.parse(turn.from) > Date.parse(at)) found.push({ from: at, until: turn.from, why });
    at = turn.until;
  }
  if (Date.parse(at) < Date.parse(view.until)) found.push({ from: at, until: view.until, why });
  return found;
}

function Days({ midnights, begin, end }: { midnights: number[]; begin: number; end: number }) {
  return midnights
    .filter((day) => day > begin)
    .map((day) => (
      <span
        key={day}
        className={styles.midnight}
        style={{ left: `${place(day, day, begin, end).left}%` }}
      />
    ));
}

interface BarProps {
  kind: 'turn' | 'changed' | 'gap';
  placed: { left: number; width: number };
  title: string;
}

function Bar({ kind, placed, title }: BarProps) {
  return (
    <span
      className={styles.bar}
      data-kind={kind}
      style={{ left: `${placed.left}%`, width: `${placed.width}%` }}
      title={title}
    />
  );
}

const part = (options: Intl.DateTimeFormatOptions) => (midnight: number, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(midnight + 1);
const weekday = part({ weekday: 'short' });
const dayOfMonth = part({ day: 'numeric' });
const month = part({ month: 'short' });

/** A moment in a zone, for people. */
export function format(zone: string): (at: string) => string {
  const text = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  });
  return (at) => text.format(Date.parse(at));
}
