import { Link } from '@tanstack/react-router';

import type { Classification } from '../api';
import styles from './kit.module.css';
import { classWord, impactWord } from './words';

/** What a rule made of an alert: its class, and what it puts at risk. */
export function ClassMark({ given }: { given: Classification }) {
  const impacts = given.impacts ?? [];
  return (
    <span className={styles.plain} title={`By the rule ${given.rule}`} style={{ flexWrap: 'wrap' }}>
      {classWord[given.class]}
      {impacts.map((impact) => (
        <span key={impact} className={`${styles.tag} ${styles.impact}`}>
          {impactWord[impact]}
        </span>
      ))}
    </span>
  );
}

interface Place {
  alert: string;
  given: Classification | null | undefined;
}

/** The same, or the way to a rule for what no rule fits. */
export function ClassInline({ alert, given }: Place) {
  return given ? <ClassMark given={given} /> : <ClassifyLink alert={alert} />;
}

/** The same in a row of fixed height, or the way to a rule for what no rule fits. */
export function ClassCell({ alert, given }: Place) {
  if (!given) return <ClassifyLink alert={alert} />;
  const impacts = (given.impacts ?? []).map((impact) => impactWord[impact]).join(', ');
  return (
    <div className={styles.classCell} title={`By the rule ${given.rule}. ${impacts}`}>
      {classWord[given.class]}
      {impacts && <span>{impacts}</span>}
    </div>
  );
}

/** Leads to a draft of a rule that fits the alert. */
export function ClassifyLink({ alert }: { alert: string }) {
  return (
    <Link
      to="/settings/$part"
      params={{ part: 'classification' }}
      search={{ alert }}
      title="No rule classifies it: make one"
    >
      Classify
    </Link>
  );
}
