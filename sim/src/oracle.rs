//! What has to hold, whatever happened. Told in words of the outside: none of it asks the streams.

use alerts::Alert;
use incidents::{Incident, Stage};
use kernel::{Lifecycle, laws};
use oncall::Page;

use crate::outside::Outside;
use crate::shelf::Shelf;
use crate::world::{LetterState, World};
use crate::{clocks, rising, shifts, watched};

/// Holds after every step.
///
/// # Panics
/// When it does not, saying what.
pub fn at_any_time(world: &World, outside: &Outside) {
    for page in world.pages.rows() {
        for call in &page.calls {
            let letter = world.outbox.get(&call.message);
            assert!(letter.is_some(), "a call without a message: {call:?}");
        }
        let wakes = page.next_step_at.is_some();
        let right = match page.stage {
            oncall::Stage::Ringing => wakes,
            oncall::Stage::Acknowledged | oncall::Stage::Cancelled => !wakes,
            oncall::Stage::Exhausted => true,
        };
        assert!(right, "who wakes this page? {page:?}");
    }
    for letter in world.outbox.values().filter(|letter| letter.state == LetterState::Open) {
        let wants = |page: &Page| page.stage.unanswered() || page.wants(letter.message.id);
        let wanted = world.pages.get(letter.page).is_some_and(wants);
        assert!(wanted, "a message waits although nobody needs it: {letter:?}");
    }
    world.clocks.rows().for_each(|clocks| clocks::at_any_time(clocks, world));
    shifts::whoever_has_it_is_called(world);
    if let Some(last) = outside.inbox.last() {
        assert!(last.wanted, "somebody was called after the answer: {last:?}");
    }
}

/// Holds once the streams have caught up and the outbox is empty.
///
/// # Panics
/// When it does not, saying what.
pub fn at_rest(world: &World, outside: &Outside) {
    history_is_whole(world);
    accepted_is_kept(world, outside);
    world.alerts.rows().for_each(|alert| alert_belongs(alert, world));
    world.incidents.rows().for_each(|incident| somebody_is_called(incident, world));
    world.incidents.rows().for_each(|incident| priority_is_followed(incident, world));
    world.incidents.rows().for_each(|incident| the_team_is_called(incident, world));
    world.incidents.rows().for_each(|incident| nothing_is_orphaned(incident, world));
    every_call_was_made(world, outside);
    world.pages.rows().for_each(|page| watched::quiet_was_kept(page, world));
    world.pages.rows().for_each(|page| rising::steps_have_their_time(page, world));
    world.pages.rows().for_each(|page| rising::somebody_said_so(page, world));
    world.incidents.rows().for_each(|incident| watched::work_is_watched(incident, world));
    world.incidents.rows().for_each(|incident| clocks::at_rest(incident, world));
}

fn history_is_whole(world: &World) {
    fn rebuilt<R: Lifecycle>(shelf: &Shelf<R>) {
        shelf.rows().for_each(|row| laws::journal_rebuilds(row, shelf.history(row.id())));
    }
    rebuilt(&world.incidents);
    rebuilt(&world.pages);
    rebuilt(&world.expected);
    rebuilt(&world.clocks);
    for alert in world.alerts.rows() {
        let history = world.alerts.history(alert.id);
        let mut folded = history.first().and_then(|first| Alert::born(alert.id, first));
        for event in history.iter().skip(1) {
            folded.iter_mut().for_each(|alert| alert.apply(event));
        }
        let same = folded.is_some_and(|folded| alert.same_history(&folded));
        assert!(same, "the journal does not give {alert:?}");
    }
}

fn accepted_is_kept(world: &World, outside: &Outside) {
    for fingerprint in &outside.accepted {
        assert!(world.alert(*fingerprint).is_some(), "{fingerprint} was accepted and is lost");
    }
}

/// A firing alert that matters belongs to an incident, and incidents know who still fires.
fn alert_belongs(alert: &Alert, world: &World) {
    let holders: Vec<&Incident> = world
        .incidents
        .rows()
        .filter(|i| i.stage != Stage::Merged && i.attached().any(|m| m.alert == alert.id))
        .collect();
    let matters = world.policy.opens(alert.response(), alert.severity, alert.item.is_some());
    let expected = world
        .expected
        .rows()
        .any(|e| e.expect.alert == alert.id && e.stage == incidents::expected::Stage::Expected);
    assert!(!expected || alert.stage.firing(), "expected, and over: {}", alert_told(alert, world));
    if alert.stage.firing() && matters && !expected {
        let last = alert.incident.and_then(|id| world.incidents.get(id));
        let (told, last) = (alert_told(alert, world), told(last.as_ref(), world));
        assert!(!holders.is_empty(), "fires and belongs nowhere: {told}{last}");
    }
    // One that was over for long and came back is history in its first incident.
    let fires_in = |holder: &&&Incident| {
        holder.attached().any(|m| m.alert == alert.id && m.cleared_at.is_none())
    };
    let open = || holders.iter().filter(|holder| holder.is_open());
    if alert.stage.firing() && !expected && open().next().is_some() {
        let known = holders.iter().any(|holder| fires_in(&holder));
        let last = alert.incident.and_then(|id| world.incidents.get(id));
        let (told, alert) = (told(last.as_ref(), world), alert_told(alert, world));
        assert!(known, "{told} does not know that this fires: {alert}");
    }
    if !alert.stage.firing() {
        let wrong = open().find(fires_in);
        assert!(wrong.is_none(), "{} still thinks that {} fires", told(wrong, world), alert.id);
    }
    let knows = match alert.incident {
        Some(incident) => holders.iter().any(|holder| holder.id == incident),
        None => !alert.stage.firing() || open().find(fires_in).is_none(),
    };
    let told = || holders.iter().map(|held| told(Some(held), world)).collect::<String>();
    let belongs = || alert_told(alert, world);
    assert!(knows, "the alert does not know where it belongs: {}{}", belongs(), told());
}

/// An incident with its history, for whoever has to find out what went wrong.
pub(crate) fn told(incident: Option<&&Incident>, world: &World) -> String {
    let Some(incident) = incident else { return "no incident".to_owned() };
    let line = |event: &incidents::Event| {
        format!("\n  {} {}: {}", event.at, event.by, incidents::describe(event))
    };
    let history: String = world.incidents.history(incident.id).iter().map(line).collect();
    format!("{} ({}){history}\n", incident.id, incident.stage)
}

fn alert_told(alert: &Alert, world: &World) -> String {
    let line = |event: &alerts::Event| {
        let at = serde_json::to_value(event).map(|event| event["at"].clone()).unwrap_or_default();
        format!("\n  {at}: {}", alerts::describe(event))
    };
    let history: String = world.alerts.history(alert.id).iter().map(line).collect();
    format!("{} ({:?}){history}\n", alert.id, alert.stage)
}

/// The page by which people hear of an incident calls by the steps for its priority.
fn priority_is_followed(incident: &Incident, world: &World) {
    let mine = own(incident, world);
    let ringing = mine.filter(|page| page.stage == oncall::Stage::Ringing);
    for page in ringing {
        let told = told(Some(&incident), world);
        assert_eq!(page.summary.priority, incident.priority, "other steps ring for {told}");
    }
}

/// Somebody is being called for everything that needs somebody, and for nothing else.
fn somebody_is_called(incident: &Incident, world: &World) {
    let pages: Vec<&Page> = own(incident, world).collect();
    let needed = incident.is_open()
        && !incident.service_is_back()
        && incident.stage != Stage::OnHold
        && incident.priority <= world.policy.page_down_to
        && incident.acknowledged_by.is_none();
    let ringing = pages.iter().filter(|page| page.stage == oncall::Stage::Ringing).count();
    assert!(ringing <= 1, "called by several policies at once: {pages:?}");
    if !needed {
        let unanswered = pages.iter().find(|page| page.stage.unanswered());
        let told = told(Some(&incident), world);
        assert!(unanswered.is_none(), "nobody is needed, and yet {unanswered:?} rings for {told}");
        return;
    }
    let calls_again =
        |page: &&&Page| page.stage == oncall::Stage::Exhausted && page.next_step_at.is_some();
    let tried = ringing == 1 || pages.iter().find(calls_again).is_some();
    assert!(tried, "nobody is called for {}: {pages:?}", told(Some(&incident), world));
}

/// The pages by which somebody is called to take an incident.
pub(crate) fn own<'a>(
    incident: &Incident,
    world: &'a World,
) -> impl Iterator<Item = &'a Page> + use<'a> {
    let id = incident.id;
    world.pages.rows().filter(move |page| page.incident == id && !page.is_major())
}

/// The team for major incidents is called once for one that is declared, and for nothing else.
fn the_team_is_called(incident: &Incident, world: &World) {
    let all = world.pages.rows().filter(|page| page.incident == incident.id && page.is_major());
    let pages: Vec<&Page> = all.collect();
    let told = || told(Some(&incident), world);
    let live = |page: &&&Page| page.stage == oncall::Stage::Ringing || page.goes_on();
    assert!(pages.iter().filter(live).count() <= 1, "called twice: {pages:?} {}", told());
    let Some(major) = incident.major.as_ref().filter(|_| incident.is_declared_major()) else {
        let called = pages.iter().find(|page| page.stage.unanswered() || page.goes_on());
        assert!(called.is_none(), "called for no major incident: {called:?} {}", told());
        return;
    };
    assert!(incident.is_open(), "over, and a major incident: {}", told());
    let declared = major.declared_at.unwrap_or(kernel::Time::MAX);
    let since = |page: &&&Page| page.rang_again_at.unwrap_or(page.started_at) >= declared;
    let called = pages.iter().filter(|page| page.stage != oncall::Stage::Cancelled).filter(since);
    let wanted = usize::from(world.policy.major.escalation_policy.is_some());
    assert_eq!(called.count(), wanted, "the team is not called once: {pages:?} {}", told());
    let in_vain = |event: &oncall::Event| match event {
        oncall::Event::Exhausted { .. } => Some(true),
        oncall::Event::Acknowledged { .. } | oncall::Event::HandOverAccepted { .. } => Some(false),
        _ => None,
    };
    let heard = pages.iter().filter(since).flat_map(|page| world.pages.history(page.id));
    let unheard = wanted == 0 || heard.filter_map(in_vain).last() == Some(true);
    assert_eq!(major.uncalled.is_some(), unheard, "nobody is told so: {}", told());
    let answered = pages.iter().filter(since).any(|page| page.acknowledged_by.is_some());
    assert!(!answered || major.answered_by.is_some(), "who leads is not told: {}", told());
}

/// What hangs on an incident that is over is over too, unless an alert of its own still fires; and
/// what is back was checked.
fn nothing_is_orphaned(incident: &Incident, world: &World) {
    let parent = incident.parent.and_then(|id| world.survivor(id));
    let parent = parent.and_then(|id| world.incidents.get(id));
    let over = parent.is_some_and(|p| matches!(p.stage, Stage::Resolved | Stage::Closed));
    let fires = incident.attached().any(|member| member.cleared_at.is_none());
    let told = || told(Some(&incident), world);
    assert!(!over || fires || !incident.is_open(), "an orphan: {}", told());
    if matches!(incident.stage, Stage::Restored | Stage::Resolved) {
        assert_eq!(incident.checked_stage, Some(incident.stage), "was not checked: {}", told());
    }
}

fn every_call_was_made(world: &World, outside: &Outside) {
    for letter in world.outbox.values() {
        let times = outside.inbox.iter().filter(|got| got.message == letter.message.id).count();
        match letter.state {
            LetterState::Sent => assert!(times >= 1, "never arrived: {letter:?}"),
            LetterState::Open => unreachable!("the outbox is not empty: {letter:?}"),
            LetterState::Dead => assert!(letter.attempts > 0, "given up untried: {letter:?}"),
            LetterState::Cancelled => {}
        }
    }
}
