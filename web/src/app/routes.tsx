import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';

import { only } from '../kit/filter';
import { app, desk, root, setup, signIn } from './entry';

const overview = createRoute({
  getParentRoute: () => app,
  path: '/',
  component: lazyRouteComponent(() => import('../practices/overview/Overview'), 'Overview'),
});

const incidents = createRoute({
  getParentRoute: () => app,
  path: '/incidents',
  validateSearch: only(
    'open',
    'phase',
    'stage',
    'priority',
    'warning',
    'potential',
    'major',
    'team',
    'queue',
    'assignee',
    'reporter',
    'item',
    'cause_class',
    'q',
    'from',
    'to',
    'resolved_from',
    'resolved_to',
    'sort',
  ),
  component: lazyRouteComponent(
    () => import('../practices/incidents/IncidentList'),
    'IncidentList',
  ),
});

const newIncident = createRoute({
  getParentRoute: () => app,
  path: '/incidents/new',
  validateSearch: only('item', 'title'),
  component: lazyRouteComponent(() => import('../practices/incidents/IncidentNew'), 'IncidentNew'),
});

const incident = createRoute({
  getParentRoute: () => app,
  path: '/incidents/$id',
  component: lazyRouteComponent(
    () => import('../practices/incidents/IncidentPage'),
    'IncidentPage',
  ),
});

const command = createRoute({
  getParentRoute: () => app,
  path: '/incidents/$id/command',
  component: lazyRouteComponent(() => import('../practices/incidents/CommandPage'), 'CommandPage'),
});

const alerts = createRoute({
  getParentRoute: () => app,
  path: '/alerts',
  validateSearch: only(
    'state',
    'severity',
    'class',
    'impact',
    'name',
    'item',
    'matched',
    'source',
    'receiver',
    'team',
    'matching',
    'silenced',
    'q',
    'incident',
    'sort',
    'by',
  ),
  component: lazyRouteComponent(() => import('../practices/alerts/AlertList'), 'AlertList'),
});

const alert = createRoute({
  getParentRoute: () => app,
  path: '/alerts/$id',
  validateSearch: only('view'),
  component: lazyRouteComponent(() => import('../practices/alerts/AlertPage'), 'AlertPage'),
});

const routing = createRoute({
  getParentRoute: () => app,
  path: '/alerts/routing',
  validateSearch: only('view', 'labels', 'version'),
  component: lazyRouteComponent(() => import('../practices/routing/RoutingPage'), 'RoutingPage'),
});

const history = createRoute({
  getParentRoute: () => app,
  path: '/alerts/history',
  validateSearch: only(
    'days',
    'from',
    'to',
    'state',
    'severity',
    'class',
    'impact',
    'name',
    'item',
    'team',
    'source',
    'acknowledged',
    'label',
    'q',
    'sort',
  ),
  component: lazyRouteComponent(() => import('../practices/history/HistoryPage'), 'HistoryPage'),
});

const tuning = createRoute({
  getParentRoute: () => app,
  path: '/tuning',
  validateSearch: only('stage', 'q', 'noisy', 'sort'),
  component: lazyRouteComponent(() => import('../practices/tuning/TuningList'), 'TuningList'),
});

const tuningTask = createRoute({
  getParentRoute: () => app,
  path: '/tuning/$id',
  component: lazyRouteComponent(() => import('../practices/tuning/TuningPage'), 'TuningPage'),
});

const objectiveList = createRoute({
  getParentRoute: () => app,
  path: '/objectives',
  validateSearch: only('state', 'item', 'team', 'burning', 'q', 'sort'),
  component: lazyRouteComponent(
    () => import('../practices/objectives/ObjectiveList'),
    'ObjectiveList',
  ),
});

const objective = createRoute({
  getParentRoute: () => app,
  path: '/objectives/$name',
  component: lazyRouteComponent(
    () => import('../practices/objectives/ObjectivePage'),
    'ObjectivePage',
  ),
});

const silences = createRoute({
  getParentRoute: () => app,
  path: '/silences',
  validateSearch: only('stage', 'q', 'sort', 'view'),
  component: lazyRouteComponent(() => import('../practices/silences/SilenceList'), 'SilenceList'),
});

const newSilence = createRoute({
  getParentRoute: () => app,
  path: '/silences/new',
  validateSearch: only('alert', 'conditions', 'day'),
  component: lazyRouteComponent(() => import('../practices/silences/SilenceForm'), 'SilenceNew'),
});

const silence = createRoute({
  getParentRoute: () => app,
  path: '/silences/$id',
  component: lazyRouteComponent(() => import('../practices/silences/SilencePage'), 'SilencePage'),
});

const editSilence = createRoute({
  getParentRoute: () => app,
  path: '/silences/$id/edit',
  component: lazyRouteComponent(() => import('../practices/silences/SilenceForm'), 'SilenceEdit'),
});

const heartbeats = createRoute({
  getParentRoute: () => app,
  path: '/heartbeats',
  validateSearch: only('name'),
  component: lazyRouteComponent(
    () => import('../practices/heartbeats/HeartbeatList'),
    'HeartbeatList',
  ),
});

const estate = createRoute({
  getParentRoute: () => app,
  path: '/estate',
  validateSearch: only('view', 'kind', 'team', 'department', 'q', 'item', 'direction'),
  component: lazyRouteComponent(() => import('../practices/estate/EstatePage'), 'EstatePage'),
});

const newItem = createRoute({
  getParentRoute: () => app,
  path: '/estate/new',
  validateSearch: only('kind', 'item', 'as'),
  component: lazyRouteComponent(() => import('../practices/estate/ItemNew'), 'ItemNew'),
});

const item = createRoute({
  getParentRoute: () => app,
  path: '/estate/$kind/$name',
  component: lazyRouteComponent(() => import('../practices/estate/ItemPage'), 'ItemPage'),
});

const editItem = createRoute({
  getParentRoute: () => app,
  path: '/estate/$kind/$name/edit',
  component: lazyRouteComponent(() => import('../practices/estate/ItemEdit'), 'ItemEdit'),
});

const reports = createRoute({
  getParentRoute: () => app,
  path: '/reports',
  validateSearch: only('days', 'from', 'to', 'priority', 'item', 'team', 'figure', 'group', 'key'),
  component: lazyRouteComponent(() => import('../practices/reports/ReportPage'), 'ReportPage'),
});

const rules = createRoute({
  getParentRoute: () => app,
  path: '/reports/alerts',
  validateSearch: only(
    'days',
    'from',
    'to',
    'team',
    'item',
    'source',
    'sort',
    'show',
    'rule',
    'of',
    'zone',
  ),
  component: lazyRouteComponent(() => import('../practices/reports/RulesPage'), 'RulesPage'),
});

const oncall = createRoute({
  getParentRoute: () => app,
  path: '/oncall',
  component: lazyRouteComponent(() => import('../practices/oncall/SchedulesPage'), 'SchedulesPage'),
});

const schedule = createRoute({
  getParentRoute: () => app,
  path: '/oncall/$name',
  validateSearch: only('weeks', 'zone', 'as', 'day'),
  component: lazyRouteComponent(() => import('../practices/oncall/SchedulePage'), 'SchedulePage'),
});

const handOver = createRoute({
  getParentRoute: () => app,
  path: '/oncall/$name/hand-over',
  validateSearch: only('at'),
  component: lazyRouteComponent(() => import('../practices/oncall/HandOverPage'), 'HandOverPage'),
});

const mine = createRoute({
  getParentRoute: () => app,
  path: '/my/on-call',
  component: lazyRouteComponent(() => import('../practices/oncall/MinePage'), 'MinePage'),
});

const contracts = createRoute({
  getParentRoute: () => app,
  path: '/contracts',
  validateSearch: only('view', 'q', 'missing', 'team', 'sort'),
  component: lazyRouteComponent(
    () => import('../practices/contracts/ContractList'),
    'ContractList',
  ),
});

const contract = createRoute({
  getParentRoute: () => app,
  path: '/contracts/$name',
  validateSearch: only('target'),
  component: lazyRouteComponent(
    () => import('../practices/contracts/ContractPage'),
    'ContractPage',
  ),
});

const complianceReport = createRoute({
  getParentRoute: () => app,
  path: '/contracts/$name/report',
  validateSearch: only('period'),
  component: lazyRouteComponent(
    () => import('../practices/contracts/CompliancePage'),
    'CompliancePage',
  ),
});

const promises = createRoute({
  getParentRoute: () => app,
  path: '/promises/$kind/$name',
  component: lazyRouteComponent(
    () => import('../practices/contracts/PromisesPage'),
    'PromisesPage',
  ),
});

const load = createRoute({
  getParentRoute: () => app,
  path: '/reports/load',
  validateSearch: only('days', 'from', 'to', 'team', 'person'),
  component: lazyRouteComponent(() => import('../practices/reports/LoadPage'), 'LoadPage'),
});

const figures = createRoute({
  getParentRoute: () => app,
  path: '/reports/figures',
  validateSearch: only('figure', 'days', 'from', 'to', 'step', 'priority', 'item', 'team'),
  component: lazyRouteComponent(() => import('../practices/reports/FiguresPage'), 'FiguresPage'),
});

const monthly = createRoute({
  getParentRoute: () => app,
  path: '/reports/monthly',
  validateSearch: only('item', 'month', 'zone'),
  component: lazyRouteComponent(() => import('../practices/reports/MonthlyPage'), 'MonthlyPage'),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('../practices/settings/SettingsPage'), 'SettingsPage'),
});

const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$part', params: { part: 'accounts' }, replace: true });
  },
});

const settingsPart = createRoute({
  getParentRoute: () => settings,
  path: '$part',
  validateSearch: only('alert', 'name'),
  component: lazyRouteComponent(() => import('../practices/settings/SettingsPart'), 'SettingsPart'),
});

export const routeTree = root.addChildren([
  signIn,
  setup,
  desk,
  app.addChildren([
    overview,
    incidents,
    newIncident,
    incident,
    command,
    alerts,
    alert,
    history,
    routing,
    tuning,
    tuningTask,
    objectiveList,
    objective,
    silences,
    newSilence,
    silence,
    editSilence,
    heartbeats,
    estate,
    newItem,
    item,
    editItem,
    contracts,
    contract,
    complianceReport,
    promises,
    reports,
    load,
    figures,
    monthly,
    oncall,
    mine,
    handOver,
    schedule,
    rules,
    settings.addChildren([settingsIndex, settingsPart]),
  ]),
]);
