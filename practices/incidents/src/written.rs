//! What people write down in an incident: comments, tasks, links.

use kernel::{Actor, ItemRef, TaskId, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a link leads to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LinkKind {
    Runbook,
    Ticket,
    Dashboard,
    Other,
}

/// Something that somebody wrote down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Comment {
    /// When.
    pub at: Time,
    /// Who.
    pub by: Actor,
    /// What.
    pub text: String,
    /// Whether it is for the consumer, too, who reads it on what she reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Whether the consumer wrote it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_consumer: bool,
}

/// Something that has to be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What.
    pub title: String,
    /// By whom.
    pub assignee: Option<ItemRef>,
    /// When it was done.
    pub done_at: Option<Time>,
}

/// A place to look.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkEntry {
    /// Where: http or https.
    pub url: String,
    /// What people read.
    pub title: String,
    /// What is there.
    pub kind: LinkKind,
}
