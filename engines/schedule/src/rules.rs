//! Whether people rest enough and carry no more than they can.

use std::collections::BTreeMap;

use calendar::{Span, Spans};

use crate::Person;

/// What people may be asked for; what is not said is not looked at. In microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Least time off between two stretches on call.
    pub rest_min: Option<i64>,
    /// Longest stretch on call without time off.
    pub stretch_max: Option<i64>,
    /// Most time on call within any time of a length: `(most, length)`.
    pub load_max: Option<(i64, i64)>,
}

/// A limit that does not hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Breach {
    /// Two stretches with too little time off between.
    Rest {
        /// Whose.
        person: Person,
        /// The time off.
        off: Span,
    },
    /// A stretch that is too long.
    Stretch {
        /// Whose.
        person: Person,
        /// The stretch.
        on: Span,
    },
    /// Too much within some time.
    Load {
        /// Whose.
        person: Person,
        /// The time that is looked at: of those that overlap the one with most.
        within: Span,
        /// The time on call in it.
        micros: i64,
    },
}

impl Breach {
    /// Whose.
    pub fn person(&self) -> &Person {
        match self {
            Breach::Rest { person, .. }
            | Breach::Stretch { person, .. }
            | Breach::Load { person, .. } => person,
        }
    }

    /// When: the time off, the stretch, or the time that is looked at.
    pub fn span(&self) -> Span {
        match self {
            Breach::Rest { off: span, .. }
            | Breach::Stretch { on: span, .. }
            | Breach::Load { within: span, .. } => *span,
        }
    }

    /// How long they are off, or on call, in microseconds.
    pub fn micros(&self) -> i64 {
        match self {
            Breach::Load { micros, .. } => *micros,
            other => other.span().length(),
        }
    }

    /// Which limit it is, as documents have it: `rest`, `stretch` or `load`.
    pub fn limit(&self) -> &'static str {
        match self {
            Breach::Rest { .. } => "rest",
            Breach::Stretch { .. } => "stretch",
            Breach::Load { .. } => "load",
        }
    }
}

/// Every breach, by person and time. Several schedules of one person are looked at together when
/// their times are: the union of what each gives.
pub fn breaches(people: &BTreeMap<Person, Spans>, limits: &Limits) -> Vec<Breach> {
    let mut found = Vec::new();
    for (person, times) in people {
        let mut own = Vec::new();
        if let Some(least) = limits.rest_min {
            own.extend(times.as_slice().windows(2).filter_map(|pair| {
                let off = Span::new(pair[0].until, pair[1].from);
                (off.length() < least).then(|| Breach::Rest { person: person.clone(), off })
            }));
        }
        if let Some(most) = limits.stretch_max {
            let long = times.iter().filter(|on| on.length() > most);
            own.extend(long.map(|on| Breach::Stretch { person: person.clone(), on }));
        }
        if let Some((most, length)) = limits.load_max {
            own.extend(
                heavy(times, most, length).into_iter().map(|(within, micros)| Breach::Load {
                    person: person.clone(),
                    within,
                    micros,
                }),
            );
        }
        found.extend(own);
    }
    found
}

/// Times of a length with too much in them; of those that overlap the one with most.
fn heavy(times: &Spans, most: i64, length: i64) -> Vec<(Span, i64)> {
    let mut found: Vec<(Span, i64)> = Vec::new();
    // The most lies in a time that begins with a stretch or ends with one.
    let ends = times.iter().flat_map(|on| {
        [Span::new(on.from, on.from.saturating_add(length)), Span::new(on.until - length, on.until)]
    });
    let mut candidates: Vec<Span> = ends.collect();
    candidates.sort_unstable();
    for within in candidates {
        let inside = times.overlapping(within).iter().map(|on| on.clip(within).length());
        let micros: i64 = inside.sum();
        if micros <= most {
            continue;
        }
        match found.last_mut() {
            Some((last, before)) if within.from < last.until => {
                if micros > *before {
                    (*last, *before) = (within, micros);
                }
            }
            _ => found.push((within, micros)),
        }
    }
    found
}
