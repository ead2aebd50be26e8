import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useCallback, useState } from 'react';

import { type ComplianceReport, contracts } from '../../api';
import type { CommandBody } from '../../kit/command';
import { CommandDialog } from '../../kit/CommandDialog';

/** Freezes the figures of the period; disabled with the reason where the server says no. */
export function ClosePeriod({ report, name }: { report: ComplianceReport; name: string }) {
  const [asking, setAsking] = useState(false);
  const period = report.figures.period.name;
  const again = report.closed !== null && report.closed !== undefined;
  const send = useCallback(
    (body: CommandBody) =>
      contracts.close(name, period, typeof body.note === 'string' ? body.note : ''),
    [name, period],
  );
  const label = again ? `Close ${period} again` : `Close ${period}`;
  const command = {
    command: 'close',
    label,
    help: 'Its figures stay as they are now; what is corrected later is shown beside them.',
    fields: [
      {
        name: 'note',
        kind: 'longtext',
        required: again,
        label: again ? 'Why it is closed again' : 'Note',
      },
    ],
  };
  return (
    <>
      <Button
        leftSection={<IconLock size={15} />}
        disabled={!report.allowed.includes('close')}
        title={report.not_closed_because ?? ''}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
      {asking && <CommandDialog command={command} send={send} close={() => setAsking(false)} />}
    </>
  );
}
