//! The clocks of contracts, and what has to hold of them.

use contracts::clocks::{Clocks, Command, Event, Kind, Look, State, View, What};
use incidents::{Incident, Stage};
use kernel::{Actor, ClocksId, ItemRef, Lifecycle, Moment, Refusal, Time};

use crate::sample::promised;
use crate::world::{Happening, World};

impl World {
    /// Promises what `contracts.yaml` says.
    pub fn promise(&mut self) {
        self.estate = promised();
    }

    /// Asks something of the clocks of an incident, which begin with it.
    ///
    /// # Errors
    /// When it is refused.
    pub fn ask_clocks(
        &mut self,
        id: ClocksId,
        command: &Command,
        moment: &Moment,
    ) -> Result<(), Refusal> {
        let done = match self.clocks.get(id) {
            Some(_) => self.clocks.execute(id, command, moment)?,
            None => self.clocks.open(id, command, moment)?,
        };
        self.journal.extend(done.events.into_iter().map(|event| Happening::Clocks(id, event)));
        Ok(())
    }
}

/// Holds after every step: a clock that stands does not move and wakes nobody, and a breach is
/// told once.
pub fn at_any_time(clocks: &Clocks, world: &World) {
    for clock in &clocks.clocks {
        let Some(pause) = clock.pause() else { continue };
        if clock.breached.is_none() {
            assert_eq!(clock.next_due(), None, "it stands, and wakes somebody: {clock:?}");
        }
        let shown = |now: Time| {
            let of = |view: &View| {
                view.clock == clock.which.clock && view.contract == clock.which.contract
            };
            let views = clocks.views(&mut world.books.borrow_mut(), now);
            views.into_iter().find(of).map(|view| view.elapsed_seconds)
        };
        let since = pause.from.max(clock.from);
        assert_eq!(shown(since), shown(world.now), "it moved while it stood: {clock:?}");
    }
    breaches_are_told_once(world.clocks.history(clocks.id));
}

fn breaches_are_told_once(history: &[Event]) {
    let mut told: Vec<(&ItemRef, Kind)> = Vec::new();
    for event in history {
        let Some(which) = event.what.which() else { continue };
        let this = (&which.contract, which.clock);
        match event.what {
            What::Breached { .. } => {
                assert!(!told.contains(&this), "told twice: {this:?} in {history:#?}");
                told.push(this);
            }
            What::Warned { .. } => {}
            // It counts otherwise from here on.
            _ => told.retain(|known| *known != this),
        }
    }
}

/// Holds once the streams have caught up: looking again says nothing, every deadline was heeded,
/// and what is over has no clock that counts.
pub fn at_rest(incident: &Incident, world: &World) {
    let look = Look {
        facts: streams::facts(incident),
        promises: streams::promises(&world.estate, incident),
    };
    let clocks = world.clocks.rows().find(|clocks| clocks.incident == incident.id);
    let Some(clocks) = clocks else {
        assert!(look.promises.is_empty(), "promised, and nothing counts: {incident:?}");
        return;
    };
    let moment = Moment::new(world.now, Actor::system("oracle"), 1);
    let again = clocks.decide(&Command::Look(Box::new(look)), &moment);
    assert_eq!(again, Ok(Vec::new()), "it does not know where the incident is: {incident:?}");
    let tick = clocks.decide(&Command::Tick {}, &moment);
    assert_eq!(tick, Ok(Vec::new()), "a deadline was passed by: {clocks:?}");
    let views = clocks.views(&mut world.books.borrow_mut(), world.now);
    for view in &views {
        let live = !matches!(view.state, State::Met | State::Missed | State::Dropped);
        let over = match view.clock {
            Kind::Respond | Kind::Restore => incident.service_is_back(),
            Kind::Update | Kind::Resolve => incident.times.resolved.is_some(),
        };
        let gone = matches!(incident.stage, Stage::Cancelled | Stage::Merged);
        assert!(!live || !(over || gone), "{} counts on: {view:?}", incident.stage);
    }
}
