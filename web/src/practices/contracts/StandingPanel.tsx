import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { contracts, type ReleaseAnswer, type Standing } from '../../api';
import { StateWord } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { HealthMark, InOrOut } from './Fit';
import { bare, scoreTone, scoreWord } from './say';

/** Whether an item is in its agreed working state, its health with every input, and its contracts. */
export function StandingPanel({ item }: { item: string }) {
  const query = useQuery(contracts.standing(item));
  return (
    <Panel title="Agreed working state">
      <Loaded query={query} rows={3}>
        {(row) => <Shown row={row} />}
      </Loaded>
    </Panel>
  );
}

function Shown({ row }: { row: Standing }) {
  return (
    <>
      <div className={styles.badges}>
        <InOrOut row={row} />
        <span className={styles.inline}>
          Health <HealthMark row={row} />
        </span>
        {row.contracts.map((name) => (
          <Link key={name} to="/contracts/$name" params={{ name: bare(name) }}>
            {bare(name)}
          </Link>
        ))}
        {row.contracts.length === 0 && <span className={styles.sub}>No contract covers it.</span>}
      </div>
      <ul className={styles.inputs} aria-label="What the health follows from: the worst counts">
        {row.inputs.map((input) => (
          <li key={`${input.text} ${input.item ?? ''}`}>
            {input.score ? (
              <StateWord state={scoreWord[input.score]} tone={scoreTone[input.score]} />
            ) : (
              <StateWord state="Not known" tone="none" />
            )}
            <div>
              {input.text}
              <div className={styles.sub}>{input.rule}</div>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** May it be released now, and why not. */
export function ReleasePanel({ item }: { item: string }) {
  const query = useQuery(contracts.release(item));
  return (
    <Panel title="May it be released now?">
      <Loaded query={query} rows={2}>
        {(answer) => <Answer answer={answer} />}
      </Loaded>
    </Panel>
  );
}

const weightTone = { blocks: 'bad', warns: 'warn', fine: 'good' } as const;
const weightWord = { blocks: 'No', warns: 'Note', fine: 'Fine' } as const;

function Answer({ answer }: { answer: ReleaseAnswer }) {
  return (
    <>
      <StateWord state={answer.may ? 'Yes' : 'No, not now'} tone={answer.may ? 'good' : 'bad'} />
      <ul className={styles.inputs}>
        {answer.reasons.map((reason) => (
          <li key={reason.text}>
            <StateWord state={weightWord[reason.weight]} tone={weightTone[reason.weight]} />
            {reason.incident ? (
              <Link to="/incidents/$id" params={{ id: reason.incident.id }}>
                {reason.text}
              </Link>
            ) : (
              <span>{reason.text}</span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
