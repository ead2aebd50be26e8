//! Laws, and scenarios: tables of `at TIME WHO WHAT -> what happened`, or `!!` and why not.

use kernel::{Actor, ItemRef, Lifecycle, Moment, SwapId, Time, laws};

use crate::{Command, Event, Given, Offer, Stage, Swap, describe};

const DAY: i64 = 86_400;

fn person(name: &str) -> ItemRef {
    format!("person/{name}").parse().unwrap()
}

/// The shift of a day, counted from the first.
fn day(name: &str, day: i64) -> Given {
    let start = Time::from_seconds(day * DAY);
    Given { person: person(name), start, end: Time::from_seconds((day + 1) * DAY) }
}

fn offer(to: Option<&str>, wants: Option<Given>) -> Offer {
    Offer {
        schedule: "schedule/shop".parse().unwrap(),
        gives: day("ada", 1),
        to: to.map(person),
        wants,
        note: String::new(),
    }
}

fn moment(minutes: i64) -> Moment {
    Moment::new(Time::from_seconds(minutes * 60), Actor::Person("ada".to_owned()), 1)
}

fn born(offer: Offer) -> Swap {
    let id = SwapId::from_bits(1);
    let events = Swap::open(id, &Command::Offer(offer), &moment(0)).unwrap();
    Swap::born(id, &events[0]).unwrap()
}

fn accept(name: &str) -> Command {
    Command::Accept { person: person(name), of_rotation: name != "eve" }
}

fn decline(name: &str, reason: &str) -> Command {
    Command::Decline { person: person(name), reason: reason.to_owned() }
}

#[test]
fn scenarios_come_out_as_written() {
    for (name, text) in [
        ("named", include_str!("scenarios/named.txt")),
        ("everybody", include_str!("scenarios/everybody.txt")),
        ("lapses", include_str!("scenarios/lapses.txt")),
        ("declined", include_str!("scenarios/declined.txt")),
    ] {
        let mut swap = None;
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            check(name, &mut swap, line);
        }
    }
}

fn check(scenario: &str, swap: &mut Option<Swap>, line: &str) {
    if let Some((who, moves)) = line.split_once(" may ") {
        let found = swap.as_ref().unwrap().moves(Some(&person(who)), who != "eve");
        let found: Vec<&str> = found.iter().map(|offer| offer.command).collect();
        let wanted = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
        assert_eq!(moves, wanted, "{scenario}: {line}");
        return;
    }
    let refused = line.contains(" !! ");
    let (asked, expected) = line.split_once(if refused { " !! " } else { " ->" }).unwrap();
    let (time, asked) = asked.trim_start_matches("at ").trim().split_once("  ").unwrap();
    let (hours, minutes) = time.split_once(':').unwrap();
    let at: i64 = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    let told = match ask(swap, asked.trim(), &moment(at)) {
        Ok(events) => events.iter().map(describe).collect::<Vec<_>>().join("; "),
        Err(refusal) => {
            assert!(refused, "{scenario}: {line}: {refusal}");
            refusal.reason
        }
    };
    assert_eq!(told, expected.trim(), "{scenario}: {line}");
}

fn ask(
    swap: &mut Option<Swap>,
    asked: &str,
    moment: &Moment,
) -> Result<Vec<Event>, kernel::Refusal> {
    let words: Vec<&str> = asked.split_whitespace().collect();
    let command = match words.as_slice() {
        ["clock"] => Command::Tick {},
        ["ada", "withdraws"] => Command::Withdraw {},
        ["ada", "offers", rest @ ..] => {
            let to = rest.first().copied();
            let wants = rest.get(3).map(|place| day(to.unwrap(), place.parse().unwrap()));
            let command = Command::Offer(offer(to, wants));
            let events = Swap::open(SwapId::from_bits(1), &command, moment)?;
            *swap = Swap::born(SwapId::from_bits(1), &events[0]);
            return Ok(events);
        }
        [who, "accepts"] => accept(who),
        [who, "declines", reason @ ..] => decline(who, &reason.join(" ")),
        _ => panic!("{asked}"),
    };
    let swap = swap.as_mut().unwrap();
    let events = swap.decide(&command, moment)?;
    events.iter().for_each(|event| swap.apply(event));
    Ok(events)
}

#[test]
fn the_laws_hold_in_every_stage() {
    let lives = [
        None,
        Some(accept("bob")),
        Some(decline("bob", "")),
        Some(Command::Withdraw {}),
        Some(Command::Lapse { reason: "it is Cem's now".to_owned() }),
    ];
    let records: Vec<Swap> = lives
        .iter()
        .map(|command| {
            let mut swap = born(offer(Some("bob"), None));
            let mut events =
                vec![Event::Offered { at: Time::EPOCH, offer: offer(Some("bob"), None) }];
            if let Some(command) = command {
                let more = swap.decide(command, &moment(1)).unwrap();
                more.iter().for_each(|event| swap.apply(event));
                events.extend(more);
            }
            laws::journal_rebuilds(&swap, &events);
            swap
        })
        .collect();
    let stages: Vec<Stage> = records.iter().map(|swap| swap.stage).collect();
    use Stage::{Accepted, Declined, Lapsed, Offered, Withdrawn};
    assert_eq!(stages, [Offered, Accepted, Declined, Withdrawn, Lapsed]);
    let commands = [
        accept("bob"),
        decline("bob", "no"),
        Command::Withdraw {},
        Command::Lapse { reason: "gone".to_owned() },
        Command::Tick {},
    ];
    laws::table_equals_rules(&records, &commands, &moment(9));
}

#[test]
fn an_offer_that_makes_no_sense_is_refused() {
    let refused = |offer: Offer| {
        let command = Command::Offer(offer);
        Swap::open(SwapId::from_bits(1), &command, &moment(0)).unwrap_err().reason
    };
    let past = Offer { gives: day("ada", -1), ..offer(None, None) };
    assert_eq!(refused(past), "a shift that has begun does not change hands");
    let backwards = Given { end: Time::from_seconds(DAY), ..day("ada", 1) };
    let backwards = Offer { gives: backwards, ..offer(None, None) };
    assert_eq!(refused(backwards), "a shift ends before it begins");
    assert_eq!(refused(offer(Some("ada"), None)), "nobody offers a shift to themselves");
    let whose = "say whose shift you want in return";
    assert_eq!(refused(offer(None, Some(day("bob", 3)))), whose);
    let other = refused(offer(Some("bob"), Some(day("cem", 3))));
    assert_eq!(other, "the shift in return has to be bob's");
    let long = Offer { note: "x".repeat(501), ..offer(None, None) };
    assert_eq!(refused(long), "at most 500 characters are kept");
}

#[test]
fn commands_and_events_keep_their_shape() {
    let json = serde_json::to_string(&decline("bob", "a wedding")).unwrap();
    assert_eq!(json, r#"{"command":"decline","person":"person/bob","reason":"a wedding"}"#);
    let event = Event::Withdrawn { at: Time::EPOCH };
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(json, r#"{"event":"withdrawn","at":"1970-01-01T00:00:00Z"}"#);
    let swap = born(offer(Some("bob"), Some(day("bob", 3))));
    let shown = serde_json::to_value(swap.view(2, Some(&person("bob")), true)).unwrap();
    assert_eq!(shown["offer"]["gives"]["person"], "person/ada");
    assert_eq!(shown["offer"]["wants"]["start"], "1970-01-04T00:00:00Z");
    assert_eq!(shown["allowed"][0]["command"], "accept");
    let text = serde_json::to_string(&swap).unwrap();
    assert_eq!(serde_json::from_str::<Swap>(&text).unwrap(), swap);
}
