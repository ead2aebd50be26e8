import { Button, CloseButton, SegmentedControl } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import type { GraphNode, Impact } from '../../api';
import { ItemStateMark } from '../../kit/Badges';
import { ItemLink, kindWord } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { useTitles, withTitles } from '../../kit/titles';
import { count, itemName, words } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { Fold } from '../../ui/Fold';
import { Panel } from '../../ui/Panel';
import styles from './estate.module.css';

interface Props {
  node: GraphNode;
  reach: UseQueryResult<Impact>;
  direction: 'impact' | 'upstream';
  turn: (direction: string) => void;
  close: () => void;
}

/** The item that was clicked: what it is, and what it reaches hop by hop. */
export function Selected({ node, reach, direction, turn, close }: Props) {
  return (
    <Panel
      title={node.title || itemName(node.id)}
      actions={<CloseButton size="sm" aria-label="Close the selection" onClick={close} />}
    >
      <Facts
        rows={[
          ['Kind', kindWord(node.kind)],
          ['State', <ItemStateMark key="s" state={node.state ?? 'unknown'} />],
          ['Criticality', node.criticality ? words(node.criticality) : null],
          ['Team', node.team ? <ItemLink item={node.team} /> : null],
        ]}
      />
      <Button
        mt="sm"
        fullWidth
        variant="default"
        renderRoot={(props) => (
          <Link
            to="/estate/$kind/$name"
            params={{ kind: node.kind, name: itemName(node.id) }}
            {...props}
          />
        )}
      >
        Open its page
      </Button>
      <SegmentedControl
        mt="sm"
        mb="xs"
        size="xs"
        fullWidth
        aria-label="Direction"
        data={[
          { value: 'impact', label: 'Depends on it' },
          { value: 'upstream', label: 'It depends on' },
        ]}
        value={direction}
        onChange={turn}
      />
      <Loaded query={reach} rows={4}>
        {(impact) => <Hits impact={impact} direction={direction} />}
      </Loaded>
    </Panel>
  );
}

/** As many as one reads at a glance. */
const NEAREST = 8;

/** The items that are reached, nearest first, each with its path. */
export function Hits({ impact, direction }: { impact: Impact; direction: 'impact' | 'upstream' }) {
  const titles = useTitles();
  if (impact.hits.length === 0) {
    return (
      <div className={styles.sub}>
        {direction === 'impact' ? 'Nothing depends on it.' : 'It depends on nothing known.'}
      </div>
    );
  }
  const hits = [...impact.hits].sort((a, b) => a.hops - b.hops);
  return (
    <Fold
      items={hits}
      first={NEAREST}
      more={`Show all ${hits.length}`}
      less={`Show the nearest ${NEAREST}`}
    >
      {(shown) => (
        <ul className={styles.hits} aria-label="Items that are reached">
          {shown.map((hit) => (
            <li key={hit.item}>
              <div className={styles.hitTop}>
                <ItemLink item={hit.item} title={titles(hit.item)} />
                <span className={styles.sub} style={{ whiteSpace: 'nowrap' }}>
                  {count(hit.hops, 'hop')}
                </span>
              </div>
              <div className={styles.path}>
                {hit.softened ? 'Redundant: others carry on. ' : ''}
                {withTitles(hit.because, titles)}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Fold>
  );
}
