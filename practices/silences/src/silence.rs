use kernel::{Actor, Allowed, Lifecycle, Moment, Refusal, SilenceId, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::{Times, Window};
use crate::{
    ALLOWED, Command, Conditions, Creation, Edition, Event, Plan, Recurrence, Stage, Verb, Why,
    check,
};

/// Alerts that match are told to nobody for a while.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Silence {
    /// Its id.
    pub id: SilenceId,
    /// Where it is in its life.
    pub stage: Stage,
    /// Which alerts: those of which every condition holds.
    pub matchers: Conditions,
    /// From when.
    pub starts_at: Time,
    /// Until when at most; the year 9999 when nobody set an end.
    pub ends_at: Time,
    /// When it comes again.
    pub recurrence: Option<Recurrence>,
    /// The present window, else the next, else the last.
    pub window: Window,
    /// Why.
    pub comment: String,
    /// Who wants it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When something last happened to it.
    pub updated_at: Time,
    /// Who ended it before its time.
    pub ended_by: Option<Actor>,
    /// When it was over.
    pub ended_at: Option<Time>,
    /// The silence that it took over from.
    pub replaces: Option<SilenceId>,
    /// The silence that took over from it.
    pub replaced_by: Option<SilenceId>,
}

impl Silence {
    /// Whether alerts that match are held back at this time: by the window, whatever the stage.
    pub fn holds(&self, at: Time) -> bool {
        self.stage.open() && self.window.holds(at)
    }

    /// Whether this plan can be had by editing, as Alertmanager decides it; where not, a new
    /// silence takes over.
    pub fn takes_in_place(&self, plan: &Plan, now: Time) -> bool {
        let starts_at = plan.starts_at.unwrap_or(self.starts_at);
        let ends_at = plan.ends_at.unwrap_or(Time::MAX);
        // Clients round times to the second.
        let same_start = starts_at.micros() / 1_000_000 == self.starts_at.micros() / 1_000_000;
        let begun = self.stage == Stage::Active || self.window.from <= now;
        plan.matchers == self.matchers
            && match self.stage {
                Stage::Expired => false,
                Stage::Pending | Stage::Active if begun || self.starts_at <= now => {
                    same_start && plan.recurrence == self.recurrence && ends_at >= now
                }
                Stage::Pending | Stage::Active => starts_at >= now,
            }
    }

    pub(crate) fn times(&self) -> Times<'_> {
        Times {
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            recurrence: self.recurrence.as_ref(),
        }
    }

    fn created(id: SilenceId, new: &Creation) -> Silence {
        Silence {
            id,
            stage: Stage::Pending,
            matchers: new.matchers.clone(),
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            recurrence: new.recurrence.clone(),
            window: new.window,
            comment: new.comment.clone(),
            created_by: new.created_by.clone(),
            created_at: new.at,
            updated_at: new.at,
            ended_by: None,
            ended_at: None,
            replaces: new.replaces,
            replaced_by: None,
        }
    }

    fn edit(&self, plan: &Plan, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let now = moment.now;
        if !self.takes_in_place(plan, now) {
            return Err(Refusal::invalid(
                "only its end and comment can be changed in place; make a new silence instead",
            ));
        }
        let plan = Plan { starts_at: plan.starts_at.or(Some(self.starts_at)), ..plan.clone() };
        let (mut starts_at, ends_at) = check::times(&plan, now)?;
        if self.starts_at <= now {
            starts_at = self.starts_at;
        }
        let window = first_window(&plan, starts_at, ends_at, now)?;
        let edition = Edition {
            at: now,
            by: moment.actor.clone(),
            starts_at,
            ends_at,
            recurrence: plan.recurrence,
            window,
            comment: plan.comment.trim().to_owned(),
            created_by: plan.created_by.trim().to_owned(),
        };
        if self.says(&edition) {
            return Ok(Vec::new());
        }
        let mut after = self.clone();
        let mut events = vec![Event::Edited(Box::new(edition))];
        after.apply(&events[0]);
        events.extend(after.due(now));
        Ok(events)
    }

    /// Whether it is so already.
    fn says(&self, edition: &Edition) -> bool {
        let mut after = self.clone();
        after.edited(edition);
        after.updated_at = self.updated_at;
        after == *self
    }

    fn edited(&mut self, change: &Edition) {
        self.starts_at = change.starts_at;
        self.ends_at = change.ends_at;
        self.recurrence = change.recurrence.clone();
        self.window = change.window;
        self.comment = change.comment.clone();
        self.created_by = change.created_by.clone();
    }

    /// What the clock has brought.
    fn due(&self, now: Time) -> Vec<Event> {
        let mut events = Vec::new();
        let mut window = self.window;
        let mut active = self.stage == Stage::Active;
        if window.until <= now {
            let Some(next) = self.times().window(now) else {
                return vec![Event::Expired { at: now, why: Why::Over }];
            };
            events.push(Event::Paused { at: now, next });
            (window, active) = (next, false);
        }
        if !active && window.from <= now {
            events.push(Event::Began { at: now, until: window.until });
        }
        events
    }

    /// Why the stage forbids the verb, for people.
    fn refusal(&self, verb: Verb) -> String {
        match (self.stage, verb) {
            (Stage::Expired, Verb::Expire) => format!("silence {} already expired", self.id),
            (Stage::Expired, _) => "this silence is over; make a new one".to_owned(),
            _ => "a silence is made once".to_owned(),
        }
    }
}

/// The first window of a plan; a plan without one holds nothing back.
fn first_window(plan: &Plan, starts_at: Time, ends_at: Time, now: Time) -> Result<Window, Refusal> {
    if let Some(recurrence) = &plan.recurrence {
        recurrence.check(starts_at)?;
    }
    let times = Times { starts_at, ends_at, recurrence: plan.recurrence.as_ref() };
    // An end that is this very moment ends the silence at once.
    let last = times.window(now).or_else(|| times.window(now - std::time::Duration::from_secs(1)));
    last.ok_or_else(|| {
        Refusal::invalid("the silence would be over before it comes for the first time")
    })
}

impl Lifecycle for Silence {
    const KIND: &'static str = "silence";
    type Id = SilenceId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        ALLOWED
    }

    fn verb(command: &Command) -> Verb {
        command.verb()
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn open(id: SilenceId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Create { plan, replaces } = command else {
            return Err(Refusal::invalid("a silence begins by being created"));
        };
        let now = moment.now;
        let (starts_at, ends_at) = check::times(plan, now)?;
        // What has gone cannot be held back: as in Alertmanager, it begins now.
        let starts_at = if plan.recurrence.is_some() { starts_at } else { starts_at.max(now) };
        let window = first_window(plan, starts_at, ends_at, now)?;
        let creation = Creation {
            at: now,
            matchers: plan.matchers.clone(),
            starts_at,
            ends_at,
            recurrence: plan.recurrence.clone(),
            window,
            comment: plan.comment.trim().to_owned(),
            created_by: plan.created_by.trim().to_owned(),
            replaces: *replaces,
        };
        let silence = Silence::created(id, &creation);
        let mut events = vec![Event::Created(Box::new(creation))];
        events.extend(silence.due(now));
        Ok(events)
    }

    fn born(id: SilenceId, event: &Event) -> Option<Silence> {
        match event {
            Event::Created(new) => Some(Silence::created(id, new)),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal(command.verb())));
        }
        let (at, by) = (moment.now, moment.actor.clone());
        Ok(match command {
            Command::Create { .. } => Vec::new(),
            Command::Edit { plan } => self.edit(plan, moment)?,
            Command::Expire { replaced_by: None } => {
                vec![Event::Expired { at, why: Why::Ended { by } }]
            }
            Command::Expire { replaced_by: Some(with) } => {
                vec![Event::Expired { at, why: Why::Replaced { by, with: *with } }]
            }
            Command::Release { after } => vec![Event::Released { at, after: *after }],
            Command::Tick {} => self.due(at),
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Created(_) => {}
            Event::Edited(change) => {
                self.edited(change);
                self.updated_at = change.at;
            }
            Event::Began { at, .. } => {
                self.stage = Stage::Active;
                self.updated_at = *at;
            }
            Event::Paused { at, next } => {
                self.stage = Stage::Pending;
                self.window = *next;
                self.updated_at = *at;
            }
            Event::Expired { at, why } => {
                self.stage = Stage::Expired;
                self.ended_at = Some(*at);
                self.updated_at = *at;
                match why {
                    Why::Over => {}
                    Why::Ended { by } => self.ended_by = Some(by.clone()),
                    Why::Replaced { by, with } => {
                        self.ended_by = Some(by.clone());
                        self.replaced_by = Some(*with);
                    }
                }
            }
            Event::Released { .. } => {}
        }
    }

    fn next_due(&self) -> Option<Time> {
        match self.stage {
            Stage::Pending => Some(self.window.from.min(self.window.until)),
            Stage::Active => Some(self.window.until),
            Stage::Expired => None,
        }
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> SilenceId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }
}
