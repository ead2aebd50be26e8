//! Figures over many alerts: how many, how grave, in which state.

use alerts::{Alert, Severity, Stage};
use kernel::Time;
use serde::Serialize;
use utoipa::ToSchema;

/// How many alerts are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct BySeverity {
    /// Something important is broken now.
    pub critical: usize,
    /// Something is broken.
    pub error: usize,
    /// Something is getting worse.
    pub warning: usize,
    /// Good to know.
    pub info: usize,
    /// Of no weight.
    pub none: usize,
}

/// How many alerts are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct ByState {
    /// Firing, and nobody looks at them.
    pub open: usize,
    /// Firing, and someone looks at them.
    pub acknowledged: usize,
    /// No longer firing.
    pub cleared: usize,
}

/// Figures over alerts.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AlertTally)]
pub struct Tally {
    /// How many.
    pub count: usize,
    /// The worst severity among them; `none` where there is no alert.
    pub worst: Severity,
    /// How many of each severity.
    pub by_severity: BySeverity,
    /// How many in each state.
    pub by_state: ByState,
    /// How many of them a silence holds back now.
    pub silenced: usize,
    /// When the longest of their firings began.
    pub oldest_at: Option<Time>,
    /// When the latest of their firings began.
    pub newest_at: Option<Time>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            count: 0,
            worst: Severity::None,
            by_severity: BySeverity::default(),
            by_state: ByState::default(),
            silenced: 0,
            oldest_at: None,
            newest_at: None,
        }
    }
}

impl Tally {
    /// Takes an alert in.
    pub fn add(&mut self, alert: &Alert, silenced: bool) {
        self.count += 1;
        self.worst = self.worst.max(alert.severity);
        let severities = &mut self.by_severity;
        *match alert.severity {
            Severity::Critical => &mut severities.critical,
            Severity::Error => &mut severities.error,
            Severity::Warning => &mut severities.warning,
            Severity::Info => &mut severities.info,
            Severity::None => &mut severities.none,
        } += 1;
        match alert.stage {
            Stage::Open => self.by_state.open += 1,
            Stage::Acknowledged => self.by_state.acknowledged += 1,
            Stage::Cleared => self.by_state.cleared += 1,
            // Only those that are not closed are counted.
            Stage::Closed => {}
        }
        self.silenced += usize::from(silenced);
        let at = alert.starts_at;
        self.oldest_at = Some(self.oldest_at.map_or(at, |oldest| oldest.min(at)));
        self.newest_at = Some(self.newest_at.map_or(at, |newest| newest.max(at)));
    }
}
