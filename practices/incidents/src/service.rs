//! How bad it is while the service is not as agreed: contracts count degraded time in their own
//! way.

use std::fmt;

use kernel::{Actor, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::Incident;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// It does not work.
    #[default]
    Down,
    /// It works, but not as agreed.
    Degraded,
}

impl fmt::Display for ServiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ServiceState::Down => "down",
            ServiceState::Degraded => "degraded",
        })
    }
}

/// From when on it was how bad, as a person said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceMark {
    /// From when on.
    pub from: Time,
    /// How bad.
    pub service: ServiceState,
    /// How it is known.
    pub reason: String,
    /// Who said so.
    pub by: Actor,
    /// When that was said.
    pub at: Time,
}

impl Incident {
    /// How bad it was at a time: down where nobody said otherwise.
    pub fn service_at(&self, at: Time) -> ServiceState {
        let said = self.service_marks.iter().rfind(|mark| mark.from <= at);
        said.map_or(ServiceState::Down, |mark| mark.service)
    }

    /// When its first outage began, as far as is known.
    pub(crate) fn beginning(&self) -> Time {
        self.times.outage_start().unwrap_or(self.opened_at)
    }

    /// Takes in what a person said; it holds until the next time that somebody said something of.
    pub(crate) fn mark_service(&mut self, mark: ServiceMark) {
        self.service_marks.retain(|known| known.from != mark.from);
        let place = self.service_marks.partition_point(|known| known.from < mark.from);
        self.service_marks.insert(place, mark);
    }
}
