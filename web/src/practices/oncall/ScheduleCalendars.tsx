import type { ScheduleCalendar, ScheduleView } from '../../api';
import { oncall } from '../../api';
import { SendButton } from '../../kit/SendButton';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { format } from './Timeline';

interface CalendarsProps {
  view: ScheduleView;
  zone: string;
  name: string;
}

/** The calendars elsewhere that say who is on call by a layer, and what of them makes no shift. */
export function ScheduleCalendars({ view, zone, name }: CalendarsProps) {
  if (view.calendars.length === 0) return null;
  return (
    <Panel title="Read from calendars">
      <ul className={styles.plain}>
        {view.calendars.map((calendar) => (
          <li key={calendar.layer}>
            <Told calendar={calendar} zone={zone} />
            {view.may_change && (
              <SendButton
                label={`Read ${calendar.layer} now`}
                send={() => oncall.readCalendar(name, calendar.layer)}
              />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Told({ calendar, zone }: { calendar: ScheduleCalendar; zone: string }) {
  const { layer, shifts, read_at, failing_since, failure, left_out, left_out_count } = calendar;
  const text = format(zone);
  return (
    <>
      <strong>{layer}</strong>{' '}
      <span className={styles.sub}>
        {shifts === 1 ? 'one shift' : `${shifts} shifts`} in the next 26 weeks,{' '}
        {read_at ? (
          <>
            read <TimeAgo at={read_at} />
          </>
        ) : (
          'not read yet'
        )}
      </span>
      {failure && failing_since && (
        <div className={styles.bad} role="status">
          Not read since <TimeAgo at={failing_since} />: {failure}. What it said before still holds.
        </div>
      )}
      {left_out_count > 0 && (
        <>
          <div className={styles.bad}>
            {left_out_count === 1 ? 'One event makes' : `${left_out_count} events make`} no shift:
          </div>
          <ul className={styles.plain} aria-label={`What of ${layer} makes no shift`}>
            {left_out.map((each) => (
              <li key={`${each.from} ${each.says} ${each.why}`}>
                {each.says}{' '}
                <span className={styles.sub}>
                  {text(each.from)} to {text(each.until)}: {each.why}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
