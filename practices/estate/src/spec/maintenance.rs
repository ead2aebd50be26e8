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
}

impl Window {
    /// Whether it runs at this time.
    pub fn runs(&self, at: Time) -> bool {
        self.start <= at && at < self.end
    }
}

impl MaintenanceWindowSpec {
    /// When the window that runs at this time ends; of several that overlap, or follow each other
    /// without a gap, the last.
    pub fn running_until(&self, at: Time) -> Option<Time> {
        let mut until = self.windows.iter().filter(|w| w.runs(at)).map(|w| w.end).max()?;
        // Each turn of the loop takes in one window more, so it ends.
        while let Some(later) = self.windows.iter().filter(|w| w.runs(until)).map(|w| w.end).max() {
            until = later;
        }
        Some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(windows: &[(i64, i64)]) -> MaintenanceWindowSpec {
        let window = |(start, end): &(i64, i64)| Window {
            start: Time::from_seconds(*start),
            end: Time::from_seconds(*end),
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
    }
}
