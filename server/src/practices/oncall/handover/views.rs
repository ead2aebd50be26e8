//! What is handed over, as the API shows it and as mails say it.

use incidents::{Incident, Stage};
use kernel::{Actor, IncidentId, ItemRef, PageId, Priority, SilenceId, Time};
use oncall::Page;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::practices::clocks::routes::LiveClock;
use crate::practices::oncall::schedules::TurnView;

/// What whoever comes on call has to know.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::practices::oncall) struct HandOver {
    /// The schedule.
    pub(in crate::practices::oncall) schedule: ItemRef,
    /// What people call it.
    pub(in crate::practices::oncall) title: String,
    /// The team whose items it is about; none: every item.
    pub(in crate::practices::oncall) team: Option<ItemRef>,
    /// The zone in which people hand over.
    pub(in crate::practices::oncall) time_zone: String,
    /// The turn that ends.
    pub(in crate::practices::oncall) turn: TurnView,
    /// Who comes; nobody: nobody follows at once.
    pub(in crate::practices::oncall) next: Option<TurnView>,
    /// The time of the answer.
    pub(in crate::practices::oncall) now: Time,
    /// Open incidents of the team, and those for which the schedule was called, the gravest first.
    pub(in crate::practices::oncall) open: Vec<HandedIncident>,
    /// The same that came or ended in the turn, and are over.
    pub(in crate::practices::oncall) over: Vec<HandedIncident>,
    /// Pages of the turn, in order.
    pub(in crate::practices::oncall) pages: Vec<HandedPage>,
    /// Clocks of the open incidents that are near their target or beyond it, the next due first.
    pub(in crate::practices::oncall) clocks: Vec<LiveClock>,
    /// Silences that hold now, or will before the next turn ends.
    pub(in crate::practices::oncall) silences: Vec<HandedSilence>,
    /// Maintenance that runs, or will before the next turn ends.
    pub(in crate::practices::oncall) maintenance: Vec<HandedWindow>,
    /// What people say of the turn, the oldest first.
    pub(in crate::practices::oncall) notes: Vec<ShiftNote>,
    /// Whether you may add a note.
    pub(in crate::practices::oncall) may_note: bool,
}

/// An incident that is handed over.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::practices::oncall) struct HandedIncident {
    /// The incident.
    pub(in crate::practices::oncall) incident: IncidentId,
    /// Its number.
    pub(in crate::practices::oncall) number: u64,
    /// Its title.
    pub(in crate::practices::oncall) title: String,
    /// Its priority.
    pub(in crate::practices::oncall) priority: Priority,
    /// Where it is in its life.
    pub(in crate::practices::oncall) stage: Stage,
    /// When it was opened.
    pub(in crate::practices::oncall) opened_at: Time,
    /// Who works on it.
    pub(in crate::practices::oncall) assignee: Option<ItemRef>,
}

/// A page of the turn.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::practices::oncall) struct HandedPage {
    /// The page.
    pub(in crate::practices::oncall) page: PageId,
    /// The incident.
    pub(in crate::practices::oncall) incident: IncidentId,
    /// Its number.
    pub(in crate::practices::oncall) number: u64,
    /// Its title.
    pub(in crate::practices::oncall) title: String,
    /// Its priority.
    pub(in crate::practices::oncall) priority: Priority,
    /// When people began to be called.
    pub(in crate::practices::oncall) started_at: Time,
    /// Who answered.
    #[schema(value_type = Option<String>)]
    pub(in crate::practices::oncall) answered_by: Option<Actor>,
    /// When.
    pub(in crate::practices::oncall) answered_at: Option<Time>,
}

/// A silence that holds, or will.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::practices::oncall) struct HandedSilence {
    /// The silence.
    pub(in crate::practices::oncall) silence: SilenceId,
    /// Which alerts.
    pub(in crate::practices::oncall) matchers: String,
    /// Since when, or from when.
    pub(in crate::practices::oncall) from: Time,
    /// Until when this time.
    pub(in crate::practices::oncall) until: Time,
    /// Why.
    pub(in crate::practices::oncall) comment: String,
    /// Who wants it.
    pub(in crate::practices::oncall) created_by: String,
}

/// Maintenance that runs, or will.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::practices::oncall) struct HandedWindow {
    /// The window.
    pub(in crate::practices::oncall) window: ItemRef,
    /// What people call it.
    pub(in crate::practices::oncall) title: String,
    /// What is done.
    pub(in crate::practices::oncall) reason: String,
    /// Its first moment.
    pub(in crate::practices::oncall) from: Time,
    /// The first moment after it.
    pub(in crate::practices::oncall) until: Time,
}

/// What somebody says of a turn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShiftNote {
    /// Who.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Time,
    /// What.
    pub text: String,
}

impl HandOver {
    /// What a mail says of it, section by section; what there is nothing of is left out.
    pub(in crate::practices::oncall) fn lines(&self) -> Vec<(String, Vec<String>)> {
        let incident =
            |each: &HandedIncident| format!("[{}] #{} {}", each.priority, each.number, each.title);
        let page = |each: &HandedPage| {
            let by = match &each.answered_by {
                Some(by) => format!("answered by {}", by.name()),
                None => "nobody answered".to_owned(),
            };
            format!("[{}] #{} {}, {by}", each.priority, each.number, each.title)
        };
        let clock = |each: &LiveClock| {
            let clock = &each.clock;
            format!("#{} {} for {}", each.number, clock.clock, clock.contract_title)
        };
        let sections = [
            ("Open incidents", self.open.iter().map(incident).collect()),
            ("Clocks at risk", self.clocks.iter().map(clock).collect()),
            ("Pages of the turn", self.pages.iter().map(page).collect()),
            ("Over", self.over.iter().map(incident).collect()),
            ("Maintenance", self.maintenance.iter().map(|each| each.title.clone()).collect()),
            (
                "Silences",
                self.silences
                    .iter()
                    .map(|each| format!("{}: {}", each.matchers, each.comment))
                    .collect(),
            ),
            (
                "Notes",
                self.notes
                    .iter()
                    .map(|each| format!("{}: {}", each.by.name(), each.text))
                    .collect::<Vec<String>>(),
            ),
        ];
        let told = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
        told.map(|(title, lines)| (title.to_owned(), lines)).collect()
    }
}

impl HandedIncident {
    pub(in crate::practices::oncall) fn of(incident: Incident) -> HandedIncident {
        HandedIncident {
            incident: incident.id,
            number: incident.number,
            title: incident.title,
            priority: incident.priority,
            stage: incident.stage,
            opened_at: incident.opened_at,
            assignee: incident.assignee,
        }
    }
}

impl HandedPage {
    pub(in crate::practices::oncall) fn of(page: &Page) -> HandedPage {
        HandedPage {
            page: page.id,
            incident: page.incident,
            number: page.summary.number,
            title: page.summary.title.clone(),
            priority: page.summary.priority,
            started_at: page.started_at,
            answered_by: page.acknowledged_by.clone(),
            answered_at: page.acknowledged_at,
        }
    }
}
