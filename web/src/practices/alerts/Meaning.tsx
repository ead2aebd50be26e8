import { Link } from '@tanstack/react-router';

import type { Alert } from '../../api';
import { ClassifyLink, ClassMark } from '../../kit/ClassMark';
import { TimeAgo } from '../../kit/TimeAgo';
import { responseWord } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { Panel } from '../../ui/Panel';

/** What a rule made of the alert, or the way to a rule. */
export function Meaning({ alert }: { alert: Alert }) {
  const given = alert.classification;
  return (
    <Panel title="What it means">
      {given ? (
        <Facts
          rows={[
            ['Class', <ClassMark key="c" given={given} />],
            ['Response', responseWord[given.response]],
            [
              'By the rule',
              <Link key="r" to="/settings/$part" params={{ part: 'classification' }}>
                {given.rule}
              </Link>,
            ],
            [
              'Boundary',
              given.response !== 'open_potential' ? null : given.boundary_at ? (
                <TimeAgo key="b" at={given.boundary_at} below />
              ) : (
                'No boundary known'
              ),
            ],
          ]}
        />
      ) : (
        <>
          No rule fits it: its severity decides what is done. <ClassifyLink alert={alert.id} />
        </>
      )}
    </Panel>
  );
}
