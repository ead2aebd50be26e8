//! Tells people of their shifts: one begins soon, theirs is over, they were given one, or another
//! has theirs. What was told is written in the transaction that puts the messages out, so that a
//! restart tells nothing twice.

use std::time::Duration;

use ::oncall::notices::{self as rules, News, Notice, Watch};
use estate::{
    ContactMethod, Estate, HandOverWay, Kind, PersonSpec, Resource, Spec, Wait, person_named,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::{Actor, ItemRef, Message, SpaceId, Time};
use schedule::Turn;
use serde_json::json;
use spine::engine::Versioned;
use spine::{Fault, Tx, outbox};

use super::handover::{Asked, around};
use super::note::{Note, shown, zone_of};
use super::store;
use crate::app::App;
use crate::courier::NOTE;
use crate::html::escaped;
use crate::practices::estate::live::Snapshot;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(10);
/// How many stretches of time one notice names.
const NAMED_MAX: usize = 20;

/// Tells people of their shifts, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "shift_notices", Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let snapshot = app.estate.snapshot(&space);
    let now = app.world.now();
    let mut known = store::watches(&mut app.db.reader().await?, &space).await?;
    let schedules = snapshot.estate.of_kind(Kind::Schedule).map(Resource::item);
    let mut changed = Vec::new();
    for schedule in schedules {
        let watch = known.remove(schedule).unwrap_or(NEVER);
        let looked = look(&snapshot.estate, schedule, &watch.record, now);
        if looked.is_some_and(|(after, _)| after != watch.record) {
            changed.push((schedule.clone(), watch));
        }
    }
    if !changed.is_empty() {
        tell(app, &space, changed, now).await?;
    }
    for gone in known.into_keys() {
        let space = space.clone();
        let work = app.db.write::<_, Fault, _>(move |tx| {
            let (space, gone) = (space.clone(), gone.clone());
            Box::pin(async move { store::forget_watch(tx, &space, &gone).await })
        });
        work.await?;
    }
    Ok(())
}

/// Before the first look at a schedule.
const NEVER: Versioned<Watch> = Versioned { record: Watch::NEVER, version: 0 };

/// What is to be told now; nothing while the schedule cannot be worked out.
fn look(
    estate: &Estate,
    schedule: &ItemRef,
    watch: &Watch,
    now: Time,
) -> Option<(Watch, Vec<Notice>)> {
    let roster = estate.roster(schedule, rules::window(now)).ok()?;
    let wishes = |name: &str| {
        let before = person(estate, name)?.notice_before().map(Wait::seconds)?;
        Some(Duration::from_secs(before.into()))
    };
    Some(rules::look(watch, roster.turns(), &wishes, now))
}

fn person<'a>(estate: &'a Estate, name: &str) -> Option<&'a PersonSpec> {
    match estate.get(&person_named(name)).map(|found| &found.spec) {
        Some(Spec::Person(spec)) => Some(spec),
        _ => None,
    }
}

/// Looks again at what the resources are in a transaction, since memory may be a moment behind, and
/// tells what is to be told in the same.
async fn tell(
    app: &App,
    space: &SpaceId,
    changed: Vec<(ItemRef, Versioned<Watch>)>,
    now: Time,
) -> Answer<()> {
    let (app_inside, space) = (app.clone(), space.clone());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (app, space, changed) = (app_inside.clone(), space.clone(), changed.clone());
        Box::pin(async move {
            let snapshot = Snapshot::afresh(tx, &space).await?;
            for (schedule, watch) in &changed {
                let of = (&snapshot.estate, schedule, watch);
                tell_of(tx, (&app, &space), of, now).await?;
            }
            Ok(())
        })
    });
    Ok(work.await?)
}

/// Tells what is to be told of one schedule, unless another process was first.
async fn tell_of(
    tx: &mut Tx,
    (app, space): (&App, &SpaceId),
    (estate, schedule, watch): (&Estate, &ItemRef, &Versioned<Watch>),
    now: Time,
) -> Result<(), Fault> {
    let looked = look(estate, schedule, &watch.record, now);
    let Some((after, notices)) = looked else { return Ok(()) };
    let after = Versioned { record: after, version: watch.version };
    if !store::put_watch(tx, space, schedule, &after).await? {
        return Ok(());
    }
    let about = About::new(app, estate, schedule);
    let mut messages = Vec::new();
    for notice in &notices {
        messages.extend(match &notice.news {
            News::TakesOver { turn } => {
                about.hand_over(app, tx, (&notice.person, turn, now)).await?
            }
            _ => about.messages(app, notice),
        });
    }
    let subject = format!("item:{schedule}");
    let rows: Vec<(&str, &Message)> =
        messages.iter().map(|message| (subject.as_str(), message)).collect();
    outbox::add(tx, space, &rows, now).await
}

/// What notices of a schedule say of it.
struct About<'a> {
    estate: &'a Estate,
    schedule: &'a ItemRef,
    title: &'a str,
    zone: &'a str,
    url: String,
}

impl<'a> About<'a> {
    fn new(app: &App, estate: &'a Estate, schedule: &'a ItemRef) -> About<'a> {
        let resource = estate.get(schedule);
        let zone = match resource.map(|found| &found.spec) {
            Some(Spec::Schedule(spec)) => spec.time_zone.as_str(),
            _ => "UTC",
        };
        About {
            estate,
            schedule,
            title: resource.map_or(schedule.name(), |found| found.title()),
            zone,
            url: format!("{}/oncall/{}", app.config.base_url(), schedule.name()),
        }
    }

    fn messages(&self, app: &App, notice: &Notice) -> Vec<Message> {
        let Some(person) = person(self.estate, &notice.person) else { return Vec::new() };
        let zone = zone_of(person, self.zone);
        let (subject, lines) = self.said(&notice.news, &zone);
        let (url, link) = (self.url.clone(), self.title.to_owned());
        let note = Note { subject, lines, url, link, answer: None };
        note.messages(app, person)
    }

    /// What is handed over to somebody, where the schedule sends it.
    async fn hand_over(
        &self,
        app: &App,
        tx: &mut Tx,
        (name, turn, now): (&str, &Turn, Time),
    ) -> Result<Vec<Message>, Fault> {
        let way = match self.estate.get(self.schedule).map(|found| &found.spec) {
            Some(Spec::Schedule(spec)) => spec.hand_over,
            _ => None,
        };
        let (Some(HandOverWay::Mail), Some(person)) = (way, person(self.estate, name)) else {
            return Ok(Vec::new());
        };
        if app.ways.ready(ContactMethod::Email.channel()).is_err() {
            return Ok(Vec::new());
        }
        let asked =
            Asked { estate: self.estate, space: &SpaceId::main(), schedule: self.schedule, now };
        // What is looked at begins two days ago; what is handed over is the whole turn.
        let last = Time::from_micros(turn.span.until - 1);
        let (turn, next) =
            around(self.estate, self.schedule, last).unwrap_or_else(|_| (turn.clone(), None));
        let report = asked.report(tx, (&turn, next.as_ref())).await?;
        let Some(report) = report else { return Ok(Vec::new()) };
        let at = Timestamp::from_microsecond(turn.span.from).unwrap_or_default();
        let url = format!("{}/hand-over?at={at}", self.url);
        let sections = report.lines();
        let empty = "Nothing is open, and nothing happened.";
        let text: Vec<String> = sections
            .iter()
            .map(|(title, lines)| format!("{title}\n  {}", lines.join("\n  ")))
            .collect();
        let html: String = sections
            .iter()
            .map(|(title, lines)| {
                let lines: String =
                    lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
                format!("<h2>{}</h2><ul>{lines}</ul>", escaped(title))
            })
            .collect();
        let text = if text.is_empty() { empty.to_owned() } else { text.join("\n\n") };
        let html = if html.is_empty() { format!("<p>{empty}</p>") } else { html };
        let link = escaped(&url);
        let body = json!({
            "kind": NOTE,
            "subject": format!("Hand-over from {}: {}", self.name(&turn.person), self.title),
            "text": format!("{text}\n\n{url}"),
            "html": format!("{html}<p><a href=\"{link}\">The hand-over</a></p>"),
            "url": url,
        });
        let message = Message {
            id: app.moment(Actor::system("shifts")).id(),
            channel: ContactMethod::Email.channel().to_owned(),
            target: person.email.clone(),
            body,
        };
        Ok(vec![message])
    }

    /// What a message says, with times in a zone.
    fn said(&self, news: &News, zone: &TimeZone) -> (String, Vec<String>) {
        let at = |micros: i64| shown(micros, zone);
        let title = self.title;
        match news {
            News::Begins { span } => (
                format!("You are on call from {}: {title}", at(span.from)),
                vec![format!(
                    "You are on call for {title} from {} to {}.",
                    at(span.from),
                    at(span.until)
                )],
            ),
            News::Ends { at: over, next } => {
                let over = at(over.micros());
                let then = match next {
                    Some(next) => format!("{} takes over.", self.name(next)),
                    None => "Nobody takes over: nobody is on call now.".to_owned(),
                };
                (
                    format!("You are off call: {title}"),
                    vec![format!("Your shift for {title} ended at {over}. {then}")],
                )
            }
            // It is no notice: what is handed over has a message of its own.
            News::TakesOver { .. } => (String::new(), Vec::new()),
            News::Given { turns } => {
                let each = turns.iter().take(NAMED_MAX).map(|(span, why)| {
                    let because = self.estate.because(self.schedule, why);
                    format!("{} to {}: {because}", at(span.from), at(span.until))
                });
                let mut lines = vec![format!("You are now on call for {title}:")];
                lines.extend(each);
                lines.extend(more(turns.len()));
                (format!("You were given a shift: {title}"), lines)
            }
            News::Lost { turns } => {
                let each = turns.iter().take(NAMED_MAX).map(|turn| {
                    let because = self.estate.because(self.schedule, &turn.why);
                    let (from, until) = (at(turn.span.from), at(turn.span.until));
                    format!("{from} to {until}: {} ({because})", self.name(&turn.person))
                });
                let mut lines = vec![format!("Others are now on call for {title} instead of you:")];
                lines.extend(each);
                lines.extend(more(turns.len()));
                (format!("Another has your shift: {title}"), lines)
            }
        }
    }

    fn name(&self, person: &str) -> String {
        let item = person_named(person);
        self.estate.get(&item).map_or(person, |found| found.title()).to_owned()
    }
}

/// How many stretches of time a notice does not name.
fn more(count: usize) -> Option<String> {
    let more = count.checked_sub(NAMED_MAX).filter(|more| *more > 0)?;
    Some(format!("and {more} more"))
}
