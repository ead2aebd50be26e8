//! Planned work: what a maintenance window explains opens no incident until the window is over.

use alerts::Alert;
use estate::MaintenanceWindowSpec;
use incidents::Command;
use incidents::expected::{self, Expect, Expected, Stage};
use kernel::{ItemRef, Moment, Time};

use crate::entering::{back_or_new, line};
use crate::potential::opens;
use crate::{Context, Reaction};

/// What is remembered of an alert that a window explains; `None` when none does. `at` is when it
/// fired: what began before the window was not planned.
pub(crate) fn expect(
    alert: &Alert,
    at: Time,
    context: &Context<'_>,
    moment: &Moment,
) -> Option<Vec<Reaction>> {
    let item = alert.item.as_ref()?;
    let planned = context.estate.planned(item, at)?;
    let known =
        |known: &&Expected| known.expect.alert == alert.id && known.stage == Stage::Expected;
    if context.expected.iter().any(|expected| known(&expected)) {
        return Some(Vec::new());
    }
    let expect = Expect {
        alert: alert.id,
        title: line(alert.summary()),
        item: item.clone(),
        window: planned.window,
        root: planned.root,
        because: planned.because,
        reason: planned.reason,
        until: planned.until,
    };
    Some(vec![Reaction::Expect(moment.id(), Box::new(expect))])
}

/// The alert stopped: nothing of it can overrun any more.
pub(crate) fn stopped(alert: &Alert, context: &Context<'_>) -> Vec<Reaction> {
    let mine = context.expected.iter().filter(|expected| expected.expect.alert == alert.id);
    let open = mine.filter(|expected| expected.stage == Stage::Expected);
    open.map(|expected| Reaction::Expected(expected.id, expected::Command::Clear {})).collect()
}

/// The window is over. What still fires is an interruption that nobody planned, from the window's
/// end on; unless another window goes on, or this one was made longer meanwhile.
pub(crate) fn overran(
    expected: &Expected,
    (ended_at, withdrawn): (Time, bool),
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let firing = |alert: &&Alert| alert.id == expected.expect.alert && alert.stage.firing();
    let Some(alert) = context.alerts.iter().find(firing) else { return Vec::new() };
    if !opens(alert, context) {
        return Vec::new();
    }
    let planned = alert.item.as_ref().and_then(|item| context.estate.planned(item, moment.now));
    // The estate in memory may still know a window that was just taken back.
    if planned.is_some_and(|p| !(withdrawn && p.window == expected.expect.window))
        && let Some(reactions) = expect(alert, moment.now, context, moment)
    {
        return reactions;
    }
    let how = if withdrawn { "was taken back" } else { "is over" };
    let because = format!("overran: {} {how} and it still fires", expected.expect.window);
    let found = back_or_new(alert, ended_at, None, context, moment);
    found.into_iter().map(|reaction| from_the_end(reaction, ended_at, &because)).collect()
}

/// The interruption counts from the end of the window: until then it was planned.
fn from_the_end(reaction: Reaction, ended_at: Time, because: &str) -> Reaction {
    let tell = |attach: &mut incidents::Attach| {
        attach.reason = line(&format!("{because}; {}", attach.reason));
        attach.started_at = Some(ended_at);
    };
    match reaction {
        Reaction::OpenIncident(id, mut open) => {
            open.alert.iter_mut().for_each(tell);
            Reaction::OpenIncident(id, open)
        }
        Reaction::Incident(id, mut command) => {
            if let Command::Attach(attach) = command.as_mut() {
                tell(attach);
            }
            Reaction::Incident(id, command)
        }
        other => other,
    }
}

/// A window was changed or taken back: what it explains now ends with it.
pub(crate) fn changed(
    window: &ItemRef,
    spec: Option<&MaintenanceWindowSpec>,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let mine = context
        .expected
        .iter()
        .filter(|expected| expected.expect.window == *window && expected.stage == Stage::Expected);
    mine.filter_map(|expected| {
        // With a selector only the estate can tell; then the root is taken to be covered still.
        let covers = |spec: &&MaintenanceWindowSpec| {
            !spec.selector.is_empty() || spec.items.contains(&expected.expect.root)
        };
        let until = spec.filter(covers).and_then(|spec| spec.running_until(moment.now));
        let command = match until {
            Some(until) if until == expected.expect.until => return None,
            Some(until) => expected::Command::MoveEnd { until },
            None => expected::Command::Withdraw {},
        };
        Some(Reaction::Expected(expected.id, command))
    })
    .collect()
}
