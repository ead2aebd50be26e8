use std::time::Duration;

use kernel::Time;
use objectives::{Severity, Stance, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::figures::{Figures, PairNow};
use crate::words::{length, share};

/// So long a burn has to be calm before it is over.
const CALM: Duration = Duration::from_secs(120);
/// So much more than its bound has to be left before a policy lets go again.
const RELIEF: f64 = 0.01;
const MINUTE: i64 = 60_000_000;

/// What was decided about the budget of an objective.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// What its policy says; `None` before it was first looked at.
    pub stance: Option<Stance>,
    /// Since when it says so.
    pub stance_since: Option<Time>,
    /// The burns that somebody is told of.
    pub burning: Vec<Burning>,
}

/// A burn that somebody is told of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Burning {
    /// The long window of its pair, in minutes.
    pub long_minutes: i64,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Since when.
    pub since: Time,
    /// Since when it is calm, while it is.
    pub calm_since: Option<Time>,
}

/// How urgent a burn is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BurnUrgency)]
pub enum Urgency {
    /// Somebody is called now.
    Page,
    /// Somebody looks on the next working day.
    Ticket,
}

impl From<Severity> for Urgency {
    fn from(severity: Severity) -> Urgency {
        match severity {
            Severity::Page => Urgency::Page,
            Severity::Ticket => Urgency::Ticket,
        }
    }
}

/// What can have happened to a budget.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Its policy says something else.
    StanceChanged {
        /// When.
        at: Time,
        /// What it said.
        from: Option<Stance>,
        /// What it says.
        to: Stance,
        /// What was left of the budget.
        remaining: Option<f64>,
    },
    /// It burns so fast that somebody is told.
    BurnBegan {
        /// When.
        at: Time,
        /// The long window of the pair, in minutes.
        long_minutes: i64,
        /// How urgent it is.
        urgency: Urgency,
        /// The burn over the long window; `None` for a promise of 100 %.
        burn: Option<f64>,
        /// The burn from which on the pair fires.
        threshold: f64,
    },
    /// The burn is calm, has been for a while, or is not looked for any more.
    BurnOver {
        /// When.
        at: Time,
        /// The long window of the pair, in minutes.
        long_minutes: i64,
        /// Since when it burned.
        since: Time,
    },
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::StanceChanged { .. } => "stance_changed",
            Event::BurnBegan { .. } => "burn_began",
            Event::BurnOver { .. } => "burn_over",
        }
    }
}

impl State {
    /// What follows from how the objective stands.
    pub fn decide(&self, figures: &Figures) -> Vec<Event> {
        let at = figures.at;
        let mut events = Vec::new();
        events.extend(self.stance_changed(figures));
        for pair in &figures.pairs {
            let long_minutes = pair.pair.long_micros / MINUTE;
            match self.burning(long_minutes) {
                None if pair.verdict == Verdict::Fires => events.push(Event::BurnBegan {
                    at,
                    long_minutes,
                    urgency: pair.pair.severity.into(),
                    burn: pair.long_burn,
                    threshold: pair.threshold,
                }),
                Some(burning) if over(burning, pair, at) => {
                    events.push(Event::BurnOver { at, long_minutes, since: burning.since });
                }
                _ => {}
            }
        }
        let looked_for =
            |long: i64| figures.pairs.iter().any(|p| p.pair.long_micros / MINUTE == long);
        let gone = self.burning.iter().filter(|burning| !looked_for(burning.long_minutes));
        events.extend(gone.map(|burning| Event::BurnOver {
            at,
            long_minutes: burning.long_minutes,
            since: burning.since,
        }));
        events
    }

    /// A policy gets stricter at once and lets go a little later, so that it does not flicker. A
    /// budget of which nothing is known changes nothing.
    fn stance_changed(&self, figures: &Figures) -> Option<Event> {
        let to = figures.stance;
        if !figures.budget.counted || self.stance == Some(to) {
            return None;
        }
        if let Some(held) = self.stance.filter(|held| rank(to) < rank(*held))
            && !figures.relieved(held)
        {
            return None;
        }
        // All well at first sight is no news.
        let from = self.stance;
        let remaining = figures.remaining;
        Some(Event::StanceChanged { at: figures.at, from, to, remaining })
    }

    fn burning(&self, long_minutes: i64) -> Option<&Burning> {
        self.burning.iter().find(|burning| burning.long_minutes == long_minutes)
    }

    /// Takes in what happened.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::StanceChanged { at, to, .. } => {
                self.stance = Some(*to);
                self.stance_since = Some(*at);
            }
            Event::BurnBegan { at, long_minutes, urgency, .. } => self.burning.push(Burning {
                long_minutes: *long_minutes,
                urgency: *urgency,
                since: *at,
                calm_since: None,
            }),
            Event::BurnOver { long_minutes, .. } => {
                self.burning.retain(|burning| burning.long_minutes != *long_minutes);
            }
        }
    }

    /// Notes which burns are calm at present, which is no history; returns whether that changed.
    pub fn note_calm(&mut self, figures: &Figures) -> bool {
        let before = self.burning.clone();
        for burning in &mut self.burning {
            let mut pairs = figures.pairs.iter();
            let pair = pairs.find(|pair| pair.pair.long_micros / MINUTE == burning.long_minutes);
            let calm = pair.is_some_and(PairNow::calm);
            burning.calm_since = calm.then(|| burning.calm_since.unwrap_or(figures.at));
        }
        before != self.burning
    }

    /// Every burn is over: the objective is gone, or cannot be worked out any more.
    pub fn end(&self, at: Time) -> Vec<Event> {
        let over = |burning: &Burning| Event::BurnOver {
            at,
            long_minutes: burning.long_minutes,
            since: burning.since,
        };
        self.burning.iter().map(over).collect()
    }

    /// The windows of the burns that somebody has to know of, in their order: `1h,6h`.
    pub fn windows(&self) -> String {
        let mut all: Vec<i64> = self.burning.iter().map(|burning| burning.long_minutes).collect();
        all.sort_unstable();
        all.iter().map(|minutes| length(minutes * MINUTE)).collect::<Vec<_>>().join(",")
    }
}

fn over(burning: &Burning, pair: &PairNow, at: Time) -> bool {
    let calm = burning.calm_since.filter(|_| pair.calm());
    calm.is_some_and(|since| at.since(since) >= CALM)
}

fn rank(stance: Stance) -> u8 {
    match stance {
        Stance::Healthy => 0,
        Stance::Caution => 1,
        Stance::Slow => 2,
        Stance::Freeze => 3,
    }
}

impl Figures {
    /// Whether the budget has recovered so far that what was said of it is clearly over.
    fn relieved(&self, held: Stance) -> bool {
        let Some(remaining) = self.remaining else { return true };
        remaining >= self.bound(held) + RELIEF
    }

    fn bound(&self, held: Stance) -> f64 {
        match held {
            Stance::Healthy => f64::NEG_INFINITY,
            Stance::Caution => self.policy.caution_below,
            Stance::Slow => self.policy.slow_below,
            Stance::Freeze => self.policy.freeze_below,
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::StanceChanged { to, remaining, .. } => {
            let left = remaining.map_or_else(
                || "there is no budget".to_owned(),
                |remaining| format!("{} of the error budget is left", share(remaining)),
            );
            format!("{left}: {}", policy_words(*to))
        }
        Event::BurnBegan { long_minutes, burn, threshold, .. } => {
            let window = length(long_minutes * MINUTE);
            match burn {
                Some(burn) => format!(
                    "error budget burns {burn:.1} times as fast as it may over {window}; \
                     somebody is told from {threshold:.1} on"
                ),
                None => format!("something went wrong within {window}, and nothing may"),
            }
        }
        Event::BurnOver { long_minutes, .. } => {
            format!(
                "error budget does not burn too fast any more over {}",
                length(long_minutes * MINUTE)
            )
        }
    }
}

fn policy_words(stance: Stance) -> &'static str {
    match stance {
        Stance::Healthy => "changes go out as usual",
        Stance::Caution => "changes are looked at closer",
        Stance::Slow => "only changes for reliability and emergencies go out",
        Stance::Freeze => "nothing goes out but what mends; the agreed state is left",
    }
}
