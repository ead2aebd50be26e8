//! How the API shows the way of an alert, from its source to everybody who was told.

use estate::Planned;
use kernel::{Actor, AlertId, IncidentId, ItemRef, PageId, SilenceId, Time};
use oncall::CallResult;
use serde::Serialize;
use silences::Conditions;
use utoipa::ToSchema;

use super::held::Held;
use super::store::Delivery;
use super::untold::store::NotTold;

/// The way of an alert, from its source to everybody who was told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The alert.
    #[schema(value_type = String)]
    pub alert: AlertId,
    /// The integration it came through.
    pub source: String,
    /// The rule of that integration's mapping that made it of an event.
    pub mapping_rule: Option<String>,
    /// The source's own name for it (a dedup key, an alias), by which it is known again.
    pub key: Option<String>,
    /// By what it is known again here: the hash of source and key, without a key of its labels.
    pub fingerprint: String,
    /// The item that was found for it.
    #[schema(value_type = Option<String>)]
    pub item: Option<ItemRef>,
    /// The rule that found the item.
    pub matched_by: Option<String>,
    /// What a rule said of it; absent where none fitted.
    pub classification: Option<alerts::Classification>,
    /// The incident that it belongs to.
    #[schema(value_type = Option<String>)]
    pub incident: Option<IncidentId>,
    /// What that incident is about.
    pub opened: Option<Opened>,
    /// The silences that hold it back now.
    #[schema(value_type = Vec<String>)]
    pub silenced_by: Vec<SilenceId>,
    /// The same silences, with who wants them and until when.
    pub silences: Vec<HoldingSilence>,
    /// The fingerprints of the alerts that inhibit it now.
    pub inhibited_by: Vec<String>,
    /// The same alerts, as far as they are known here.
    pub inhibitors: Vec<Inhibitor>,
    /// The maintenance window that holds it back now: its item is worked on, as was planned.
    pub planned: Option<Planned>,
    /// Whether it comes and goes now, so that only that is told.
    pub flapping: bool,
    /// Who looks at it: then nothing is told again.
    #[schema(value_type = Option<String>)]
    pub acknowledged_by: Option<Actor>,
    /// Whether its rule only records it: then no receiver is told.
    pub recorded_only: bool,
    /// The items from a broken one to its own, when that holds it back now.
    pub explained_by: Vec<String>,
    /// Whether there is a routing configuration; without one nobody is told by routes.
    pub routing_configured: bool,
    /// The routes of the configuration in force as they were tried, in their order.
    pub routes: Vec<TriedRoute>,
    /// What was decided about its groups, the newest first.
    pub notifications: Vec<Decided>,
    /// Why receivers were not told of it, the newest first: a line whenever the reason changed.
    pub not_told: Vec<NotTold>,
    /// Who was called for its incident, the newest first.
    pub pages: Vec<Called>,
}

/// The incident of an alert in brief.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Opened {
    /// Its id.
    #[schema(value_type = String)]
    pub id: IncidentId,
    /// Its number.
    pub number: u64,
    /// One line that says what is wrong.
    pub title: String,
    /// Where it is in its life.
    pub stage: incidents::Stage,
    /// Whether it is only about to happen: then nobody is called.
    pub potential: bool,
    /// How soon it is to be worked on.
    pub priority: kernel::Priority,
}

/// A silence that holds an alert back now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HoldingSilence)]
pub struct HoldingSilence {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SilenceId,
    /// Its conditions.
    pub matchers: Conditions,
    /// Why.
    pub comment: String,
    /// Who wants it.
    pub created_by: String,
    /// When its present window ends; the year 9999 when nobody set an end.
    pub until: Time,
}

/// An alert that says all there is to say about another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Inhibitor {
    /// Its id.
    #[schema(value_type = String)]
    pub alert: AlertId,
    /// The hash of its labels.
    pub fingerprint: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub summary: String,
}

/// A route that was tried.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TriedRoute {
    /// The route, as matchers from the root.
    pub route: String,
    /// How many routes it stands below; the root stands below none.
    pub depth: usize,
    /// Its own conditions; empty for the root, which takes every alert.
    pub matchers: String,
    /// Its receiver.
    pub receiver: String,
    /// `takes`, `passes` (a route below takes it) or `refused`.
    pub verdict: &'static str,
    /// The matcher that the alert does not fit.
    pub refused_by: Option<String>,
    /// The routes beside it that follow were not tried, since it does not say `continue`.
    pub ends: bool,
    /// The key of the group that it is in, where the route takes it.
    pub group_key: Option<String>,
    /// The group as it is now; absent when the alert is in none.
    pub group: Option<GroupNow>,
    /// The time interval that keeps the route from telling anybody now.
    pub muted: Option<MutedNow>,
}

/// A group of alerts that are told together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupNow {
    /// Alerts in it.
    pub alerts: usize,
    /// When it is looked at next, and its receiver is told what has changed.
    pub due_at: Time,
}

/// Why a route tells nobody now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MutedNow {
    /// The mute interval that holds, or the active ones of which none does.
    pub intervals: Vec<String>,
    /// Whether they are mute intervals; else active ones.
    pub mute: bool,
    /// When that ends, as far as it can be foreseen.
    pub until: Option<Time>,
}

/// A decision to tell a receiver, and what came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Decided {
    /// When.
    pub at: Time,
    /// The receiver and its way: `ops/webhook[0]`.
    pub receiver: String,
    /// The route, as matchers from the root.
    pub route: String,
    /// The group.
    pub group_key: String,
    /// Why then: `first`, `changed`, `repeat`, `resolved` or `flapping`.
    #[schema(value_type = String)]
    pub reason: routing::Reason,
    /// `firing` or `resolved` as it was told, `held` when this alert was held back.
    pub told: &'static str,
    /// What held this alert back.
    pub held: Option<Held>,
    /// How many alerts were told as firing.
    pub firing: usize,
    /// How many were told as resolved.
    pub resolved: usize,
    /// When the digest is sent that tells it, while it waits for that.
    pub digest_at: Option<Time>,
    /// The attempts to deliver, in their order; none yet when it waits.
    pub deliveries: Vec<Delivery>,
}

/// The calling of people for the incident of an alert.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Called {
    /// The page.
    #[schema(value_type = String)]
    pub id: PageId,
    /// The escalation policy.
    #[schema(value_type = String)]
    pub policy: ItemRef,
    /// Where it is in its life.
    pub stage: oncall::Stage,
    /// When it began.
    pub started_at: Time,
    /// When the next person is called.
    pub next_step_at: Option<Time>,
    /// Who answered.
    #[schema(value_type = Option<String>)]
    pub acknowledged_by: Option<Actor>,
    /// When somebody answered.
    pub acknowledged_at: Option<Time>,
    /// Every call, in its order.
    pub calls: Vec<CalledContact>,
}

/// One call to one contact, with every attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalledContact {
    /// Whom.
    #[schema(value_type = String)]
    pub contact: ItemRef,
    /// How: `email` or `webhook`.
    pub channel: String,
    /// Where to.
    pub target: String,
    /// The step it belongs to, from 0.
    pub step: u32,
    /// The round, from 0.
    pub round: u32,
    /// When it was asked for.
    pub at: Time,
    /// What became of it.
    pub result: CallResult,
    /// What the other side said last.
    pub detail: String,
    /// The attempts to deliver, in their order; none yet when it waits.
    pub deliveries: Vec<Delivery>,
}
