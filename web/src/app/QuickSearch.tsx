import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconArrowRight, IconBell, IconPlus, IconSearch, IconUrgent } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { alerts, estate, incidents } from '../api';
import { KindIcon, kindWord } from '../kit/ItemLink';
import { itemKind, itemName, stageWord } from '../kit/words';

export const openSearch = () => spotlight.open();

const places = [
  ['Overview', '/'],
  ['Incidents', '/incidents'],
  ['Alerts', '/alerts'],
  ['Silences', '/silences'],
  ['History of alerts', '/alerts/history'],
  ['Tuning tasks', '/tuning'],
  ['Alerts without an item', '/alerts?matched=false'],
  ['Objectives', '/objectives'],
  ['Estate map', '/estate'],
  ['On call', '/oncall'],
  ['My shifts', '/my/on-call'],
  ['Reports', '/reports'],
  ['Analysis of alert rules', '/reports/alerts'],
  ['Figures by day, week or month', '/reports/figures'],
  ['Monthly report of a product', '/reports/monthly'],
  ['On-call load', '/reports/load'],
  ['Accounts', '/settings/accounts'],
  ['API tokens', '/settings/tokens'],
  ['Integration keys', '/settings/integrations'],
  ['Match rules', '/settings/rules'],
  ['Escalation policies', '/settings/escalation'],
  ['Priority matrix', '/settings/priority'],
] as const;

/** Finds incidents, items and pages by a few letters; opens with Ctrl K or Cmd K. */
export function QuickSearch() {
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.trim(), 150);
  const navigate = useNavigate();
  const go = (href: string) => void navigate({ href });
  const searching = asked.length > 1;

  const foundIncidents = useInfiniteQuery({
    ...incidents.list({ q: asked, sort: '-opened_at' }),
    enabled: searching,
  });
  const foundItems = useQuery({ ...estate.items({ q: asked }), enabled: searching });
  const foundAlerts = useInfiniteQuery({ ...alerts.list({ q: asked }), enabled: searching });

  const rows = searching ? (foundIncidents.data?.pages[0]?.items.slice(0, 6) ?? []) : [];
  const items = searching ? (foundItems.data?.items.slice(0, 6) ?? []) : [];
  const alertRows = searching ? (foundAlerts.data?.pages[0]?.items.slice(0, 4) ?? []) : [];
  const lower = typed.trim().toLowerCase();
  const shownPlaces = places.filter(([label]) => label.toLowerCase().includes(lower));
  const nothing = rows.length + items.length + alertRows.length + shownPlaces.length === 0;

  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={setTyped}
      shortcut={['mod + K', '/']}
      size="lg"
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
    >
      <Spotlight.Search
        placeholder="Search incidents, services, alerts, pages"
        aria-label="Search"
        leftSection={<IconSearch size={18} stroke={1.75} />}
      />
      <Spotlight.ActionsList mah={420} style={{ overflowY: 'auto' }}>
        {rows.length > 0 && (
          <Spotlight.ActionsGroup label="Incidents">
            {rows.map((incident) => (
              <Spotlight.Action
                key={incident.id}
                leftSection={<IconUrgent size={17} />}
                label={`#${incident.number} ${incident.title}`}
                description={`${incident.priority} · ${stageWord[incident.stage]}`}
                onClick={() => go(`/incidents/${incident.id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {items.length > 0 && (
          <Spotlight.ActionsGroup label="Estate">
            {items.map((item) => (
              <Spotlight.Action
                key={item.item}
                leftSection={<KindIcon kind={itemKind(item.item)} size={17} />}
                label={item.title || itemName(item.item)}
                description={`${kindWord(itemKind(item.item))} ${itemName(item.item)}`}
                onClick={() => go(`/estate/${item.item}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {alertRows.length > 0 && (
          <Spotlight.ActionsGroup label="Alerts">
            {alertRows.map((alert) => (
              <Spotlight.Action
                key={alert.id}
                leftSection={<IconBell size={17} />}
                label={alert.name}
                description={alert.summary}
                onClick={() => go(`/alerts/${alert.id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownPlaces.length > 0 && (
          <Spotlight.ActionsGroup label="Go to">
            {shownPlaces.map(([label, href]) => (
              <Spotlight.Action
                key={href}
                leftSection={<IconArrowRight size={17} />}
                label={label}
                onClick={() => go(href)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {'report an incident new create'.includes(lower) && (
          <Spotlight.ActionsGroup label="Do">
            <Spotlight.Action
              leftSection={<IconPlus size={17} />}
              label="Report an incident"
              onClick={() => go('/incidents/new')}
            />
          </Spotlight.ActionsGroup>
        )}
        {nothing && <Spotlight.Empty>Nothing found for “{typed}”.</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
