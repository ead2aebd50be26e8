//! What those concerned are told of an offer.

use estate::{Estate, PersonSpec, Spec};
use kernel::{ItemRef, Message};
use swaps::{Given, Stage, Swap};

use super::link;
use crate::app::App;
use crate::practices::oncall::note::{Note, shown, zone_of};

/// The messages that tell of an offer, as it stands now. Who was given a shift is told so with the
/// notices of shifts.
pub fn messages(app: &App, estate: &Estate, swap: &Swap) -> Vec<Message> {
    let giver = &swap.offer.gives.person;
    let told: Vec<ItemRef> = match (swap.stage, &swap.offer.to) {
        (Stage::Offered | Stage::Withdrawn, Some(to)) => vec![to.clone()],
        (Stage::Offered, None) => {
            let mut people = rotation(estate, &swap.offer.schedule);
            people.retain(|person| person != giver);
            people
        }
        (Stage::Withdrawn, None) => Vec::new(),
        (Stage::Accepted | Stage::Declined | Stage::Lapsed, _) => vec![giver.clone()],
    };
    let people = told.iter().filter_map(|item| match &estate.get(item)?.spec {
        Spec::Person(spec) => Some((item, spec)),
        _ => None,
    });
    let messages = people.flat_map(|(item, person)| {
        let answer = (swap.stage == Stage::Offered).then(|| link::address(app, swap, item));
        Note { answer, ..note(app, estate, (swap, person)) }.messages(app, person)
    });
    messages.collect()
}

/// Everybody who has a part in a schedule.
pub fn rotation(estate: &Estate, schedule: &ItemRef) -> Vec<ItemRef> {
    estate.takes_turns(schedule)
}

fn note(app: &App, estate: &Estate, (swap, person): (&Swap, &PersonSpec)) -> Note {
    let offer = &swap.offer;
    let title =
        |item: &ItemRef| estate.get(item).map_or(item.name(), |found| found.title()).to_owned();
    let (schedule, giver) = (title(&offer.schedule), title(&offer.gives.person));
    let zone = zone_of(person, "UTC");
    let times = |given: &Given| {
        format!("{} to {}", shown(given.start.micros(), &zone), shown(given.end.micros(), &zone))
    };
    let by = swap.answered_by.as_ref().map(title).unwrap_or_default();
    let subject = match swap.stage {
        Stage::Offered => format!("{giver} offers a shift: {schedule}"),
        Stage::Accepted => format!("{by} takes your shift: {schedule}"),
        Stage::Declined => format!("{by} does not take your shift: {schedule}"),
        Stage::Withdrawn => format!("{giver} keeps the shift: {schedule}"),
        Stage::Lapsed => format!("Your offer of a shift has lapsed: {schedule}"),
    };
    let mut lines = vec![format!("{}'s shift for {schedule}: {}.", giver, times(&offer.gives))];
    if let Some(wants) = &offer.wants {
        let other = title(&wants.person);
        lines.push(format!("In return for {other}'s shift: {}.", times(wants)));
    }
    let said = [&offer.note, &swap.reason];
    lines.extend(said.into_iter().filter(|text| !text.is_empty()).cloned());
    let url = format!("{}/my/on-call", app.config.base_url());
    Note { subject, lines, url, link: schedule, answer: None }
}
