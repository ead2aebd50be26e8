//! Whether something could be consumed as agreed: what checks from the side of the consumer saw,
//! beside what incidents say.
//!
//! | the checks | incidents | it counts as |
//! |---|---|---|
//! | failed | up | down: the parts look fine and the consumer gets nothing (a contradiction) |
//! | failed | down | down |
//! | passed | up | up |
//! | passed | down | down (a contradiction); up where the contract lets the checks rule |
//! | did not look | down | down |
//! | did not look | up | unknown |
//!
//! Of several checks one that fails is enough; to have passed, all must have looked.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use objectives::{Observed, Outage, availability};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::counted::{Counted, spans};
use super::outlook::length;
use super::reckon::{Reckoned, allowed};
use super::{Seen, percent, seconds};

/// Intervals that are listed at most.
const LINES_MAX: usize = 200;
/// Minutes that a check stands for where its objective names no slices.
const CHECK_MINUTES: i64 = 1;
/// A check that looked last longer ago than this, in agreed time, says nothing of now.
const FRESH_MICROS: i64 = 30 * 60_000_000;
const TOLERANCE: f64 = 1.0;

/// Whether a period could be consumed as agreed, by checks from the side of the consumer and by
/// incidents together. Parts of the period whose terms name no checks are left out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consumable {
    /// In a word; of a period that runs, so far.
    pub answer: Consumed,
    /// Why.
    pub because: String,
    /// The share that could be consumed, over the time of which something is known.
    pub measured_percent: Option<f64>,
    /// How long it could not be consumed, by checks or by incidents.
    pub down_seconds: f64,
    /// How long the checks did not look.
    pub unknown_seconds: f64,
    /// How long it may be down.
    pub allowance_seconds: f64,
    /// How long it was down by incidents: what the parts say.
    pub incidents_seconds: f64,
    /// How long it could not be consumed while no incident said so.
    pub checks_alone_seconds: f64,
    /// What each check saw.
    pub checks: Vec<CheckResult>,
    /// When checks failed, did not look, or differ from the incidents.
    pub lines: Vec<CheckLine>,
    /// How many more there are than are listed.
    pub lines_left_out: usize,
    /// Since when a check fails, as far as is known now.
    pub failing_since: Option<Time>,
    /// Whether every check has looked lately: only then does it mean something that none fails.
    #[serde(default)]
    pub looking: bool,
}

/// Whether something could be consumed as agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consumed {
    /// Also if the checks had failed whenever they did not look.
    Yes,
    /// It was away for longer than is allowed.
    No,
    /// The time in which no check looked decides.
    Unknown,
}

impl Consumed {
    /// The word of people.
    pub fn word(self) -> &'static str {
        match self {
            Consumed::Yes => "yes",
            Consumed::No => "no",
            Consumed::Unknown => "unknown",
        }
    }
}

/// What one check saw in the service time of a period.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckResult {
    /// The objective that counts it.
    pub objective: ItemRef,
    /// What people call it.
    pub title: String,
    /// How long it passed.
    pub passed_seconds: f64,
    /// How long it failed.
    pub failed_seconds: f64,
    /// How long nothing is known of it.
    pub unknown_seconds: f64,
}

/// An interval in which the checks say something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckLine {
    /// What it is.
    pub kind: CheckLineKind,
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
    /// How much of it counts as not consumable.
    pub counted_seconds: f64,
    /// What is known, and why it counts or not.
    pub why: String,
}

/// What the checks say beside the incidents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckLineKind {
    /// They failed, and so do the incidents say.
    Failed,
    /// They failed while no incident says so: a contradiction.
    FailedAlone,
    /// They passed while an incident says that it was down: a contradiction.
    PassedThough,
    /// They did not look.
    Unknown,
}

/// What the checks of one part of a period say.
struct Looked {
    failed: Spans,
    passed: Spans,
}

/// The answer for a period; nothing where its terms name no checks, or there was no service time.
pub(super) fn consumable(seen: &Seen, parts: &[Reckoned<'_>], now: Time) -> Option<Consumable> {
    let parts: Vec<&Reckoned<'_>> =
        parts.iter().filter(|part| !part.promise.evidence.is_empty()).collect();
    let whole: i64 = parts.iter().map(|part| part.whole_micros).sum();
    if whole <= 0 {
        return None;
    }
    let mut sums = Sums::default();
    for part in parts {
        sums.add(seen, part, now);
    }
    Some(sums.told())
}

#[derive(Default)]
struct Sums {
    agreed: i64,
    down: f64,
    unknown: i64,
    allowance: f64,
    incidents: f64,
    alone: i64,
    checks: Vec<CheckResult>,
    lines: Vec<CheckLine>,
    /// What each of the checks saw last, and the end of the agreed time so far.
    last: BTreeMap<ItemRef, Last>,
    agreed_until: i64,
}

/// What a check saw last.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    failed: Option<Span>,
    passed: Option<Span>,
}

impl Last {
    fn later(&mut self, failed: &Spans, passed: &Spans) {
        let last = |before: Option<Span>, spans: &Spans| spans.iter().next_back().or(before);
        self.failed = last(self.failed, failed);
        self.passed = last(self.passed, passed);
    }

    /// Whether it looked within some time before the end of the agreed time.
    fn is_fresh(&self, agreed_until: i64) -> bool {
        let ends = [self.failed, self.passed].into_iter().flatten().map(|span| span.until);
        ends.max().is_some_and(|until| agreed_until - until <= FRESH_MICROS)
    }

    /// Since when it fails, when the last that it saw is bad.
    fn failing_since(&self) -> Option<Time> {
        let failed = self.failed?;
        let better = self.passed.is_some_and(|passed| passed.until > failed.until);
        (!better).then(|| Time::from_micros(failed.from))
    }
}

impl Sums {
    fn add(&mut self, seen: &Seen, part: &Reckoned<'_>, now: Time) {
        let promise = part.promise;
        let agreed = &part.sums.agreed;
        let looked = self.look(seen, &promise.evidence, agreed);
        let mut observed = Observed { users: None, ..seen.observed(part.version, promise, now) };
        if promise.evidence_rules {
            observed.outages = without(&observed.outages, &looked.passed, now);
        }
        observed.outages.extend(looked.failed.iter().map(|span| Outage {
            from: span.from,
            until: Some(span.until),
            degraded: false,
            users_hit: None,
        }));
        observed.unknown = agreed.difference(&looked.failed).difference(&looked.passed);
        let both =
            availability(&part.service, part.span, &observed, &promise.terms(), now.micros());
        self.agreed += both.agreed_micros;
        self.down += both.down_micros;
        self.unknown += both.unknown_micros;
        self.allowance += allowed(part, promise.share());
        self.incidents += part.sums.down_micros;
        self.alone += looked.failed.difference(&part.sums.down).intersection(&both.down).total();
        self.explain(part, &looked, (&both.down, &both.unknown));
        let until = agreed.iter().next_back().map_or(0, |span| span.until);
        self.agreed_until = self.agreed_until.max(until);
    }

    /// Reads the checks within the agreed time.
    fn look(&mut self, seen: &Seen, evidence: &[ItemRef], agreed: &Spans) -> Looked {
        let mut looked = Looked { failed: Spans::EMPTY, passed: agreed.clone() };
        for check in evidence {
            let counted = seen.counted.iter().find(|counted| counted.objective == *check);
            let (failed, passed) = counted.map(|c| outcome(c, agreed)).unwrap_or_default();
            let known = failed.total() + passed.total();
            let result = CheckResult {
                objective: check.clone(),
                title: counted.map_or_else(|| check.name().to_owned(), |c| c.title.clone()),
                passed_seconds: seconds(passed.total() as f64),
                failed_seconds: seconds(failed.total() as f64),
                unknown_seconds: seconds((agreed.total() - known) as f64),
            };
            match self.checks.iter_mut().find(|known| known.objective == *check) {
                Some(before) => before.add(&result),
                None => self.checks.push(result),
            }
            self.last.entry(check.clone()).or_default().later(&failed, &passed);
            looked.failed = looked.failed.union(&failed);
            looked.passed = looked.passed.intersection(&passed);
        }
        looked
    }

    fn explain(&mut self, part: &Reckoned<'_>, looked: &Looked, (down, unknown): (&Spans, &Spans)) {
        let incidents = &part.sums.down;
        let shortest = length(seconds(part.promise.shortest_micros as f64));
        let mut add = |kind, spans: &Spans, counts: &Spans, why: &str| {
            for span in spans.iter() {
                let counted = counts.clip(span).total();
                let short = counted == 0 && kind != CheckLineKind::Unknown && !counts.is_empty();
                let why = match short {
                    true => format!("{why}; shorter than {shortest}, from which on it counts"),
                    false => why.to_owned(),
                };
                self.lines.push(CheckLine {
                    kind,
                    from: Time::from_micros(span.from),
                    to: Time::from_micros(span.until),
                    counted_seconds: seconds(counted as f64),
                    why,
                });
            }
        };
        let together = looked.failed.intersection(incidents);
        let alone = looked.failed.difference(incidents);
        let though = looked.passed.intersection(incidents);
        add(CheckLineKind::Failed, &together, down, "the checks failed, as incidents say");
        let why = "the checks failed while no incident says so: not consumable";
        add(CheckLineKind::FailedAlone, &alone, down, why);
        if part.promise.evidence_rules {
            let why = "an incident says it was down while the checks passed: in this contract the \
                       checks rule, it counts as up";
            add(CheckLineKind::PassedThough, &though, &Spans::EMPTY, why);
        } else {
            let why = "an incident says it was down while the checks passed: it counts as down";
            add(CheckLineKind::PassedThough, &though, down, why);
        }
        add(CheckLineKind::Unknown, unknown, &Spans::EMPTY, "no check looked");
    }

    fn told(mut self) -> Consumable {
        let over = self.down - self.allowance > TOLERANCE;
        let open = self.down + self.unknown as f64 - self.allowance > TOLERANCE;
        let answer = match (over, open) {
            (true, _) => Consumed::No,
            (false, true) => Consumed::Unknown,
            (false, false) => Consumed::Yes,
        };
        // Of very many, what was seen comes before what was not, and the longest before others.
        self.lines.sort_by_key(|line| {
            (line.kind == CheckLineKind::Unknown, Reverse(line.to.micros_since(line.from)))
        });
        let left_out = self.lines.len().saturating_sub(LINES_MAX);
        self.lines.truncate(LINES_MAX);
        self.lines.sort_by_key(|line| (line.from, line.to));
        let fresh = |last: &&Last| last.is_fresh(self.agreed_until);
        let failing_since = self.last.values().filter(fresh).filter_map(Last::failing_since).min();
        let looking = self.last.values().all(|last| last.is_fresh(self.agreed_until));
        let known = self.agreed - self.unknown;
        let measured = (known > 0).then(|| percent(1.0 - self.down / known as f64));
        Consumable {
            answer,
            because: self.because(answer),
            measured_percent: measured,
            down_seconds: seconds(self.down),
            unknown_seconds: seconds(self.unknown as f64),
            allowance_seconds: seconds(self.allowance),
            incidents_seconds: seconds(self.incidents),
            checks_alone_seconds: seconds(self.alone as f64),
            failing_since,
            looking,
            checks: self.checks,
            lines: self.lines,
            lines_left_out: left_out,
        }
    }

    fn because(&self, answer: Consumed) -> String {
        let told = |micros: f64| length(seconds(micros));
        let mut parts = vec![match self.down > 0.0 {
            true => format!(
                "it could not be consumed for {}, {} are allowed",
                told(self.down),
                told(self.allowance)
            ),
            false => "whenever the checks looked they passed".to_owned(),
        }];
        if self.alone > 0 {
            let alone = told(self.alone as f64);
            parts.push(format!("for {alone} of it the checks failed while no incident says so"));
        }
        if self.unknown > 0 && answer != Consumed::No {
            let unknown = told(self.unknown as f64);
            let decides = if answer == Consumed::Unknown { ", which decides" } else { "" };
            parts.push(format!("for {unknown} no check looked{decides}"));
        }
        parts.join("; ")
    }
}

impl Consumable {
    /// Whether a later reckoning knows less of a check: days of its counts were forgotten.
    pub fn forgotten_in(&self, later: &Consumable) -> bool {
        self.checks.iter().any(|was| {
            let is = later.checks.iter().find(|is| is.objective == was.objective);
            is.is_some_and(|is| is.known_seconds() < was.known_seconds())
        })
    }
}

impl CheckResult {
    fn known_seconds(&self) -> f64 {
        self.passed_seconds + self.failed_seconds
    }

    fn add(&mut self, other: &CheckResult) {
        self.passed_seconds += other.passed_seconds;
        self.failed_seconds += other.failed_seconds;
        self.unknown_seconds += other.unknown_seconds;
    }
}

/// When a check failed and when it passed within the agreed time.
fn outcome(counted: &Counted, agreed: &Spans) -> (Spans, Spans) {
    // Nobody looked while the check does not count.
    let slices = counted.slices(&counted.counting(agreed), CHECK_MINUTES);
    let of = |wanted: bool| {
        spans(slices.iter().filter(|slice| counted.good_enough(slice) == Some(wanted)))
    };
    (of(false), of(true))
}

/// The outages without the time in which the checks passed.
fn without(outages: &[Outage], passed: &Spans, now: Time) -> Vec<Outage> {
    let mut left = Vec::new();
    for outage in outages {
        let until = outage.until.unwrap_or_else(|| now.micros()).min(now.micros());
        let rest = Spans::one(outage.from, until.max(outage.from)).difference(passed);
        left.extend(rest.iter().map(|span: Span| Outage {
            from: span.from,
            until: Some(span.until),
            ..*outage
        }));
    }
    left
}
