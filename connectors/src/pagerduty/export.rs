//! What `GET /users`, `/teams`, `/schedules/{id}`, `/escalation_policies` and `/services` of
//! PagerDuty's REST API v2 answer, as far as it says who is called when.

use serde::Deserialize;

use crate::export::{Known, Reference, or_default};

/// The lists of an export, and what one of their elements is called.
pub const LISTS: &[Known] = &[
    ("users", "user"),
    ("teams", "team"),
    ("schedules", "schedule"),
    ("escalation_policies", "escalation_policy"),
    ("services", "service"),
];

/// Somebody with an account.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct User {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    #[serde(default, deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub contact_methods: Vec<ContactMethod>,
    #[serde(default, deserialize_with = "or_default")]
    pub notification_rules: Vec<NotificationRule>,
}

/// A way to reach somebody; only a reference without `include[]=contact_methods`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct ContactMethod {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub address: String,
    pub country_code: Option<u16>,
}

/// When to use a way; only a reference without `include[]=notification_rules`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationRule {
    #[serde(default, deserialize_with = "or_default")]
    pub start_delay_in_minutes: u32,
    pub contact_method: Option<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub urgency: String,
}

/// A team.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Team {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub parent: Option<Reference>,
}

/// A schedule; `GET /schedules` leaves its layers out, `GET /schedules/{id}` has them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Schedule {
    pub id: String,
    pub name: String,
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Reference>,
    /// The topmost layer first, as the API answers them.
    pub schedule_layers: Option<Vec<Layer>>,
    pub overrides_subschedule: Option<Subschedule>,
}

/// One rotation of a schedule.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Layer {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub start: String,
    pub end: Option<String>,
    pub rotation_virtual_start: Option<String>,
    pub rotation_turn_length_seconds: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub users: Vec<Member>,
    #[serde(default, deserialize_with = "or_default")]
    pub restrictions: Vec<Restriction>,
}

/// Somebody who takes turns.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Member {
    pub user: Reference,
}

/// Hours to which a layer is restricted.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Restriction {
    #[serde(rename = "type")]
    pub kind: String,
    pub start_time_of_day: String,
    pub duration_seconds: u32,
    /// 1 is Monday.
    pub start_day_of_week: Option<u8>,
}

/// What was changed by hand, as far as the request asked for it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Subschedule {
    #[serde(default, deserialize_with = "or_default")]
    pub rendered_schedule_entries: Vec<Entry>,
}

/// A stretch of time that somebody has.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Entry {
    pub start: String,
    pub end: String,
    pub user: Reference,
}

/// Whom to call one after another.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Policy {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub num_loops: serde_json::Value,
    #[serde(default, deserialize_with = "or_default")]
    pub escalation_rules: Vec<Rule>,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Reference>,
}

/// A step of a policy.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Rule {
    pub escalation_delay_in_minutes: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub targets: Vec<Reference>,
    pub escalation_rule_assignment_strategy: Option<Strategy>,
}

/// Whether a step calls everybody or one after another.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the API answers either")]
pub enum Strategy {
    Word(String),
    Typed {
        #[serde(rename = "type")]
        kind: String,
    },
}

impl Strategy {
    /// Whether each incident goes to the next one.
    pub fn rotates(&self) -> bool {
        let (Strategy::Word(kind) | Strategy::Typed { kind }) = self;
        kind == "round_robin"
    }
}

/// A service with its ways in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Service {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// `disabled`: it opens no incidents.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    pub escalation_policy: Option<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub integrations: Vec<Integration>,
    pub incident_urgency_rule: Option<UrgencyRule>,
    pub support_hours: Option<SupportHours>,
    #[serde(default, deserialize_with = "or_default")]
    pub scheduled_actions: Vec<serde_json::Value>,
    /// Seconds after which an incident that somebody took calls again; 0 is never.
    #[serde(default, deserialize_with = "or_default")]
    pub acknowledgement_timeout: u32,
    /// Seconds after which an incident is resolved by itself; 0 is never.
    #[serde(default, deserialize_with = "or_default")]
    pub auto_resolve_timeout: u32,
}

impl Service {
    /// Whether it opens no incidents.
    pub fn is_disabled(&self) -> bool {
        self.status == "disabled"
    }
}

/// How urgent the incidents of a service are: always the same, or by its support hours.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct UrgencyRule {
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub urgency: String,
    pub during_support_hours: Option<Urgency>,
    pub outside_support_hours: Option<Urgency>,
}

/// `high`, `low` or `severity_based`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Urgency {
    #[serde(default, deserialize_with = "or_default")]
    pub urgency: String,
}

/// When somebody is at work for a service: the same hours on some days of the week, 1 is Monday.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct SupportHours {
    #[serde(default, deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub start_time: String,
    #[serde(default, deserialize_with = "or_default")]
    pub end_time: String,
    #[serde(default, deserialize_with = "or_default")]
    pub days_of_week: Vec<u8>,
}

/// A way into a service; only a reference without `include[]=integrations`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Integration {
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub integration_key: String,
}
