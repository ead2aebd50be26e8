use kernel::{
    Actor, Allowed, Effect, IncidentId, ItemRef, Lifecycle, Moment, OutboxId, PageId, Refusal, Time,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::again::{self, RingsAgain, Why};
use crate::plan::{self, Place};
use crate::{ALLOWED, Command, Contact, Event, For, HandOver, Stage, Step, Summary, Verb};

/// The calling of people for one incident by one escalation policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// Its id.
    pub id: PageId,
    /// The incident that needs somebody.
    pub incident: IncidentId,
    /// What it needs somebody for.
    #[serde(default, skip_serializing_if = "For::is_incident")]
    pub meant_for: For,
    /// The escalation policy.
    pub policy: ItemRef,
    /// Which of the policy's turns it takes, where one of several is called in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
    /// Where it is in its life.
    pub stage: Stage,
    /// What the calls say.
    pub summary: Summary,
    /// Whom to call, copied from the policy when the page began.
    pub steps: Vec<Step>,
    /// How often to begin again after the last step.
    pub repeat: u32,
    /// The step that was called last, from 0.
    pub step: u32,
    /// The round it is in, from 0.
    pub round: u32,
    /// When the next step is due, or when it calls again although everybody was called; `None`
    /// when none is.
    pub next_step_at: Option<Time>,
    /// Nobody is called before; `None` once the first step has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Time>,
    /// Every call, in order.
    pub calls: Vec<Call>,
    /// Calls of steps that have begun which are still to be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<WaitingCall>,
    /// When it began.
    pub started_at: Time,
    /// Who answered.
    pub acknowledged_by: Option<Actor>,
    /// When somebody answered.
    pub acknowledged_at: Option<Time>,
    /// How long whoever took it may do nothing before it rings again; nothing: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_timeout_seconds: Option<u32>,
    /// When it rings again, once somebody has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rings_again: Option<RingsAgain>,
    /// When it rang again the last time after somebody had taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rang_again_at: Option<Time>,
    /// Why it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rang_again_why: Option<Why>,
    /// Who had it until it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub had_by: Option<Actor>,
    /// The round, from 0, with which the present ringing began. Rounds go on counting, so that no
    /// two calls of a page have the same place.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first_round: u32,
    /// To whom it is being handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<HandOver>,
    /// Why it was cancelled; empty otherwise.
    #[serde(default)]
    pub cancel_reason: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_zero(round: &u32) -> bool {
    *round == 0
}

/// A call that is to be made unless somebody answers before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct WaitingCall {
    /// When.
    pub due_at: Time,
    /// The step it belongs to, from 0.
    pub step: u32,
    /// The round, from 0.
    pub round: u32,
    /// Whom, and how.
    #[serde(flatten)]
    pub to: Contact,
}

/// One call to one contact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PageCall)]
pub struct Call {
    /// The message that carries it.
    pub message: OutboxId,
    /// The step it belongs to, from 0.
    pub step: u32,
    /// The round, from 0.
    pub round: u32,
    /// Whom.
    pub contact: ItemRef,
    /// How: `email`, `webhook`, `sms` and so on.
    pub channel: String,
    /// Where to.
    pub target: String,
    /// What for.
    #[serde(default, skip_serializing_if = "Purpose::is_call")]
    pub purpose: Purpose,
    /// When it was asked for.
    pub at: Time,
    /// What became of it.
    pub result: CallResult,
    /// What the other side said last.
    pub detail: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the result came.
    pub result_at: Option<Time>,
}

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallPurpose)]
pub enum Purpose {
    /// Somebody has to take the incident.
    #[default]
    Call,
    /// Somebody is asked to take it over.
    HandOver,
    /// Whoever handed it over is told that they keep it.
    Kept,
}

impl Purpose {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
    fn is_call(&self) -> bool {
        *self == Purpose::Call
    }
}

/// What became of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// On its way, or to be tried again.
    Waiting,
    /// Not sent yet: it is told together with others, or when the limit of the way allows it.
    Held,
    /// The other side took it.
    Delivered,
    /// Given up.
    Failed,
    /// The other side took it and reached nobody: the line was busy, or nobody came to the
    /// telephone.
    Unreached,
    /// Not sent: somebody had answered, or nobody was needed, before it left.
    Dropped,
}

/// After so many attempts that failed, people are called in other ways beside it.
const FAILURES_BEFORE_OTHERS: u32 = 2;

impl Call {
    /// Whether nothing is to be hoped of it for now: it was given up, or is tried again and again.
    pub(crate) fn fails(&self) -> bool {
        self.result.fails(self.attempts)
    }
}

impl CallResult {
    /// The same after so many attempts.
    pub(crate) fn fails(self, attempts: u32) -> bool {
        match self {
            CallResult::Failed | CallResult::Unreached => true,
            CallResult::Waiting => attempts >= FAILURES_BEFORE_OTHERS,
            CallResult::Held | CallResult::Delivered | CallResult::Dropped => false,
        }
    }

    /// Whether it is still to come.
    pub(crate) fn open(self) -> bool {
        matches!(self, CallResult::Waiting | CallResult::Held)
    }
}

impl Page {
    /// The first delivery of any call, if there is one yet.
    pub fn first_delivered_at(&self) -> Option<Time> {
        let delivered = self.calls.iter().filter(|call| call.result == CallResult::Delivered);
        delivered.filter_map(|call| call.result_at).min()
    }

    /// Whether a message is one of this page's calls and may still leave. The outbox asks this
    /// right before it sends. A call that was given up leaves again when a person asks for it.
    pub fn wants(&self, message: OutboxId) -> bool {
        let open = |result: CallResult| result.open() || result == CallResult::Failed;
        let asked = |call: &Call| self.handover.as_ref().is_some_and(|to| to.to == call.contact);
        let wanted = |call: &Call| match call.purpose {
            Purpose::Call => self.stage.unanswered(),
            Purpose::HandOver => asked(call),
            Purpose::Kept => self.stage == Stage::Acknowledged,
        };
        let due = |call: &Call| call.message == message && open(call.result) && wanted(call);
        self.calls.iter().any(due)
    }

    /// Whether somebody of whom this holds was called, will be, or stands in one of its steps.
    pub fn calls_any(&self, meant: impl Fn(&ItemRef) -> bool) -> bool {
        let called = self.calls.iter().map(|call| &call.contact);
        let waiting = self.waiting.iter().map(|call| &call.to.contact);
        let steps = self.steps.iter().flat_map(|step| &step.contacts).map(|to| &to.contact);
        called.chain(waiting).chain(steps).any(meant)
    }

    /// Whether somebody may still be called for it although it was taken.
    pub fn goes_on(&self) -> bool {
        self.rings_again.is_some() || self.handover.is_some()
    }

    /// Whether it calls the team for major incidents.
    pub fn is_major(&self) -> bool {
        self.meant_for == For::Major
    }

    fn started(id: PageId, at: Time, start: &crate::Start) -> Page {
        Page {
            id,
            incident: start.incident,
            meant_for: start.meant_for,
            policy: start.policy.clone(),
            turn: start.turn,
            stage: Stage::Ringing,
            summary: start.summary.clone(),
            steps: start.steps.clone(),
            repeat: start.repeat,
            step: 0,
            round: 0,
            next_step_at: start.begin_at,
            held_until: start.begin_at,
            calls: Vec::new(),
            waiting: Vec::new(),
            started_at: at,
            acknowledged_by: None,
            acknowledged_at: None,
            acknowledge_timeout_seconds: start.acknowledge_timeout_seconds,
            rings_again: None,
            rang_again_at: None,
            rang_again_why: None,
            had_by: None,
            first_round: 0,
            handover: None,
            cancel_reason: String::new(),
        }
    }

    /// Why the stage forbids the verb, for people.
    fn refusal(&self, verb: Verb) -> String {
        match (self.stage, verb) {
            (_, Verb::Start) => "this page has already begun".to_owned(),
            (Stage::Cancelled, _) if self.cancel_reason.is_empty() => {
                "this page is over: nobody is needed any more".to_owned()
            }
            (Stage::Cancelled, _) => format!("this page is over: {}", self.cancel_reason),
            (Stage::Ringing, Verb::RingAgain) => "it rings already".to_owned(),
            (Stage::Ringing | Stage::Exhausted, Verb::HandOver | Verb::Accept | Verb::Keep) => {
                "nobody has taken this page yet".to_owned()
            }
            (Stage::Acknowledged, _) => "somebody has already answered this page".to_owned(),
            (Stage::Ringing | Stage::Exhausted, _) => {
                "everybody has already been called".to_owned()
            }
        }
    }
}

impl Lifecycle for Page {
    const KIND: &'static str = "page";
    type Id = PageId;
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

    fn open(_: PageId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Start(start) = command else {
            return Err(Refusal::unknown("there is no such page"));
        };
        let start = plan::within_limits(start);
        let first = plan::next_place(&start.steps, 0, Place { step: 0, round: 0 })
            .and_then(|place| plan::call(&start.steps, place, moment))
            .unwrap_or(Event::Exhausted { at: moment.now, nobody: true });
        let held = matches!(first, Event::Called { .. }) && start.begin_at.is_some();
        let started = Event::Started { at: moment.now, start: Box::new(start) };
        Ok(if held { vec![started] } else { vec![started, first] })
    }

    fn born(id: PageId, event: &Event) -> Option<Page> {
        match event {
            Event::Started { at, start } => Some(Page::started(id, *at, start)),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal(command.verb())));
        }
        let at = moment.now;
        match command {
            Command::Start(_) => Err(Refusal::not_allowed(self.refusal(Verb::Start))),
            Command::Acknowledge {} if self.is_handed_to(&moment.actor, None) => {
                self.accept(None, moment)
            }
            Command::Acknowledge {} | Command::Answered { .. }
                if self.stage == Stage::Acknowledged =>
            {
                Ok(Vec::new())
            }
            Command::Answered { by, at: answered } => {
                Ok(self.answered(by, (*answered).min(at), moment))
            }
            Command::Acknowledge {} => Ok(vec![self.taken(&moment.actor, at, moment)]),
            Command::Snooze { span, until, morning } => {
                let until = again::snoozed_until(*span, *until, *morning, at)?;
                Ok(self.snooze(until, moment))
            }
            Command::RingAgain { again } => {
                let because = format!("{} asked for it", moment.actor.name());
                Ok(self.ring_again((Why::Asked, because), again.as_deref(), None, moment))
            }
            Command::Replan { priority, plan } => Ok(self.replan(*priority, plan, moment)),
            Command::Escalate { fresh } => self.escalate(fresh, moment),
            Command::HandOver(wish) => self.hand_over(wish, moment),
            Command::Accept { person } => self.accept(person.as_ref(), moment),
            Command::Keep {} => self.keep(moment),
            Command::Worked { by, person, at: worked } => {
                Ok(self.worked((by, person.as_ref()), (*worked).min(at), moment))
            }
            Command::Cancel { reason } if self.stage == Stage::Acknowledged => {
                Ok(self.settle(reason, moment))
            }
            Command::DeliveryRecorded { message, result, detail } => {
                self.record(*message, *result, detail, moment)
            }
            Command::Cancel { reason } => Ok(vec![Event::Cancelled { at, reason: reason.clone() }]),
            // Nobody was called yet: whoever is meant then will be.
            Command::Reroute { .. } if self.held_until.is_some() => Ok(Vec::new()),
            Command::Reroute { fresh } if self.stage == Stage::Exhausted => {
                Ok(self.found(fresh, moment))
            }
            Command::HolderAway { person, again } => {
                let because = format!("{}, who had it, has fallen ill", person.name());
                let why = (Why::HolderAway, because);
                Ok(self.ring_again(why, Some(again), again.begin_at, moment))
            }
            Command::RingLater { again_at } => {
                let (again_at, nobody) = ((*again_at).max(at), !self.called_anybody());
                Ok(vec![Event::RingsLater { at, again_at, nobody }])
            }
            Command::Reroute { fresh } => {
                Ok(plan::reroute(self, fresh, moment).into_iter().collect())
            }
            Command::Tick { fresh, again } => Ok(self.due(fresh, again.as_deref(), moment)),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.take_in(event);
    }

    fn next_due(&self) -> Option<Time> {
        let waiting = self.waiting.iter().map(|waiting| waiting.due_at);
        let again = match &self.handover {
            Some(over) => Some(over.until),
            None => self.rings_again.as_ref().map(|again| again.at),
        };
        self.next_step_at.into_iter().chain(again).chain(waiting).min()
    }

    fn tick() -> Command {
        Command::Tick { fresh: Vec::new(), again: None }
    }

    fn id(&self) -> PageId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }

    fn effects(&self, event: &Event, _: &Moment) -> Vec<Effect> {
        match event {
            Event::Called { calls, step, round, .. }
            | Event::Continued { calls, step, round, .. }
            | Event::Rerouted { calls, step, round, .. } => {
                let purpose = self.purpose();
                let send = |call| Effect::Send(self.message(call, (*step, *round), purpose));
                calls.iter().map(send).collect()
            }
            Event::HandOverAsked { calls, .. } => {
                let place = (self.step, self.round);
                let send = |call| Effect::Send(self.message(call, place, Purpose::HandOver));
                calls.iter().map(send).collect()
            }
            Event::HandOverUnanswered { calls, .. } => {
                let place = (self.step, self.round);
                let send = |call| Effect::Send(self.message(call, place, Purpose::Kept));
                [Effect::CancelUnsent].into_iter().chain(calls.iter().map(send)).collect()
            }
            Event::Acknowledged { .. }
            | Event::Cancelled { .. }
            | Event::HandOverAccepted { .. }
            | Event::HandOverEnded { .. }
            | Event::RangAgain { .. }
            | Event::Held { .. }
            | Event::Settled { .. } => vec![Effect::CancelUnsent],
            Event::Started { .. }
            | Event::Attempted { .. }
            | Event::Exhausted { .. }
            | Event::RingsLater { .. }
            | Event::WorkSeen { .. }
            | Event::Replanned { .. }
            | Event::Hastened { .. }
            | Event::Snoozed { .. } => Vec::new(),
        }
    }
}
