//! What a list of incidents is narrowed to, and how it goes on.

use estate::Estate;
use incidents::{CauseClass, Incident, MajorStage, Phase, Stage};
use kernel::{Actor, ItemRef, Priority, Time};
use serde::Deserialize;
use spine::Value;
use utoipa::IntoParams;

use super::store::{self, Filter, Queue, Warning};
use crate::listing::{Page, Sort, Words};
use crate::practices::clocks::routes::NextClock;
use crate::problem::Problem;

/// What a list of incidents can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// `true`: only those that are not over; `false`: only those that are.
    open: Option<bool>,
    /// Only these stages, separated by commas.
    #[param(value_type = Option<Vec<Stage>>, style = Form, explode = false)]
    stage: Words<Stage>,
    /// Only these phases, separated by commas.
    #[param(value_type = Option<Vec<Phase>>, style = Form, explode = false)]
    phase: Words<Phase>,
    /// Only these priorities, separated by commas.
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Words<Priority>,
    /// Only those of this team: `team/payments`.
    team: Option<ItemRef>,
    /// Only what is in the queue of one of these teams, separated by commas: what they are charged
    /// with, and what hits items that they or products that they own or operate are made of.
    #[param(value_type = Option<Vec<ItemRef>>, style = Form, explode = false)]
    queue: Words<ItemRef>,
    /// Only those of this person: `person/ada`.
    assignee: Option<ItemRef>,
    /// Only those that this account reported: `person:ada`.
    reporter: Option<Actor>,
    /// Only those that touch this item: `service/orders`.
    item: Option<ItemRef>,
    /// `true`: only those that are about to happen; `false`: only the others.
    potential: Option<bool>,
    /// Only those that are so far as major incidents, separated by commas.
    #[param(value_type = Option<Vec<MajorStage>>, style = Form, explode = false)]
    major: Words<MajorStage>,
    /// Only those with one of these warnings, separated by commas.
    #[param(value_type = Option<Vec<Warning>>, style = Form, explode = false)]
    warning: Words<Warning>,
    /// Only those that were resolved with one of these kinds of cause, separated by commas.
    #[param(value_type = Option<Vec<CauseClass>>, style = Form, explode = false)]
    cause_class: Words<CauseClass>,
    /// Only those whose title holds this text, that touch an item whose name or title does, or that
    /// have this number.
    q: Option<String>,
    /// Opened at or after this time.
    from: Option<Time>,
    /// Opened before this time.
    to: Option<Time>,
    /// Resolved at or after this time.
    resolved_from: Option<Time>,
    /// Resolved before this time.
    resolved_to: Option<Time>,
    /// Only those of which a clock of a contract is due before this time.
    due_before: Option<Time>,
    /// A field to sort by; with `-` before it, the largest first. By `due`: what is missed or due
    /// next under a contract comes first.
    #[param(pattern = "^-?(opened_at|updated_at|number|priority|stage|title|due)$")]
    sort: Option<String>,
}

impl FilterQuery {
    /// The order that is asked for; the newest first where none is.
    ///
    /// # Errors
    /// When it names no field to sort by.
    pub fn sorted(&self) -> Result<Sort, Problem> {
        let newest = Sort::descending("opened_at", true);
        Sort::parse(self.sort.as_deref(), store::SORTS, newest)
    }

    /// What the store is asked for.
    pub fn filter(self, estate: &Estate) -> Filter {
        let text = |item: Option<ItemRef>| item.map(|item| item.to_string());
        Filter {
            open: self.open,
            stages: self.stage.texts(),
            phases: self.phase.texts(),
            priorities: self.priority.texts(),
            team: text(self.team),
            queue: queue(&self.queue.0, estate),
            assignee: text(self.assignee),
            reporter: self.reporter,
            item: text(self.item),
            potential: self.potential,
            majors: self.major.texts(),
            warnings: self.warning.0,
            parent: None,
            causes: self.cause_class.texts(),
            titled: self.q.as_deref().map(|text| titled(text, estate)).unwrap_or_default(),
            text: self.q,
            from: self.from,
            to: self.to,
            resolved_from: self.resolved_from,
            resolved_to: self.resolved_to,
            due_before: self.due_before,
        }
    }
}

/// The queue of some teams; of none, when none is asked for.
fn queue(teams: &[ItemRef], estate: &Estate) -> Option<Queue> {
    let texts = |items: Vec<&ItemRef>| items.into_iter().map(ToString::to_string).collect();
    (!teams.is_empty())
        .then(|| Queue { teams: texts(teams.iter().collect()), items: texts(estate.queue(teams)) })
}

/// The items whose title holds a text: incidents are found by what people call their items.
fn titled(text: &str, estate: &Estate) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let fits = |resource: &&estate::Resource| resource.title().to_lowercase().contains(&text);
    let found = estate.resources().filter(fits).take(TITLED_MAX);
    if text.is_empty() { Vec::new() } else { found.map(|found| found.item().to_string()).collect() }
}

/// As many items are looked for by their titles; whoever means more of them names one.
const TITLED_MAX: usize = 1_000;

/// What the next page begins behind: the last row by the field of the order, and its id.
pub(super) fn cursor(page: &Page, last: &Incident, next: Option<&NextClock>) -> (Value, String) {
    let value = match page.sort().column() {
        "clock_due" => next.and_then(|next| next.due_at).unwrap_or(Time::MAX).into(),
        column => store::sort_value(last, column),
    };
    (value, last.id.to_string())
}
