import { ActionIcon, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconBell,
  IconBellOff,
  IconCalendarUser,
  IconChartBar,
  IconContract,
  IconDeviceDesktop,
  IconDots,
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
import { Link, Outlet, useLocation, useRouteContext, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

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
  const counts: Partial<Record<Where, number>> = {
    '/incidents': open ? open.detect + open.diagnose + open.resolve : 0,
    '/alerts': summary.data?.alerts.open ?? 0,
  };
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
        {places.map((place) => (
          <Place key={place.to} {...place} count={counts[place.to] ?? 0} />
        ))}
        <More />
      </nav>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <QuickSearch />
    </div>
  );
}

/** Where one can go. On a phone there is room for four; the rest is under "More". */
const places = [
  { to: '/', label: 'Overview', Icon: IconLayoutDashboard, phone: true },
  { to: '/incidents', label: 'Incidents', Icon: IconUrgent, phone: true },
  { to: '/alerts', label: 'Alerts', Icon: IconBell, phone: true },
  { to: '/silences', label: 'Silences', Icon: IconBellOff, phone: false },
  { to: '/heartbeats', label: 'Heartbeats', Icon: IconHeartbeat, phone: false },
  { to: '/oncall', label: 'On call', Icon: IconPhone, phone: true },
  { to: '/contracts', label: 'Contracts', Icon: IconContract, phone: false },
  { to: '/objectives', label: 'Objectives', Icon: IconGauge, phone: false },
  { to: '/estate', label: 'Estate', Icon: IconSitemap, phone: false },
  { to: '/reports', label: 'Reports', Icon: IconChartBar, phone: false },
  { to: '/settings', label: 'Settings', Icon: IconSettings, phone: false },
] as const;

type Where = (typeof places)[number]['to'];

function Place({ to, label, Icon, phone, count }: (typeof places)[number] & { count: number }) {
  return (
    <Link
      to={to}
      className={styles.place}
      data-phone={phone}
      activeOptions={{ exact: to === '/', includeSearch: false }}
    >
      <span aria-hidden className={styles.placeIcon}>
        <Icon size={18} stroke={1.75} />
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

/** On a phone: the places for which the bar has no room. */
function More() {
  const path = useLocation({ select: (location) => location.pathname });
  const rest = places.filter((place) => !place.phone);
  const here = rest.some((place) => path === place.to || path.startsWith(`${place.to}/`));
  return (
    <Menu position="top-end" width={220}>
      <Menu.Target>
        <UnstyledButton className={styles.more} data-status={here ? 'active' : undefined}>
          <span aria-hidden className={styles.placeIcon}>
            <IconDots size={18} stroke={1.75} />
          </span>
          <span>More</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {rest.map(({ to, label, Icon }) => (
          <Menu.Item
            key={to}
            leftSection={<Icon size={18} stroke={1.75} />}
            renderRoot={(props) => <Link to={to} {...props} />}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
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
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
        <Menu.Label>Operate {version}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
