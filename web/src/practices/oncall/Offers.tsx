import { useQuery } from '@tanstack/react-query';

import { oncall, type SwapView } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { SendButton } from '../../kit/SendButton';
import { itemName, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { format } from './Timeline';

/** How many offers that are over are shown. */
const PAST = 5;

/** Offers that wait for this person's answer or are theirs, and the last that had one. */
export function Offers({ zone }: { zone: string }) {
  const query = useQuery(oncall.swaps());
  const swaps = query.data?.items ?? [];
  const open = swaps.filter((swap) => swap.stage === 'offered' && swap.allowed.length > 0);
  const past = swaps.filter((swap) => swap.stage !== 'offered').slice(0, PAST);
  if (open.length + past.length === 0) return null;
  return (
    <Panel title="Offered shifts" count={open.length}>
      <ul className={styles.plain}>
        {[...open, ...past].map((swap) => (
          <Offer key={swap.id} swap={swap} zone={zone} />
        ))}
      </ul>
    </Panel>
  );
}

function Offer({ swap, zone }: { swap: SwapView; zone: string }) {
  const text = format(zone);
  const { gives, wants, to, note, schedule } = swap.offer;
  return (
    <li>
      <ItemLink item={gives.person} /> offers {itemName(schedule)} from {text(gives.start)} to{' '}
      {text(gives.end)} to {to ? <ItemLink item={to} /> : 'everybody of the rotation'}
      {wants && (
        <>
          {' '}
          for {text(wants.start)} to {text(wants.end)}
        </>
      )}
      {note && <div className={styles.sub}>{note}</div>}
      {swap.stage === 'offered' ? (
        <Moves swap={swap} />
      ) : (
        <div className={styles.sub}>
          {words(swap.stage)}
          {swap.answered_by && ` by ${itemName(swap.answered_by)}`}
          {swap.reason && `: ${swap.reason}`}
        </div>
      )}
    </li>
  );
}

const moves = {
  accept: (id: string) => oncall.acceptSwap(id),
  decline: (id: string) => oncall.declineSwap(id, ''),
  withdraw: (id: string) => oncall.withdrawSwap(id),
};

function Moves({ swap }: { swap: SwapView }) {
  return (
    <div className={styles.meta}>
      {swap.allowed.map(({ command, label }) => {
        const send = Object.entries(moves).find(([name]) => name === command)?.[1];
        return send && <SendButton key={command} label={label} send={() => send(swap.id)} />;
      })}
    </div>
  );
}
