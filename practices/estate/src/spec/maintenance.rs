use std::collections::BTreeMap;

use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unset;
use crate::reference::PersonRef;

/// A planned interruption: while one of its windows runs, alerts on what it covers are expected and
/// open no incident. What still fires when the window ends has overrun, and does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MaintenanceWindowSpec {
    /// The items that are worked on. What breaks with them is covered, too.
    #[serde(default, skip_serializing_if = "unset")]
    pub items: Vec<ItemRef>,
    /// Items with all of these labels, besides those that are named.
    #[serde(default, skip_serializing_if = "unset")]
    pub selector: BTreeMap<String, String>,
    /// When it is worked on.
    pub windows: Vec<Window>,
    /// What is done.
    pub reason: String,
    /// When the users were told of it; contracts may exempt only what was announced in time.
    #[serde(default, skip_serializing_if = "unset")]
    pub announced: Option<Time>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "unset")]
    pub approved_by: Option<PersonRef>,
}

/// A stretch of time: the start belongs to it, the end does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenancePeriod)]
pub struct Window {
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
    /// When it really began, where that is another time.
    #[serde(default, rename = "actualStart", skip_serializing_if = "unset")]
    pub actual_start: Option<Time>,
    /// When it was really done, where that is another time. What comes after the planned end has
    /// overrun: it is not expected, and counts in contracts.
    #[serde(default, rename = "actualEnd", skip_serializing_if = "unset")]
    pub actual_end: Option<Time>,
}

impl Window {
    /// A window that takes what was planned.
    pub fn planned(start: Time, end: Time) -> Window {
        Window { start, end, actual_start: None, actual_end: None }
    }

    /// Whether it runs at this time: within what was planned, and while it is really worked.
    pub fn runs(&self, at: Time) -> bool {
        self.since() <= at && at < self.until()
    }

    /// The first moment at which it runs: its planned start, or when it really began after that.
    pub fn since(&self) -> Time {
        self.start.max(self.actual_start.unwrap_or(self.start))
    }

    /// The first moment at which it runs no more: when it was done, or its planned end.
    pub fn until(&self) -> Time {
        self.end.min(self.actual_end.unwrap_or(self.end))
    }

    /// What it really took; nothing where that is what was planned.
    pub fn actual(&self) -> Option<(Time, Time)> {
        let differs = self.actual_start.is_some() || self.actual_end.is_some();
        let real = (self.actual_start.unwrap_or(self.start), self.actual_end.unwrap_or(self.end));
        differs.then_some(real)
    }
}

impl MaintenanceWindowSpec {
    /// When the window that runs at this time ends; of several that overlap, or follow each other
    /// without a gap, the last.
    pub fn running_until(&self, at: Time) -> Option<Time> {
        let mut until = self.windows.iter().filter(|w| w.runs(at)).map(Window::until).max()?;
        // Each turn of the loop takes in one window more, so it ends.
        while let Some(later) =
            self.windows.iter().filter(|w| w.runs(until)).map(Window::until).max()
        {
            until = later;
        }
        Some(until)
    }

    /// When the window that runs at this time began; of several that overlap, or follow each other
    /// without a gap, the first.
    pub fn running_since(&self, at: Time) -> Option<Time> {
        let mut since = self.windows.iter().filter(|w| w.runs(at)).map(Window::since).min()?;
        // Each turn of the loop takes in one window more, so it ends.
        while let Some(earlier) = self
            .windows
            .iter()
            .filter(|w| w.since() < since && since <= w.until() && w.since() < w.until())
            .map(Window::since)
            .min()
        {
            since = earlier;
        }
        Some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(windows: &[(i64, i64)]) -> MaintenanceWindowSpec {
        let window = |(start, end): &(i64, i64)| {
            Window::planned(Time::from_seconds(*start), Time::from_seconds(*end))
        };
        MaintenanceWindowSpec {
            items: Vec::new(),
            selector: BTreeMap::new(),
            windows: windows.iter().map(window).collect(),
            reason: "disks".to_owned(),
            announced: None,
            approved_by: None,
        }
    }

    #[test]
    fn windows_that_touch_are_one_and_the_end_is_outside() {
        let spec = spec(&[(10, 20), (20, 30), (25, 40), (50, 60)]);
        let until = |at| spec.running_until(Time::from_seconds(at));
        assert_eq!(until(9), None);
        assert_eq!(until(10), Some(Time::from_seconds(40)));
        assert_eq!(until(40), None);
        assert_eq!(until(59), Some(Time::from_seconds(60)));
        let since = |at| spec.running_since(Time::from_seconds(at));
        assert_eq!(since(9), None);
        assert_eq!(since(39), Some(Time::from_seconds(10)));
        assert_eq!(since(40), None);
        assert_eq!(since(59), Some(Time::from_seconds(50)));
    }

    #[test]
    fn a_window_runs_while_it_is_really_worked_and_never_longer_than_planned() {
        let mut spec = spec(&[(10, 20)]);
        let at = |seconds: i64| Time::from_seconds(seconds);
        spec.windows[0].actual_start = Some(at(12));
        spec.windows[0].actual_end = Some(at(15));
        assert_eq!(spec.running_until(at(11)), None, "nobody works yet");
        assert_eq!(spec.running_until(at(12)), Some(at(15)));
        assert_eq!(spec.running_until(at(15)), None, "it was done early");
        spec.windows[0].actual_end = Some(at(30));
        assert_eq!(spec.running_until(at(19)), Some(at(20)), "what overruns is not expected");
        assert_eq!(spec.windows[0].actual(), Some((at(12), at(30))));
        assert_eq!(Window::planned(at(1), at(2)).actual(), None);
    }
}
