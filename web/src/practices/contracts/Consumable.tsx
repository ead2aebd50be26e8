import type { CheckLine, Consumable as Told } from '../../api';
import { StateWord, type Tone } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { SimpleTable } from '../../kit/SimpleTable';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { capital, percent, span } from './say';

type Answer = Told['answer'];

const answerWord = { yes: 'Yes', no: 'No', unknown: 'Unknown' } satisfies Record<Answer, string>;
const answerTone = { yes: 'good', no: 'bad', unknown: 'warn' } satisfies Record<Answer, Tone>;
const lineWord = {
  failed: 'Checks failed',
  failed_alone: 'Only the checks failed',
  passed_though: 'Only incidents say down',
  unknown: 'No check looked',
} satisfies Record<CheckLine['kind'], string>;

/** Whether it could be consumed as agreed, in a word. */
export function ConsumableMark({ answer }: { answer: Answer }) {
  return <StateWord state={answerWord[answer]} tone={answerTone[answer]} />;
}

/** What checks from the side of the consumer saw, beside what incidents say. */
export function Consumable({ told }: { told: Told | null | undefined }) {
  if (!told) return null;
  return (
    <Panel title="Consumable as agreed" actions={<ConsumableMark answer={told.answer} />}>
      <p className={styles.answer}>{capital(told.because)}.</p>
      {told.failing_since && (
        <div className={styles.warning} role="note">
          A check fails since {absolute(told.failing_since)}.
        </div>
      )}
      <SimpleTable
        label="What says what"
        rows={sides(told)}
        rowKey={(row) => row.key}
        columns={[
          { header: 'By', cell: (row) => row.who },
          { header: 'Passed', align: 'end', cell: (row) => row.passed },
          { header: 'Failed', align: 'end', cell: (row) => row.failed },
          { header: 'Unknown', align: 'end', cell: (row) => row.unknown },
        ]}
      />
      <CheckLines told={told} />
    </Panel>
  );
}

/** Each check, the incidents, and what follows from both. */
function sides(told: Told) {
  return [
    ...told.checks.map((check) => ({
      key: check.objective,
      who: <ItemLink item={check.objective} title={check.title} />,
      passed: span(check.passed_seconds),
      failed: span(check.failed_seconds),
      unknown: span(check.unknown_seconds),
    })),
    {
      key: 'incidents',
      who: 'Incidents: what the parts say',
      passed: '',
      failed: span(told.incidents_seconds),
      unknown: '',
    },
    {
      key: 'together',
      who: <b>Together, {span(told.allowance_seconds)} allowed</b>,
      passed: percent(told.measured_percent),
      failed: <b>{span(told.down_seconds)}</b>,
      unknown: span(told.unknown_seconds),
    },
  ];
}

function CheckLines({ told }: { told: Told }) {
  if (told.lines.length === 0) return null;
  return (
    <>
      <SimpleTable
        label="When checks failed, did not look, or differ from incidents"
        rows={told.lines}
        rowKey={(line) => `${line.kind} ${line.from}`}
        columns={[
          { header: 'What', cell: (line) => lineWord[line.kind] },
          {
            header: 'From',
            cell: (line) => <time dateTime={line.from}>{absolute(line.from)}</time>,
          },
          { header: 'Until', cell: (line) => <time dateTime={line.to}>{absolute(line.to)}</time> },
          {
            header: 'Counted',
            align: 'end',
            cell: (line) => (line.counted_seconds > 0 ? span(line.counted_seconds) : 'Not'),
          },
          { header: 'Why', cell: (line) => capital(line.why) },
        ]}
      />
      {told.lines_left_out > 0 && (
        <p className={styles.sub}>{told.lines_left_out} more are not listed.</p>
      )}
    </>
  );
}
