use std::collections::BTreeSet;

use alerts::Alert;
use contracts::clocks::{self, Clocks};
use estate::{Estate, MaintenanceWindowSpec, Turns};
use incidents::expected::{self, Expected};
use incidents::{Incident, What};
use kernel::{AlertId, ClocksId, ExpectedId, IncidentId, ItemRef, PageId, Time};
use oncall::Page;

use crate::companions::DecidedOn;
use crate::promising::moves_clocks;
use crate::proving::hit_items;
use crate::{Accounts, Policy, Routes};

/// Something that happened, with the record as it is now.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// To an alert.
    Alert(&'a Alert, &'a alerts::Event),
    /// To an incident.
    Incident(&'a Incident, &'a incidents::Event),
    /// To a page.
    Page(&'a Page, &'a oncall::Event),
    /// To an alert that planned work explains.
    Expected(&'a Expected, &'a expected::Event),
    /// To a maintenance window: what it says now; nothing: it is gone.
    Window(&'a ItemRef, Option<&'a MaintenanceWindowSpec>),
    /// To an alert that fires: a silence that held it back has let it go.
    Unsilenced(&'a Alert),
    /// To who is on call when: a schedule changed, or somebody is away; and which absence was noted
    /// when, where one was.
    OnCall(Option<(&'a ItemRef, Time)>),
    /// To what was promised: a contract or a calendar was changed, or is gone.
    Promises,
}

/// What a reaction may look at, as it is in the transaction of the reaction.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What there is, who answers for it, and whom to call.
    pub estate: &'a Estate,
    /// What an administrator decided about streams.
    pub policy: &'a Policy,
    /// The rules that name team or priority.
    pub routes: &'a Routes,
    /// What people decided about alerts that recur together, for the alerts and the incidents of
    /// this fact.
    pub decided: &'a DecidedOn,
    /// The alerts that [`wants`] asked for.
    pub alerts: &'a [Alert],
    /// The incidents that [`wants`] asked for, each once, in any order.
    pub incidents: &'a [Incident],
    /// The pages that [`wants`] asked for, in any order.
    pub pages: &'a [Page],
    /// The expected alerts that [`wants`] asked for, in any order.
    pub expected: &'a [Expected],
    /// Whose turn comes next, by each policy.
    pub turns: &'a Turns,
    /// Who stands behind accounts.
    pub accounts: &'a Accounts,
    /// The clocks of incidents that [`wants`] asked for, in any order.
    pub clocks: &'a [Clocks],
    /// Which of the alerts, that of the fact included, a silence holds back now.
    pub silenced: &'a BTreeSet<AlertId>,
}

/// Something that the shell has to load before a reaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Want {
    /// The incidents of which the alert is a member.
    Holding(AlertId),
    /// The open incidents that hit the item or what redundancy counts on without it
    /// ([`crate::counted_on`]), and those that an alert joined within the correlation window. More
    /// do no harm.
    Near(Option<ItemRef>),
    /// The incident, or the one in which it continues if it was merged, over any number of merges.
    /// The merged ones on the way do no harm.
    Survivor(IncidentId),
    /// The alert.
    Alert(AlertId),
    /// For each of the incidents of which the alert is a member, and that nobody has taken, an
    /// alert that fires in it and is not acknowledged, where there is one. Comes after
    /// [`Want::Holding`] of the same alert. More do no harm.
    UnseenBeside(AlertId),
    /// All pages of the incident, whose turn comes next, and who stands behind accounts.
    PagesOf(IncidentId),
    /// What is expected of the alert and is not over. More do no harm.
    ExpectedOf(AlertId),
    /// What is expected by a maintenance window and is not over. More do no harm.
    ExpectedBy(ItemRef),
    /// The alerts that fire on any of these items. More do no harm.
    FiringOn(BTreeSet<ItemRef>),
    /// The incidents that hang on this one, and those that were merged into it.
    ChildrenOf(IncidentId),
    /// The pages of open incidents, and these; whose turn comes next, and who stands behind
    /// accounts.
    Called,
    /// The clocks of the incident, where it has some.
    ClocksOf(IncidentId),
    /// Every incident that is open, and the clocks of each.
    OpenIncidents,
}

/// What to load for a fact; nothing when the fact leads nowhere.
pub fn wants(fact: &Fact<'_>) -> Vec<Want> {
    match fact {
        Fact::Alert(alert, event) => wants_of_alert(alert, event),
        Fact::Incident(incident, event) => match &event.what {
            What::Attached { .. } => Vec::new(),
            What::Detached { alert, .. } => {
                let member = incident.members.iter().find(|member| member.alert == *alert);
                let item = member.and_then(|member| member.item.clone());
                let expected = Want::ExpectedOf(*alert);
                let clocks = Want::ClocksOf(incident.id);
                let holding = Want::Holding(*alert);
                let pages = Want::PagesOf(incident.id);
                vec![Want::Alert(*alert), holding, Want::Near(item), expected, clocks, pages]
            }
            What::Merged { into } => {
                let firing = incident.attached().filter(|member| member.cleared_at.is_none());
                let alerts = firing.map(|member| Want::Alert(member.alert));
                let own = [Want::PagesOf(incident.id), Want::ClocksOf(incident.id)];
                alerts.chain([Want::Survivor(*into)]).chain(own).collect()
            }
            What::ParentEnded { .. } => vec![Want::ChildrenOf(incident.id)],
            what => {
                let mut wants = vec![Want::PagesOf(incident.id)];
                if moves_clocks(what) {
                    wants.push(Want::ClocksOf(incident.id));
                }
                if matters_for_proof(what) && incident.service_is_back() {
                    wants.push(Want::FiringOn(hit_items(incident)));
                }
                if matches!(what, What::Closed { .. }) {
                    wants.extend(incident.left_behind().map(|member| Want::Alert(member.alert)));
                }
                if matches!(what, What::Resolved { .. } | What::Closed { .. }) {
                    wants.push(Want::ChildrenOf(incident.id));
                } else if may_end_now(what) {
                    wants.extend(incident.parent.map(Want::Survivor));
                }
                wants
            }
        },
        Fact::Page(page, event) => match event {
            oncall::Event::Acknowledged { .. }
            | oncall::Event::Attempted { .. }
            | oncall::Event::Snoozed { .. }
            | oncall::Event::HandOverAsked { .. }
            | oncall::Event::HandOverAccepted { .. }
            | oncall::Event::RangAgain { .. }
            | oncall::Event::Exhausted { .. } => {
                vec![Want::Survivor(page.incident), Want::PagesOf(page.incident)]
            }
            _ => Vec::new(),
        },
        Fact::Expected(found, expected::Event::Overran { .. }) => {
            let Expected { expect, .. } = found;
            let near = Want::Near(Some(expect.item.clone()));
            let alert = expect.alert;
            vec![Want::Alert(alert), Want::Holding(alert), near, Want::ExpectedOf(alert)]
        }
        Fact::Expected(..) => Vec::new(),
        Fact::Window(window, _) => vec![Want::ExpectedBy((*window).clone())],
        Fact::OnCall(_) => vec![Want::Called],
        Fact::Unsilenced(alert) => {
            let near = Want::Near(alert.item.clone());
            vec![Want::Holding(alert.id), near, Want::ExpectedOf(alert.id)]
        }
        Fact::Promises => vec![Want::OpenIncidents],
    }
}

fn wants_of_alert(alert: &Alert, event: &alerts::Event) -> Vec<Want> {
    match event {
        alerts::Event::Fired(_)
        | alerts::Event::Returned(_)
        | alerts::Event::Relabelled(_)
        | alerts::Event::Matched { .. } => {
            let near = Want::Near(alert.item.clone());
            vec![Want::Holding(alert.id), near, Want::ExpectedOf(alert.id)]
        }
        alerts::Event::Cleared { .. } => {
            vec![Want::Holding(alert.id), Want::ExpectedOf(alert.id)]
        }
        alerts::Event::Acknowledged { .. } => {
            vec![Want::Holding(alert.id), Want::UnseenBeside(alert.id)]
        }
        _ => Vec::new(),
    }
}

/// Whether it may change what a check finds.
pub(crate) fn matters_for_proof(what: &What) -> bool {
    matches!(
        what,
        What::Restored { .. }
            | What::Resolved { .. }
            | What::Acknowledged { .. }
            | What::MemberCleared { .. }
            | What::MemberReturned { .. }
            // Put on hold before anybody checked, it is checked when it goes on.
            | What::Resumed {}
    )
}

/// Whether an incident that outlived its parent may end after it.
pub(crate) fn may_end_now(what: &What) -> bool {
    matches!(
        what,
        What::Restored { .. }
            | What::MemberCleared { .. }
            | What::ParentSet { .. }
            | What::Resumed {}
    )
}

/// A command that follows from a fact.
#[derive(Clone, PartialEq, Debug)]
pub enum Reaction {
    /// Open an incident under this id; the shell draws its number.
    OpenIncident(IncidentId, Box<incidents::Open>),
    /// Ask something of an incident.
    Incident(IncidentId, Box<incidents::Command>),
    /// Ask something of an alert.
    Alert(AlertId, alerts::Command),
    /// Start a page under this id.
    StartPage(PageId, Box<oncall::Start>),
    /// Ask something of a page.
    Page(PageId, oncall::Command),
    /// Remember under this id that planned work explains an alert; its timeline says so.
    Expect(ExpectedId, Box<expected::Expect>),
    /// Ask something of an expected alert.
    Expected(ExpectedId, expected::Command),
    /// Let the clocks of an incident count under this id.
    OpenClocks(ClocksId, Box<clocks::Look>),
    /// Ask something of the clocks of an incident.
    Clocks(ClocksId, clocks::Command),
}

impl Reaction {
    pub(crate) fn incident(id: IncidentId, command: incidents::Command) -> Reaction {
        Reaction::Incident(id, Box::new(command))
    }
}
