import { ActionIcon, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconBell,
  IconBellOff,
  IconCalendarUser,
  IconChartBar,
  IconContract,
  IconDeviceDesktop,
  IconGauge,
  IconHeartbeat,
  IconLayoutDashboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconPhone,
  IconSettings,
  IconSitemap,
  IconSun,
  IconUrgent,
  IconUserCircle,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouteContext, useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

import { access, overview } from '../api';
import { adjustClock } from '../ui/clock';
import styles from './layout.module.css';
import { useLiveFeed, useLiveState } from './live';
import { openSearch, QuickSearch } from './QuickSearch';

/** The frame around every page: where one can go, whether the view is live, who one is. */
export function Layout() {
  useLiveFeed();
  const summary = useQuery(overview.overview());
  const now = summary.data?.now;
  useEffect(() => {
    if (now) adjustClock(now);
  }, [now]);
  const open = summary.data?.open;
  const incidents = open ? open.detect + open.diagnose + open.resolve : 0;
  return (
    <div className={styles.frame}>
      <a href="#main" className="op-skip">
        Skip to the content
      </a>
      <header className={styles.top}>
        <Link to="/" className={styles.brand} aria-label="Operate, overview">
          <img src="/favicon.svg" alt="" width={22} height={22} />
          <span>Operate</span>
        </Link>
        <UnstyledButton className={styles.search} onClick={openSearch}>
          <IconSearch size={15} aria-hidden />
          <span>Search</span>
          <kbd>Ctrl K</kbd>
        </UnstyledButton>
        <div className={styles.right}>
          <LiveMark />
          <SchemeMenu />
          <UserMenu />
        </div>
      </header>
      <nav className={styles.nav} aria-label="Main">
        <Place to="/" icon={<IconLayoutDashboard size={18} stroke={1.75} />} label="Overview" />
        <Place
          to="/incidents"
          icon={<IconUrgent size={18} stroke={1.75} />}
          label="Incidents"
          count={incidents}
        />
        <Place
          to="/alerts"
          icon={<IconBell size={18} stroke={1.75} />}
          label="Alerts"
          count={summary.data?.alerts.open ?? 0}
        />
        <Place to="/silences" icon={<IconBellOff size={18} stroke={1.75} />} label="Silences" />
        <Place
          to="/heartbeats"
          icon={<IconHeartbeat size={18} stroke={1.75} />}
          label="Heartbeats"
          wide
        />
        <Place to="/oncall" icon={<IconPhone size={18} stroke={1.75} />} label="On call" wide />
        <Place
          to="/contracts"
          icon={<IconContract size={18} stroke={1.75} />}
          label="Contracts"
          wide
        />
        <Place
          to="/objectives"
          icon={<IconGauge size={18} stroke={1.75} />}
          label="Objectives"
          wide
        />
        <Place to="/estate" icon={<IconSitemap size={18} stroke={1.75} />} label="Estate" />
        <Place to="/reports" icon={<IconChartBar size={18} stroke={1.75} />} label="Reports" />
        <Place
          to="/settings"
          icon={<IconSettings size={18} stroke={1.75} />}
          label="Settings"
          wide
        />
      </nav>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <QuickSearch />
    </div>
  );
}

interface PlaceProps {
  to:
    | '/'
    | '/incidents'
    | '/alerts'
    | '/silences'
    | '/heartbeats'
    | '/oncall'
    | '/contracts'
    | '/objectives'
    | '/estate'
    | '/reports'
    | '/settings';
  icon: ReactNode;
  label: string;
  count?: number;
  /** Only where there is room; on a phone it is in the menu of the user. */
  wide?: boolean;
}

function Place({ to, icon, label, count = 0, wide = false }: PlaceProps) {
  return (
    <Link
      to={to}
      className={styles.place}
      data-wide={wide}
      activeOptions={{ exact: to === '/', includeSearch: false }}
    >
      <span aria-hidden className={styles.placeIcon}>
        {icon}
      </span>
      <span>{label}</span>
      {count > 0 && (
        <span className={styles.placeCount} aria-label={`${count} open`}>
          {count > 999 ? '999+' : count}
        </span>
      )}
    </Link>
  );
}

const liveWords = {
  connecting: ['Connecting', 'Connecting to the live feed'],
  live: ['Live', 'Changes appear here by themselves'],
  reconnecting: ['Reconnecting', 'The connection is lost; what you see may be old'],
} as const;

function LiveMark() {
  const state = useLiveState();
  const [word, meaning] = liveWords[state];
  return (
    <Tooltip label={meaning}>
      <span className={styles.live} data-state={state} role="status">
        <span className={styles.liveDot} aria-hidden />
        {word}
      </span>
    </Tooltip>
  );
}

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const icon = {
    light: <IconSun size={17} />,
    dark: <IconMoon size={17} />,
    auto: <IconDeviceDesktop size={17} />,
  };
  const choices = [
    ['auto', 'As the system'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const;
  return (
    <Menu position="bottom-end" width={170}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label="Colour scheme">
          {icon[colorScheme]}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(([value, label]) => (
          <Menu.Item
            key={value}
            leftSection={icon[value]}
            onClick={() => setColorScheme(value)}
            fw={colorScheme === value ? 600 : 400}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu() {
  const { user, version } = useRouteContext({ from: '/app' });
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await access.signOut();
    client.clear();
    await router.invalidate();
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          size="lg"
          aria-label={`Account of ${user.display_name}`}
        >
          <IconUserCircle size={19} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.display_name} · {user.role}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconCalendarUser size={16} />}
          renderRoot={(props) => <Link to="/my/on-call" {...props} />}
        >
          My shifts
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPhone size={16} />}
          renderRoot={(props) => <Link to="/oncall" {...props} />}
        >
          On call
        </Menu.Item>
        <Menu.Item
          leftSection={<IconHeartbeat size={16} />}
          renderRoot={(props) => <Link to="/heartbeats" {...props} />}
        >
          Heartbeats
        </Menu.Item>
        <Menu.Item
          leftSection={<IconContract size={16} />}
          renderRoot={(props) => <Link to="/contracts" {...props} />}
        >
          Contracts
        </Menu.Item>
        <Menu.Item
          leftSection={<IconGauge size={16} />}
          renderRoot={(props) => <Link to="/objectives" {...props} />}
        >
          Objectives
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSettings size={16} />}
          renderRoot={(props) => <Link to="/settings" {...props} />}
        >
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
        <Menu.Label>Operate {version}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
