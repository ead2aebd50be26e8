use kernel::{Allowed, ExpectedId, Lifecycle, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ALLOWED, Command, Event, Expect, Stage, Verb};

/// An alert that fires during planned work.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ExpectedAlert)]
pub struct Expected {
    /// Its id.
    pub id: ExpectedId,
    /// Where it is in its life.
    pub stage: Stage,
    /// Which alert, by which window, and why.
    #[serde(flatten)]
    pub expect: Expect,
    /// Since when.
    pub since: Time,
    /// When the alert stopped or the window was over.
    pub ended_at: Option<Time>,
}

impl Lifecycle for Expected {
    const KIND: &'static str = "expected";
    type Id = ExpectedId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        ALLOWED
    }

    fn verb(command: &Command) -> Verb {
        match command {
            Command::Expect(_) => Verb::Expect,
            Command::MoveEnd { .. } => Verb::MoveEnd,
            Command::Clear {} => Verb::Clear,
            Command::Withdraw {} => Verb::Withdraw,
            Command::Tick {} => Verb::Tick,
        }
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn open(_: ExpectedId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Expect(expect) => {
                Ok(vec![Event::Expected { at: moment.now, expect: expect.clone() }])
            }
            _ => Err(Refusal::unknown("There is no such expected alert.")),
        }
    }

    fn born(id: ExpectedId, event: &Event) -> Option<Expected> {
        let Event::Expected { at, expect } = event else { return None };
        let (stage, expect) = (Stage::Expected, Expect::clone(expect));
        Some(Expected { id, stage, expect, since: *at, ended_at: None })
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(Self::verb(command)) {
            return Err(Refusal::not_allowed("It is over: nothing moves it any more."));
        }
        let at = moment.now.max(self.since);
        let until = self.expect.until;
        Ok(match command {
            Command::MoveEnd { until: moved } if *moved != until => {
                vec![Event::EndMoved { at, until: *moved }]
            }
            Command::Clear {} => vec![Event::Cleared { at }],
            Command::Withdraw {} => {
                vec![Event::Overran { at, ended_at: at, withdrawn: true }]
            }
            Command::Tick {} if until <= moment.now => {
                vec![Event::Overran { at, ended_at: until, withdrawn: false }]
            }
            _ => Vec::new(),
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Expected { .. } => {}
            Event::EndMoved { until, .. } => self.expect.until = *until,
            Event::Cleared { at } => {
                self.stage = Stage::Cleared;
                self.ended_at = Some(*at);
            }
            Event::Overran { ended_at, .. } => {
                self.stage = Stage::Overran;
                self.ended_at = Some(*ended_at);
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        (self.stage == Stage::Expected).then_some(self.expect.until)
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> ExpectedId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        match event {
            Event::Expected { .. } => "expected",
            Event::EndMoved { .. } => "end_moved",
            Event::Cleared { .. } => "cleared",
            Event::Overran { .. } => "overran",
        }
    }
}
