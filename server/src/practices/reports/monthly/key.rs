//! The figures of a month at a glance, each beside that of the month before. Page, table, mail and
//! command line show this one list.

use ::contracts::compliance::Verdict;
use kernel::Time;
use reports::notable;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::measures::{self, Better, MajorCounts, Measure, MeasureUnit, Measured};
use super::views::{MajorIncident, Month};

/// A figure, and what it was the month before.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct KeyFigure {
    /// Its name for programs.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// In what it is told.
    pub unit: MeasureUnit,
    /// The figure; nothing where there is none.
    pub is: Option<f64>,
    /// The month before.
    pub was: Option<f64>,
    /// How many incidents stand behind it, where it is a duration.
    pub n: Option<usize>,
    /// How many stood behind it the month before.
    pub n_was: Option<usize>,
    /// Which way is better; nothing where neither is.
    pub better: Option<Better>,
    /// Of counts: whether they differ by more than chance does, with 95 % confidence.
    pub notable: Option<bool>,
}

/// The figures of a month at a glance.
pub fn key_figures(month: &Month, before: &Month) -> Vec<KeyFigure> {
    let (is, was) = (month.measured(), before.measured());
    let first = measures::all().into_iter().filter(|measure| measure.first);
    let (is, was) = (is.as_ref(), was.as_ref());
    let mut key: Vec<KeyFigure> = first.map(|measure| of(measure, is, was)).collect();
    let (higher, lower) = (Some(Better::Higher), Some(Better::Lower));
    let both = (month, before);
    key.extend([
        count("objectives_kept", "Objectives kept", higher, both, |m| {
            Some(m.objectives.iter().filter(|o| o.verdict == Verdict::Kept).count())
        }),
        count("objectives_missed", "Objectives missed", lower, both, |m| {
            Some(m.objectives.iter().filter(|o| o.verdict == Verdict::Missed).count())
        }),
        count("contracts_kept", "Contracts kept", higher, both, |m| {
            Some(m.contracts.iter().filter(|c| c.verdict == Verdict::Kept).count())
        }),
        count("contracts_missed", "Contracts missed", lower, both, |m| {
            Some(m.contracts.iter().filter(|c| c.verdict == Verdict::Missed).count())
        }),
        count("maintenance", "Planned work", None, both, |m| Some(m.maintenance.len())),
        count("changes", "Changes reported", None, both, |m| {
            (!m.changes_cut).then_some(m.changes.len())
        }),
    ]);
    if month.provisional {
        key.iter_mut().for_each(|figure| figure.notable = None);
    }
    key
}

fn of(measure: Measure, is: Option<&Measured<'_>>, was: Option<&Measured<'_>>) -> KeyFigure {
    let value = |of: Option<&Measured<'_>>| measure.of(of?);
    let (now, then) = (value(is), value(was));
    let counts = measure.unit == MeasureUnit::Count;
    let both = now.zip(then).filter(|_| counts);
    KeyFigure {
        is: now,
        was: then,
        n: is.and_then(|is| measure.n(is)),
        n_was: was.and_then(|was| measure.n(was)),
        notable: both.map(|(now, then)| notable(now as usize, then as usize)),
        unit: measure.unit,
        better: measure.better,
        name: measure.name,
        title: measure.title,
    }
}

fn count(
    name: &str,
    title: &str,
    better: Option<Better>,
    (month, before): (&Month, &Month),
    of: impl Fn(&Month) -> Option<usize>,
) -> KeyFigure {
    let value = |month: &Month| of(month).filter(|_| month.watched);
    let (is, was) = (value(month), value(before));
    KeyFigure {
        name: name.to_owned(),
        title: title.to_owned(),
        unit: MeasureUnit::Count,
        is: is.map(|is| is as f64),
        was: was.map(|was| was as f64),
        n: None,
        n_was: None,
        better,
        notable: is.zip(was).map(|(is, was)| notable(is, was)),
    }
}

impl Month {
    /// How many of its major incidents that were declared have a time.
    fn declared(&self, at: fn(&MajorIncident) -> Option<Time>) -> usize {
        let declared = self.major.iter().filter(|major| major.declared_at.is_some());
        declared.filter(|major| at(major).is_some()).count()
    }

    /// What its figures are read from; nothing where nobody watched.
    fn measured(&self) -> Option<Measured<'_>> {
        self.watched.then(|| Measured {
            times: &self.times,
            major: MajorCounts {
                all: self.major.len(),
                declared: self.declared(|major| major.declared_at),
                stabilised: self.declared(|major| major.stabilised_at),
                reviewed: self.declared(|major| major.reviewed_at),
            },
            availability: Some(&self.availability),
            alerts: Some(&self.alerts.totals).filter(|_| self.alerts.left_out.is_none()),
            load: Some(&self.load).filter(|_| self.load_left_out.is_none()),
        })
    }
}
