//! What happened, as the timeline of the incident says it.

use jiff::tz::TimeZone;
use kernel::Time;

use super::clock::Run;
use super::command::Scope;
use super::event::{Change, Event, What, Why};
use super::terms::{Kind, Terms, WaitsFor, Which, length};

/// What happened, in words; `None` for what only the record needs to know.
pub fn describe(event: &Event) -> Option<String> {
    let at = event.at;
    Some(match &event.what {
        What::Opened { .. } | What::CalendarTaken { .. } => return None,
        What::Touched { title, scope, because, .. } => touched(title, *scope, because),
        What::Untouched { title, .. } => format!("No longer touches the contract {title}"),
        What::Started { which, terms, timing, .. } => {
            format!("{} {} ({})", by(which, timing.due, at), under(which), promised(terms))
        }
        What::Paused { which, reason, since, .. } => {
            format!("{} stands since {}: {}", clock(which), wall(*since, which, at), waits(*reason))
        }
        What::Resumed { which, timing, .. } => {
            format!("{} counts again: {}", clock(which), lower(&by(which, timing.due, at)))
        }
        What::Retargeted { which, changes, terms, timing, due_before, .. } => {
            let changes: Vec<String> = changes.iter().map(change).collect();
            let before = due_before.map(|due| format!(", was {}", wall(due, which, at)));
            let now = lower(&by(which, timing.due, at));
            format!(
                "{} re-targeted: {}; {now}{} ({})",
                clock(which),
                changes.join(", "),
                before.unwrap_or_default(),
                promised(terms)
            )
        }
        What::Warned { which, share, due } => {
            format!(
                "{share} % of the time has elapsed: {} {}",
                lower(&by(which, *due, at)),
                under(which)
            )
        }
        What::Breached { which, due } => {
            format!("Contract missed: {} was due by {}", clock(which), wall(*due, which, at))
        }
        What::Stopped { which, run } => stopped(which, run, at),
        What::WentOn { which, fresh: true, timing, .. } => {
            format!("{} begins again: {}", clock(which), lower(&by(which, timing.due, at)))
        }
        What::WentOn { which, timing, .. } => {
            format!("{} goes on: {}", clock(which), lower(&by(which, timing.due, at)))
        }
        What::Restarted { which, run, timing, .. } => {
            let next = format!("next {}", lower(&by(which, timing.due, at)));
            match run {
                Some(run) => format!("{}; {next}", stopped(which, run, at)),
                None => format!("{} begins again; {next}", clock(which)),
            }
        }
        What::Dropped { which, why } => {
            format!("{} counts no more: {}", clock(which), reason(*why))
        }
    })
}

/// A time on the wall of the clock's zone; with the date when it is another day than `near`.
pub fn wall(time: Time, which: &Which, near: Time) -> String {
    let zone = TimeZone::get(&which.zone).unwrap_or(TimeZone::UTC);
    let zoned = |time: Time| {
        jiff::Timestamp::from_microsecond(time.micros()).ok().map(|at| at.to_zoned(zone.clone()))
    };
    match (zoned(time), zoned(near)) {
        (Some(time), Some(near)) if time.date() == near.date() => {
            time.strftime("%H:%M %Z").to_string()
        }
        (Some(time), _) => time.strftime("%a %-d %b %H:%M %Z").to_string(),
        _ => time.to_string(),
    }
}

/// What was promised: `P1, 1 h of Day and night`.
pub fn promised(terms: &Terms) -> String {
    let mut text = format!("{}, {} of {}", terms.priority, terms.target, terms.calendar_title);
    if terms.outside {
        text.push_str(", not covered and treated as if");
    }
    text
}

/// What has to be done, as the beginning of a sentence.
pub fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Respond => "Respond",
        Kind::Update => "Update",
        Kind::Restore => "Restore",
        Kind::Resolve => "Resolve",
    }
}

fn by(which: &Which, due: Option<Time>, at: Time) -> String {
    match due {
        Some(due) => format!("{} by {}", verb(which.clock), wall(due, which, at)),
        None => format!("{}, not due for now,", verb(which.clock)),
    }
}

fn under(which: &Which) -> String {
    format!("under {}", which.title)
}

fn clock(which: &Which) -> String {
    format!("{} under {}", verb(which.clock), which.title)
}

fn stopped(which: &Which, run: &Run, at: Time) -> String {
    let verdict = if run.met { "met" } else { "missed" };
    let elapsed = length(run.elapsed_seconds);
    let of = run.target_seconds.map(|target| format!(" of {}", length(target)));
    let due = run.due.map(|due| format!(", due by {}", wall(due, which, at)));
    let (of, due) = (of.unwrap_or_default(), due.unwrap_or_default());
    format!("{} {verdict}: {elapsed}{of}{due}", clock(which))
}

fn touched(title: &str, scope: Scope, because: &str) -> String {
    match scope {
        Scope::Inside => format!("Touches the contract {title}: {because}"),
        Scope::Outside => {
            format!("Not covered by the contract {title}, best effort: {because}")
        }
        Scope::OutsideAsInside => {
            format!("Not covered by the contract {title}, treated as if it were: {because}")
        }
    }
}

fn change(change: &Change) -> String {
    match change {
        Change::Priority { from, to } => format!("{from} → {to}"),
        Change::Terms => "the contract says otherwise".to_owned(),
        Change::Calendar => "other working time".to_owned(),
        Change::Start => "it began at another time".to_owned(),
    }
}

/// What an incident waits for, in words.
pub fn waits(reason: WaitsFor) -> String {
    match reason {
        WaitsFor::Nothing => "the service was back".to_owned(),
        reason => format!("waiting for {reason}"),
    }
}

/// Why a clock has no verdict, in words.
pub fn reason(why: Why) -> &'static str {
    match why {
        Why::NoTarget => "nothing is promised for this priority",
        Why::NotCovered => "the contract does not cover it any more",
        Why::NotNeeded => "it was over before anybody had to",
        Why::Cancelled => "it was no incident",
        Why::Merged => "the incident goes on in another one, whose clocks count",
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
