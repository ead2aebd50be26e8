//! `operate oncall gaps`.

use std::process::ExitCode;

use calendar::{Span, Spans};
use clap::Args;
use jiff::tz::TimeZone;
use kernel::ItemRef;
use serde_json::{Value, json};

use super::files::{Rota, Sources, trouble, utc};
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

/// Hours that something asks for, and when nobody is there in them.
pub(super) struct Asked {
    /// What asks: `contract`, or a calendar of a schedule.
    pub by: ItemRef,
    /// The schedules that cover it together.
    pub schedules: Vec<String>,
    zone: TimeZone,
    required: Spans,
    pub gaps: Spans,
}

impl Gaps {
    /// Prints them.
    pub fn run(self, screen: &Screen) -> Outcome {
        let files = self.sources.files()?;
        let rotas = files.rotas(self.schedule.as_deref())?;
        let from = match &self.from {
            Some(text) => moment("--from", text, &TimeZone::UTC)?,
            None => screen.now().micros(),
        };
        let window = Span::new(from, from.saturating_add(i64::from(self.weeks) * WEEK));
        let found = asked(&rotas, window)?;
        if screen.json {
            screen.document(&document(&found, window));
        } else {
            screen.say(told(&found, self.weeks, screen));
        }
        let broken = found.iter().any(|asked| !asked.gaps.is_empty());
        Ok(if self.check && broken { Code::Fault.into() } else { ExitCode::SUCCESS })
    }
}

/// Everything that asks for hours: contracts of the teams that have schedules, and the calendars
/// that schedules name.
pub(super) fn asked(rotas: &[Rota<'_>], window: Span) -> Result<Vec<Asked>, Trouble> {
    let mut found: Vec<Asked> = Vec::new();
    for rota in rotas {
        let roster = rota.roster(window)?;
        for cover in rota.estate.cover(rota.item, &roster).map_err(trouble)? {
            // The schedules of a team cover its contracts together.
            let same = |asked: &&mut Asked| asked.by == cover.by && asked.gaps == cover.gaps;
            match found.iter_mut().find(same) {
                Some(asked) => asked.schedules.push(rota.name.to_owned()),
                None => found.push(Asked {
                    by: cover.by,
                    schedules: vec![rota.name.to_owned()],
                    zone: rota.zone.clone(),
                    required: cover.required,
                    gaps: cover.gaps,
                }),
            }
        }
    }
    Ok(found)
}

fn document(found: &[Asked], window: Span) -> Value {
    let each = found.iter().map(|asked| {
        let gaps = asked.gaps.iter().map(|gap| {
            json!({ "from": utc(gap.from), "until": utc(gap.until),
                "seconds": gap.length() / 1_000_000 })
        });
        json!({
            "by": asked.by,
            "schedules": asked.schedules,
            "required_seconds": asked.required.total() / 1_000_000,
            "gap_seconds": asked.gaps.total() / 1_000_000,
            "gaps": gaps.collect::<Vec<_>>(),
        })
    });
    json!({
        "from": utc(window.from),
        "to": utc(window.until),
        "required": each.collect::<Vec<_>>(),
    })
}

fn told(found: &[Asked], weeks: u16, screen: &Screen) -> String {
    if found.is_empty() {
        return "Nothing asks for hours: give the schedule a `team` that has a contract, or a \
                `coverCalendar`."
            .to_owned();
    }
    let mut lines = Vec::new();
    for asked in found {
        let when = |micros: i64| shown(&zoned(micros, &asked.zone));
        let head =
            format!("{} by {}", clean(asked.by.as_str()), clean(&asked.schedules.join(", ")));
        lines.push(screen.paint.bold(head));
        let weeks = counted(usize::from(weeks), "week");
        let hours = length(asked.required.total());
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
    lines.join("\n")
}
