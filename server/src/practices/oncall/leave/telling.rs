//! Tells people which of their shifts the leave of a calendar hits. Whoever enters leave here reads
//! that in the answer; nobody sees an answer to what a calendar says.

use ::oncall::hits::{self, Hit, Leave, Told};
use calendar::Span;
use estate::{Estate, Kind, PersonSpec, Spec};
use kernel::{Message, Time};
use spine::{Fault, Tx, outbox};

use super::{Calendar, FROM, store};
use crate::app::App;
use crate::practices::oncall::away::{HitShift, to_replace_now};
use crate::practices::oncall::note::{Note, shown, zone_of};
use crate::problem::Answer;

/// How many shifts one message names.
const NAMED_MAX: usize = 20;

/// What is to be told, and what is known to be told after it.
#[derive(Clone)]
pub(super) struct News {
    after: Told,
    messages: Vec<Message>,
}

/// What the leave of a calendar hits that its person does not know.
pub(super) async fn news(app: &App, calendar: &Calendar) -> Answer<News> {
    let snapshot = app.estate.snapshot(&calendar.space);
    let estate = &snapshot.estate;
    let shifts = to_replace_now(app, &calendar.space, estate, &calendar.person).await?;
    let span = |shift: &HitShift| Span::new(shift.from.micros(), shift.until.micros());
    let hits: Vec<Hit> = shifts.iter().map(|shift| (shift.schedule.clone(), span(shift))).collect();
    let (after, fresh) = hits::news(&calendar.told, &hits, &leave(estate, calendar));
    let fresh: Vec<&HitShift> = fresh.into_iter().map(|place| &shifts[place]).collect();
    let person = match estate.get(&calendar.person).map(|found| &found.spec) {
        // Who wishes to be told nothing of shifts is told nothing of these either.
        Some(Spec::Person(person)) if person.notice_before().is_some() => Some(person),
        _ => None,
    };
    let messages = match person {
        Some(person) if !fresh.is_empty() => {
            note(app, estate, (calendar, person), &fresh).messages(app, person)
        }
        _ => Vec::new(),
    };
    Ok(News { after, messages })
}

/// Tells it, unless another process was first.
pub(super) async fn tell(
    tx: &mut Tx,
    calendar: &Calendar,
    news: &News,
    now: Time,
) -> Result<(), Fault> {
    if news.after == calendar.told || !store::told(tx, calendar, &news.after).await? {
        return Ok(());
    }
    let subject = format!("item:{}", calendar.person);
    let rows: Vec<(&str, &Message)> =
        news.messages.iter().map(|message| (subject.as_str(), message)).collect();
    outbox::add(tx, &calendar.space, &rows, now).await
}

/// When the person is away by this calendar, and otherwise.
fn leave(estate: &Estate, calendar: &Calendar) -> Leave {
    let id = calendar.id.to_string();
    let (mut by_calendar, mut otherwise) = (Vec::new(), Vec::new());
    for absence in estate.of_kind(Kind::Absence) {
        let Spec::Absence(spec) = &absence.spec else { continue };
        if *spec.person.item() != calendar.person {
            continue;
        }
        let end = spec.end.map_or(i64::MAX, Time::micros);
        let ours = absence.metadata.labels.get(FROM) == Some(&id);
        let spans = if ours { &mut by_calendar } else { &mut otherwise };
        spans.push(Span::new(spec.start.micros(), end));
    }
    Leave { by_calendar: by_calendar.into(), otherwise: otherwise.into() }
}

fn note(
    app: &App,
    estate: &Estate,
    (calendar, person): (&Calendar, &PersonSpec),
    shifts: &[&HitShift],
) -> Note {
    let zone = zone_of(person, "UTC");
    let subject = match shifts {
        [one] => format!("Your leave hits a shift: {}", one.title),
        many => format!("Your leave hits {} shifts", many.len()),
    };
    let first =
        format!("You are away by your calendar {} when you would be on call:", calendar.title);
    let each = shifts.iter().take(NAMED_MAX).map(|shift| {
        let (from, until) = (shown(shift.from.micros(), &zone), shown(shift.until.micros(), &zone));
        let instead = match &shift.person {
            Some(item) => {
                let name = estate.get(item).map_or(item.name(), |found| found.title());
                format!("{name} stands in")
            }
            None => "nobody stands in".to_owned(),
        };
        format!("{}, {from} to {until}: {instead}", shift.title)
    });
    let mut lines: Vec<String> = std::iter::once(first).chain(each).collect();
    if let Some(more) = shifts.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.push("Offer them to others under My shifts.".to_owned());
    let url = format!("{}/my/on-call", app.config.base_url());
    Note { subject, lines, url, link: "My shifts".to_owned(), answer: None }
}
