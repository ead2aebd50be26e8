use kernel::{ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::{Clock, Mark, Pause, Run};
use super::describe::{self, verb};
use super::event::Why;
use super::record::Clocks;
use super::terms::{Kind, Target};
use super::working::{self, Books};

/// Where one clock is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClockState)]
pub enum State {
    /// Its working time has not begun yet.
    NotStarted,
    /// It counts.
    Running,
    /// It stands: the incident waits for something that the contract lets it wait for.
    Paused,
    /// It counts, and its target has elapsed.
    Overdue,
    /// What it measures happened in time.
    Met,
    /// It happened too late.
    Missed,
    /// It counts no more, and nothing was met or missed.
    Dropped,
}

/// One clock of an incident as the API shows it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = ContractClock)]
pub struct View {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub contract_title: String,
    /// What the clock measures.
    pub clock: Kind,
    /// Where it is.
    pub state: State,
    /// The promise in plain words.
    pub promise: String,
    /// The priority that the target is of.
    pub priority: Priority,
    /// How soon.
    pub target: Target,
    /// The whole target in working time; absent when it never ends.
    pub target_seconds: Option<i64>,
    /// From when on it counts.
    pub started_at: Time,
    /// When it is due; absent while it stands.
    pub due_at: Option<Time>,
    /// How much working time has elapsed, without the pauses.
    pub elapsed_seconds: i64,
    /// How much is left; negative when it is overdue.
    pub remaining_seconds: Option<i64>,
    /// The share of the target that has elapsed, in percent; may be more than 100.
    pub share: Option<i64>,
    /// What its working time is called.
    pub calendar: String,
    /// The zone of its working time, by its IANA name.
    pub zone: String,
    /// Whether it is working time now: outside of it nothing elapses.
    pub open_now: bool,
    /// When it warns.
    pub marks: Vec<Mark>,
    /// What it waits for, while it stands.
    pub pause: Option<Pause>,
    /// When it stood, the oldest first.
    pub pauses: Vec<Pause>,
    /// The verdict, once what it measures has happened.
    pub run: Option<Run>,
    /// Rounds that are over: of an update clock, and those before the incident was reopened.
    pub earlier: Vec<Run>,
    /// Why it counts no more, without a verdict.
    pub dropped: Option<Why>,
    /// The same in words; of a clock that stands, what it waits for.
    pub note: Option<String>,
    /// Whether the contract does not cover what is hit, and treats it as if it did.
    pub outside: bool,
}

impl Clocks {
    /// The clocks as the API shows them, the next due first.
    pub fn views(&self, books: &mut Books, now: Time) -> Vec<View> {
        let mut views: Vec<View> =
            self.clocks.iter().map(|clock| self.view(clock, books, now)).collect();
        views.sort_by_key(|view| {
            let over = matches!(view.state, State::Met | State::Missed | State::Dropped);
            (over, view.due_at.unwrap_or(Time::MAX), view.clock)
        });
        views
    }

    fn view(&self, clock: &Clock, books: &mut Books, now: Time) -> View {
        let calendar = self.calendars.get(clock.terms.calendar).map(|known| books.open(known));
        let until = clock.stopped.map_or(now, |run| run.at).max(clock.from);
        let elapsed = calendar.as_ref().map_or(0, |calendar| {
            working::elapsed_seconds(calendar, (clock.from, until), &clock.pauses)
        });
        let open_now = calendar.is_some_and(|calendar| calendar.is_open(now.micros()));
        let target = clock.timing.target_seconds;
        let state = state(clock, (elapsed, open_now), now);
        let terms = &clock.terms;
        let note = match (clock.dropped, clock.pause()) {
            (Some(why), _) => Some(describe::reason(why).to_owned()),
            (None, Some(pause)) => Some(describe::waits(pause.reason)),
            (None, None) => None,
        };
        View {
            contract: clock.which.contract.clone(),
            contract_title: clock.which.title.clone(),
            clock: clock.which.clock,
            state,
            promise: format!(
                "{} within {} of {} ({})",
                verb(clock.which.clock),
                terms.target,
                terms.calendar_title,
                terms.priority
            ),
            priority: terms.priority,
            target: terms.target,
            target_seconds: target,
            started_at: clock.from,
            due_at: clock.timing.due,
            elapsed_seconds: elapsed,
            remaining_seconds: target.map(|target| target - elapsed),
            share: target.filter(|target| *target > 0).map(|target| elapsed * 100 / target),
            calendar: terms.calendar_title.clone(),
            zone: clock.which.zone.clone(),
            open_now,
            marks: clock.timing.marks.clone(),
            pause: clock.pause().copied(),
            pauses: clock.pauses.clone(),
            run: clock.stopped,
            earlier: clock.earlier.clone(),
            dropped: clock.dropped,
            note,
            outside: terms.outside,
        }
    }
}

fn state(clock: &Clock, (elapsed, open_now): (i64, bool), now: Time) -> State {
    match (clock.dropped, clock.stopped) {
        (Some(_), _) => State::Dropped,
        (None, Some(run)) if run.met => State::Met,
        (None, Some(_)) => State::Missed,
        (None, None) if clock.timing.due.is_some_and(|due| due <= now) => State::Overdue,
        (None, None) if clock.pause().is_some() => State::Paused,
        (None, None) if elapsed == 0 && !open_now => State::NotStarted,
        (None, None) => State::Running,
    }
}
