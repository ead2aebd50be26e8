//! `operate oncall final`.

use std::process::ExitCode;

use calendar::{Span, Spans, ical_file};
use clap::Args;
use kernel::ItemRef;
use schedule::{Breach, Roster, Share};
use serde_json::{Value, json};

use super::files::{Rota, Which, trouble, utc};
use crate::calendar::reading::{length, local, moment, shown, zoned};
use crate::screen::{Screen, Table, clean};
use crate::trouble::{Outcome, Trouble};

/// Who is on call from one moment to another.
#[derive(Args, Debug)]
pub struct Final {
    #[command(flatten)]
    which: Which,
    /// From when: 2026-11-30T09:00 in the zone of the schedule, or with an offset.
    #[arg(long, value_name = "TIME")]
    from: String,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    to: String,
    /// Print the shifts as an iCalendar file, whole ones, as feeds of the server have them.
    #[arg(long, conflicts_with = "json")]
    ics: bool,
}

impl Final {
    /// Prints it.
    pub fn run(self, screen: &Screen) -> Outcome {
        let files = self.which.files()?;
        let rota = self.which.of(&files)?;
        let window = Span::new(
            moment("--from", &self.from, &rota.zone)?,
            moment("--to", &self.to, &rota.zone)?,
        );
        if window.until <= window.from {
            let mut trouble = Trouble::wrong("this ends before it begins");
            trouble.field = Some("--to".to_owned());
            return Err(trouble.remedy("write the earlier time in --from"));
        }
        if self.ics {
            screen.say(ics(&rota, window, screen.now().micros())?);
            return Ok(ExitCode::SUCCESS);
        }
        let found = Found::of(&rota, window)?;
        let people = found.roster.turns().iter().map(|turn| &turn.person);
        rota.warn_of_strangers(screen, people);
        if screen.json {
            screen.document(&found.document());
        } else {
            screen.say(found.told(screen));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The shifts as calendar programs read them.
pub(super) fn ics(rota: &Rota<'_>, window: Span, now: i64) -> Result<String, Trouble> {
    let entries = rota.estate.schedule_entries(rota.item, window, now).map_err(trouble)?;
    let title = rota.estate.get(rota.item).map_or(rota.name, |found| found.title());
    Ok(ical_file(title, &entries))
}

/// A roster, and what it means for people.
pub(super) struct Found<'a> {
    rota: &'a Rota<'a>,
    roster: Roster,
    shares: Vec<Share>,
    breaches: Vec<(Breach, Vec<ItemRef>)>,
    gaps: Spans,
}

impl<'a> Found<'a> {
    pub fn of(rota: &'a Rota<'a>, window: Span) -> Result<Found<'a>, Trouble> {
        let roster = rota.roster(window)?;
        let people = roster.by_person();
        let whole = Spans::one(window.from, window.until);
        Ok(Found {
            rota,
            shares: rota.estate.shares(rota.item, &people, window).map_err(trouble)?,
            breaches: rota.estate.breaches(rota.item, window).map_err(trouble)?,
            gaps: roster.gaps(&whole),
            roster,
        })
    }

    pub fn document(&self) -> Value {
        let zone = &self.rota.zone;
        let turns = self.roster.turns().iter().map(|turn| {
            json!({
                "person": &*turn.person,
                "from": utc(turn.span.from),
                "until": utc(turn.span.until),
                "from_local": local(&zoned(turn.span.from, zone)),
                "until_local": local(&zoned(turn.span.until, zone)),
                "why": self.rota.why(&turn.why),
            })
        });
        let people = self.shares.iter().map(|share| {
            json!({
                "person": &*share.person,
                "seconds": share.micros / 1_000_000,
                "nights": share.nights,
                "night_seconds": share.night_micros / 1_000_000,
                "weekends": share.weekends,
                "weekend_seconds": share.weekend_micros / 1_000_000,
                "holidays": share.holidays,
                "holiday_seconds": share.holiday_micros / 1_000_000,
            })
        });
        let gaps =
            self.gaps.iter().map(|gap| json!({ "from": utc(gap.from), "until": utc(gap.until) }));
        let window = self.roster.window();
        json!({
            "schedule": self.rota.name,
            "zone": zone.iana_name(),
            "from": utc(window.from),
            "to": utc(window.until),
            "turns": turns.collect::<Vec<_>>(),
            "nobody": gaps.collect::<Vec<_>>(),
            "people": people.collect::<Vec<_>>(),
            "breaches": self.breaches.iter().map(breach_document).collect::<Vec<_>>(),
        })
    }

    fn told(&self, screen: &Screen) -> String {
        let when = |micros: i64| shown(&zoned(micros, &self.rota.zone));
        let mut lines: Vec<(i64, [String; 4])> = self
            .roster
            .turns()
            .iter()
            .map(|turn| {
                let because = clean(&self.rota.because(&turn.why));
                let Span { from, until } = turn.span;
                (from, [when(from), when(until), clean(&turn.person), because])
            })
            .collect();
        lines.extend(self.gaps.iter().map(|gap| {
            (gap.from, [when(gap.from), when(gap.until), "nobody".to_owned(), String::new()])
        }));
        lines.sort();
        let mut turns = Table::new(screen.paint, &["from", "until", "person", "because"]);
        for (_, cells) in lines {
            turns.row(cells.map(Into::into));
        }
        let mut shares =
            Table::new(screen.paint, &["person", "on call", "nights", "weekends", "holidays"]);
        for share in &self.shares {
            let counts = [share.nights, share.weekends, share.holidays].map(|n| n.to_string());
            let [nights, weekends, holidays] = counts;
            let cells = [clean(&share.person), length(share.micros), nights, weekends, holidays];
            shares.row(cells.map(Into::into));
        }
        let mut text = format!("{turns}\n\n{shares}");
        for (breach, others) in &self.breaches {
            let names: Vec<&str> = others.iter().map(ItemRef::name).collect();
            let with = match names.is_empty() {
                true => String::new(),
                false => format!(", together with {}", clean(&names.join(", "))),
            };
            let told = format!("{}{with}", self.breach(breach));
            text.push_str(&format!("\n{}", screen.paint.yellow(told)));
        }
        text
    }

    fn breach(&self, breach: &Breach) -> String {
        let when = |micros: i64| shown(&zoned(micros, &self.rota.zone));
        match breach {
            Breach::Rest { person, off } => {
                let off_for = length(off.length());
                format!("{} has only {off_for} off, from {}", clean(person), when(off.from))
            }
            Breach::Stretch { person, on } => {
                let on_for = length(on.length());
                format!("{} is on call for {on_for}, from {}", clean(person), when(on.from))
            }
            Breach::Load { person, within, micros } => format!(
                "{} has {} on call between {} and {}",
                clean(person),
                length(*micros),
                when(within.from),
                when(within.until)
            ),
        }
    }
}

fn breach_document((breach, others): &(Breach, Vec<ItemRef>)) -> Value {
    let span = breach.span();
    json!({
        "kind": breach.limit(),
        "person": &**breach.person(),
        "from": utc(span.from),
        "until": utc(span.until),
        "seconds": breach.micros() / 1_000_000,
        "others": others,
    })
}
