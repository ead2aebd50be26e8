//! `operate oncall who`.

use std::process::ExitCode;

use calendar::Span;
use clap::Args;
use jiff::tz::TimeZone;
use schedule::{Roster, Turn};
use serde_json::{Value, json};

use super::files::{Files, Rota, Which, utc};
use super::theirs::Theirs;
use crate::calendar::reading::{local, moment, shown, zoned};
use crate::screen::{Screen, clean};
use crate::trouble::{Outcome, Trouble};

/// How far is looked for the ends of a turn, and for the next.
const AROUND: i64 = 100 * 86_400_000_000;

/// Who is on call at a moment.
#[derive(Args, Debug)]
pub struct Who {
    #[command(flatten)]
    which: Which,
    /// When: 2026-11-30T09:00 in the zone of the schedule, or with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// For what this person is on call, and their next shifts, over all schedules.
    #[arg(long, value_name = "NAME", conflicts_with = "schedule")]
    person: Option<String>,
}

impl Who {
    /// Prints it.
    pub fn run(self, screen: &Screen) -> Outcome {
        let files = self.which.files()?;
        if let Some(person) = &self.person {
            let at = match &self.at {
                Some(text) => moment("--at", text, &TimeZone::UTC)?,
                None => screen.now().micros(),
            };
            let answer = Theirs::of(&files, person, at)?;
            if screen.json {
                screen.document(&answer.document());
            } else {
                screen.say(answer.told(screen));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let rota = self.which.of(&files)?;
        let at = match &self.at {
            Some(text) => moment("--at", text, &rota.zone)?,
            None => screen.now().micros(),
        };
        let answer = Answer::of(&files, &rota, at)?;
        let people = answer.turn.iter().chain(&answer.next).map(|turn| &turn.person);
        rota.warn_of_strangers(screen, people);
        if screen.json {
            screen.document(&answer.document());
        } else {
            screen.say(answer.told(screen));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Who has it, and who has it next.
pub(super) struct Answer<'a> {
    files: &'a Files,
    rota: &'a Rota<'a>,
    at: i64,
    turn: Option<Turn>,
    next: Option<Turn>,
}

impl<'a> Answer<'a> {
    pub fn of(files: &'a Files, rota: &'a Rota<'a>, at: i64) -> Result<Answer<'a>, Trouble> {
        let window = Span::new(at.saturating_sub(AROUND), at.saturating_add(AROUND));
        let roster: Roster = rota.roster(window)?;
        let turn = roster.at(at).cloned();
        let other = |later: &&Turn| {
            later.span.from > at && turn.as_ref().is_none_or(|turn| turn.person != later.person)
        };
        let next = roster.turns().iter().find(other).cloned();
        Ok(Answer { files, rota, at, turn, next })
    }

    pub fn document(&self) -> Value {
        let zone = &self.rota.zone;
        let one = |turn: &Turn| {
            json!({
                "person": &*turn.person,
                "title": self.files.title(&turn.person),
                "from": utc(turn.span.from),
                "until": utc(turn.span.until),
                "from_local": local(&zoned(turn.span.from, zone)),
                "until_local": local(&zoned(turn.span.until, zone)),
                "why": self.rota.why(&turn.why),
            })
        };
        let turn = self.turn.as_ref();
        json!({
            "schedule": self.rota.name,
            "zone": zone.iana_name(),
            "at": utc(self.at),
            "person": turn.map(|turn| turn.person.to_string()),
            "turn": turn.map(one),
            "next": self.next.as_ref().map(one),
        })
    }

    fn told(&self, screen: &Screen) -> String {
        let zone = &self.rota.zone;
        let when = |micros: i64| shown(&zoned(micros, zone));
        let called = |person: &str| match self.files.title(person) {
            Some(title) if title != person => format!("{} ({})", clean(person), clean(title)),
            _ => clean(person),
        };
        let mut lines = match &self.turn {
            Some(turn) => vec![
                screen.paint.bold(called(&turn.person)),
                format!("  since    {}", when(turn.span.from)),
                format!("  until    {}", when(turn.span.until)),
                format!("  because  {}", clean(&self.rota.because(&turn.why))),
            ],
            None => vec![screen.paint.red("Nobody is on call.")],
        };
        if let Some(next) = &self.next {
            lines.push(format!(
                "  next     {}, from {}",
                called(&next.person),
                when(next.span.from)
            ));
        }
        lines.join("\n")
    }
}
