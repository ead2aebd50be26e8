use calendar::{Day, Definition, Hours, Span};
use jiff::civil::DateTime;

use crate::Person;

/// Who is on call, as people write it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schedule {
    /// The zone of layers that name none, by its IANA name.
    pub zone: String,
    /// The layers; a later one lies over those before it.
    pub layers: Vec<Layer>,
    /// What was changed by hand; a later change lies over those before it.
    pub changes: Vec<Change>,
    /// Who is away when.
    pub absences: Vec<Absence>,
}

/// Rotations of some people, one after another.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layer {
    /// What it is called, for explanations.
    pub name: String,
    /// The zone in whose wall time people hand over; that of the schedule when it is empty.
    pub zone: String,
    /// The rotations in the order of their starts; each holds until the next one starts.
    pub rotations: Vec<Rotation>,
    /// Shifts that were planned one by one, of a layer without rotations; where two of them meet,
    /// the one that begins first goes on.
    pub planned: Vec<Planned>,
    /// When the layer ends.
    pub until: Option<i64>,
    /// The hours of a week in which it has somebody; always when there are none.
    pub hours: Vec<Hours>,
    /// When it has somebody as a calendar says it, with its holidays and in its own zone; then
    /// `hours` do not count.
    pub open: Option<Definition>,
    /// Whether a shift without any of those hours is nobody's turn, so that days off fall on
    /// everybody alike.
    pub skip_closed: bool,
    /// What becomes of a shift whose person is away.
    pub backup: Backup,
}

/// A shift that was planned for itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Planned {
    /// When.
    pub span: Span,
    /// Who has it.
    pub person: Person,
}

/// People who take turns.
#[derive(Clone, PartialEq, Debug)]
pub struct Rotation {
    /// When the first shift begins, in wall time; every hand-over is so many shifts later.
    pub start: DateTime,
    /// How long a shift is.
    pub every: Every,
    /// Who takes turns, in this order; an empty name is a turn in which the layer has nobody.
    pub people: Vec<Person>,
}

/// The length of a shift, counted in wall time: a day is from nine to nine whatever the clocks do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Every {
    /// Hours.
    Hours(u16),
    /// Days.
    Days(u16),
    /// Weeks.
    Weeks(u16),
    /// Months; where a month is too short its last day counts.
    Months(u16),
}

/// What becomes of a shift whose person is away.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Backup {
    /// The next of the rotation who is there; without any, as for a shift that was planned for
    /// itself, the layer below.
    #[default]
    Next,
    /// This person; when away too, the layer below.
    Person(Person),
    /// The layer below has it.
    Below,
    /// Nobody has it, and it shows as a gap.
    Nobody,
}

/// Something that was changed by hand. Who takes over and is away themselves takes nothing over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Somebody takes a stretch of time, whoever had it.
    Cover {
        /// When.
        span: Span,
        /// Who takes it.
        person: Person,
    },
    /// Somebody takes what another has in a stretch of time.
    Instead {
        /// When.
        span: Span,
        /// Who takes it.
        person: Person,
        /// Who has it by the layers, or had it before being away.
        of: Person,
    },
    /// Two people exchange what each has in a stretch of time.
    Swap {
        /// One of them, and the time that is given away.
        one: (Person, Span),
        /// The other, and the time that is given back.
        other: (Person, Span),
    },
}

/// A time in which somebody is away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absence {
    /// Who.
    pub person: Person,
    /// When; without an end `i64::MAX`.
    pub span: Span,
}

impl Schedule {
    /// Without layers: nobody is ever on call.
    pub fn new(zone: &str) -> Schedule {
        Schedule { zone: zone.to_owned(), ..Schedule::default() }
    }

    /// With one layer more, over those before.
    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Schedule {
        self.layers.push(layer);
        self
    }

    /// With one change more, over those before.
    #[must_use]
    pub fn change(mut self, change: Change) -> Schedule {
        self.changes.push(change);
        self
    }

    /// With somebody away.
    #[must_use]
    pub fn away(mut self, person: &str, span: Span) -> Schedule {
        self.absences.push(Absence { person: person.into(), span });
        self
    }
}

impl Layer {
    /// A layer without rotations.
    pub fn new(name: &str) -> Layer {
        Layer { name: name.to_owned(), ..Layer::default() }
    }

    /// With one rotation more, which holds from its start.
    #[must_use]
    pub fn rotation(mut self, rotation: Rotation) -> Layer {
        self.rotations.push(rotation);
        self
    }

    /// With one shift more that was planned for itself.
    #[must_use]
    pub fn planned(mut self, person: &str, span: Span) -> Layer {
        self.planned.push(Planned { span, person: person.into() });
        self
    }

    /// In the wall time of another zone than the schedule's.
    #[must_use]
    pub fn zone(mut self, zone: &str) -> Layer {
        zone.clone_into(&mut self.zone);
        self
    }

    /// Only in these hours, and those added before.
    #[must_use]
    pub fn hours(mut self, days: &[Day], from: &str, until: &str) -> Layer {
        let (days, from, until) = (days.to_vec(), from.to_owned(), until.to_owned());
        self.hours.push(Hours { days, from, until });
        self
    }

    /// Only when a calendar is open, whatever hours were added.
    #[must_use]
    pub fn open(mut self, open: Definition) -> Layer {
        self.open = Some(open);
        self
    }

    /// Whether it has somebody at any hour.
    pub(crate) fn is_always(&self) -> bool {
        self.hours.is_empty() && self.open.is_none()
    }

    /// With this rule for who is away.
    #[must_use]
    pub fn backup(mut self, backup: Backup) -> Layer {
        self.backup = backup;
        self
    }
}

impl Rotation {
    /// Of these people, in this order.
    pub fn new(start: DateTime, every: Every, people: &[&str]) -> Rotation {
        let people = people.iter().map(|person| Person::from(*person)).collect();
        Rotation { start, every, people }
    }
}
