import { Anchor } from '@mantine/core';
import { useRouteContext } from '@tanstack/react-router';

import { API_DOCS } from '../../api';
import { words } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { Panel } from '../../ui/Panel';
import { Backups } from './Backups';
import { Password } from './Password';

/** Which server this is, and who is signed in. */
export function About() {
  const { user, version, space } = useRouteContext({ from: '/app' });
  return (
    <>
      <Panel title="About">
        <Facts
          rows={[
            ['Product', `Operate ${version}`],
            ['Space', space],
            ['Signed in', `${user.display_name} (${user.name})`],
            ['Role', words(user.role)],
            [
              'API',
              <Anchor key="a" href={API_DOCS} inherit>
                Described at {API_DOCS}
              </Anchor>,
            ],
            ['Licence', 'Apache-2.0'],
          ]}
        />
      </Panel>
      {user.role === 'admin' && <Backups />}
      <Password />
    </>
  );
}
