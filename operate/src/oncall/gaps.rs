//! `operate oncall gaps`.

use std::process::ExitCode;

use calendar::Span;
use clap::Args;
use estate::Demand;
use jiff::tz::TimeZone;
use kernel::ItemRef;
use serde_json::{Value, json};

use super::files::{Files, Sources, trouble, utc};
use crate::calendar::reading::{length, moment, shown, zoned};
use crate::screen::{Screen, clean, counted};
use crate::trouble::{Code, Outcome, Trouble};

const WEEK: i64 = 7 * 86_400_000_000;

/// Times in which nobody is on call although somebody has to be.
#[derive(Args, Debug)]
pub struct Gaps {
    #[command(flatten)]
    sources: Sources,
    /// Only what asks for hours of this schedule.
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// How many weeks ahead.
    #[arg(long, value_name = "N", default_value_t = 8)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=520))]
    weeks: u16,
    /// From when, in UTC or with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// End with 1 when anything is not covered.
    #[arg(long)]
    check: bool,
}

impl Gaps {
    /// Prints them.
    pub fn run(self, screen: &Screen) -> Outcome {
        let files = self.sources.files()?;
        let from = match &self.from {
            Some(text) => moment("--from", text, &TimeZone::UTC)?,
            None => minute(screen.now().micros()),
        };
        let window = Span::new(from, from.saturating_add(i64::from(self.weeks) * WEEK));
        let found = asked(&files, self.schedule.as_deref(), window)?;
        let unasked = unasked(&files, self.schedule.as_deref(), window);
        if screen.json {
            screen.document(&document(&found, &unasked, window));
        } else {
            screen.say(told(&found, &unasked, self.weeks, screen));
        }
        let broken = found.iter().any(|asked| !asked.gaps.is_empty());
        Ok(if self.check && broken { Code::Fault.into() } else { ExitCode::SUCCESS })
    }
}

/// The beginning of the minute in which something is: nobody plans by microseconds.
pub(super) fn minute(micros: i64) -> i64 {
    micros - micros.rem_euclid(60_000_000)
}

/// Everything that asks for hours: contracts, and the calendars that schedules name; of one
/// schedule what asks for its hours.
pub(super) fn asked(
    files: &Files,
    schedule: Option<&str>,
    window: Span,
) -> Result<Vec<Demand>, Trouble> {
    let rotas = files.rotas(schedule);
    if schedule.is_none() {
        let (found, unknown) = files.estate.demands(window);
        if !found.is_empty() || rotas.is_ok() {
            let unknown = unknown.into_iter().next();
            return unknown.map_or(Ok(found), |(_, error)| Err(trouble(error)));
        }
    }
    let mut found: Vec<Demand> = Vec::new();
    for rota in rotas? {
        rota.estate.demand(rota.item, window, &mut found).map_err(trouble)?;
    }
    Ok(found)
}

/// The schedules of which nothing asks for hours, by name.
pub(super) fn unasked<'f>(files: &'f Files, schedule: Option<&str>, window: Span) -> Vec<&'f str> {
    let unasked = files.estate.unasked(window).into_iter().map(ItemRef::name);
    unasked.filter(|name| schedule.is_none_or(|only| only == *name)).collect()
}

fn document(found: &[Demand], unasked: &[&str], window: Span) -> Value {
    let each = found.iter().map(|asked| {
        let gaps = asked.gaps.iter().map(|gap| {
            json!({ "from": utc(gap.from), "until": utc(gap.until),
                "seconds": gap.length() / 1_000_000 })
        });
        json!({
            "by": asked.by,
            "team": asked.team,
            "why": asked.unscheduled(),
            "schedules": asked.schedules.iter().map(ItemRef::name).collect::<Vec<_>>(),
            "required_seconds": asked.required.total() / 1_000_000,
            "gap_seconds": asked.gaps.total() / 1_000_000,
            "gaps": gaps.collect::<Vec<_>>(),
        })
    });
    json!({
        "from": utc(window.from),
        "to": utc(window.until),
        "required": each.collect::<Vec<_>>(),
        "not_asked_for": unasked,
    })
}

pub(super) fn told(found: &[Demand], unasked: &[&str], weeks: u16, screen: &Screen) -> String {
    let mut lines = Vec::new();
    for asked in found {
        let zone = TimeZone::get(&asked.time_zone).unwrap_or(TimeZone::UTC);
        let when = |micros: i64| shown(&zoned(micros, &zone));
        let names: Vec<&str> = asked.schedules.iter().map(ItemRef::name).collect();
        let by = clean(asked.by.as_str());
        let weeks = counted(usize::from(weeks), "week");
        let hours = length(asked.required.total());
        if let Some(why) = asked.unscheduled() {
            lines.push(screen.paint.bold(by));
            let why = format!("  {}, {hours} in {weeks}", clean(&why));
            lines.push(screen.paint.red(why));
            continue;
        }
        lines.push(screen.paint.bold(format!("{by} by {}", clean(&names.join(", ")))));
        if asked.gaps.is_empty() {
            lines.push(screen.paint.green(format!("  all of {hours} in {weeks} are covered")));
            continue;
        }
        for gap in asked.gaps.iter() {
            let span = length(gap.length());
            lines.push(format!("  {} to {}  {span}", when(gap.from), when(gap.until)));
        }
        let sum = format!(
            "  {}, {} of {hours} in {weeks} without anybody",
            counted(asked.gaps.len(), "gap"),
            length(asked.gaps.total())
        );
        lines.push(screen.paint.red(sum));
    }
    for name in unasked {
        lines.push(screen.paint.bold(clean(name)));
        let what = "  not asked for: no contract of a `team`, no `coverCalendar`, no policy in use";
        lines.push(screen.paint.dim(what));
    }
    if lines.is_empty() {
        lines.push("There is no schedule, and no contract asks for one.".to_owned());
    }
    lines.join("\n")
}
