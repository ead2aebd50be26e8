//! Laws and scenarios. A scenario is a table: `at TIME WHO WHAT -> what happened`, or `!!` and why
//! it was refused.

use std::time::Duration;

use kernel::{
    Actor, Effect, IncidentId, ItemRef, Lifecycle, Moment, OutboxId, PageId, Priority, Time, laws,
};

use crate::{
    CallResult, Command, Contact, Event, For, Page, Plan, Span, Stage, Start, Step, Summary,
    WAIT_SECONDS_MIN, Wish, describe,
};

#[test]
fn scenarios_come_out_as_written() {
    for (name, text) in [
        ("answered", include_str!("scenarios/answered.txt")),
        ("exhausted", include_str!("scenarios/exhausted.txt")),
        ("unreachable", include_str!("scenarios/unreachable.txt")),
        ("ways that fail", include_str!("scenarios/ways_that_fail.txt")),
        ("rings in vain", include_str!("scenarios/rings_in_vain.txt")),
        ("rounds", include_str!("scenarios/rounds.txt")),
        ("cancelled", include_str!("scenarios/cancelled.txt")),
        ("nobody", include_str!("scenarios/nobody.txt")),
        ("gap", include_str!("scenarios/gap.txt")),
        ("ways", include_str!("scenarios/ways.txt")),
        ("held", include_str!("scenarios/held.txt")),
        ("last", include_str!("scenarios/last.txt")),
        ("nothing done", include_str!("scenarios/nothing_done.txt")),
        ("handed over", include_str!("scenarios/handed_over.txt")),
        ("handed over late", include_str!("scenarios/handed_over_late.txt")),
        ("escalated", include_str!("scenarios/escalated.txt")),
        ("asked for help", include_str!("scenarios/asked_for_help.txt")),
        ("ill", include_str!("scenarios/ill.txt")),
        ("fewer steps", include_str!("scenarios/fewer_steps.txt")),
        ("noted meanwhile", include_str!("scenarios/noted_meanwhile.txt")),
        ("snoozed", include_str!("scenarios/snoozed.txt")),
        ("more urgent", include_str!("scenarios/more_urgent.txt")),
        ("held back", include_str!("scenarios/held_back.txt")),
        ("held back late", include_str!("scenarios/held_back_late.txt")),
        ("held handover", include_str!("scenarios/held_handover.txt")),
        ("less urgent", include_str!("scenarios/less_urgent.txt")),
        ("other hours", include_str!("scenarios/other_hours.txt")),
    ] {
        Scenario::default().check(name, text);
    }
}

#[test]
fn the_laws_hold_in_every_stage() {
    let pages = every_stage();
    let message = pages[0].calls[0].message;
    let commands = [
        Command::Start(Box::new(start())),
        Command::Acknowledge {},
        Command::Snooze { span: Some(Span::Hour), until: None, morning: None },
        Command::RingAgain { again: None },
        Command::Escalate { fresh: Vec::new() },
        Command::HandOver(wish("bob")),
        Command::Accept { person: None },
        Command::Keep {},
        Command::Worked { by: Actor::Person("ada".to_owned()), person: None, at: Time::EPOCH },
        Command::Answered { by: Actor::Person("ada".to_owned()), at: Time::EPOCH },
        Command::DeliveryRecorded { message, result: CallResult::Delivered, detail: String::new() },
        Command::Cancel { reason: "no incident".to_owned() },
        Command::Reroute { fresh: Vec::new() },
        Command::Replan { priority: Priority::P3, plan: plan(&start().steps, None) },
        Page::tick(),
    ];
    for minutes in [0, 5, 600] {
        laws::table_equals_rules(&pages, &commands, &moment(minutes, "person:ada"));
        for page in &pages {
            laws::tick_is_idempotent(page, &moment(minutes, "system:clockwork"));
        }
    }
}

#[test]
fn a_call_says_what_a_connector_needs() {
    let moment = moment(0, "system:stream");
    let events = Page::open(id(), &Command::Start(Box::new(start())), &moment).unwrap();
    let (page, _) = live(&events);
    let Effect::Send(message) = page.effects(&events[1], &moment).remove(0) else { panic!() };
    assert_eq!((message.channel.as_str(), message.target.as_str()), ("email", "ada@example.org"));
    assert_eq!(message.id, page.calls[0].message);
    for (field, expected) in [
        ("kind", "page"),
        ("priority", "P1"),
        ("title", "Database down"),
        ("url_path", "/incidents/42"),
        ("contact", "person/ada"),
    ] {
        assert_eq!(message.body[field], expected, "{field}");
    }
    assert_eq!(message.body["number"], 42);
    assert_eq!(message.body["page"], page.id.to_string());
}

#[test]
fn a_page_wants_no_call_after_the_answer() {
    let (mut page, _) = live(&opened());
    let message = page.calls[0].message;
    assert!(page.wants(message));
    let failed = Event::Attempted {
        at: Time::EPOCH,
        message,
        result: CallResult::Failed,
        detail: "410 Gone".to_owned(),
    };
    page.apply(&failed);
    assert!(page.wants(message), "somebody asked for one more try");
    page.apply(&taken(None));
    assert!(!page.wants(message));
}

#[test]
fn a_policy_without_waits_does_not_call_everybody_at_once() {
    let mut hasty = start();
    hasty.steps.push(plain(vec![contact("bob", "email")], 0));
    hasty.steps[0].wait_seconds = 0;
    hasty.repeat = u32::MAX;
    let moment = moment(0, "system:stream");
    let events = Page::open(id(), &Command::Start(Box::new(hasty)), &moment).unwrap();
    let (page, _) = live(&events);
    let wait = page.next_step_at.unwrap().since(moment.now);
    assert_eq!(wait.as_secs(), u64::from(WAIT_SECONDS_MIN));
    assert!(page.repeat <= crate::REPEAT_MAX);
    let last = page.steps.last().unwrap().wait_seconds;
    assert_eq!(last, crate::LAST_WAIT_SECONDS, "whoever is called last has time to answer");
}

#[test]
fn whoever_a_step_means_when_its_time_comes_is_called() {
    let mut twice = start();
    twice.steps.push(plain(vec![contact("bob", "email")], 300));
    let moment = |minutes| moment(minutes, "system:clockwork");
    let events = Page::open(id(), &Command::Start(Box::new(twice)), &moment(0)).unwrap();
    let (page, _) = live(&events);
    let called = |fresh: Vec<Vec<Contact>>| {
        let events = page.decide(&Command::Tick { fresh, again: None }, &moment(5)).unwrap();
        events.iter().map(describe).collect::<Vec<_>>().join("; ")
    };
    let eve = vec![contact("eve", "sms")];
    assert_eq!(called(vec![vec![], eve.clone()]), "calling eve by sms (step 2)");
    assert_eq!(called(vec![eve.clone(), vec![]]), "everybody was called and nobody answered");
    assert_eq!(called(vec![eve]), "calling bob by email (step 2)", "of another policy: as known");
}

#[test]
fn a_ringing_page_calls_whoever_is_on_call_now_once() {
    let moment = |minutes| moment(minutes, "system:stream");
    let mut start = start();
    start.steps[0].contacts.push(by_way("ada", "sms@2m"));
    let events = Page::open(id(), &Command::Start(Box::new(start)), &moment(0)).unwrap();
    let (mut page, _) = live(&events);
    let reroute = |page: &Page, contacts: Vec<Contact>| {
        page.decide(&Command::Reroute { fresh: vec![contacts] }, &moment(1)).unwrap()
    };
    let bob = vec![contact("bob", "email"), by_way("bob", "sms@2m")];
    let rerouted = reroute(&page, bob.clone());
    let told: Vec<String> = rerouted.iter().map(describe).collect();
    assert_eq!(told, ["calling bob by email, bob by sms later instead of ada"]);
    rerouted.iter().for_each(|event| page.apply(event));
    let waiting: Vec<&str> = page.waiting.iter().map(|w| w.to.contact.name()).collect();
    assert_eq!(waiting, ["bob"], "ada is called in no further way");
    assert_eq!(reroute(&page, bob), [], "nobody is called twice");
    assert_eq!(reroute(&page, Vec::new()), [], "nobody is no improvement");
}

#[test]
fn whoever_falls_ill_while_others_of_the_step_ring_is_called_in_no_further_way() {
    let moment = |minutes| moment(minutes, "system:stream");
    let mut start = start();
    start.steps[0].contacts.extend([by_way("ada", "sms@2m"), contact("bob", "email")]);
    let events = Page::open(id(), &Command::Start(Box::new(start)), &moment(0)).unwrap();
    let (mut page, _) = live(&events);
    let fresh = vec![vec![contact("bob", "email")]];
    let rerouted = page.decide(&Command::Reroute { fresh }, &moment(1)).unwrap();
    let told: Vec<String> = rerouted.iter().map(describe).collect();
    assert_eq!(told, ["not calling ada any more"]);
    rerouted.iter().for_each(|event| page.apply(event));
    assert_eq!(page.waiting, []);
    // What has not left yet does not leave, and whoever is back is called anew.
    let (to_ada, to_bob) = (page.calls[0].message, page.calls[1].message);
    assert!(!page.wants(to_ada) && page.wants(to_bob));
    let fresh = vec![vec![contact("ada", "email"), contact("bob", "email")]];
    let back = page.decide(&Command::Reroute { fresh }, &moment(2)).unwrap();
    assert_eq!(back.iter().map(describe).collect::<Vec<_>>(), ["calling ada by email"]);
}

#[test]
fn the_json_of_commands_and_events_is_as_agreed() {
    let json = |command: &Command| serde_json::to_string(command).unwrap();
    assert_eq!(json(&Command::Acknowledge {}), r#"{"command":"acknowledge"}"#);
    let event = Event::Cancelled { at: Time::EPOCH, reason: "resolved".to_owned() };
    assert_eq!(
        serde_json::to_string(&event).unwrap(),
        r#"{"event":"cancelled","at":"1970-01-01T00:00:00Z","reason":"resolved"}"#
    );
    let page = every_stage().remove(0);
    let shown = serde_json::to_value(page.view(3)).unwrap();
    assert_eq!(shown["allowed"][0]["command"], "acknowledge");
    assert_eq!(shown["stage"], "ringing");
    assert_eq!(shown["calls"][0]["result"], "waiting");
}

fn id() -> PageId {
    PageId::from_bits(7)
}

fn moment(minutes: i64, actor: &str) -> Moment {
    Moment::new(Time::from_seconds(minutes * 60), actor.parse().unwrap(), 1)
}

fn contact(name: &str, channel: &str) -> Contact {
    Contact {
        contact: format!("person/{name}").parse().unwrap(),
        channel: channel.to_owned(),
        target: format!("{name}@example.org"),
        after_seconds: 0,
    }
}

fn by_way(name: &str, way: &str) -> Contact {
    let (channel, after) = way.split_once('@').unwrap_or((way, "0m"));
    let minutes: u32 = after.strip_suffix('m').unwrap().parse().unwrap();
    Contact { after_seconds: minutes * 60, ..contact(name, channel) }
}

/// To hand it over to somebody who is called by mail, and later by telephone.
fn wish(to: &str) -> Wish {
    Wish {
        to: format!("person/{to}").parse().unwrap(),
        reason: "my shift ends".to_owned(),
        minutes: None,
        even_if_away: false,
        contacts: vec![contact(to, "email"), by_way(to, "voice@4m")],
        back: vec![contact("ada", "email")],
        holder: None,
    }
}

fn plain(contacts: Vec<Contact>, wait_seconds: u32) -> Step {
    Step { targets: Vec::new(), rotate: false, contacts, wait_seconds }
}

#[test]
fn the_team_for_major_incidents_is_told_what_it_is_called_for() {
    let plain = serde_json::to_value(start()).unwrap();
    assert_eq!(plain.get("meant_for"), None, "what was written before reads back");
    let command = Command::Start(Box::new(Start { meant_for: For::Major, ..start() }));
    let events = Page::open(id(), &command, &moment(0, "system:stream")).unwrap();
    let page = events[1..].iter().fold(Page::born(id(), &events[0]).unwrap(), |mut page, event| {
        page.apply(event);
        page
    });
    let sent = events.iter().flat_map(|event| page.effects(event, &moment(0, "system:stream")));
    let said: Vec<_> = sent
        .map(|effect| match effect {
            kernel::Effect::Send(message) => message.body["major"].clone(),
            kernel::Effect::CancelUnsent => serde_json::Value::Null,
        })
        .collect();
    assert!(!said.is_empty() && said.iter().all(|major| *major == true), "{said:?}");
    assert_eq!(page.offers()[0].label, "Answer for the team");
}

fn start() -> Start {
    Start {
        incident: IncidentId::from_bits(9),
        meant_for: For::Incident,
        policy: "escalationpolicy/payments".parse().unwrap(),
        turn: None,
        steps: vec![plain(vec![contact("ada", "email")], 300)],
        repeat: 0,
        begin_at: None,
        acknowledge_timeout_seconds: None,
        summary: Summary {
            number: 42,
            title: "Database down".to_owned(),
            priority: Priority::P1,
            service: "service/orders".parse().ok(),
            url_path: "/incidents/42".to_owned(),
        },
    }
}

fn plan(steps: &[Step], begin_at: Option<Time>) -> Box<Plan> {
    Box::new(Plan { steps: steps.to_vec(), repeat: 0, begin_at })
}

fn opened() -> Vec<Event> {
    let command = Command::Start(Box::new(start()));
    Page::open(id(), &command, &moment(0, "system:stream")).unwrap()
}

fn live(events: &[Event]) -> (Page, Vec<Event>) {
    let mut page = Page::born(id(), &events[0]).unwrap();
    events[1..].iter().for_each(|event| page.apply(event));
    (page, events.to_vec())
}

fn taken(rings_again_at: Option<Time>) -> Event {
    Event::Acknowledged { at: Time::EPOCH, by: Actor::Link("ada".to_owned()), rings_again_at }
}

/// One page in each stage.
fn every_stage() -> Vec<Page> {
    let at = Time::EPOCH;
    let after = |event: Event| {
        let (mut page, _) = live(&opened());
        page.apply(&event);
        page
    };
    let pages = vec![
        live(&opened()).0,
        after(taken(Some(at + Duration::from_secs(1800)))),
        after(Event::Exhausted { at, nobody: false }),
        after(Event::Cancelled { at, reason: String::new() }),
    ];
    let stages: Vec<Stage> = pages.iter().map(Lifecycle::stage).collect();
    assert_eq!(stages, [Stage::Ringing, Stage::Acknowledged, Stage::Exhausted, Stage::Cancelled]);
    pages
}

/// A page as a scenario tells it.
#[derive(Default)]
struct Scenario {
    steps: Vec<Step>,
    repeat: u32,
    other: Vec<Step>,
    priority: Option<Priority>,
    begin_at: Option<Time>,
    timeout: Option<u32>,
    page: Option<Page>,
    events: Vec<Event>,
}

impl Scenario {
    fn check(mut self, name: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{name}, line {number}: {line}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("policy", steps) => self.steps = steps.split(", ").map(step).collect(),
                ("timeout", minutes) => self.timeout = Some(60 * minutes.parse::<u32>().unwrap()),
                ("other", steps) => self.other = steps.split(", ").map(step).collect(),
                ("priority", name) => self.priority = serde_json::from_value(name.into()).ok(),
                ("begin", clock) => self.begin_at = Some(time(clock)),
                ("repeat", count) => self.repeat = count.parse().unwrap(),
                ("at", rest) => self.line(rest, &place),
                ("stage", stage) => {
                    let now = serde_json::to_value(self.page.as_ref().unwrap().stage).unwrap();
                    assert_eq!(now, stage, "{place}");
                }
                ("calls", calls) => assert_eq!(self.calls(), calls, "{place}"),
                ("#" | "", _) => {}
                _ => panic!("cannot read {place}"),
            }
        }
        laws::journal_rebuilds(self.page.as_ref().unwrap(), &self.events);
    }

    fn line(&mut self, line: &str, place: &str) {
        let (asked, refused, expected) = match line.split_once("!!") {
            Some((asked, expected)) => (asked, true, expected.trim()),
            None => line.split_once("->").map(|(a, e)| (a, false, e.trim())).unwrap(),
        };
        let words: Vec<&str> = asked.split_whitespace().collect();
        let actor = if words[1] == "clock" { "system:clockwork" } else { words[1] };
        // Every line draws other ids, as every command does.
        let seed = self.events.len() as u128;
        let moment = Moment::new(time(words[0]), actor.parse().unwrap(), seed);
        let command = self.command(&words[1..], words[0]);
        let outcome = match &self.page {
            None => Page::open(id(), &command, &moment),
            Some(page) => page.decide(&command, &moment),
        };
        match outcome {
            Ok(events) => {
                let told: Vec<String> = events.iter().map(describe).collect();
                assert_eq!((told.join("; ").as_str(), false), (expected, refused), "{place}");
                self.follow(events);
            }
            Err(refusal) => {
                assert_eq!((refusal.reason.as_str(), true), (expected, refused), "{place}");
            }
        }
    }

    fn command(&self, words: &[&str], clock: &str) -> Command {
        let delivery = |result, detail: &str| Command::DeliveryRecorded {
            message: self.message(words[2], words.get(3).map_or(1, |n| n.parse().unwrap())),
            result,
            detail: detail.to_owned(),
        };
        match words.get(1) {
            None => Page::tick(),
            Some(&"start") => Command::Start(Box::new(Start {
                steps: self.steps.clone(),
                repeat: self.repeat,
                begin_at: self.begin_at,
                acknowledge_timeout_seconds: self.timeout,
                summary: Summary {
                    priority: self.priority.unwrap_or(Priority::P1),
                    ..start().summary
                },
                ..start()
            })),
            Some(&"acknowledge") => Command::Acknowledge {},
            Some(&"snooze") => {
                let span = serde_json::from_value(words[2].into()).ok();
                let until = words[2].contains(':').then(|| time(words[2]));
                let morning = words.get(3).map(|clock| time(clock));
                Command::Snooze { span, until, morning }
            }
            Some(&"hands_to") => {
                let has = self.page.as_ref().and_then(|page| page.acknowledged_by.as_ref());
                let holder = has.and_then(|by| ItemRef::new("person", by.name()));
                Command::HandOver(Wish { holder, ..wish(words[2]) })
            }
            Some(&"accept") => Command::Accept { person: None },
            Some(&"keep") => Command::Keep {},
            Some(&"ring_again") => Command::RingAgain { again: None },
            Some(&"replan") => Command::Replan {
                priority: serde_json::from_value(words[2].into()).unwrap(),
                plan: plan(&self.other, words.get(3).map(|clock| time(clock))),
            },
            Some(&"rings_by") => Command::Tick {
                fresh: Vec::new(),
                again: Some(plan(&self.other, words.get(2).map(|clock| time(clock)))),
            },
            Some(&"reroute") => Command::Reroute {
                fresh: self.other.iter().map(|step| step.contacts.clone()).collect(),
            },
            Some(&"ill") => Command::HolderAway {
                person: ItemRef::new("person", words[2]).unwrap(),
                again: plan(&self.steps, None),
            },
            Some(&"ring_later") => Command::RingLater { again_at: time(words[2]) },
            Some(&"escalate") => Command::Escalate { fresh: Vec::new() },
            Some(&"works") => Command::Worked {
                by: words[0].parse().unwrap(),
                person: words[0].split_once(':').and_then(|(_, n)| ItemRef::new("person", n)),
                at: time(words.get(2).unwrap_or(&clock)),
            },
            Some(&"taken") => {
                Command::Answered { by: words[2].parse().unwrap(), at: time(words[3]) }
            }
            Some(&"cancel") => Command::Cancel { reason: "the incident is resolved".to_owned() },
            Some(&"delivered") => delivery(CallResult::Delivered, "250 ok"),
            Some(&"delayed") => delivery(CallResult::Waiting, "451 try later"),
            Some(&"held") => delivery(CallResult::Held, "told in 9 minutes"),
            Some(&"failed") => delivery(CallResult::Failed, "550 no such user"),
            Some(&"unreached") => delivery(CallResult::Unreached, "busy"),
            Some(other) => panic!("unknown command {other}"),
        }
    }

    fn message(&self, person: &str, number: usize) -> OutboxId {
        let page = self.page.as_ref().unwrap();
        let calls = page.calls.iter().filter(|call| call.contact.name() == person);
        calls.map(|call| call.message).nth(number - 1).unwrap()
    }

    fn follow(&mut self, events: Vec<Event>) {
        for event in events {
            match &mut self.page {
                None => self.page = Page::born(id(), &event),
                Some(page) => page.apply(&event),
            }
            self.events.push(event);
        }
    }

    fn calls(&self) -> String {
        let page = self.page.as_ref().unwrap();
        let result = |result: CallResult| serde_json::to_value(result).unwrap();
        let calls = page.calls.iter().map(|call| {
            format!("{}={}", call.contact.name(), result(call.result).as_str().unwrap())
        });
        calls.collect::<Vec<_>>().join(" ")
    }
}

/// `09:05`, on the first day.
fn time(clock: &str) -> Time {
    let (hour, minute) = clock.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    Time::from_seconds(minutes * 60)
}

/// `ada:email+ada:sms@2m 5m`, or `- 5m` for a step without contacts; `@2m` is called later.
fn step(text: &str) -> Step {
    let (contacts, wait) = text.split_once(' ').unwrap();
    let minutes: u32 = wait.strip_suffix('m').unwrap().parse().unwrap();
    let contacts = contacts.split('+').filter_map(|text| text.split_once(':'));
    plain(contacts.map(|(name, way)| by_way(name, way)).collect(), minutes * 60)
}
