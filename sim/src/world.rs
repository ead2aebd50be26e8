//! Operate in memory: the real practices and streams over a store that commits each step whole,
//! as the server does with its transactions.

mod wants;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use alerts::{Alert, Classifier, Fingerprint, Found, Ignored, Matcher, Signal};
use contracts::clocks::{self, Books, Clocks};
use estate::Estate;
use incidents::Incident;
use incidents::expected::{self, Expected};
use kernel::{
    Actor, AlertId, ClocksId, Effect, ExpectedId, IncidentId, ItemRef, Lifecycle, Message, Moment,
    OutboxId, PageId, Refusal, Time,
};
use oncall::{CallResult, Page};
use streams::{Accounts, Context, Fact, Reaction, Routes, Want};

use crate::sample::{estate, policy};
use crate::shelf::{Done, Shelf};

/// How long a worker may hold a message before another one takes it.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often a message is tried before it is given up.
pub const ATTEMPTS_MAX: u32 = 10;

/// A journal entry: to what it happened, and what.
#[derive(Clone, Debug)]
pub enum Happening {
    /// To an alert.
    Alert(AlertId, alerts::Event),
    /// To an incident.
    Incident(IncidentId, incidents::Event),
    /// To a page.
    Page(PageId, oncall::Event),
    /// To an alert that planned work explains.
    Expected(ExpectedId, expected::Event),
    /// To the clocks of an incident.
    Clocks(ClocksId, clocks::Event),
    /// To who is on call when; and which absence was noted when, where one was.
    OnCall(Option<(ItemRef, Time)>),
}

/// A message in the outbox.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The message.
    pub message: Message,
    /// The page that sent it.
    pub page: PageId,
    /// Where it stands.
    pub state: LetterState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it may be taken next: when it is due, or when its lease ends.
    pub due_at: Time,
}

impl Letter {
    /// Whether it may still leave.
    pub fn is_open(&self) -> bool {
        self.state == LetterState::Open
    }
}

/// Where a message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LetterState {
    /// Waiting, or held by a worker.
    Open,
    /// The other side took it.
    Sent,
    /// Given up.
    Dead,
    /// Dropped before it left.
    Cancelled,
}

/// Everything that is durable.
pub struct World {
    /// The time.
    pub now: Time,
    /// Alerts.
    pub alerts: Shelf<Alert>,
    /// Incidents.
    pub incidents: Shelf<Incident>,
    /// Pages.
    pub pages: Shelf<Page>,
    /// Alerts that planned work explains.
    pub expected: Shelf<Expected>,
    /// The clocks that contracts set on incidents.
    pub clocks: Shelf<Clocks>,
    /// The outbox.
    pub outbox: BTreeMap<OutboxId, Letter>,
    /// The journal, in order.
    pub journal: Vec<Happening>,
    /// What the streams know of the administrator's decisions.
    pub policy: streams::Policy,
    /// The rules that name team or priority.
    pub routes: Routes,
    /// The rules that say what an alert means.
    pub classifier: Classifier,
    /// What there is.
    pub estate: Estate,
    /// Whose accounts have other names than they.
    pub accounts: Accounts,
    /// How far the oracle of shifts has read the journal.
    pub shifts_read: Cell<usize>,
    /// Whether every page was just asked whom it means, since who is on call changed.
    pub asked_anew: Cell<bool>,
    /// Who said of which page that they take it, and when.
    pub took: Vec<(PageId, Actor, Time)>,
    /// Calendars as the oracles read them, worked out once.
    pub books: RefCell<Books>,
    matcher: Matcher,
    by_fingerprint: HashMap<Fingerprint, AlertId>,
    cursor: usize,
    numbers: u64,
    seeds: u128,
}

impl World {
    /// A world at nine in the morning, with the estate of `estate.yaml`.
    pub fn new(seed: u64) -> World {
        let now = Time::from_seconds(20_514 * 86_400 + 9 * 3_600);
        World {
            now,
            shifts_read: Cell::new(0),
            asked_anew: Cell::new(false),
            took: Vec::new(),
            books: RefCell::new(Books::new(now, now)),
            alerts: Shelf::default(),
            incidents: Shelf::default(),
            pages: Shelf::default(),
            expected: Shelf::default(),
            clocks: Shelf::default(),
            outbox: BTreeMap::new(),
            journal: Vec::new(),
            policy: policy(seed),
            routes: Routes::default(),
            classifier: Classifier::default(),
            estate: estate(),
            accounts: Accounts::default(),
            matcher: Matcher::default(),
            by_fingerprint: HashMap::new(),
            cursor: 0,
            numbers: 0,
            seeds: u128::from(seed) << 64,
        }
    }

    /// A moment of now.
    pub fn moment(&mut self, actor: Actor) -> Moment {
        self.seeds += 1;
        Moment::new(self.now, actor, self.seeds)
    }

    /// The alert of a label set.
    pub fn alert(&self, fingerprint: Fingerprint) -> Option<&Alert> {
        self.alerts.get(*self.by_fingerprint.get(&fingerprint)?)
    }

    /// Takes signals in, in one transaction.
    pub fn take(&mut self, signals: &[Signal]) -> Vec<(usize, Ignored)> {
        let moment = self.moment(Actor::Integration("prometheus".to_owned()));
        let find = |signal: &Signal| {
            let matched = self.matcher.find(signal, &|item| self.estate.contains(item));
            let item = matched.as_ref().map(|found| &found.item);
            let classification = self.classifier.classify(signal, item, moment.now);
            Found { matched, classification }
        };
        let stored = |fingerprint| self.alert(fingerprint);
        let policy = alerts::Policy::default();
        let taken = alerts::take_batch(signals, &stored, &find, &moment, &policy);
        for change in taken.changes {
            let id = change.alert.id;
            if change.new {
                let twin = self.by_fingerprint.insert(change.alert.fingerprint, id);
                assert!(twin.is_none(), "two alerts with one fingerprint");
            }
            self.alerts.put(change.alert, &change.events);
            self.journal.extend(change.events.into_iter().map(|e| Happening::Alert(id, e)));
        }
        taken.ignored
    }

    /// Asks something of an alert, in one transaction.
    ///
    /// # Errors
    /// When it is refused.
    pub fn ask_alert(
        &mut self,
        id: AlertId,
        command: &alerts::Command,
        moment: &Moment,
    ) -> Result<(), Refusal> {
        let done = self.alerts.execute(id, command, moment)?;
        self.journal.extend(done.events.into_iter().map(|event| Happening::Alert(id, event)));
        Ok(())
    }

    /// Opens an incident.
    ///
    /// # Errors
    /// When it is refused.
    pub fn open_incident(
        &mut self,
        id: IncidentId,
        mut open: incidents::Open,
        moment: &Moment,
    ) -> Result<(), Refusal> {
        open.number = self.numbers + 1;
        let done = self.incidents.open(id, &incidents::Command::Open(Box::new(open)), moment)?;
        self.numbers += 1;
        self.journal.extend(done.events.into_iter().map(|event| Happening::Incident(id, event)));
        Ok(())
    }

    /// Asks something of an incident, in one transaction.
    ///
    /// # Errors
    /// When it is refused.
    pub fn ask_incident(
        &mut self,
        id: IncidentId,
        command: &incidents::Command,
        moment: &Moment,
    ) -> Result<(), Refusal> {
        if let incidents::Command::Merge { into } = command {
            let parent = self.incidents.get(*into);
            parent.ok_or_else(|| Refusal::unknown("no such incident"))?.can_absorb(id)?;
        }
        if let incidents::Command::SetParent { parent: Some(parent), .. } = command {
            let parent = self.incidents.get(*parent);
            parent.ok_or_else(|| Refusal::unknown("no such incident"))?.can_lead(id)?;
        }
        let done = self.incidents.execute(id, command, moment)?;
        self.journal.extend(done.events.into_iter().map(|event| Happening::Incident(id, event)));
        Ok(())
    }

    /// Asks something of a page, in one transaction with its messages.
    ///
    /// # Errors
    /// When it is refused.
    pub fn ask_page(
        &mut self,
        id: PageId,
        command: &oncall::Command,
        moment: &Moment,
    ) -> Result<(), Refusal> {
        let done = self.pages.execute(id, command, moment)?;
        if matches!(command, oncall::Command::Acknowledge {} | oncall::Command::Snooze { .. }) {
            self.took.push((id, moment.actor.clone(), moment.now));
        }
        self.keep_page(id, done);
        Ok(())
    }

    /// Wakes every record that is due; returns how many moved.
    pub fn clockwork(&mut self) -> usize {
        let moment = self.moment(Actor::system("clockwork"));
        let before = self.journal.len();
        for id in self.alerts.due(self.now) {
            let _ = self.ask_alert(id, &Alert::tick(), &moment);
        }
        for id in self.incidents.due(self.now) {
            let _ = self.ask_incident(id, &Incident::tick(), &moment);
        }
        for id in self.pages.due(self.now) {
            let Some(page) = self.pages.get(id) else { continue };
            let tick = ::streams::page_tick(page, &self.estate, moment.now);
            let _ = self.ask_page(id, &tick, &moment);
        }
        for id in self.expected.due(self.now) {
            self.ask_expected(id, &Expected::tick(), &moment);
        }
        for id in self.clocks.due(self.now) {
            let _ = self.ask_clocks(id, &Clocks::tick(), &moment);
        }
        self.journal.len() - before
    }

    fn ask_expected(&mut self, id: ExpectedId, command: &expected::Command, moment: &Moment) {
        if let Ok(done) = self.expected.execute(id, command, moment) {
            let events = done.events.into_iter();
            self.journal.extend(events.map(|event| Happening::Expected(id, event)));
        }
    }

    /// Whether the stream has entries before it.
    pub fn stream_behind(&self) -> bool {
        self.cursor < self.journal.len()
    }

    /// Whether the stream has read every change of who is on call.
    pub fn knows_who_is_on_call(&self) -> bool {
        let mut ahead = self.journal[self.cursor..].iter();
        !ahead.any(Happening::is_on_call)
    }

    /// Lets the stream handle up to `count` entries; the cursor moves with the effects.
    pub fn stream(&mut self, count: usize) {
        for _ in 0..count {
            let Some(happening) = self.journal.get(self.cursor).cloned() else { return };
            let moment = self.moment(Actor::system("stream"));
            for reaction in self.react(&happening, &moment) {
                self.follow(reaction, &moment);
            }
            self.asked_anew.set(self.asked_anew.get() || happening.is_on_call());
            self.cursor += 1;
        }
    }

    /// Takes the next due message under a lease.
    pub fn lease(&mut self) -> Option<OutboxId> {
        let now = self.now;
        let due = |letter: &&mut Letter| letter.state == LetterState::Open && letter.due_at <= now;
        let letter = self.outbox.values_mut().find(due)?;
        letter.due_at = now + LEASE;
        Some(letter.message.id)
    }

    /// A worker finds that nobody needs a message any more.
    pub fn drop_letter(&mut self, id: OutboxId) {
        if let Some(letter) = self.outbox.get_mut(&id).filter(|letter| letter.is_open()) {
            letter.state = LetterState::Cancelled;
        }
    }

    /// Records what became of an attempt, on the message and on its page, in one transaction.
    pub fn settle(&mut self, id: OutboxId, delivered: bool) {
        let now = self.now;
        let Some(letter) = self.outbox.get_mut(&id) else { return };
        if letter.state == LetterState::Sent {
            return;
        }
        letter.attempts += 1;
        let result = match (delivered, letter.state) {
            (true, _) => CallResult::Delivered,
            (false, LetterState::Open) if letter.attempts < ATTEMPTS_MAX => CallResult::Waiting,
            (false, _) => CallResult::Failed,
        };
        match result {
            CallResult::Delivered => letter.state = LetterState::Sent,
            CallResult::Waiting => {
                letter.due_at = now + Duration::from_secs(5 << letter.attempts.min(6));
            }
            _ if letter.state == LetterState::Open => letter.state = LetterState::Dead,
            _ => {}
        }
        let (page, detail) = (letter.page, String::new());
        let command = oncall::Command::DeliveryRecorded { message: id, result, detail };
        let moment = self.moment(Actor::system("outbox"));
        let recorded = self.ask_page(page, &command, &moment);
        assert!(recorded.is_ok(), "a delivery was not recorded: {recorded:?}");
    }

    /// The next time at which something is due by itself.
    pub fn next_due(&self) -> Option<Time> {
        let letters = self.outbox.values().filter(|letter| letter.state == LetterState::Open);
        let records = self.alerts.rows().filter_map(Lifecycle::next_due);
        let records = records.chain(self.incidents.rows().filter_map(Lifecycle::next_due));
        let records = records.chain(self.pages.rows().filter_map(Lifecycle::next_due));
        let records = records.chain(self.expected.rows().filter_map(Lifecycle::next_due));
        let records = records.chain(self.clocks.rows().filter_map(Lifecycle::next_due));
        records.chain(letters.map(|letter| letter.due_at)).min()
    }

    fn react(&self, happening: &Happening, moment: &Moment) -> Vec<Reaction> {
        let fact = match happening {
            Happening::Alert(id, event) => self.alerts.get(*id).map(|r| Fact::Alert(r, event)),
            Happening::Incident(id, event) => {
                self.incidents.get(*id).map(|record| Fact::Incident(record, event))
            }
            Happening::Page(id, event) => self.pages.get(*id).map(|r| Fact::Page(r, event)),
            Happening::Expected(id, event) => {
                self.expected.get(*id).map(|record| Fact::Expected(record, event))
            }
            Happening::OnCall(noted) => Some(Fact::OnCall(noted.as_ref().map(|(i, at)| (i, *at)))),
            Happening::Clocks(..) => None,
        };
        let Some(fact) = fact else { return Vec::new() };
        let wants = streams::wants(&fact);
        let wanted = |incident: &&Incident| wants.iter().any(|want| self.meets(incident, want));
        let incidents: Vec<Incident> = self.incidents.rows().filter(wanted).cloned().collect();
        let pages: Vec<Page> = self
            .pages
            .rows()
            .filter(|page| {
                let open = || self.incidents.get(page.incident).is_some_and(Incident::is_open);
                wants.contains(&Want::Called) && open()
                    || wants.contains(&Want::PagesOf(page.incident))
            })
            .cloned()
            .collect();
        let wanted = |alert: &&Alert| wants.iter().any(|want| self.meets_alert(alert, want));
        let alerts: Vec<Alert> = self.alerts.rows().filter(wanted).cloned().collect();
        let wanted = |expected: &&Expected| {
            wants.iter().any(|want| match want {
                Want::ExpectedOf(alert) => expected.expect.alert == *alert,
                Want::ExpectedBy(window) => expected.expect.window == *window,
                _ => false,
            })
        };
        let expected: Vec<Expected> = self.expected.rows().filter(wanted).cloned().collect();
        let wanted = |clocks: &&Clocks| wants.contains(&Want::ClocksOf(clocks.incident));
        let clocks: Vec<Clocks> = self.clocks.rows().filter(wanted).cloned().collect();
        let context = Context {
            clocks: &clocks,
            silenced: &BTreeSet::new(),
            decided: &Default::default(),
            expected: &expected,
            alerts: &alerts,
            estate: &self.estate,
            policy: &self.policy,
            routes: &self.routes,
            incidents: &incidents,
            pages: &pages,
            turns: &self.turns(),
            accounts: &self.accounts,
        };
        streams::react(&fact, &context, moment)
    }

    /// A refused reaction is passed by, as the follower does.
    fn follow(&mut self, reaction: Reaction, moment: &Moment) {
        let _ = match reaction {
            Reaction::OpenIncident(id, open) => {
                let opened = self.open_incident(id, *open, moment);
                assert!(opened.is_ok(), "an incident that is due was not opened: {opened:?}");
                opened
            }
            Reaction::Incident(id, command) => self.ask_incident(id, &command, moment),
            Reaction::Alert(id, command) => self.ask_alert(id, &command, moment),
            Reaction::Page(id, command) => self.ask_page(id, &command, moment),
            Reaction::Expect(id, expect) => {
                let command = expected::Command::Expect(expect);
                self.expected.open(id, &command, moment).map(|done| {
                    let events = done.events.into_iter();
                    self.journal.extend(events.map(|event| Happening::Expected(id, event)));
                })
            }
            Reaction::Expected(id, command) => {
                self.ask_expected(id, &command, moment);
                Ok(())
            }
            Reaction::OpenClocks(id, look) => {
                self.ask_clocks(id, &clocks::Command::Look(look), moment)
            }
            Reaction::Clocks(id, command) => self.ask_clocks(id, &command, moment),
            Reaction::StartPage(id, start) => {
                let done = self.pages.open(id, &oncall::Command::Start(start), moment);
                done.map(|done| self.keep_page(id, done))
            }
        };
    }

    fn keep_page(&mut self, id: PageId, done: Done<Page>) {
        self.journal.extend(done.events.into_iter().map(|event| Happening::Page(id, event)));
        for effect in done.effects {
            match effect {
                Effect::Send(message) => {
                    let letter = Letter {
                        page: id,
                        state: LetterState::Open,
                        attempts: 0,
                        due_at: self.now,
                        message,
                    };
                    self.outbox.insert(letter.message.id, letter);
                }
                Effect::CancelUnsent => {
                    let mine = self.outbox.values_mut().filter(|letter| letter.page == id);
                    for letter in mine.filter(|letter| letter.state == LetterState::Open) {
                        letter.state = LetterState::Cancelled;
                    }
                }
            }
        }
    }
}
