//! What `GET /v2/users`, `/v2/teams`, `/v2/schedules`, their rules and overrides, `/v2/escalations`
//! and `/v2/integrations` of Opsgenie answer, as far as it says who is called when.

use serde::Deserialize;

use crate::export::{Known, Reference, or_default};

/// The lists of an export, and what one of their elements is called.
pub const LISTS: &[Known] = &[
    ("users", "user"),
    ("teams", "team"),
    ("schedules", "schedule"),
    ("overrides", "override"),
    ("escalations", "escalation"),
    ("integrations", "integration"),
    ("routing_rules", "routing_rule"),
    ("notification_rules", "notification_rule"),
];

/// Somebody with an account.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct User {
    pub id: String,
    /// Their mail address.
    pub username: String,
    #[serde(default, deserialize_with = "or_default")]
    pub full_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub blocked: bool,
    /// There with `expand=contact`.
    #[serde(default, deserialize_with = "or_default")]
    pub user_contacts: Vec<Contact>,
}

/// A way to reach somebody.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Contact {
    pub to: String,
    #[serde(alias = "method")]
    pub contact_method: String,
    pub status: Option<ContactStatus>,
}

/// Whether a way is used.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct ContactStatus {
    #[serde(default, deserialize_with = "or_default")]
    pub enabled: bool,
}

/// A team; the list leaves its members out, `GET /v2/teams/{id}` has them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Team {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub members: Option<Vec<Member>>,
}

/// Somebody in a team.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Member {
    pub user: Reference,
}

/// A schedule: all of its rotations are on call at the same time.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Schedule {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub timezone: String,
    pub enabled: Option<bool>,
    pub owner_team: Option<Reference>,
    /// There with `expand=rotation`.
    pub rotations: Option<Vec<Rotation>>,
}

/// People who take turns.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Rotation {
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    pub start_date: String,
    pub end_date: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub length: Option<u16>,
    #[serde(default, deserialize_with = "or_default")]
    pub participants: Vec<Participant>,
    pub time_restriction: Option<TimeRestriction>,
}

/// Whose turn it is: a user, a team, an escalation, or `none`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Participant {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub username: String,
}

/// Hours to which a rotation is restricted.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct TimeRestriction {
    #[serde(rename = "type")]
    pub kind: String,
    pub restriction: Option<Hours>,
    #[serde(default, deserialize_with = "or_default")]
    pub restrictions: Vec<Hours>,
}

/// From one time of the day or week to another.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Hours {
    pub start_day: Option<String>,
    pub start_hour: u8,
    #[serde(default, deserialize_with = "or_default")]
    pub start_min: u8,
    pub end_day: Option<String>,
    pub end_hour: u8,
    #[serde(default, deserialize_with = "or_default")]
    pub end_min: u8,
}

/// A stretch of time that somebody takes over.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Override {
    #[serde(rename = "_parent", alias = "parent")]
    pub parent: Option<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub alias: String,
    pub user: Participant,
    pub start_date: String,
    pub end_date: String,
    #[serde(default, deserialize_with = "or_default")]
    pub rotations: Vec<Reference>,
}

/// Whom to call one after another.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Escalation {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub owner_team: Option<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub rules: Vec<Rule>,
    pub repeat: Option<Repeat>,
}

/// A step of an escalation, counted from its beginning.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Rule {
    #[serde(default, deserialize_with = "or_default")]
    pub condition: String,
    #[serde(default, deserialize_with = "or_default")]
    pub notify_type: String,
    pub delay: Delay,
    pub recipient: Participant,
}

impl Delay {
    /// In seconds.
    pub fn seconds(&self) -> u64 {
        let amount = u64::from(self.time_amount);
        match self.time_unit.to_lowercase().as_str() {
            "hours" | "hour" => amount * 3_600,
            "days" | "day" => amount * 86_400,
            "seconds" | "second" => amount,
            _ => amount * 60,
        }
    }
}

/// How long after the beginning.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Delay {
    pub time_amount: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub time_unit: String,
}

/// Whether it begins again.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Repeat {
    /// Minutes.
    #[serde(default, deserialize_with = "or_default")]
    pub wait_interval: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub count: serde_json::Value,
}

/// Where the alerts of a team go; the answer does not name the team.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct RoutingRule {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The last one, which always holds.
    #[serde(default, deserialize_with = "or_default")]
    pub is_default: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub order: i64,
    pub criteria: Option<Criteria>,
    pub time_restriction: Option<serde_json::Value>,
    pub notify: Option<Participant>,
}

/// How somebody wants to be told; the answer does not name them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationRule {
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub action_type: String,
    #[serde(default, deserialize_with = "or_default")]
    pub order: i64,
    pub enabled: Option<bool>,
    pub criteria: Option<Criteria>,
    pub time_restriction: Option<serde_json::Value>,
    /// There in `GET /v2/users/{id}/notification-rules/{id}`.
    pub steps: Option<Vec<NotificationStep>>,
    pub repeat: Option<serde_json::Value>,
}

/// A way, and when it is used.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationStep {
    pub contact: NotificationContact,
    pub send_after: Option<Delay>,
    pub enabled: Option<bool>,
}

/// A way of somebody.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationContact {
    #[serde(default, deserialize_with = "or_default")]
    pub method: String,
    #[serde(default, deserialize_with = "or_default")]
    pub to: String,
}

/// Which alerts a rule is for.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Criteria {
    /// `match-all`, `match-any-condition` or `match-all-conditions`.
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub conditions: Vec<Condition>,
}

/// What a rule asks of an alert.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Condition {
    #[serde(default, deserialize_with = "or_default")]
    pub field: String,
    #[serde(default, deserialize_with = "or_default")]
    pub not: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub operation: String,
    #[serde(default, deserialize_with = "or_default")]
    pub expected_value: String,
}

/// A way in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Integration {
    /// There in the list; one alone is answered without.
    #[serde(default, deserialize_with = "or_default")]
    pub id: String,
    pub name: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    pub enabled: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    pub team_id: String,
    /// The same, in `GET /v2/integrations/{id}`.
    pub owner_team: Option<Reference>,
    /// There in `GET /v2/integrations/{id}`.
    #[serde(default, deserialize_with = "or_default")]
    pub api_key: String,
}
