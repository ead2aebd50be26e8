import type { components } from './generated';

/**
 * The shapes on the wire, under the names that the web uses. They come from the server's own
 * description of its API: `npm run api` makes `generated.ts` from `openapi.json`.
 */
type Schemas = components['schemas'];

export type Priority = Schemas['Priority'];
export type Level = Schemas['Impact'];
export type Severity = Schemas['AlertSeverity'];
export type IncidentSeverity = Schemas['IncidentSeverity'];
export type Role = Schemas['Role'];
export type Scope = Schemas['Scope'];
export type KeyKind = Schemas['KeyKind'];
export type Choice = Schemas['Choice'];
export type JournalEntry = Schemas['TimelineEntry'];

export type Phase = Schemas['IncidentPhase'];
export type IncidentStage = Schemas['IncidentStage'];
export type Member = Schemas['IncidentMember'];
export type Incident = Schemas['IncidentView'];
export type IncidentRow = Schemas['IncidentRow'];
export type ContractClock = Schemas['ContractClock'];
export type IncidentClocks = Schemas['IncidentClocks'];
export type IncidentAllowance = Schemas['IncidentAllowance'];
export type NextClock = Schemas['NextClock'];
export type NewIncident = Schemas['NewIncident'];
export type IncidentCommand = Schemas['IncidentCommand'];

export type ObjectiveRow = Schemas['ObjectiveRow'];
export type Objective = Schemas['ObjectiveView'];
export type BudgetState = Schemas['BudgetState'];
export type BudgetSeries = Schemas['BudgetSeries'];
export type TargetHeld = Schemas['Items_TargetHeld']['items'][number];
export type TargetDecision = Schemas['TargetDecision'];

export type Alert = Schemas['AlertView'];
export type AlertCommand = Schemas['AlertCommand'];
export type AlertHistory = Schemas['Listed_AlertHistory']['items'][number];
export type AlertSpell = Schemas['AlertSpell'];
export type Explanation = Schemas['Explanation'];
export type AlertGroup = Schemas['AlertGroup'];
export type AlertTally = Schemas['AlertTally'];
export type AlertFilterBody = Schemas['AlertFilter'];
export type BulkAnswer = Schemas['BulkAnswer'];
export type ClassRule = Schemas['ClassRule'];
export type AlertClass = Schemas['AlertClass'];
export type AlertClassed = Schemas['AlertClassed'];
export type AlertResponse = Schemas['AlertResponse'];
export type ImpactClass = Schemas['ImpactClass'];
export type Classification = Schemas['AlertClassification'];
export type ClassTrial = Schemas['ClassTrial'];
export type ClassVerdict = Schemas['ClassVerdict'];
export type ClassCounts = Schemas['ClassCounts'];
export type MatchRule = Schemas['MatchRule'];
export type MatchRules = Schemas['MatchRules'];
export type MatchPreview = Schemas['RulePreview'];

export type Silence = Schemas['SilenceView'];
export type SilencePlan = Schemas['SilencePlan'];

export type TuningTask = Schemas['TuningView'];
export type TuningStage = Schemas['TuningStage'];
export type TuningCommand = Schemas['TuningCommand'];
export type Heartbeat = Schemas['HeartbeatView'];
export type HeartbeatPlan = Schemas['HeartbeatPlan'];
export type HeartbeatCommand = Schemas['HeartbeatCommand'];
export type NewHeartbeat = Schemas['NewHeartbeat'];
export type MadeHeartbeat = Schemas['MadeHeartbeat'];

export type MappingRule = Schemas['MappingRule'];
export type MappingExample = Schemas['Items_Example']['items'][number];
export type MappingPreview = Schemas['Items_MappingPreview']['items'][number];

export type Page = Schemas['PageView'];
export type PageCommand = Schemas['PageCommand'];

/** The state of an item; unknown where the server names none. */
export type ItemState = Schemas['Health'] | 'unknown';
export type EstateItem = Schemas['Listed_ListedItem']['items'][number];
export type EstateItemDetail = Schemas['ItemView'];
export type ItemRef = Schemas['ItemRef'];
export type Assigned = Schemas['Assigned'];
export type PolicyRef = Schemas['EscalationPolicyRef'];
export type Resource = Schemas['Resource'];
/** A resource document as it is edited; the server checks its specification. */
export interface ResourceDocument {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string };
  spec: Record<string, unknown>;
}
export type Graph = Pick<Schemas['Map'], 'nodes' | 'edges'>;
export type GraphNode = Schemas['MapNode'];
export type Impact = Schemas['Hits'];
export type Edge = Schemas['Edge'];
export type PlanResult = Schemas['PlanView'];

export type Overview = Schemas['Overview'];
export type ProductState = Schemas['ProductState'];
export type UseCaseState = Schemas['UseCaseState'];

export type TimesReport = Schemas['TimesReport'];
export type MonthlyReport = Schemas['MonthlyReport'];
export type ReportMonth = Schemas['ReportMonth'];
export type KeyFigure = Schemas['KeyFigure'];
export type MeasureSeries = Schemas['MeasureSeries'];
export type MeasureLine = Schemas['MeasureLine'];
export type RulesReport = Schemas['RulesReport'];
export type RuleReport = Schemas['RuleReport'];
export type Companions = Schemas['Recurring']['items'][number];
export type RecurringGroup = Schemas['Recurring']['groups'][number];
export type Verdict = Schemas['Fellowship'];
export type GroupAsked = Schemas['GroupAsked'];
export type PatternsReport = Schemas['PatternsReport'];
export type WeekHour = Schemas['WeekHour'];
export type Anomaly = Schemas['AnomalyView'];
export type ExpectedHour = Schemas['ExpectedView'];
export type ExpectedAsked = Schemas['ExpectedAsked'];
export type CompanionDecision = Schemas['Decision'];
export type AlertKey = Schemas['AlertKey'];
export type FigureGroup = Schemas['FigureGroup'];

export type ContractRow = Schemas['ContractRow'];
export type ContractDetail = Schemas['ContractView'];
export type PeriodBar = Schemas['PeriodBar'];
export type ComplianceReport = Schemas['ComplianceReport'];
export type ComplianceFigures = Schemas['ComplianceFigures'];
export type Coverage = Schemas['Coverage'];
export type CoverageRow = Schemas['CoverageRow'];
export type PromisePreview = Schemas['PromisePreview'];
export type DataSource = Schemas['Items_DataSourceView']['items'][number];
export type SourceCredentials = Schemas['SourceCredentials'];
export type SourceTried = Schemas['SourceTried'];
export type Consumable = Schemas['Consumable'];
export type CheckLine = Schemas['CheckLine'];
export type PerformanceFigures = Schemas['PerformanceFigures'];
export type ExcludedFigures = Schemas['ExcludedFigures'];
export type ConsumerDesk = Schemas['ConsumerDesk'];
export type ConsumerPromise = Schemas['ConsumerPromise'];
export type ComplianceLine = Schemas['ComplianceLine'];
export type ClockReport = Schemas['ClockReport'];
export type PromiseWords = Schemas['PromiseWords'];
export type Supposed = Schemas['Supposed'];
export type ContractVerdict = ComplianceFigures['verdict'];
export type Outlook = Schemas['Outlook'];
export type ReportMail = Schemas['ReportMail'];
export type Standing = Schemas['Standing'];
export type ReleaseAnswer = Schemas['ReleaseAnswer'];

export type Account = Schemas['Account'];
export type NewAccount = Schemas['NewAccount'];
export type EditAccount = Schemas['EditAccount'];
export type PriorityMatrix = Schemas['PriorityMatrix'];
export type Policy = Schemas['Policy'];
export type NotificationPolicy = Schemas['NotificationPolicy'];
export type RoutingInForce = Schemas['RoutingInForce'];
export type RoutingVersion = Schemas['Items_RoutingVersion']['items'][number];
export type TemplateText = Schemas['TemplateText'];
export type DiffLine = Schemas['DiffLine'];
export type TextMistake = Schemas['Mistake'];
export type ReplayAnswer = Schemas['ReplayAnswer'];
export type Route = Schemas['Route'];
export type Token = Schemas['ApiToken'];
export type IntegrationKey = Schemas['IntegrationKey'];
export type IssuedToken = Schemas['IssuedToken'];
export type NewToken = Schemas['NewToken'];
export type IssuedKey = Schemas['IssuedKey'];
export type NewKey = Schemas['NewKey'];
export type LoadReport = Schemas['LoadView'];
export type LoadLimits = Schemas['LoadLimits'];
export type PersonLoad = Schemas['PersonLoad'];
export type ScheduleLine = Schemas['Items_ScheduleLine']['items'][number];
export type ScheduleTurn = Schemas['TurnView'];
export type ScheduleView = Schemas['ScheduleView'];
export type SchedulePreview = Schemas['SchedulePreview'];
export type ShiftShare = ScheduleView['shares'][number];
export type ShiftBreach = Schemas['ShiftBreach'];
export type ScheduleCalendar = Schemas['ScheduleCalendar'];
export type Uncovered = Schemas['Items_Uncovered']['items'][number];
export type PersonShifts = Schemas['PersonShifts'];
export type PersonShift = Schemas['PersonShift'];
export type MyOnCall = Schemas['MyOnCall'];
export type MyPage = MyOnCall['pages'][number];
export type FeedView = Schemas['FeedView'];
export type HandOver = Schemas['HandOver'];
export type CallingPreview = Schemas['CallingPreview'];
export type HandedIncident = Schemas['HandedIncident'];
export type NewNote = Schemas['NewNote'];
export type NewSwap = Schemas['NewSwap'];
export type SwapView = Schemas['Items_SwapView']['items'][number];
export type AwayResult = Schemas['AwayResult'];
export type AwayView = Schemas['AwayView'];
export type LeaveCalendar = Schemas['LeaveCalendar'];
export type NewLeaveCalendar = Schemas['NewLeaveCalendar'];
export type Away = Schemas['Away'];
export type Takeover = Schemas['Takeover'];
export type ContactWay = Schemas['ContactWay'];
export type ContactWays = Schemas['Ways'];
export type HitShift = Schemas['HitShift'];
export type NotifyRule = Schemas['NotifyRule'];
export type TriedWay = Schemas['TriedWay'];

export type PushDevices = Schemas['PushDevices'];

export type NewPushDevice = Schemas['NewPushDevice'];

export type ChatSettings = Schemas['ChatSettings'];

export type ChatEntry = Schemas['ChatEntry'];

export type ChatTrial = Schemas['ChatTrial'];

export type ChatTried = Schemas['ChatTried'];
export type OutboxMessage = Schemas['Items_OutboxMessage']['items'][number];

/** Problem details, and the mistakes in files of the estate where these were refused. */
export type ProblemDetails = Partial<Schemas['Problem']> & { errors?: Schemas['Mistake'][] };

/** A command that this person may give now, whatever the record. The server decides. */
export interface Allowed {
  command: string;
  label: string;
  help?: string | null;
  fields: readonly CommandField[];
  /** Whether it replaces what was seen; `false`: it is not refused because something was noted. */
  overwrites?: boolean;
}

/** One thing that a command asks for. */
export interface CommandField {
  name: string;
  kind: string;
  required: boolean;
  label: string;
  options?: readonly Choice[];
  help?: string | null;
}
