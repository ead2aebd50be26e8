//! What a command leads to. One file per kind of command; what follows from any of them (the
//! priority) is decided here, last.

mod major;
mod members;
mod moves;
mod notes;
mod opening;
mod proofs;
mod service;
mod text;

use kernel::{Actor, Lifecycle, Moment, Refusal, RefusalCode, Time};

use crate::command::Command;
use crate::event::{Event, What};
use crate::incident::Incident;
use crate::priority;
use crate::times::Times;
use crate::verb::Verb;

pub use members::STAKES_MAX;
pub(crate) use opening::open;

pub(crate) fn decide(
    incident: &Incident,
    command: &Command,
    moment: &Moment,
) -> Result<Vec<Event>, Refusal> {
    let verb = command.verb();
    if !incident.allows(verb) {
        return Err(not_allowed(incident, verb));
    }
    if verb.system_only() && !matches!(moment.actor, Actor::System(_)) {
        let reason = format!("Only Operate itself may ask for `{verb}`.");
        return Err(Refusal { code: RefusalCode::Forbidden, reason });
    }
    let mut draft = Draft::of(incident.clone(), moment);
    dispatch(&mut draft, command)?;
    major::end_with_incident(&mut draft);
    draft.prioritise();
    Ok(draft.events)
}

fn dispatch(draft: &mut Draft<'_>, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Acknowledge { by, at, person } => {
            moves::acknowledge(draft, by.as_ref(), *at, person.as_ref())
        }
        Command::Assign { team, assignee, because, .. } => {
            moves::assign(draft, team.as_ref(), assignee.as_ref(), because.as_deref())
        }
        Command::Diagnose { note } => moves::diagnose(draft, note.as_deref()),
        Command::Ready { action } => moves::ready(draft, action),
        Command::Begin { note } => moves::begin(draft, note.as_deref()),
        Command::Restore { at, note } => moves::restore(draft, *at, note.as_deref()),
        Command::Resolve { cause_class, resolution_code, note, outage_end } => {
            moves::correct_outage_end(draft, *outage_end)?;
            moves::resolve(draft, *cause_class, *resolution_code, note.as_deref())
        }
        Command::Close {} => moves::close(draft),
        Command::Hold { reason, note } => moves::hold(draft, *reason, note.as_deref()),
        Command::Resume {} => moves::resume(draft),
        Command::Reopen { reason, at } => moves::reopen(draft, reason, *at),
        Command::Cancel { reason } => moves::cancel(draft, reason),
        Command::Merge { into } => moves::merge(draft, *into),
        Command::Comment { text, public, by_consumer } => {
            notes::comment(draft, text, (*public, *by_consumer))
        }
        Command::AddTask { title, assignee } => notes::add_task(draft, title, assignee.as_ref()),
        Command::FinishTask { task } => notes::finish_task(draft, *task),
        Command::Link { url, title, kind } => notes::link(draft, url, title, *kind),
        Command::SetRole { role, person } => notes::set_role(draft, *role, person.as_ref()),
        Command::SetImpact { impact, reason } => notes::set_impact(draft, *impact, reason),
        Command::SetUrgency { urgency, reason } => notes::set_urgency(draft, *urgency, reason),
        Command::OverridePriority { priority, reason } => {
            notes::override_priority(draft, *priority, reason)
        }
        Command::DeclareMajor { reason } => major::declare(draft, reason.as_deref()),
        Command::DismissMajor { reason } => major::dismiss(draft, reason),
        Command::StabiliseMajor { reason } => major::stabilise(draft, reason),
        Command::StandDownMajor { reason } => major::stand_down(draft, reason),
        Command::ReviewMajor { outcome } => major::review(draft, outcome),
        Command::Edit { title, description } => {
            notes::edit(draft, title.as_deref(), description.as_deref())
        }
        Command::SetTime { which, at, reason } => notes::set_time(draft, *which, *at, reason),
        Command::SetAffected { users, note } => notes::set_affected(draft, *users, note.as_deref()),
        Command::SetService { service: state, from, reason } => {
            service::set(draft, *state, *from, reason)
        }
        Command::ConfirmByConsumer { who, said } => proofs::confirm(draft, who, said),
        Command::SetParent { parent, number } => proofs::set_parent(draft, *parent, *number),
        Command::Detach { alert, reason } => members::detach(draft, *alert, reason),
        Command::Attach(attach) => members::attach(draft, attach),
        Command::MemberCleared { alert, at } => members::cleared(draft, *alert, *at),
        Command::MemberReturned { alert, at, potential, boundary_at } => {
            members::returned(draft, *alert, *at, (*potential, *boundary_at))
        }
        Command::Absorb(absorb) => members::absorb(draft, absorb),
        Command::EndWithParent { number, cause_class, resolution_code, closed } => {
            let how = (*cause_class, *resolution_code);
            proofs::end_with_parent(draft, *number, how, *closed)
        }
        // The table has no stage in which this is allowed.
        Command::Open(_) => Err(not_allowed(&draft.record, Verb::Open)),
        told => {
            take_note(draft, told);
            Ok(())
        }
    }
}

/// What Operate tells an incident, and no rule refuses.
fn take_note(draft: &mut Draft<'_>, told: &Command) {
    match told {
        Command::Assess(assessment) => members::assess(draft, assessment),
        Command::Weigh { stakes } => members::weigh(draft, stakes),
        Command::Notified { at } => notes::notified(draft, *at),
        Command::Check(evidence) => proofs::check(draft, evidence),
        Command::ProposeMajor { because, grounds } => major::propose(draft, because, grounds),
        Command::MajorAnswered { by, person } => major::answered(draft, by, person.as_ref()),
        Command::MajorUncalled { because } => major::uncalled(draft, because),
        Command::Lapse { because } => moves::lapse(draft, because),
        _ => moves::tick(draft),
    }
}

/// A decision in the making: the record as the events so far leave it, so that each rule sees
/// what the rules before it decided.
pub(crate) struct Draft<'a> {
    pub(crate) record: Incident,
    pub(crate) events: Vec<Event>,
    pub(crate) moment: &'a Moment,
}

impl<'a> Draft<'a> {
    fn of(record: Incident, moment: &'a Moment) -> Draft<'a> {
        Draft { record, events: Vec::new(), moment }
    }

    /// The time of the decision. Two nodes' clocks may differ: a record's time never runs back.
    pub(crate) fn now(&self) -> Time {
        self.moment.now.max(self.record.updated_at)
    }

    pub(crate) fn push(&mut self, what: What) {
        let event = Event { at: self.now(), by: self.moment.actor.clone(), what };
        self.record.take_in(&event);
        self.events.push(event);
    }

    /// Adds what the priority calculation says now, where it says something new.
    fn prioritise(&mut self) {
        if !self.record.is_open() {
            return;
        }
        let now = priority::calculate(&self.record);
        let record = &self.record;
        let same = (record.impact, record.urgency, record.priority)
            == (now.impact, now.urgency, now.priority)
            && record.priority_lines == now.lines;
        if !same {
            self.push(What::Prioritised {
                impact: now.impact,
                urgency: now.urgency,
                priority: now.priority,
                lines: now.lines,
            });
        }
    }
}

/// Checks that these times could stand in this record.
fn check_times(record: &Incident, times: &Times) -> Result<(), Refusal> {
    times.check()?;
    if let (Some(away), Some(back)) = (record.relapsed_at, times.restored)
        && away > back.at
    {
        return Err(Refusal::invalid(format!(
            "The service broke again at {away}; it cannot have been back at {} already.",
            back.at
        )));
    }
    if let (Some(start), Some(first)) = (times.outage_start(), record.earlier_outages.first())
        && start > first.to
    {
        return Err(Refusal::invalid(format!(
            "The first outage ended at {}; it cannot have begun at {start}.",
            first.to
        )));
    }
    Ok(())
}

/// Says what is not possible, and what is instead.
fn not_allowed(incident: &Incident, verb: Verb) -> Refusal {
    // Verbs stand in the order in which they are offered: the moves come before the notes.
    let moves = Verb::ALL.iter().filter(|verb| **verb < Verb::Comment && incident.allows(**verb));
    let labels: Vec<String> = moves.map(|verb| format!("`{}`", verb.label())).collect();
    let instead = match labels.as_slice() {
        [] => "Nothing moves it any more.".to_owned(),
        labels => format!("Possible instead: {}.", labels.join(", ")),
    };
    let (label, stage) = (verb.label(), incident.stage);
    Refusal::not_allowed(format!(
        "`{label}` is not possible while the incident is {stage}. {instead}"
    ))
}
