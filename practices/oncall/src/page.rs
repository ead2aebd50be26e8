use kernel::{
    Actor, Allowed, Effect, IncidentId, ItemRef, Lifecycle, Message, Moment, OutboxId, PageId,
    Refusal, Time,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::event::{Calling, Later};
use crate::plan::{self, Place};
use crate::{ALLOWED, Command, Contact, Event, Stage, Step, Summary, Verb};

/// The calling of people for one incident by one escalation policy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// Its id.
    pub id: PageId,
    /// The incident that needs somebody.
    pub incident: IncidentId,
    /// The escalation policy.
    pub policy: ItemRef,
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
    /// When the next step is due; `None` when none is.
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
    /// Why it was cancelled; empty otherwise.
    #[serde(default)]
    pub cancel_reason: String,
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

/// What became of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// On its way, or to be tried again.
    Waiting,
    /// The other side took it.
    Delivered,
    /// Given up.
    Failed,
    /// Not sent: somebody had answered, or nobody was needed, before it left.
    Dropped,
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
        let open = |result| matches!(result, CallResult::Waiting | CallResult::Failed);
        let due = |call: &Call| call.message == message && open(call.result);
        self.stage.unanswered() && self.calls.iter().any(due)
    }

    fn started(id: PageId, at: Time, start: &crate::Start) -> Page {
        Page {
            id,
            incident: start.incident,
            policy: start.policy.clone(),
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
            cancel_reason: String::new(),
        }
    }

    /// Goes on after the present step; `fresh` is whom each step means now, if that is known.
    fn advance(&self, fresh: &[Vec<Contact>], moment: &Moment) -> Event {
        let after = match self.held_until {
            Some(_) => Place { step: 0, round: 0 },
            None => Place { step: self.step + 1, round: self.round },
        };
        let steps = plan::freshened(&self.steps, fresh);
        plan::next_place(&steps, self.repeat, after)
            .and_then(|place| plan::call(&steps, place, moment))
            .unwrap_or(Event::Exhausted { at: moment.now })
    }

    /// Calls that wait, for which `due` holds; one event for each step that has some.
    fn continued(&self, moment: &Moment, due: impl Fn(&WaitingCall) -> bool) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for waiting in self.waiting.iter().filter(|waiting| due(waiting)) {
            let call = Calling { message: moment.id(), to: waiting.to.clone() };
            match events.last_mut() {
                Some(Event::Continued { step, round, calls, .. })
                    if (*step, *round) == (waiting.step, waiting.round) =>
                {
                    calls.push(call);
                }
                _ => events.push(Event::Continued {
                    at: moment.now,
                    step: waiting.step,
                    round: waiting.round,
                    calls: vec![call],
                }),
            }
        }
        events
    }

    /// What is due by now: calls that wait, and the next step.
    fn due(&self, fresh: &[Vec<Contact>], moment: &Moment) -> Vec<Event> {
        let mut events = self.continued(moment, |waiting| waiting.due_at <= moment.now);
        if self.next_step_at.is_some_and(|due| due <= moment.now) {
            events.push(self.advance(fresh, moment));
        }
        events
    }

    /// What a report about a call leads to. When it shows that nobody of the present step can be
    /// reached so far, the next way that waits in it is tried at once, and with none left the next
    /// step is not kept waiting; but a new round is, for when everything fails
    /// at once, it must not all be used up before anybody can mend it.
    fn record(
        &self,
        message: OutboxId,
        result: CallResult,
        detail: &str,
        moment: &Moment,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(call) = self.calls.iter().find(|call| call.message == message) else {
            return Err(Refusal::unknown(format!("{message} is no call of this page")));
        };
        let settled = matches!(call.result, CallResult::Delivered | CallResult::Failed);
        if settled && result != CallResult::Delivered || call.result == CallResult::Delivered {
            return Ok(Vec::new());
        }
        let detail = detail.to_owned();
        let mut events = vec![Event::Attempted { at: moment.now, message, result, detail }];
        let reachable = |other: &&Call| {
            (other.step, other.round) == (self.step, self.round)
                && other.result != CallResult::Failed
                && other.message != message
        };
        let present = (call.step, call.round) == (self.step, self.round);
        let unreachable = result == CallResult::Failed && !self.calls.iter().any(|c| reachable(&c));
        if self.stage != Stage::Ringing || !present || !unreachable {
            return Ok(events);
        }
        let here =
            |waiting: &&WaitingCall| (waiting.step, waiting.round) == (self.step, self.round);
        if let Some(soonest) = self.waiting.iter().filter(here).map(|w| w.due_at).min() {
            events.extend(self.continued(moment, |w| here(&w) && w.due_at == soonest));
        } else {
            let next = self.advance(&[], moment);
            let begins_anew = matches!(next, Event::Called { round, .. } if round > self.round);
            if !begins_anew {
                events.push(next);
            }
        }
        Ok(events)
    }

    fn called(&mut self, at: Time, (step, round): (u32, u32), calls: &[Calling]) {
        self.calls.extend(calls.iter().map(|call| Call {
            message: call.message,
            step,
            round,
            contact: call.to.contact.clone(),
            channel: call.to.channel.clone(),
            target: call.to.target.clone(),
            at,
            result: CallResult::Waiting,
            detail: String::new(),
            attempts: 0,
            result_at: None,
        }));
    }

    fn waits(&mut self, (step, round): (u32, u32), later: &[Later]) {
        let waits =
            |later: &Later| WaitingCall { due_at: later.due_at, step, round, to: later.to.clone() };
        self.waiting.extend(later.iter().map(waits));
    }

    fn attempted(&mut self, at: Time, message: OutboxId, result: CallResult, detail: &str) {
        let Some(call) = self.calls.iter_mut().find(|call| call.message == message) else { return };
        call.attempts = call.attempts.saturating_add(1);
        detail.clone_into(&mut call.detail);
        call.result_at = Some(at);
        // A call that was dropped while it was being tried stays so, unless it got through.
        if call.result != CallResult::Dropped || result == CallResult::Delivered {
            call.result = result;
        }
    }

    /// Nobody is called any more.
    fn stop(&mut self, stage: Stage, at: Time) {
        self.stage = stage;
        self.next_step_at = None;
        self.held_until = None;
        self.waiting.clear();
        for call in self.calls.iter_mut().filter(|call| call.result == CallResult::Waiting) {
            call.result = CallResult::Dropped;
            call.result_at = Some(at);
        }
    }

    /// The message of a call: everything that a connector needs to write it.
    fn message(&self, call: &Calling, (step, round): (u32, u32)) -> Message {
        let body = json!({
            "kind": "page",
            "page": self.id,
            "incident": self.incident,
            "number": self.summary.number,
            "title": self.summary.title,
            "priority": self.summary.priority,
            "service": self.summary.service,
            "url_path": self.summary.url_path,
            "policy": self.policy,
            "contact": call.to.contact,
            "step": step,
            "round": round,
            "started_at": self.started_at,
        });
        Message {
            id: call.message,
            channel: call.to.channel.clone(),
            target: call.to.target.clone(),
            body,
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
            .unwrap_or(Event::Exhausted { at: moment.now });
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
            Command::Acknowledge {} | Command::Answered { .. }
                if self.stage == Stage::Acknowledged =>
            {
                Ok(Vec::new())
            }
            Command::Answered { by, at: answered } => {
                Ok(vec![Event::Acknowledged { at: (*answered).min(at), by: by.clone() }])
            }
            Command::Acknowledge {} => {
                Ok(vec![Event::Acknowledged { at, by: moment.actor.clone() }])
            }
            Command::Escalate {} => match self.advance(&[], moment) {
                Event::Exhausted { .. } => {
                    Err(Refusal::not_allowed("nobody is left to call: this was the last step"))
                }
                next => Ok(vec![next]),
            },
            Command::DeliveryRecorded { message, result, detail } => {
                self.record(*message, *result, detail, moment)
            }
            Command::Cancel { reason } => Ok(vec![Event::Cancelled { at, reason: reason.clone() }]),
            // Nobody was called yet: whoever is meant then will be.
            Command::Reroute { .. } if self.held_until.is_some() => Ok(Vec::new()),
            Command::Reroute { fresh } => {
                Ok(plan::reroute(self, fresh, moment).into_iter().collect())
            }
            Command::Tick { fresh } => Ok(self.due(fresh, moment)),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Started { .. } => {}
            Event::Called { at, step, round, calls, later, next_step_at } => {
                let place = (*step, *round);
                (self.step, self.round) = place;
                self.next_step_at = Some(*next_step_at);
                self.held_until = None;
                self.called(*at, place, calls);
                self.waits(place, later);
            }
            Event::Continued { at, step, round, calls } => {
                let place = (*step, *round);
                self.waiting.retain(|waiting| {
                    (waiting.step, waiting.round) != place
                        || !calls.iter().any(|call| call.to == waiting.to)
                });
                self.called(*at, place, calls);
            }
            Event::Rerouted { at, step, round, away, calls, later } => {
                let place = (*step, *round);
                self.waiting.retain(|waiting| {
                    (waiting.step, waiting.round) != place || !away.contains(&waiting.to.contact)
                });
                self.called(*at, place, calls);
                self.waits(place, later);
            }
            Event::Attempted { at, message, result, detail } => {
                self.attempted(*at, *message, *result, detail);
            }
            Event::Acknowledged { at, by } => {
                self.acknowledged_by = Some(by.clone());
                self.acknowledged_at = Some(*at);
                self.stop(Stage::Acknowledged, *at);
            }
            Event::Exhausted { .. } => {
                self.stage = Stage::Exhausted;
                self.next_step_at = None;
                self.held_until = None;
                self.waiting.clear();
            }
            Event::Cancelled { at, reason } => {
                reason.clone_into(&mut self.cancel_reason);
                self.stop(Stage::Cancelled, *at);
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        let waiting = self.waiting.iter().map(|waiting| waiting.due_at);
        self.next_step_at.into_iter().chain(waiting).min()
    }

    fn tick() -> Command {
        Command::Tick { fresh: Vec::new() }
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
                let send = |call| Effect::Send(self.message(call, (*step, *round)));
                calls.iter().map(send).collect()
            }
            Event::Acknowledged { .. } | Event::Cancelled { .. } => vec![Effect::CancelUnsent],
            Event::Started { .. } | Event::Attempted { .. } | Event::Exhausted { .. } => Vec::new(),
        }
    }
}
