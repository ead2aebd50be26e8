//! What Grafana OnCall's public API (`/api/v1/…`) answers, as far as it says who is called when.

use serde::Deserialize;

use crate::export::{Known, or_default};

/// The lists of an export, and what one of their elements is called.
pub const LISTS: &[Known] = &[
    ("users", "user"),
    ("teams", "team"),
    ("schedules", "schedule"),
    ("on_call_shifts", "on_call_shift"),
    ("escalation_chains", "escalation_chain"),
    ("escalation_policies", "escalation_policy"),
    ("personal_notification_rules", "personal_notification_rule"),
    ("integrations", "integration"),
    ("routes", "route"),
    ("final_shifts", "final_shift"),
];

/// Somebody with an account.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct User {
    pub id: String,
    pub username: String,
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
    #[serde(default, deserialize_with = "or_default")]
    pub timezone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub teams: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub slack: Vec<Slack>,
}

/// Somebody's account in Slack.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Slack {
    #[serde(default, deserialize_with = "or_default")]
    pub user_id: String,
}

/// A step of how somebody wants to be called.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct NotificationRule {
    pub user_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub position: i32,
    #[serde(default, deserialize_with = "or_default")]
    pub important: bool,
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds.
    pub duration: Option<f64>,
}

/// A team.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Team {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub email: String,
}

/// A schedule: shifts by id, or a calendar elsewhere.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Schedule {
    pub id: String,
    pub name: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub team_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub shifts: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub ical_url_primary: String,
    #[serde(default, deserialize_with = "or_default")]
    pub ical_url_overrides: String,
    pub slack: Option<ScheduleSlack>,
}

/// Whom in Slack a schedule tells.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct ScheduleSlack {
    #[serde(default, deserialize_with = "or_default")]
    pub channel_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub user_group_id: String,
}

/// A shift, or shifts that come again and again.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Shift {
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub time_zone: String,
    #[serde(default, deserialize_with = "or_default")]
    pub level: i32,
    pub start: String,
    pub rotation_start: Option<String>,
    /// Seconds.
    pub duration: f64,
    #[serde(default, deserialize_with = "or_default")]
    pub frequency: String,
    pub interval: Option<u16>,
    pub until: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub week_start: String,
    #[serde(default, deserialize_with = "or_default")]
    pub by_day: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub by_month: Vec<i16>,
    #[serde(default, deserialize_with = "or_default")]
    pub by_monthday: Vec<i16>,
    #[serde(default, deserialize_with = "or_default")]
    pub users: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub rolling_users: Vec<Vec<String>>,
    pub start_rotation_from_user_index: Option<usize>,
}

/// A shift of a schedule as it was worked out, whatever it comes from.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct FinalShift {
    pub user_pk: String,
    #[serde(default, deserialize_with = "or_default")]
    pub user_username: String,
    pub shift_start: String,
    pub shift_end: String,
}

/// Whom to call one after another; its steps are [`Step`]s.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Chain {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub team_id: String,
}

/// A step of a chain, which the API calls an escalation policy.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Step {
    pub id: String,
    pub escalation_chain_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub position: i32,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    /// Seconds.
    pub duration: Option<f64>,
    #[serde(default, deserialize_with = "or_default")]
    pub important: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub persons_to_notify: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub persons_to_notify_next_each_time: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub notify_on_call_from_schedule: String,
    #[serde(default, deserialize_with = "or_default")]
    pub team_to_notify: String,
    /// In UTC, `08:00:00Z`: what follows waits for this time of the day.
    #[serde(default, deserialize_with = "or_default")]
    pub notify_if_time_from: String,
    #[serde(default, deserialize_with = "or_default")]
    pub notify_if_time_to: String,
}

/// A way in.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Integration {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub team_id: String,
    /// Where alerts go that no other route is for.
    pub default_route: Option<DefaultRoute>,
}

/// Where the alerts of an integration go.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct DefaultRoute {
    #[serde(default, deserialize_with = "or_default")]
    pub escalation_chain_id: String,
}

/// Where some alerts of an integration go.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the API")]
pub struct Route {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub integration_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub escalation_chain_id: String,
    /// What alerts it is for, in words of its own.
    #[serde(default, deserialize_with = "or_default")]
    pub routing_regex: String,
    /// The last one is that of the integration itself.
    #[serde(default, deserialize_with = "or_default")]
    pub is_the_last_route: bool,
}
