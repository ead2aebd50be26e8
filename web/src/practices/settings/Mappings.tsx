import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { settings } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { EmptyState } from '../../ui/States';
import { MappingEditor } from './MappingEditor';
import styles from './settings.module.css';

/** Kinds of keys whose events are mapped by rules. */
const mapped = ['webhook', 'cloudevents'];

/** What JSON of any shape means: rules, written against the last events that came. */
export function Mappings() {
  const { name } = useSearch({ from: '/app/settings/$part' });
  const navigate = useNavigate();
  const keys = useQuery(settings.integrationKeys());
  return (
    <>
      <p className={styles.intro}>
        An integration that posts JSON of its own shape gets rules in CEL: which events are alerts,
        what they are called, and when they are over. The rules are written against the last events
        that came.
      </p>
      <Loaded query={keys} rows={4}>
        {(found) => {
          const names = found.items
            .filter((key) => mapped.includes(key.kind))
            .map((key) => key.name);
          const chosen = name ?? names[0];
          if (chosen === undefined || !names.includes(chosen)) return <NoIntegration name={name} />;
          return (
            <>
              <Select
                label="Integration"
                w={280}
                data={names}
                value={chosen}
                allowDeselect={false}
                onChange={(next) =>
                  void navigate({
                    to: '/settings/$part',
                    params: { part: 'mappings' },
                    search: next ? { name: next } : {},
                  })
                }
              />
              <MappingEditor
                key={chosen}
                integration={chosen}
                kind={found.items.find((key) => key.name === chosen)?.kind ?? 'webhook'}
              />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function NoIntegration({ name }: { name: string | undefined }) {
  return (
    <EmptyState
      title={
        name ? `No integration ${name} is mapped` : 'No integration posts JSON of its own shape'
      }
      action={
        <Button
          renderRoot={(props) => (
            <Link to="/settings/$part" params={{ part: 'integrations' }} {...props} />
          )}
        >
          Make a key
        </Button>
      }
    >
      Make a key for “JSON of any shape” first. What it sends then is kept here as an example.
    </EmptyState>
  );
}
