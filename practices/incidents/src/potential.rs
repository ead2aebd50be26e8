//! What is only about to happen: an incident with a mark, about which nobody is called (R161).

use kernel::Time;

use crate::incident::Incident;
use crate::stage::Stage;
use crate::times::Stamp;

impl Incident {
    /// The first boundary that an alert which still fires foresees.
    pub(crate) fn recount_boundary(&mut self) {
        let firing = self.attached().filter(|member| member.cleared_at.is_none());
        let first = firing.filter_map(|member| member.boundary_at).min();
        self.boundary_at = first.filter(|_| self.potential);
    }

    /// It has happened: its times begin now. Until here nothing was away, so nothing was back,
    /// and whoever looked at the warning has not seen this yet.
    pub(crate) fn occur(&mut self, started: Option<Stamp>, at: Time) {
        let back = self.service_is_back();
        self.potential = false;
        self.times.started = started.filter(|stamp| stamp.at <= at);
        self.times.detected = Some(Stamp::measured(at));
        self.times.restored = None;
        self.times.resolved = None;
        self.times.closed = None;
        self.times.acknowledged = None;
        (self.acknowledged_by, self.taken_at) = (None, None);
        self.taken_by_human = false;
        self.earlier_outages.clear();
        self.past.returns.clear();
        self.relapsed_at = None;
        self.checks.clear();
        self.checked_stage = None;
        self.consumer_confirmed = None;
        if back {
            let was = self.restored_from.filter(|_| self.place() == Stage::Restored);
            let to = was.unwrap_or(Stage::Diagnosing);
            match &mut self.hold {
                Some(hold) => hold.previous = to,
                None => self.stage = to,
            }
        }
        self.restored_from = None;
    }
}
