use kernel::{ItemRef, Time};

use crate::event::{Event, What};
use crate::member::Member;
use crate::pace::span;

/// What happened, as a timeline says it: without time and actor, which stand beside it.
pub fn describe(event: &Event) -> String {
    match &event.what {
        What::Opened(opened) if opened.potential => {
            format!("Opened as potential, nothing has failed yet: {}", opened.title)
        }
        What::Opened(opened) => format!("Opened: {}", opened.title),
        What::Occurred { because, .. } => with("No longer potential", because),
        What::Acknowledged { acknowledged_by, .. } if *acknowledged_by != event.by => {
            format!("Acknowledged by {acknowledged_by}")
        }
        What::Acknowledged { .. } => "Acknowledged".to_owned(),
        What::Assigned { team, assignee, because } => {
            format!("Assigned to {}: {because}", names(&[assignee.as_ref(), team.as_ref()]))
        }
        What::DiagnosisStarted { note } => with("Started the diagnosis", note),
        What::ActionChosen { action } => with("Chose what to do", action),
        What::ResolvingStarted { note } => with("Started resolving", note),
        What::Restored { restored_at, because, .. } => {
            with(&format!("Service restored{}", on(*restored_at, event)), because)
        }
        What::Relapsed { because, .. } => with("Service broke again", because),
        What::Resolved { note, .. } => with("Resolved", note),
        What::Closed { because } => with("Closed", because),
        What::Reopened { reason, .. } => with("Reopened", reason),
        What::Held { reason, note } => with(&format!("Put on hold, waiting for {reason}"), note),
        What::Resumed {} => "Resumed".to_owned(),
        What::Cancelled { reason } => with("Cancelled", reason),
        What::Merged { into } => format!("Merged into {into}"),
        _ => describe_members(event),
    }
}

/// What happens to its alerts.
fn describe_members(event: &Event) -> String {
    match &event.what {
        What::Absorbed { number, members, .. } => {
            format!("Took over incident {number} and its alerts ({})", members.len())
        }
        What::Attached { member: Member { title, reason, boundary_at, .. } } => {
            let attached = with(&format!("Attached alert “{title}”"), reason);
            match boundary_at {
                Some(at) => format!("{attached}; the boundary is foreseen for {at}"),
                None => attached,
            }
        }
        What::Detached { reason, .. } => with("Detached an alert", reason),
        What::MemberCleared { title, cleared_at, .. } => {
            format!("{} cleared{}", alert(title), on(*cleared_at, event))
        }
        What::MemberReturned { title, returned_at, .. } => {
            format!("{} returned{}", alert(title), on(*returned_at, event))
        }
        _ => describe_rest(event),
    }
}

/// What happens to an incident without moving it.
fn describe_rest(event: &Event) -> String {
    match &event.what {
        What::MainItemChosen { item, because, .. } => {
            with(&format!("Likely cause is {item}"), because)
        }
        What::Assessed { hits, .. } => match hits.first() {
            Some(worst) => format!("Found what is hit, most of all {}", worst.item),
            None => "Found nothing else that is hit".to_owned(),
        },
        What::Weighed { stakes } => match stakes.iter().find(|stake| stake.at_risk) {
            Some(stake) => with("A penalty is near", &stake.because),
            None => "Weighed contracts: no penalty is near".to_owned(),
        },
        What::Prioritised { impact, urgency, priority, .. } => {
            format!("Priority {priority}: {impact} impact, {urgency} urgency")
        }
        What::ImpactSet { impact: Some(impact), reason } => {
            with(&format!("Set the impact to {impact}"), reason)
        }
        What::ImpactSet { impact: None, reason } => with("Let the impact be computed", reason),
        What::UrgencySet { urgency: Some(urgency), reason } => {
            with(&format!("Set the urgency to {urgency}"), reason)
        }
        What::UrgencySet { urgency: None, reason } => with("Let the urgency be computed", reason),
        What::PriorityOverridden { priority: Some(priority), reason } => {
            with(&format!("Set the priority to {priority}"), reason)
        }
        What::PriorityOverridden { priority: None, reason } => {
            with("Let the matrix decide the priority", reason)
        }
        What::Commented { text, by_consumer: true, .. } => with("The consumer added", text),
        What::Commented { text, public: true, .. } => with("Wrote to the consumer", text),
        What::Commented { text, .. } => with("Commented", text),
        What::TaskAdded { title, .. } => with("Added a task", title),
        What::TaskFinished { .. } => "Finished a task".to_owned(),
        What::Linked { title, .. } => with("Added a link", title),
        What::RoleSet { role, person: Some(person) } => format!("Made {person} {role}"),
        What::RoleSet { role, person: None } => format!("Took back the role of {role}"),
        What::Edited { title: Some(title), .. } => with("Changed the title", title),
        What::Edited { .. } => "Changed the description".to_owned(),
        What::TimeSet { which, stamp, before, reason } => {
            let was = before.map(|before| format!(" (was {})", before.at)).unwrap_or_default();
            with(&format!("Corrected {which} to {}{was}", stamp.at), reason)
        }
        What::AffectedSet { users: Some(users), note } => {
            with(&format!("Recorded {users} affected users"), note)
        }
        What::AffectedSet { users: None, note } => with("Recorded who is affected", note),
        What::ServiceSet { service, from, reason } => {
            with(&format!("Said that it was {service} from {from} on"), reason)
        }
        What::Notified { notified_at } => {
            format!("First page reached somebody{}", on(*notified_at, event))
        }
        _ => describe_proof(event),
    }
}

/// What shows that it holds, on what it hangs, and what is overdue.
fn describe_proof(event: &Event) -> String {
    match &event.what {
        What::AcknowledgementLapsed { because } => {
            format!("Acknowledgement lapsed: {because}")
        }
        What::MajorProposed { because, .. } => with("Proposed as a major incident", because),
        What::MajorDeclared { reason } => with("Declared a major incident", reason),
        What::MajorDismissed { reason } => with("Not a major incident", reason),
        What::MajorStabilised { reason } => with("Stabilised the major incident", reason),
        What::MajorStoodDown { reason } => with("Stood down the major incident", reason),
        What::MajorReviewed { outcome } => with("Reviewed the major incident", outcome),
        What::MajorAnswered { answered_by } => {
            format!("{} answered for the major-incident team", answered_by.name())
        }
        What::MajorUncalled { because } => with("Nobody answers for the major incident", because),
        What::UnassignedTooLong { minutes } => {
            format!("Warning: nobody has been charged with it for {minutes} minutes")
        }
        What::StageDueSoon { target_minutes, .. } => {
            let span = span(*target_minutes);
            format!("Warning: most of the {span} that it may stay in this stage are over")
        }
        What::StageOverdue { target_minutes } => {
            let span = span(*target_minutes);
            format!("Warning: in this stage for longer than the {span} that it may be")
        }
        What::Checked { checks, .. } => {
            let failed: Vec<&str> =
                checks.iter().filter(|c| !c.passed).map(|c| c.detail.as_str()).collect();
            let count = checks.len();
            match failed.as_slice() {
                [] => format!("Checked that it holds: all {count} checks passed"),
                failed => format!(
                    "Checked that it holds: {} of {count} checks failed: {}",
                    failed.len(),
                    failed.join("; ")
                ),
            }
        }
        What::ConsumerConfirmed { who, said } => {
            with(&format!("{who} confirmed that it works again"), said)
        }
        What::ParentSet { parent: Some(_), number } => format!("Hangs on incident {number}"),
        What::ParentSet { parent: None, .. } => "Stands on its own again".to_owned(),
        What::ParentEnded { number, closed, stays_because, .. } => {
            let how = if *closed { "closed" } else { "resolved" };
            let told = format!("Incident {number}, to which it belongs, was {how}");
            if stays_because.is_empty() { told } else { format!("{told}; {stays_because}") }
        }
        // The moves are described above.
        moved => moved.name().to_owned(),
    }
}

fn with(what: &str, detail: &str) -> String {
    if detail.is_empty() { what.to_owned() } else { format!("{what}: {detail}") }
}

fn names(items: &[Option<&ItemRef>]) -> String {
    let names: Vec<&str> = items.iter().flatten().map(|item| item.as_str()).collect();
    names.join(", ")
}

/// The alert by what it says.
fn alert(title: &str) -> String {
    if title.is_empty() { "An alert".to_owned() } else { format!("Alert “{title}”") }
}

/// When it was, where that is not when it was written down.
fn on(at: Time, event: &Event) -> String {
    match at.micros() / 1_000_000 == event.at.micros() / 1_000_000 {
        true => String::new(),
        false => format!(" at {}", Time::from_seconds(at.micros() / 1_000_000)),
    }
}
