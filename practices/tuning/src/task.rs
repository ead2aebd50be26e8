use kernel::{Actor, AlertId, Allowed, Lifecycle, Moment, Refusal, Time, TuningId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ALLOWED, Command, Event, Remedy, Stage, VOTES_MAX, Verb};

/// Longest note or reason, in characters.
const TEXT_MAX: usize = 2_000;
/// Why a task ends on its own.
const NO_VOTE_LEFT: &str = "every vote was taken back";

/// An alert rule, as monitoring names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertRule)]
pub struct Rule {
    /// The integration that its alerts come through.
    pub source: String,
    /// The name of the alert.
    pub name: String,
}

/// One person's word on one alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = TuningVote)]
pub struct Vote {
    /// The alert.
    pub alert: AlertId,
    /// Who.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Time,
    /// Why it was of no use.
    pub reason: String,
}

/// What is to be done about one alert rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = TuningTask)]
pub struct Task {
    /// Its id.
    pub id: TuningId,
    /// The rule; no other task has the same.
    #[serde(flatten)]
    pub rule: Rule,
    /// Where it is in its life.
    pub stage: Stage,
    /// The votes of this round, or of the last one.
    pub votes: Vec<Vote>,
    /// Votes of all rounds, those that were taken back not counted.
    pub votes_total: u32,
    /// How often it was opened.
    pub rounds: u32,
    /// Who looks at the rule, or did last.
    #[schema(value_type = Option<String>)]
    pub worked_on_by: Option<Actor>,
    /// What was done about the rule, once it is done.
    pub remedy: Option<Remedy>,
    /// What exactly was done, or why the votes were set aside; empty before.
    pub note: String,
    /// When this round began.
    pub opened_at: Time,
    /// When something last happened to it.
    pub updated_at: Time,
    /// When this round ended.
    pub ended_at: Option<Time>,
}

impl Task {
    /// Whether the rule is on the noise list: as many votes as `from`, and nothing done yet.
    pub fn noisy(&self, from: u32) -> bool {
        self.stage.open() && self.votes.len() >= usize::try_from(from).unwrap_or(usize::MAX)
    }

    fn place_of(&self, alert: AlertId, by: &Actor) -> Option<usize> {
        self.votes.iter().position(|vote| vote.alert == alert && vote.by == *by)
    }

    fn vote(&self, vote: &Vote) -> Vec<Event> {
        let Vote { alert, by, at, reason } = vote.clone();
        let voted = Event::Voted { at, alert, by, reason };
        if !self.stage.open() {
            return vec![Event::Reopened { at }, voted];
        }
        let known = self.place_of(vote.alert, &vote.by).is_some();
        if known || self.votes.len() >= VOTES_MAX { Vec::new() } else { vec![voted] }
    }

    fn take_back(&self, alert: AlertId, by: &Actor, moment: &Moment) -> Vec<Event> {
        // What was said in a round that is over is history.
        if !self.stage.open() || self.place_of(alert, by).is_none() {
            return Vec::new();
        }
        let at = moment.now;
        let mut events = vec![Event::VoteTakenBack { at, alert, by: by.clone() }];
        if self.stage == Stage::Open && self.votes.len() == 1 {
            let (by, reason) = (moment.actor.clone(), NO_VOTE_LEFT.to_owned());
            events.push(Event::Dismissed { at, by, reason });
        }
        events
    }

    fn refusal(&self) -> &'static str {
        match self.stage {
            Stage::InWork => "somebody looks at this rule already",
            Stage::Done => "this task is done; a new vote opens it again",
            Stage::Dismissed => "this task was dismissed; a new vote opens it again",
            Stage::Open => "this task takes no such command",
        }
    }
}

fn said(text: &str, what: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(what));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(Refusal::invalid(format!("at most {TEXT_MAX} characters are kept")));
    }
    Ok(text.to_owned())
}

impl Lifecycle for Task {
    const KIND: &'static str = "tuning";
    type Id = TuningId;
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

    fn open(_: TuningId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Vote { rule, alert, by, reason } = command else {
            return Err(Refusal::unknown("there is no such tuning task"));
        };
        let (at, rule) = (moment.now, rule.clone());
        let voted = Event::Voted { at, alert: *alert, by: by.clone(), reason: reason.clone() };
        Ok(vec![Event::Opened { at, rule }, voted])
    }

    fn born(id: TuningId, event: &Event) -> Option<Task> {
        match event {
            Event::Opened { at, rule } => Some(Task {
                id,
                rule: rule.clone(),
                stage: Stage::Open,
                votes: Vec::new(),
                votes_total: 0,
                rounds: 1,
                worked_on_by: None,
                remedy: None,
                note: String::new(),
                opened_at: *at,
                updated_at: *at,
                ended_at: None,
            }),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal()));
        }
        let (at, by) = (moment.now, moment.actor.clone());
        Ok(match command {
            Command::Vote { alert, by, reason, .. } => {
                self.vote(&Vote { alert: *alert, by: by.clone(), at, reason: reason.clone() })
            }
            Command::TakeBack { alert, by } => self.take_back(*alert, by, moment),
            Command::Start {} => vec![Event::Started { at, by }],
            Command::Done { remedy, note } => {
                let note = said(note, "say what was changed, or why the rule is kept")?;
                vec![Event::Finished { at, by, remedy: *remedy, note }]
            }
            Command::Dismiss { reason } => {
                let reason = said(reason, "say why the votes are set aside")?;
                vec![Event::Dismissed { at, by, reason }]
            }
            Command::Tick {} => Vec::new(),
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Opened { .. } => {}
            Event::Voted { at, alert, by, reason } => {
                let (by, reason) = (by.clone(), reason.clone());
                self.votes.push(Vote { alert: *alert, by, at: *at, reason });
                self.votes_total = self.votes_total.saturating_add(1);
                self.updated_at = *at;
            }
            Event::VoteTakenBack { at, alert, by } => {
                if let Some(place) = self.place_of(*alert, by) {
                    self.votes.remove(place);
                }
                self.votes_total = self.votes_total.saturating_sub(1);
                self.updated_at = *at;
            }
            Event::Started { at, by } => {
                self.stage = Stage::InWork;
                self.worked_on_by = Some(by.clone());
                self.updated_at = *at;
            }
            Event::Finished { at, by, remedy, note } => {
                self.worked_on_by = Some(by.clone());
                self.remedy = Some(*remedy);
                self.end(Stage::Done, *at, note);
            }
            Event::Dismissed { at, reason, .. } => self.end(Stage::Dismissed, *at, reason),
            Event::Reopened { at } => {
                self.stage = Stage::Open;
                self.votes.clear();
                self.rounds = self.rounds.saturating_add(1);
                self.worked_on_by = None;
                self.remedy = None;
                self.note.clear();
                self.opened_at = *at;
                self.updated_at = *at;
                self.ended_at = None;
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        None
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> TuningId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }
}

impl Task {
    fn end(&mut self, stage: Stage, at: Time, note: &str) {
        self.stage = stage;
        note.clone_into(&mut self.note);
        self.updated_at = at;
        self.ended_at = Some(at);
    }
}
