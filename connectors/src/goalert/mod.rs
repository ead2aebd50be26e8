//! What GoAlert's GraphQL API answers to the query of the guide, as far as it says who is called
//! when.

use serde::Deserialize;

use crate::export::{Known, Reference, or_default};

/// The lists of an export, and what one of their elements is called.
pub const LISTS: &[Known] = &[
    ("users", "user"),
    ("schedules", "schedule"),
    ("rotations", "rotation"),
    ("userOverrides", "userOverride"),
    ("escalationPolicies", "escalationPolicy"),
    ("services", "service"),
];

/// Somebody with an account.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct User {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    #[serde(default, deserialize_with = "or_default")]
    pub contact_methods: Vec<ContactMethod>,
    #[serde(default, deserialize_with = "or_default")]
    pub notification_rules: Vec<NotificationRule>,
}

/// A way to reach somebody.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct ContactMethod {
    pub id: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub value: String,
    #[serde(default, deserialize_with = "or_default")]
    pub disabled: bool,
}

/// When to use a way.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationRule {
    #[serde(default, deserialize_with = "or_default")]
    pub delay_minutes: u32,
    #[serde(rename = "contactMethodID", default, deserialize_with = "or_default")]
    pub contact_method_id: String,
}

/// A schedule: all of its targets are on call at the same time, in the hours of their rules.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Schedule {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub targets: Vec<Assignment>,
    #[serde(default, deserialize_with = "or_default")]
    pub temporary_schedules: Vec<Temporary>,
}

/// Who is on call by a schedule, and in which hours.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Assignment {
    pub target: Reference,
    #[serde(default, deserialize_with = "or_default")]
    pub rules: Vec<Rule>,
}

/// Hours on some days of the week.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Rule {
    pub start: String,
    pub end: String,
    /// Sunday first.
    pub weekday_filter: [bool; 7],
}

/// Shifts that stand instead of a schedule for a while.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Temporary {
    pub start: String,
    pub end: String,
    #[serde(default, deserialize_with = "or_default")]
    pub shifts: Vec<TemporaryShift>,
}

/// One of them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct TemporaryShift {
    #[serde(rename = "userID")]
    pub user_id: String,
    pub start: String,
    pub end: String,
}

/// People who take turns.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Rotation {
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub shift_length: u16,
    pub start: String,
    pub time_zone: String,
    #[serde(rename = "userIDs", default, deserialize_with = "or_default")]
    pub user_ids: Vec<String>,
    /// Whose turn it is now: a place in the list, -1 when there is nobody.
    pub active_user_index: Option<i32>,
    /// When the turn that is now ends, and what follows.
    #[serde(default, deserialize_with = "or_default")]
    pub next_handoff_times: Vec<String>,
}

/// Somebody added to a schedule, removed from it, or both.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Override {
    pub id: String,
    pub start: String,
    pub end: String,
    #[serde(rename = "addUserID", default, deserialize_with = "or_default")]
    pub add_user_id: String,
    #[serde(rename = "removeUserID", default, deserialize_with = "or_default")]
    pub remove_user_id: String,
    pub target: Reference,
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
    pub repeat: serde_json::Value,
    #[serde(default, deserialize_with = "or_default")]
    pub steps: Vec<Step>,
}

/// A step of a policy.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Step {
    pub delay_minutes: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub targets: Vec<Reference>,
}

/// A service with its ways in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Service {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    pub escalation_policy: Option<Reference>,
    #[serde(default, deserialize_with = "or_default")]
    pub integration_keys: Vec<IntegrationKey>,
}

/// A way into a service.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct IntegrationKey {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
}
