//! "Show me why": the intervals behind the figures of a period.

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outlook::length;
use super::reckon::Reckoned;
use super::seen::Piece;
use super::{Case, CaseRef, Outcome, Seen, Work, seconds};

/// An interval behind the figures of a period.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplianceLine)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its first moment, within the period.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
    /// Whether it still lasts.
    pub ongoing: bool,
    /// How much service time of the figure for its kind it is: none where it is not counted.
    pub counted_seconds: f64,
    /// The incident behind it.
    pub incident: Option<CaseRef>,
    /// The maintenance window behind it.
    pub maintenance: Option<ItemRef>,
    /// Why it is counted, or not.
    pub why: String,
}

/// What an interval is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ComplianceLineKind)]
pub enum LineKind {
    /// An incident: the service did not work.
    Down,
    /// An incident: it worked, but not as agreed.
    Degraded,
    /// Planned work.
    Maintenance,
    /// Nobody looked.
    Unknown,
}

/// All intervals of a period, in order.
pub(super) fn lines(seen: &Seen, parts: &[Reckoned<'_>], now: Time) -> Vec<Line> {
    let mut lines: Vec<Line> =
        parts.iter().flat_map(|part| Explained { part, now }.lines(seen)).collect();
    lines.sort_by_key(|line| (line.from, line.to));
    lines
}

struct Explained<'a> {
    part: &'a Reckoned<'a>,
    now: Time,
}

impl Explained<'_> {
    fn lines(&self, seen: &Seen) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut taken = Spans::EMPTY;
        let version = self.part.version;
        let mut pieces: Vec<(Piece<'_>, &Case)> = seen
            .cases
            .iter()
            .flat_map(|case| case.pieces(version).into_iter().map(move |piece| (piece, case)))
            .collect();
        // What is down comes before what is degraded, as it does in the sums.
        pieces.sort_by_key(|(piece, case)| (piece.degraded, piece.from, case.incident.number));
        for (piece, case) in pieces {
            let span = piece.span(self.now).clip(self.part.span);
            if span.length() > 0 {
                self.incident((piece, span), case, &mut taken, &mut lines);
            }
        }
        self.unknown(seen, &mut lines);
        for work in seen.works.iter().filter(|work| work.touches(version)) {
            match work.unexcused(self.part.promise) {
                Some(why) => self.unexcused(work, &why, &mut taken, &mut lines),
                None => lines.extend(self.exempt(work)),
            }
            lines.extend(self.overrun(work));
        }
        for span in self.part.sums.down.difference(&taken).iter() {
            let joined = length(seconds(self.part.promise.joined_micros as f64));
            let why = format!("between two outages with less than {joined} between them: one");
            lines.push(self.line(LineKind::Down, span, span.length() as f64, why));
        }
        lines
    }

    /// What is unknown, and why.
    fn unknown(&self, seen: &Seen, lines: &mut Vec<Line>) {
        let mut left = self.part.sums.unknown.clone();
        let mut tell = |spans: &Spans, why: &str| {
            for span in left.intersection(spans).iter() {
                let micros = span.length() as f64;
                lines.push(self.line(LineKind::Unknown, span, micros, why.to_owned()));
            }
            left = left.difference(spans);
        };
        tell(&seen.unknown, "Operate was not looking");
        for blind in seen.blind.iter().filter(|blind| blind.touches(self.part.version)) {
            let why = format!("nobody looked: heartbeat {} was missed", blind.heartbeat);
            tell(&blind.spans(), &why);
        }
    }

    fn line(&self, kind: LineKind, span: Span, micros: f64, why: String) -> Line {
        Line {
            kind,
            from: Time::from_micros(span.from),
            to: Time::from_micros(span.until),
            ongoing: false,
            counted_seconds: seconds(micros),
            incident: None,
            maintenance: None,
            why,
        }
    }

    /// The lines of a piece of an outage: what counts of it, and the rest by reason.
    fn incident(
        &self,
        (piece, span): (Piece<'_>, Span),
        case: &Case,
        taken: &mut Spans,
        lines: &mut Vec<Line>,
    ) {
        let kind = if piece.degraded { LineKind::Degraded } else { LineKind::Down };
        let whole = Spans::one(span.from, span.until);
        let mut push = |part: &Spans, factor: f64, why: &str| {
            for one in part.iter() {
                let micros = one.length() as f64 * factor;
                let ongoing = piece.until.is_none() && one.until == self.now.micros();
                let incident = Some(case.incident.clone());
                let line = self.line(kind, one, micros, why.to_owned());
                lines.push(Line { ongoing, incident, ..line });
            }
        };
        if let Some(why) = never(case, &piece) {
            push(&whole, 0.0, &why);
            return;
        }
        let sums = &self.part.sums;
        let factor = self.part.promise.degraded_factor.clamp(0.0, 1.0);
        let down =
            if piece.degraded { sums.partly.clone() } else { sums.down.difference(&sums.partly) };
        let counted = whole.intersection(&down).difference(taken);
        let why = match piece.degraded {
            true => format!("degraded within the service hours: counts {} %", factor * 100.0),
            false => case.why(&piece),
        };
        push(&counted, if piece.degraded { factor } else { 1.0 }, &why);
        let mut rest = whole.difference(&counted);
        let mut leave = |what: &Spans, why: &str| {
            push(&rest.intersection(what), 0.0, why);
            rest = rest.difference(what);
        };
        leave(taken, "another incident counts for this time already");
        leave(&self.part.service.complement(self.part.span), "outside of the service hours");
        leave(&sums.exempt, "during maintenance that is no service time");
        leave(&sums.down.difference(&sums.partly), "planned work counts for this time already");
        leave(&whole, &self.too_little(piece.degraded));
        *taken = taken.union(&counted);
    }

    /// Why what is in service time and in no other incident still is not counted.
    fn too_little(&self, degraded: bool) -> String {
        if degraded && self.part.promise.degraded_factor <= 0.0 {
            return "degraded counts as up in this contract".to_owned();
        }
        let shortest = length(seconds(self.part.promise.shortest_micros as f64));
        format!("shorter than {shortest}, from which on an outage counts")
    }

    /// Planned work that is no service time.
    fn exempt(&self, work: &Work) -> Option<Line> {
        let span = work.exempt_span().clip(self.part.span).clip(self.passed());
        let hours = self.part.service.clip(span);
        let shorter = work.exempt_span().length() < work.span().length();
        let why = match () {
            () if hours.is_empty() => "outside of the service hours",
            () if shorter => "it took less than was planned: only what it took is no service time",
            () => "approved and announced in time: no service time",
        };
        let micros = hours.total() as f64;
        let line = self.line(LineKind::Maintenance, span, micros, why.to_owned());
        (span.length() > 0).then(|| Line { maintenance: Some(work.window.clone()), ..line })
    }

    /// Planned work that the contract does not excuse: it is down time, where no incident is that
    /// already.
    fn unexcused(&self, work: &Work, why: &str, taken: &mut Spans, lines: &mut Vec<Line>) {
        let span = work.exempt_span().clip(self.part.span).clip(self.passed());
        let whole = Spans::one(span.from, span.until);
        let counted = whole.intersection(&self.part.sums.down).difference(taken);
        let mut push = |part: &Spans, counts: bool, why: &str| {
            for one in part.iter() {
                let (kind, micros) = match counts {
                    true => (LineKind::Down, one.length() as f64),
                    false => (LineKind::Maintenance, 0.0),
                };
                let line = self.line(kind, one, micros, why.to_owned());
                let until = work.exempt_span().until;
                let ongoing = counts && until > one.until && one.until == self.now.micros();
                lines.push(Line { ongoing, maintenance: Some(work.window.clone()), ..line });
            }
        };
        push(&counted, true, &format!("planned work that counts: {why}"));
        let mut rest = whole.difference(&counted);
        let hours = self.part.service.clip(span);
        push(&rest.difference(&hours), false, "outside of the service hours");
        rest = rest.intersection(&hours);
        let told = format!("{why}; an incident counts for this time already");
        push(&rest.intersection(taken), false, &told);
        rest = rest.difference(taken);
        push(&rest.intersection(&self.part.sums.exempt), false, "other maintenance exempts it");
        push(&rest.difference(&self.part.sums.exempt), false, &self.too_little(false));
        *taken = taken.union(&counted);
    }

    fn passed(&self) -> Span {
        Span::new(i64::MIN, self.now.micros())
    }

    /// What planned work took beyond its approved end: outages in it count.
    fn overrun(&self, work: &Work) -> Option<Line> {
        let span = work.overrun()?.clip(self.part.span).clip(self.passed());
        let why = "it overran its approved end: what was down in this time counts".to_owned();
        let line = self.line(LineKind::Maintenance, span, 0.0, why);
        (span.length() > 0).then(|| Line { maintenance: Some(work.window.clone()), ..line })
    }
}

/// Why a piece of an incident does not count at all.
fn never(case: &Case, piece: &Piece<'_>) -> Option<String> {
    let hit = piece.hit;
    Some(match case.outcome {
        Outcome::Potential => "nothing had failed yet".to_owned(),
        Outcome::Burn => {
            "an error budget burned, and nobody said that it was down or degraded".to_owned()
        }
        Outcome::Cancelled => "it was no incident".to_owned(),
        Outcome::Merged => "it continued in another incident".to_owned(),
        Outcome::Counts if hit.softened => {
            format!("redundancy carried {} while {} was down", hit.item, hit.root)
        }
        Outcome::Counts => return None,
    })
}
