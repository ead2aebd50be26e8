/**
 * The first words of every query key, so that the live feed can say what has become stale
 * without knowing the queries.
 */
export const keys = {
  session: ['session'],
  overview: ['overview'],
  incidents: ['incidents'],
  incidentList: ['incidents', 'list'],
  incident: (id: string) => ['incidents', 'one', id] as const,
  clocks: ['clocks'],
  alerts: ['alerts'],
  alertList: ['alerts', 'list'],
  alert: (id: string) => ['alerts', 'one', id] as const,
  silences: ['silences'],
  tuning: ['tuning'],
  objectives: ['objectives'],
  heartbeats: ['heartbeats'],
  contracts: ['contracts'],
  estate: ['estate'],
  reports: ['reports'],
  settings: ['settings'],
} as const;
