//! `operate calendar due` and `operate calendar elapsed`.

use std::process::ExitCode;

use calendar::{Calendar, Closure, Never, Span};
use clap::Args;
use estate::Within;
use serde_json::{Map, Value, json};

use super::reading::{Hours, Which, length, local, shown, together};
use crate::screen::{Screen, clean};
use crate::trouble::{Outcome, Trouble};

/// Years after the start in which a target must be reached.
const YEARS: i16 = 30;

/// When a target is reached.
#[derive(Args, Debug)]
pub struct Due {
    #[command(flatten)]
    which: Which,
    /// When the clock starts: 2026-11-27T10:00 in the zone of the calendar, or with an offset.
    #[arg(long, value_name = "TIME")]
    start: String,
    /// How much working time: 8h, 1h30m, or working days as long as their hours: 2d.
    #[arg(long, value_name = "LENGTH")]
    target: String,
    /// When the clock stands, as FROM/UNTIL; without UNTIL it stands for ever. May be given
    /// several times.
    #[arg(long = "pause", value_name = "FROM/UNTIL")]
    pauses: Vec<String>,
}

/// Working time between two moments.
#[derive(Args, Debug)]
pub struct Elapsed {
    #[command(flatten)]
    which: Which,
    /// From when: 2026-11-27T10:00 in the zone of the calendar, or with an offset.
    #[arg(long, value_name = "TIME")]
    from: String,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    to: String,
    /// When the clock stands, as FROM/UNTIL. May be given several times.
    #[arg(long = "pause", value_name = "FROM/UNTIL")]
    pauses: Vec<String>,
}

impl Due {
    /// Prints it.
    pub fn run(self, screen: &Screen) -> Outcome {
        let target: Within = self.target.parse().map_err(|_| {
            let mut trouble = Trouble::wrong(format!("`{}` is no target", self.target));
            trouble.field = Some("--target".to_owned());
            trouble.remedy("write it like 30m, 8h, 1h30m or 2d")
        })?;
        let hours = self.which.read()?;
        let start = hours.moment("--start", &self.start)?;
        let pauses = hours.pauses(&self.pauses)?;
        let calendar = hours.around(start, start, YEARS)?;
        let due = due(&calendar, start, target, &pauses);
        let until = due.at().unwrap_or(start);
        let way =
            Way { hours: &hours, calendar: &calendar, within: Span::new(start, until), pauses };
        let mut document = way.document();
        document.insert("start".to_owned(), json!(utc(&hours, start)));
        document.insert("target".to_owned(), json!(target.to_string()));
        let zoned = due.at().map(|at| hours.zoned(at));
        document.insert("due".to_owned(), json!(due.at().map(|at| utc(&hours, at))));
        document.insert("due_local".to_owned(), json!(zoned.as_ref().map(local)));
        let never = match due {
            calendar::Due::Never(never) => Some(why_never(never)),
            calendar::Due::At(_) => None,
        };
        document.insert("never".to_owned(), json!(never));
        if screen.json {
            screen.document(&Value::Object(document));
            return Ok(ExitCode::SUCCESS);
        }
        let lines = match (due.at(), never) {
            (Some(at), _) => vec![
                format!("Due      {}", screen.paint.bold(shown(&hours.zoned(at)))),
                format!("         {}", utc(&hours, at)),
            ],
            (None, never) => vec![format!("Due      never: {}", never.unwrap_or_default())],
        };
        let told = due.at().map(|_| way.told()).unwrap_or_default();
        screen.say(lines.into_iter().chain(told).collect::<Vec<_>>().join("\n"));
        Ok(ExitCode::SUCCESS)
    }
}

impl Elapsed {
    /// Prints it.
    pub fn run(self, screen: &Screen) -> Outcome {
        let hours = self.which.read()?;
        let from = hours.moment("--from", &self.from)?;
        let until = hours.moment("--to", &self.to)?;
        if until < from {
            let mut trouble = Trouble::wrong("this ends before it begins");
            trouble.field = Some("--to".to_owned());
            return Err(trouble.remedy("write the earlier time in --from"));
        }
        let pauses = hours.pauses(&self.pauses)?;
        let calendar = hours.around(from, until, 1)?;
        let way =
            Way { hours: &hours, calendar: &calendar, within: Span::new(from, until), pauses };
        if screen.json {
            let mut document = way.document();
            document.insert("from".to_owned(), json!(utc(&hours, from)));
            document.insert("to".to_owned(), json!(utc(&hours, until)));
            screen.document(&Value::Object(document));
        } else {
            screen.say(way.told().join("\n"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// When a target is reached. Working days are turned into the hours that they have from the start
/// on; what is then paused is added to them like to any other target.
pub(super) fn due(
    calendar: &Calendar,
    start: i64,
    target: Within,
    pauses: &[Span],
) -> calendar::Due {
    let pauses = together(pauses);
    match target {
        Within::Time(wait) => calendar.due(start, i64::from(wait.seconds()) * 1_000_000, &pauses),
        Within::Days(days) => match calendar.due_days(start, u32::from(days)) {
            calendar::Due::At(close) if !pauses.is_empty() => {
                let none = together(&[]);
                calendar.due(start, calendar.elapsed(start, close, &none), &pauses)
            }
            due => due,
        },
    }
}

fn why_never(never: Never) -> &'static str {
    match never {
        Never::Empty => "the calendar has no open hour",
        Never::Paused => "the clock is paused and nothing says until when",
        Never::Horizon => "the target is not reached within 30 years",
    }
}

fn utc(hours: &Hours, micros: i64) -> String {
    hours.zoned(micros).timestamp().to_string()
}

/// What lies between two moments.
struct Way<'a> {
    hours: &'a Hours,
    calendar: &'a Calendar,
    within: Span,
    pauses: Vec<Span>,
}

impl Way<'_> {
    fn working(&self) -> i64 {
        self.calendar.elapsed(self.within.from, self.within.until, &together(&self.pauses))
    }

    /// Working time that a pause took.
    fn taken(&self, pause: &Span) -> i64 {
        let pause = pause.clip(self.within);
        self.calendar.elapsed(pause.from, pause.until, &together(&[]))
    }

    /// The pauses that lie between.
    fn met(&self) -> impl Iterator<Item = &Span> {
        self.pauses.iter().filter(|pause| pause.clip(self.within).length() > 0)
    }

    fn closures(&self) -> Vec<&Closure> {
        self.calendar.closures(self.within).collect()
    }

    fn document(&self) -> Map<String, Value> {
        let at = |micros: i64| utc(self.hours, micros);
        let end = |micros: i64| (micros != i64::MAX).then(|| at(micros));
        let closures: Vec<Value> = self
            .closures()
            .iter()
            .map(|closure| {
                let (from, until) = (closure.span.from, closure.span.until);
                let date = self.hours.zoned(from).date().to_string();
                json!({ "name": closure.name, "date": date, "from": at(from), "until": at(until) })
            })
            .collect();
        let pauses: Vec<Value> = self
            .met()
            .map(|pause| {
                json!({ "from": at(pause.from), "until": end(pause.until),
                    "working_seconds": seconds(self.taken(pause)) })
            })
            .collect();
        let value = json!({
            "calendar": self.hours.name,
            "zone": self.hours.zone.iana_name(),
            "working": length(self.working()),
            "working_seconds": seconds(self.working()),
            "passed_seconds": seconds(self.within.length()),
            "closures": closures,
            "pauses": pauses,
        });
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// For people: the working time, and what it does not count.
    fn told(&self) -> Vec<String> {
        let Span { from, until } = self.within;
        let (start, end) = (self.hours.zoned(from), self.hours.zoned(until));
        let mut lines = vec![
            format!(
                "Working  {} of the {} that pass",
                length(self.working()),
                length(until - from)
            ),
            format!("From     {}", shown(&start)),
            format!("Until    {}", shown(&end)),
            format!(
                "Hours    {}, in {}",
                clean(&self.hours.name),
                self.hours.zone.iana_name().unwrap_or("UTC")
            ),
        ];
        for closure in self.closures() {
            let (from, until) =
                (self.hours.zoned(closure.span.from), self.hours.zoned(closure.span.until));
            let whole = from.time() == until.time() && from.hour() == 0 && from.minute() == 0;
            let when = match whole {
                true => from.strftime("%a %F").to_string(),
                false => format!("{} to {}", shown(&from), until.strftime("%H:%M")),
            };
            let name = if closure.name.is_empty() { "closed" } else { &closure.name };
            lines.push(format!("Closed   {when}  {}", clean(name)));
        }
        for pause in self.met() {
            let until = match pause.until {
                i64::MAX => "without an end".to_owned(),
                until => format!("to {}", shown(&self.hours.zoned(until))),
            };
            lines.push(format!(
                "Paused   {} {until}: {} of working time",
                shown(&self.hours.zoned(pause.from)),
                length(self.taken(pause))
            ));
        }
        lines
    }
}

fn seconds(micros: i64) -> Value {
    match micros % 1_000_000 {
        0 => json!(micros / 1_000_000),
        _ => json!(micros as f64 / 1e6),
    }
}
