use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Need, unset};
use crate::reference::{EscalationPolicyRef, PersonRef, TeamRef};

/// Something that is offered to consumers, made of services.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductSpec {
    /// The team that decides about it.
    pub owner_team: TeamRef,
    /// The team that runs it; the owner when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub operating_team: Option<TeamRef>,
    /// The part of the organisation that it belongs to.
    #[serde(default, skip_serializing_if = "unset")]
    pub department: Option<String>,
    /// Who wants to be kept informed.
    #[serde(default, skip_serializing_if = "unset")]
    pub stakeholders: Vec<PersonRef>,
    /// Called for items of the product whose own and whose team's policy are not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub escalation_policy: Option<EscalationPolicyRef>,
    /// What it needs besides its own services.
    #[serde(default, skip_serializing_if = "unset")]
    pub depends_on: Vec<Need>,
}

/// What people do with products: a business service of a department.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UseCaseSpec {
    /// The part of the organisation that it belongs to.
    pub department: String,
    /// How much hangs on it. Flows down to everything it needs.
    #[serde(default)]
    pub criticality: Criticality,
    /// The team that answers for it.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The products, services and components without which it cannot be done.
    pub uses: Vec<Need>,
}

/// How much hangs on something. Ordered: `Low < MissionCritical`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Can be done without for days.
    Low,
    /// The ordinary case.
    #[default]
    Normal,
    /// Hurts within hours.
    High,
    /// The organisation cannot do without it.
    MissionCritical,
}

impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Criticality::Low => "of low criticality",
            Criticality::Normal => "of normal criticality",
            Criticality::High => "of high criticality",
            Criticality::MissionCritical => "mission-critical",
        })
    }
}
