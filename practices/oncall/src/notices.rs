//! What people are told of their shifts, outside of any incident: that one begins soon, that theirs
//! is over and who takes over, that somebody else's absence or a change gave them one, and that
//! another has theirs.
//!
//! **Invariant:** decided from who is on call, what was told before, and the time alone; what is
//! past after a long stop is not told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use calendar::{Span, Spans};
use kernel::Time;
use schedule::{Turn, Why, stretches};
use serde::{Deserialize, Serialize};

/// How long after the end of a shift it is still worth saying.
const LATE: Duration = Duration::from_secs(15 * 60);
/// How far ahead it is watched who is given what.
pub const WATCHED: Duration = Duration::from_secs(8 * 7 * 86_400);
/// How long it is remembered what was told.
const KEPT: Duration = Duration::from_secs(2 * 86_400);
const DAY: i64 = 86_400_000_000;

/// What is known of one schedule since it was last looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    /// Until when it was looked; `None` before the first look.
    seen_until: Option<Time>,
    /// When each person was on call then, as far as it was looked.
    had: BTreeMap<String, Vec<(Time, Time)>>,
    /// What was told.
    told: BTreeSet<Told>,
}

impl Watch {
    /// Before the first look.
    pub const NEVER: Watch =
        Watch { seen_until: None, had: BTreeMap::new(), told: BTreeSet::new() };
}

/// One thing that somebody was told.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
struct Told {
    at: Time,
    what: What,
    person: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Begins,
    Ends,
    TakesOver,
}

/// Something that somebody is to be told of a schedule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Who is told.
    pub person: String,
    /// What.
    pub news: News,
}

/// What somebody is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// Their shift begins soon.
    Begins {
        /// When they are on call.
        span: Span,
    },
    /// Their shift is over.
    Ends {
        /// Since when.
        at: Time,
        /// Who takes over; nobody: nobody does.
        next: Option<String>,
    },
    /// They take over from somebody, whatever they wish to be told of their shifts: it is for
    /// the schedule to say whether they get what is handed over.
    TakesOver {
        /// The turn that ended.
        turn: Turn,
    },
    /// They were given time on call that they did not have.
    Given {
        /// Each stretch of it, and why.
        turns: Vec<(Span, Why)>,
    },
    /// Others have time on call that they had.
    Lost {
        /// Each stretch of it, who has it, and why.
        turns: Vec<Turn>,
    },
}

/// What one person wishes: how long before a shift they are told; `None`: nothing.
pub type Wishes<'a> = &'a dyn Fn(&str) -> Option<Duration>;

/// The time of whose turns [`look`] has to know.
pub fn window(now: Time) -> Span {
    Span::new((today(now) - KEPT).micros(), horizon(now).micros())
}

/// Looks at a schedule again: what is to be told now, and what is known afterwards. What was given
/// beyond the last look's end is no news: it was there all along.
pub fn look(watch: &Watch, turns: &[Turn], wishes: Wishes<'_>, now: Time) -> (Watch, Vec<Notice>) {
    let stretches = stretches(turns);
    let mut told = watch.told.clone();
    let mut notices = Vec::new();
    let mut given = given(watch, turns, now);
    let mut lost = lost(watch, turns, now);
    for (place, stretch) in stretches.iter().enumerate() {
        let person = &*stretch.person;
        let (from, until) = (time(stretch.span.from), time(stretch.span.until));
        let before = wishes(person);
        if before.is_some_and(|before| from - before <= now && now < from) {
            let news = told.insert(Told { at: from, what: What::Begins, person: person.into() });
            // Who is given a shift that begins soon is told so once.
            let given = given.get(person).is_some_and(|given| covers(given, stretch.span.from));
            if news && !given {
                let news = News::Begins { span: stretch.span };
                notices.push(Notice { person: person.into(), news });
            }
        }
        // Whoever comes after a time without anybody takes over from whoever was there before.
        let before_it = place.checked_sub(1).and_then(|place| stretches.get(place));
        let came = from <= now && now.since(from) < LATE;
        let takes = Told { at: from, what: What::TakesOver, person: person.into() };
        if let Some(last) = before_it
            && came
            && last.span.until < stretch.span.from
            && last.person != stretch.person
            && told.insert(takes)
            && watch.seen_until.is_some()
        {
            let news = News::TakesOver { turn: last.clone() };
            notices.push(Notice { person: person.into(), news });
        }
        let over = until <= now && now.since(until) < LATE;
        let ended = Told { at: until, what: What::Ends, person: person.into() };
        // What was over before the first look is no news.
        if over && told.insert(ended) && watch.seen_until.is_some() {
            let next = stretches.iter().find(|next| next.span.contains(stretch.span.until));
            let next = next.map(|next| next.person.to_string());
            if let Some(person) = next.clone() {
                notices.push(Notice { person, news: News::TakesOver { turn: stretch.clone() } });
            }
            if before.is_some() {
                // Whose shift another has from now on is told so once.
                let gone = |turn: &Turn| turn.span.from == stretch.span.until;
                lost.entry(person.into()).or_default().retain(|turn| !gone(turn));
                let news = News::Ends { at: until, next };
                notices.push(Notice { person: person.into(), news });
            }
        }
    }
    given.retain(|person, _| wishes(person).is_some());
    let given =
        given.into_iter().map(|(person, turns)| Notice { person, news: News::Given { turns } });
    notices.extend(given);
    lost.retain(|person, turns| !turns.is_empty() && wishes(person).is_some());
    let lost =
        lost.into_iter().map(|(person, turns)| Notice { person, news: News::Lost { turns } });
    notices.extend(lost);
    let window = window(now);
    told.retain(|told| told.at.micros() >= window.from);
    let after = Watch { seen_until: Some(horizon(now)), had: had(&stretches, window), told };
    (after, notices)
}

/// Time on call that people were given since the last look: by changes, by absences, and when they
/// are taken back.
fn given(watch: &Watch, turns: &[Turn], now: Time) -> BTreeMap<String, Vec<(Span, Why)>> {
    let mut given: BTreeMap<String, Vec<(Span, Why)>> = BTreeMap::new();
    let Some(seen_until) = watch.seen_until else { return given };
    let seen = Span::new(now.micros(), seen_until.micros());
    for turn in turns {
        let span = turn.span.clip(seen);
        if span.from >= span.until {
            continue;
        }
        let had = watch.had.get(&*turn.person).map(Vec::as_slice).unwrap_or_default();
        let had: Spans =
            had.iter().map(|(from, until)| Span::new(from.micros(), until.micros())).collect();
        let fresh = Spans::one(span.from, span.until).difference(&had);
        let fresh = fresh.iter().map(|span| (span, turn.why.clone()));
        given.entry(turn.person.to_string()).or_default().extend(fresh);
    }
    given.retain(|_, spans| !spans.is_empty());
    given
}

/// Time on call that people had at the last look and others have now. Who is away knows why
/// somebody stands in; that nobody has it is for the alerts of gaps to say.
fn lost(watch: &Watch, turns: &[Turn], now: Time) -> BTreeMap<String, Vec<Turn>> {
    let mut lost: BTreeMap<String, Vec<Turn>> = BTreeMap::new();
    let Some(seen_until) = watch.seen_until else { return lost };
    let seen = Span::new(now.micros(), seen_until.micros());
    for (person, had) in &watch.had {
        let stands_in = |why: &Why| matches!(why, Why::Backup { away, .. } if **away == **person);
        let others = || turns.iter().filter(|turn| *turn.person != **person);
        let spans = had.iter().map(|(from, until)| Span::new(from.micros(), until.micros()));
        for span in spans.map(|span| span.clip(seen)) {
            let of = others().filter(|turn| !stands_in(&turn.why));
            let of = of.map(|turn| Turn { span: turn.span.clip(span), ..turn.clone() });
            let of = of.filter(|turn| turn.span.from < turn.span.until);
            lost.entry(person.clone()).or_default().extend(of);
        }
    }
    lost
}

fn covers(given: &[(Span, Why)], at: i64) -> bool {
    given.iter().any(|(span, _)| span.contains(at))
}

fn had(stretches: &[Turn], window: Span) -> BTreeMap<String, Vec<(Time, Time)>> {
    let mut had: BTreeMap<String, Vec<(Time, Time)>> = BTreeMap::new();
    for stretch in stretches {
        let span = stretch.span.clip(window);
        if span.from < span.until {
            let each = had.entry(stretch.person.to_string()).or_default();
            each.push((time(span.from), time(span.until)));
        }
    }
    had
}

/// The end of what is looked at: it moves once a day, so that nothing is written in between.
fn horizon(now: Time) -> Time {
    today(now) + WATCHED
}

fn today(now: Time) -> Time {
    time(now.micros() - now.micros().rem_euclid(DAY))
}

fn time(micros: i64) -> Time {
    Time::from_micros(micros)
}

#[cfg(test)]
mod tests;
