//! Every figure of operations that is told by month or as a series, defined once: what it is
//! called, in what it is told, and where in the reports it stands.

use ::contracts::compliance::Figures;
use reports::{Figure, FigureName, LoadReport, TimesReport, Totals};
use serde::Serialize;
use utoipa::ToSchema;

/// The reports of a time that the figures are read from.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// How long things took, and how many incidents there were.
    pub times: &'a TimesReport,
    /// How many of them were major, and how far these are.
    pub major: MajorCounts,
    /// Availability and failures; nothing where it is not about one item.
    pub availability: Option<&'a Figures>,
    /// What alerts did; nothing where that is not known, or not asked in this way.
    pub alerts: Option<&'a Totals>,
    /// Whom they called; nothing where there were too many calls to tell.
    pub load: Option<&'a LoadReport>,
}

/// How many major incidents were opened in a time, and how far they are by now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MajorCounts {
    /// Of priority P1 or P2, or declared.
    pub all: usize,
    /// Declared by a person.
    pub declared: usize,
    /// Of these, those that got no worse while they were major.
    pub stabilised: usize,
    /// Of these, those that people looked back at together.
    pub reviewed: usize,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its name for programs.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// In what it is told.
    pub unit: MeasureUnit,
    /// Which way is better; nothing where neither is.
    pub better: Option<Better>,
    /// Whether it is one of the few that are told first.
    pub first: bool,
    /// Whose incidents stand behind it, where it is a duration.
    pub behind: Option<FigureName>,
    read: Read,
}

/// Where a figure stands.
#[derive(Clone, Copy, Debug)]
enum Read {
    Of(fn(&Measured<'_>) -> Option<f64>),
    Duration(FigureName, fn(&Figure) -> Option<f64>),
}

/// In what a figure is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureUnit {
    /// How many.
    Count,
    /// How long.
    Seconds,
    /// A share from 0 to 100.
    Percent,
}

/// Which way is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More.
    Higher,
    /// Less.
    Lower,
}

impl Measure {
    /// The figure of a time; nothing where there is none.
    pub fn of(&self, measured: &Measured<'_>) -> Option<f64> {
        match self.read {
            Read::Of(read) => read(measured),
            Read::Duration(name, read) => figure(measured, name).and_then(read),
        }
    }

    /// How many incidents stand behind it, where it is a duration.
    pub fn n(&self, measured: &Measured<'_>) -> Option<usize> {
        Some(figure(measured, self.behind?)?.n)
    }

    /// A value of it in words.
    pub fn told(unit: MeasureUnit, value: Option<f64>) -> String {
        let Some(value) = value else { return "–".to_owned() };
        match unit {
            MeasureUnit::Count => format!("{value}"),
            MeasureUnit::Percent => format!("{value:.3} %"),
            MeasureUnit::Seconds => budgets::length((value * 1e6) as i64),
        }
    }
}

fn figure<'a>(measured: &Measured<'a>, name: FigureName) -> Option<&'a Figure> {
    measured.times.figures.iter().find(|figure| figure.name == name)
}

const HIGHER: Option<Better> = Some(Better::Higher);
const LOWER: Option<Better> = Some(Better::Lower);

/// Every figure, in the order in which they are told.
pub fn all() -> Vec<Measure> {
    let mut all = incidents();
    for (name, word, title, first) in DURATIONS {
        all.extend(durations(*name, word, title, *first));
    }
    all.extend(service());
    all.extend(alerts());
    all.extend(calls());
    all
}

fn measure(
    (name, title): (&str, &str),
    (unit, better): (MeasureUnit, Option<Better>),
    first: bool,
    read: fn(&Measured<'_>) -> Option<f64>,
) -> Measure {
    let (name, title) = (name.to_owned(), title.to_owned());
    Measure { name, title, unit, better, first, behind: None, read: Read::Of(read) }
}

fn incidents() -> Vec<Measure> {
    let count =
        |words, better, first, read| measure(words, (MeasureUnit::Count, better), first, read);
    let share = |words, better, read| measure(words, (MeasureUnit::Percent, better), false, read);
    vec![
        count(("incidents_opened", "Incidents opened"), LOWER, true, |m| {
            Some(m.times.counts.opened as f64)
        }),
        count(("incidents_resolved", "Incidents resolved"), None, true, |m| {
            Some(m.times.counts.resolved as f64)
        }),
        count(("incidents_reopened", "Came back after they were resolved"), LOWER, true, |m| {
            Some(m.times.counts.reopened as f64)
        }),
        count(("incidents_major", "Major incidents (P1, P2 or declared)"), LOWER, true, |m| {
            Some(m.major.all as f64)
        }),
        count(("major_declared", "Major incidents that were declared"), LOWER, false, |m| {
            Some(m.major.declared as f64)
        }),
        count(("major_stabilised", "Declared ones that were stabilised"), None, false, |m| {
            Some(m.major.stabilised as f64)
        }),
        count(("major_reviewed", "Declared ones that were reviewed"), None, false, |m| {
            Some(m.major.reviewed as f64)
        }),
        count(("incidents_open", "Open at the end"), LOWER, true, |m| {
            Some(m.times.counts.volume.open_at_end as f64)
        }),
        measure(("open_age_median", "Age of open incidents, median"), SECONDS_LOWER, false, |m| {
            m.times.counts.volume.open_age_median_seconds
        }),
        measure(("open_age_p90", "Age of open incidents, 90 %"), SECONDS_LOWER, false, |m| {
            m.times.counts.volume.open_age_p90_seconds
        }),
        share(("reopen_rate", "Reopened of the opened"), LOWER, |m| {
            of_opened(m, m.times.counts.reopened)
        }),
        share(("repeat_rate", "Repeats of the last 90 days"), LOWER, |m| {
            of_opened(m, m.times.counts.volume.repeated)
        }),
        share(("consumer_facing_share", "Hit a use case, product or users"), LOWER, |m| {
            of_opened(m, m.times.counts.volume.consumer_facing)
        }),
        share(("detection_recall", "Found by monitoring first"), HIGHER, |m| {
            of_opened(m, m.times.counts.volume.found_by_monitoring)
        }),
        count(("user_minutes_lost", "User minutes lost"), LOWER, false, |m| {
            Some(m.times.counts.volume.user_minutes_lost)
        }),
    ]
}

const SECONDS_LOWER: (MeasureUnit, Option<Better>) = (MeasureUnit::Seconds, LOWER);

/// A part of the incidents that were opened; of none there is no part.
fn of_opened(measured: &Measured<'_>, part: usize) -> Option<f64> {
    let opened = measured.times.counts.opened;
    (opened > 0).then(|| 100.0 * part as f64 / opened as f64)
}

/// The durations: name, word, title, and whether they are told first.
const DURATIONS: &[(FigureName, &str, &str, bool)] = &[
    (FigureName::Detect, "detect", "Time to detect (MTTD)", true),
    (FigureName::Lead, "lead", "Lead over users", false),
    (FigureName::Acknowledge, "acknowledge", "Time to acknowledge (MTTA)", true),
    (FigureName::Diagnose, "diagnose", "Time to diagnose", false),
    (FigureName::Repair, "repair", "Time to repair", false),
    (FigureName::Restore, "restore", "Time to restore service (MTRS)", true),
    (FigureName::Resolve, "resolve", "Time to resolve", true),
    (FigureName::Close, "close", "Time to close", false),
];

fn durations(name: FigureName, word: &str, title: &str, first: bool) -> [Measure; 3] {
    let better = if name == FigureName::Lead { HIGHER } else { LOWER };
    let of = |part: &str, told: &str, first, read| Measure {
        name: format!("{word}_{part}"),
        title: format!("{title}, {told}"),
        unit: MeasureUnit::Seconds,
        better,
        first,
        behind: Some(name),
        read: Read::Duration(name, read),
    };
    [
        of("mean", "mean", false, |figure| figure.mean_seconds),
        of("median", "median", first, |figure| figure.median_seconds),
        of("p90", "90 %", first, |figure| figure.p90_seconds),
    ]
}

fn service() -> Vec<Measure> {
    let percent = MeasureUnit::Percent;
    vec![
        measure(("availability", "Availability"), (percent, HIGHER), true, |m| {
            m.availability?.measured_percent
        }),
        measure(
            ("availability_worst", "Availability, unknown as down"),
            (percent, HIGHER),
            false,
            |m| m.availability?.pessimistic_percent,
        ),
        measure(("unknown", "Time of which nothing is known"), (percent, LOWER), true, |m| {
            m.availability?.unknown_percent
        }),
        measure(("down", "Down"), SECONDS_LOWER, true, |m| Some(m.availability?.down_seconds)),
        measure(("failures", "Failures"), (MeasureUnit::Count, LOWER), true, |m| {
            Some(m.availability?.reliability.failures as f64)
        }),
        measure(
            ("mtbf", "Mean time between failures (MTBF)"),
            (MeasureUnit::Seconds, HIGHER),
            true,
            |m| m.availability?.reliability.mtbf_seconds,
        ),
        measure(("mtrs", "Mean down time of a failure"), SECONDS_LOWER, false, |m| {
            m.availability?.reliability.mtrs_seconds
        }),
    ]
}

fn alerts() -> Vec<Measure> {
    let (count, percent) = (MeasureUnit::Count, MeasureUnit::Percent);
    vec![
        measure(("alerts_fired", "Alerts fired"), (count, LOWER), true, |m| {
            Some(m.alerts?.fired as f64)
        }),
        measure(
            ("alerts_never_acknowledged", "Alerts that nobody looked at"),
            (percent, LOWER),
            true,
            |m| Some(100.0 * m.alerts?.never_acknowledged_share?),
        ),
        measure(
            ("alert_precision", "Alerts that led to something"),
            (percent, HIGHER),
            false,
            |m| Some(100.0 * m.alerts?.led_to_action_share?),
        ),
        measure(
            ("noise_reduction", "Signals that reached nobody as a message"),
            (percent, HIGHER),
            false,
            |m| Some(100.0 * (1.0 - m.alerts?.groups_share?)),
        ),
        measure(("pages", "Pages for alerts"), (count, LOWER), true, |m| {
            Some(m.alerts?.pages as f64)
        }),
    ]
}

fn calls() -> Vec<Measure> {
    let count = (MeasureUnit::Count, LOWER);
    vec![
        measure(("calls", "Calls to people"), count, true, |m| {
            Some(m.load?.people.iter().map(|person| person.calls).sum::<usize>() as f64)
        }),
        measure(("calls_at_night", "Incidents that called somebody at night"), count, true, |m| {
            Some(m.load?.people.iter().map(|person| person.at_night).sum::<usize>() as f64)
        }),
        measure(("worst_shift", "Most incidents of one person in 12 hours"), count, false, |m| {
            Some(m.load?.people.iter().map(|person| person.worst_shift).max()? as f64)
        }),
        measure(("longest_streak", "Most days in a row with calls"), count, false, |m| {
            Some(m.load?.people.iter().map(|person| person.longest_streak_days).max()? as f64)
        }),
    ]
}
