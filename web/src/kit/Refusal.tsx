import { Button } from '@mantine/core';

import type { Problem } from '../api';
import { ProblemBox } from '../ui/States';

interface Props {
  problem: Problem | null;
  reload: () => Promise<void>;
  /** What happens to what was typed when the record is loaded again. */
  kept?: boolean;
}

/** A clause of the server as a sentence. */
const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** A refusal in the server's words. A lost race offers to load the newer record. */
export function Refusal({ problem, reload, kept = false }: Props) {
  if (!problem) return null;
  if (problem.conflict || problem.status === 409) {
    return (
      <ProblemBox
        title={problem.conflict ? 'Someone changed this record first.' : problem.message}
        remedy={
          problem.conflict
            ? `${sentence(problem.message)} Nothing was changed. Reload to see the newer record${kept ? '; what you typed stays here' : ''}.`
            : (problem.details.remedy ?? null)
        }
      >
        <Button variant="default" onClick={() => void reload()}>
          Reload the record
        </Button>
      </ProblemBox>
    );
  }
  return (
    <ProblemBox
      title={problem.message}
      remedy={problem.details.remedy ?? null}
      reference={problem.details.reference ?? null}
    />
  );
}
