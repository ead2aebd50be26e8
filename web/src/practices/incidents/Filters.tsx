import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';

import type { incidents } from '../../api';
import { changed, filterCount, many } from '../../kit/filter';
import { ChoiceFilter, DayField, ItemFilter, ManyFilter, PriorityFilter } from '../../kit/narrow';
import { SearchBox } from '../../kit/SearchBox';
import { stageWord, words } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';

const phases = [
  { value: 'detect', label: 'Detect' },
  { value: 'diagnose', label: 'Diagnose' },
  { value: 'resolve', label: 'Resolve' },
  { value: 'done', label: 'Done' },
];
const warnings = [
  { value: 'unassigned', label: 'Unassigned too long' },
  { value: 'check_failed', label: 'Check failed' },
  { value: 'stage_due_soon', label: 'Stage due soon' },
  { value: 'stage_overdue', label: 'Too long in its stage' },
];
const majors = [
  { value: 'proposed', label: 'Proposed as major' },
  { value: 'declared', label: 'Major' },
  { value: 'stabilised', label: 'Major, stabilised' },
  { value: 'stood_down', label: 'Was major, to be reviewed' },
  { value: 'reviewed', label: 'Was major, reviewed' },
  { value: 'dismissed', label: 'Proposal declined' },
];
const stages = Object.entries(stageWord).map(([value, label]) => ({ value, label }));

const causes = ['technology', 'human', 'external', 'unauthorised_change', 'unknown'].map(
  (value) => ({ value, label: words(value) }),
);

/** The filters of the queue. The address is the state: a filtered queue can be sent to a colleague. */
export function Filters({ search }: { search: incidents.IncidentFilter }) {
  const navigate = useNavigate({ from: '/incidents' });
  const set = (name: keyof incidents.IncidentFilter, value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
    });
  const queue = many(search.queue);

  return (
    <FilterBar
      label="Filter incidents"
      active={filterCount(search)}
      search={
        <SearchBox
          label="Search incidents"
          placeholder="Search title, number, item"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
    >
      <PriorityFilter value={search.priority} set={(values) => set('priority', values)} />
      <ChoiceFilter
        label="Phase"
        width={116}
        data={phases}
        value={search.phase}
        set={(value) => set('phase', value)}
      />
      <ManyFilter
        label="Stage"
        placeholder="Any stage"
        width={130}
        data={stages}
        value={search.stage}
        set={(value) => set('stage', value)}
      />
      <ManyFilter
        label="Warning"
        placeholder="Any warning"
        width={170}
        data={warnings}
        value={search.warning}
        set={(value) => set('warning', value)}
      />
      <ManyFilter
        label="Major or not"
        placeholder="Major or not"
        width={170}
        data={majors}
        value={search.major}
        set={(values) => set('major', values)}
      />
      <ChoiceFilter
        label="Potential or not"
        clear="Clear whether it is potential"
        data={[
          { value: 'true', label: 'Potential' },
          { value: 'false', label: 'Has happened' },
        ]}
        value={search.potential}
        set={(value) => set('potential', value)}
      />
      <ItemFilter of="team" width={150} value={search.team} set={(value) => set('team', value)} />
      <ItemFilter
        of="queue"
        width={150}
        value={queue.length > 1 ? undefined : queue[0]}
        placeholder={queue.length > 1 ? 'Queues of my teams' : undefined}
        set={(value) => set('queue', value)}
      />
      <ItemFilter
        of="person"
        width={150}
        value={search.assignee}
        set={(value) => set('assignee', value)}
      />
      <ItemFilter of="item" width={170} value={search.item} set={(value) => set('item', value)} />
      <ManyFilter
        label="Cause"
        placeholder="Any cause"
        width={150}
        data={causes}
        value={search.cause_class}
        set={(value) => set('cause_class', value)}
      />
      <DayField label="Opened from" value={search.from} set={(time) => set('from', time)} />
      <DayField label="Opened until" end value={search.to} set={(time) => set('to', time)} />
      <DayField
        label="Resolved from"
        value={search.resolved_from}
        set={(time) => set('resolved_from', time)}
      />
      <DayField
        label="Resolved until"
        end
        value={search.resolved_to}
        set={(time) => set('resolved_to', time)}
      />
      {Object.keys(search).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={13} />}
          renderRoot={(props) => <Link to="/incidents" {...props} />}
        >
          Clear
        </Button>
      )}
    </FilterBar>
  );
}
