use kernel::{Allowed, ItemRef, Lifecycle, Moment, Refusal, SwapId, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ALLOWED, Command, Event, Offer, Stage, Verb};

/// Longest note or reason, in characters.
pub const NOTE_MAX: usize = 500;
/// Why an offer lapses by itself.
const BEGUN: &str = "the shift has begun";

/// A shift that somebody offers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Swap {
    /// Its id.
    pub id: SwapId,
    /// What is offered, to whom, and for what.
    pub offer: Offer,
    /// Where it is in its life.
    pub stage: Stage,
    /// Who took it, or said no.
    pub answered_by: Option<ItemRef>,
    /// Why it was declined or has lapsed; empty otherwise.
    pub reason: String,
    /// When it was offered.
    pub offered_at: Time,
    /// When something last happened to it.
    pub updated_at: Time,
}

impl Swap {
    /// When it lapses: the earliest shift that would change hands begins.
    pub fn until(&self) -> Time {
        let wants = self.offer.wants.as_ref().map_or(Time::MAX, |wants| wants.start);
        self.offer.gives.start.min(wants)
    }

    /// Whether somebody may take it, as far as the offer says.
    ///
    /// # Errors
    /// Why not.
    pub fn meant_for(&self, person: &ItemRef, of_rotation: bool) -> Result<(), Refusal> {
        if *person == self.offer.gives.person {
            return Err(Refusal::invalid("this is your own shift"));
        }
        match &self.offer.to {
            Some(to) if to == person => Ok(()),
            Some(to) => Err(Refusal::invalid(format!("this is offered to {}", to.name()))),
            None if of_rotation => Ok(()),
            None => Err(Refusal::invalid("this is offered to those of the rotation")),
        }
    }

    fn accept(&self, person: &ItemRef, of_rotation: bool, now: Time) -> Result<Event, Refusal> {
        self.meant_for(person, of_rotation)?;
        if self.until() <= now {
            return Err(Refusal::not_allowed(BEGUN));
        }
        Ok(Event::Accepted { at: now, person: person.clone() })
    }

    fn decline(&self, person: &ItemRef, reason: &str, now: Time) -> Result<Event, Refusal> {
        if self.offer.to.is_none() {
            return Err(Refusal::invalid("this is offered to everybody: leave it to the others"));
        }
        self.meant_for(person, false)?;
        let reason = said(reason)?;
        Ok(Event::Declined { at: now, person: person.clone(), reason })
    }

    fn refusal(&self) -> String {
        match (self.stage, &self.answered_by) {
            (Stage::Accepted, Some(by)) => format!("{} has taken it", by.name()),
            (Stage::Declined, Some(by)) => format!("{} has said no", by.name()),
            (Stage::Withdrawn, _) => "it was withdrawn".to_owned(),
            (Stage::Lapsed, _) => format!("it has lapsed: {}", self.reason),
            _ => "this offer takes no such command".to_owned(),
        }
    }
}

/// A text of people, without blanks around it.
fn said(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    match text.chars().count() <= NOTE_MAX {
        true => Ok(text.to_owned()),
        false => Err(Refusal::invalid(format!("at most {NOTE_MAX} characters are kept"))),
    }
}

/// What is wrong with an offer.
fn check(offer: &Offer, now: Time) -> Result<Offer, Refusal> {
    for given in std::iter::once(&offer.gives).chain(&offer.wants) {
        if given.end <= given.start {
            return Err(Refusal::invalid("a shift ends before it begins"));
        }
        if given.start <= now {
            return Err(Refusal::invalid("a shift that has begun does not change hands"));
        }
    }
    if offer.to.as_ref() == Some(&offer.gives.person) {
        return Err(Refusal::invalid("nobody offers a shift to themselves"));
    }
    match (&offer.wants, &offer.to) {
        (Some(_), None) => Err(Refusal::invalid("say whose shift you want in return")),
        (Some(wants), Some(to)) if wants.person != *to => {
            Err(Refusal::invalid(format!("the shift in return has to be {}'s", to.name())))
        }
        _ => Ok(Offer { note: said(&offer.note)?, ..offer.clone() }),
    }
}

impl Lifecycle for Swap {
    const KIND: &'static str = "swap";
    type Id = SwapId;
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

    fn open(_: SwapId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Offer(offer) = command else {
            return Err(Refusal::unknown("there is no such offer"));
        };
        Ok(vec![Event::Offered { at: moment.now, offer: check(offer, moment.now)? }])
    }

    fn born(id: SwapId, event: &Event) -> Option<Swap> {
        match event {
            Event::Offered { at, offer } => Some(Swap {
                id,
                offer: offer.clone(),
                stage: Stage::Offered,
                answered_by: None,
                reason: String::new(),
                offered_at: *at,
                updated_at: *at,
            }),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal()));
        }
        let at = moment.now;
        let event = match command {
            Command::Accept { person, of_rotation } => self.accept(person, *of_rotation, at)?,
            Command::Decline { person, reason } => self.decline(person, reason, at)?,
            Command::Withdraw {} => Event::Withdrawn { at },
            Command::Lapse { reason } => Event::Lapsed { at, reason: reason.clone() },
            Command::Tick {} if self.until() <= at => {
                Event::Lapsed { at, reason: BEGUN.to_owned() }
            }
            Command::Tick {} | Command::Offer(_) => return Ok(Vec::new()),
        };
        Ok(vec![event])
    }

    fn apply(&mut self, event: &Event) {
        let (stage, at, by, reason) = match event {
            Event::Offered { .. } => return,
            Event::Accepted { at, person } => (Stage::Accepted, at, Some(person), ""),
            Event::Declined { at, person, reason } => {
                (Stage::Declined, at, Some(person), reason.as_str())
            }
            Event::Withdrawn { at } => (Stage::Withdrawn, at, None, ""),
            Event::Lapsed { at, reason } => (Stage::Lapsed, at, None, reason.as_str()),
        };
        self.stage = stage;
        self.updated_at = *at;
        self.answered_by = by.cloned();
        reason.clone_into(&mut self.reason);
    }

    fn next_due(&self) -> Option<Time> {
        (self.stage == Stage::Offered).then(|| self.until())
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> SwapId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }
}
