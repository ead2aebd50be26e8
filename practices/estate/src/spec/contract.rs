use std::collections::BTreeMap;

use kernel::{ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Wait, Within, unset};
use crate::reference::{CalendarRef, ObjectiveRef, ServiceContractRef};

/// What a provider has promised to a consumer: targets, hours, clocks, and what it costs to miss
/// them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceContractSpec {
    /// Between whom it is.
    #[serde(rename = "type")]
    pub contract_type: ContractType,
    /// Whether it holds yet, or still; by its dates it is active or expired.
    #[serde(default, skip_serializing_if = "unset")]
    pub status: ContractStatus,
    /// Who promises: a team or a supplier.
    pub provider: ItemRef,
    /// To whom: a team, a person, a use case or a product.
    pub consumer: ItemRef,
    /// What it is about: products, services, components, use cases, sites, suppliers. Terms may say
    /// something else for their own time.
    pub scope: Vec<ItemRef>,
    /// What becomes of work on what is not in scope.
    #[serde(default, skip_serializing_if = "unset")]
    pub out_of_scope: OutOfScope,
    /// Its first moment.
    pub start: Time,
    /// The first moment after it; open when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub end: Option<Time>,
    /// Contracts on which this promise rests: what is bought or agreed inside.
    #[serde(default, skip_serializing_if = "unset")]
    pub underpinned_by: Vec<ServiceContractRef>,
    /// Anything else that was agreed, in words.
    #[serde(default, skip_serializing_if = "unset")]
    pub text: Option<String>,
    /// What is promised, from when on. A change of the promise is one more of these with its
    /// `from`; what was before keeps its own terms.
    pub terms: Vec<ContractTerms>,
}

/// Between whom a contract is.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContractType {
    /// With a consumer: a service level agreement.
    Sla,
    /// Between teams of one house: an operational level agreement.
    Ola,
    /// With a supplier: an underpinning contract.
    Underpinning,
}

/// Whether a contract holds, apart from its dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractStatus {
    /// Being negotiated: nothing is measured.
    Draft,
    /// Agreed.
    #[default]
    Agreed,
    /// Given up before its end.
    Terminated,
}

/// What becomes of work on what a contract's consumer has, and the contract does not cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutOfScope {
    /// It is marked, and no clock of this contract runs.
    #[default]
    BestEffort,
    /// It is marked, and treated as if it were in scope.
    AsInScope,
}

/// What is promised from a time on.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractTerms {
    /// From when on it holds; from the start of the contract when not said, the first only.
    #[serde(default, skip_serializing_if = "unset")]
    pub from: Option<Time>,
    /// Why it was changed, and who decided.
    #[serde(default, skip_serializing_if = "unset")]
    pub reason: Option<String>,
    /// What it is about while these terms hold; what the contract says when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub scope: Vec<ItemRef>,
    /// The service hours; day and night in UTC when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub calendar: Option<CalendarRef>,
    /// How much of the service hours it is there.
    #[serde(default, skip_serializing_if = "unset")]
    pub availability: Option<AvailabilityTerms>,
    /// How well it performs while it is there.
    #[serde(default, skip_serializing_if = "unset")]
    pub objectives: Vec<ObjectiveRef>,
    /// How soon people act when it is not.
    #[serde(default, skip_serializing_if = "unset")]
    pub clocks: Vec<ClockTerms>,
    /// What it costs to miss the availability.
    #[serde(default, skip_serializing_if = "unset")]
    pub penalties: Vec<Penalty>,
}

/// How much of the service hours something must be there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AvailabilityTerms {
    /// The least share, in percent: `99.9`.
    pub target: f64,
    /// Over what time it is counted, one after another in the zone of the calendar.
    #[serde(default)]
    pub period: ContractPeriod,
    /// What degraded service counts as: 0 is up, 1 is down, between them a share of its time.
    #[serde(default, skip_serializing_if = "unset")]
    pub degraded_factor: f64,
    /// Outages shorter than this do not count.
    #[serde(default, skip_serializing_if = "unset")]
    pub shortest_outage: Wait,
    /// Outages with less than this between them are one.
    #[serde(default, skip_serializing_if = "unset")]
    pub joined_within: Wait,
    /// Whether approved and announced maintenance is no service time.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub maintenance_exempt: bool,
    /// How long before its beginning maintenance must be announced to be exempt.
    #[serde(default, skip_serializing_if = "unset")]
    pub maintenance_notice: Wait,
    /// Objectives that check it from the side of the consumer, such as one that counts test
    /// transactions. A period is consumable as agreed only when they say so, too: time in which one
    /// fails is not, whatever incidents say; time in which none looked is unknown.
    #[serde(default, skip_serializing_if = "unset")]
    pub evidence: Vec<ObjectiveRef>,
    /// Whether the checks rule where all passed while an incident says that it was down; the
    /// incident does when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub evidence_rules: bool,
    /// How many users there are, to weigh outages by who was hit.
    #[serde(default, skip_serializing_if = "unset")]
    pub users: Option<u32>,
    /// How long it must run without a failure.
    #[serde(default, skip_serializing_if = "unset")]
    pub failure_free: Option<Wait>,
}

/// Over what time a promise is counted.
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
#[expect(missing_docs, reason = "the names of the periods say it all")]
pub enum ContractPeriod {
    Week,
    #[default]
    Month,
    Quarter,
    Year,
}

/// How soon people act, by priority.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockTerms {
    /// What stops it.
    pub clock: ClockKind,
    /// The longest time by priority, such as `P1: 15m` or `P4: 2d`. Priorities that are not there
    /// have no promise.
    pub targets: BTreeMap<Priority, Within>,
    /// Working time that it counts in, instead of the service hours.
    #[serde(default, skip_serializing_if = "unset")]
    pub calendar: Option<CalendarRef>,
    /// What an incident may wait for while the clock stands.
    #[serde(default, skip_serializing_if = "unset")]
    pub pauses: Vec<PauseReason>,
    /// What becomes of it when the incident comes back.
    #[serde(default, skip_serializing_if = "unset")]
    pub on_reopen: OnReopen,
    /// Shares of the target, in percent, at which it warns; 50, 75 and 90 when not said.
    #[serde(default = "warnings", skip_serializing_if = "are_usual_warnings")]
    pub warn_at: Vec<u8>,
    /// Whether only comments that the consumer reads stop it: the first one `respond`, each
    /// `update`.
    #[serde(default, skip_serializing_if = "unset")]
    pub public_only: bool,
}

/// What a clock of a contract measures, from when the incident was detected.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Until the first human being takes it.
    Respond,
    /// Until somebody writes what is going on, again and again while it is open.
    Update,
    /// Until the service is back; a workaround counts.
    Restore,
    /// Until the work is done.
    Resolve,
}

/// What an incident waits for.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PauseReason {
    Consumer,
    Supplier,
    Change,
    AcceptedRisk,
}

/// What becomes of a clock when its incident comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnReopen {
    /// It goes on with what had elapsed.
    #[default]
    Resume,
    /// It begins again.
    Fresh,
}

/// What it costs to miss the availability.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Penalty {
    /// Below this share, in percent. Of several the lowest that is missed counts.
    pub below: f64,
    /// What is given back of the fee of the period, in percent.
    pub credit: f64,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_yes(value: &bool) -> bool {
    *value
}

fn warnings() -> Vec<u8> {
    vec![50, 75, 90]
}

fn are_usual_warnings(shares: &[u8]) -> bool {
    shares == warnings()
}

impl ServiceContractSpec {
    /// What the contract is about while some terms of it hold.
    pub fn scope_of<'a>(&'a self, terms: &'a ContractTerms) -> &'a [ItemRef] {
        if terms.scope.is_empty() { &self.scope } else { &terms.scope }
    }

    /// What the contract is about at a time: as its terms then say, before it begins as the first
    /// and after it as the last do.
    pub fn scope_at(&self, at: Time) -> &[ItemRef] {
        let begun = |terms: &&ContractTerms| terms.from.is_none_or(|from| from <= at);
        let held = self.terms.iter().rfind(begun).or(self.terms.first());
        held.map_or(&self.scope, |terms| self.scope_of(terms))
    }

    /// Whether it is, was, or will be about an item.
    pub fn ever_covers(&self, item: &ItemRef) -> bool {
        self.terms.iter().any(|terms| self.scope_of(terms).contains(item))
    }

    /// When some terms hold: from their beginning to that of the next, within the contract.
    pub fn holds(&self, terms: usize) -> (Time, Option<Time>) {
        let from = |at: usize| self.terms.get(at).map(|terms| terms.from.unwrap_or(self.start));
        let begin = from(terms).unwrap_or(self.start).max(self.start);
        let end = match (from(terms + 1), self.end) {
            (Some(next), Some(end)) => Some(next.min(end)),
            (next, end) => next.or(end),
        };
        (begin, end)
    }

    /// The terms that hold at a time, with their place; `None` outside of the contract and while
    /// it is no more than a draft.
    pub fn terms_at(&self, at: Time) -> Option<(usize, &ContractTerms)> {
        let within = self.start <= at && self.end.is_none_or(|end| at < end);
        let holds = within && self.status != ContractStatus::Draft;
        let held = self.terms.iter().enumerate();
        let mut begun = held.filter(|(_, terms)| terms.from.is_none_or(|from| from <= at));
        begun.next_back().filter(|_| holds)
    }
}
