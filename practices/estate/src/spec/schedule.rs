use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{EscalationHours, OpeningHours, Wait, unset};
use crate::reference::{CalendarRef, PersonRef, ScheduleRef, TeamRef, TurnRef};

/// Who is on call when: people who take turns, in layers of which a later one lies over those
/// before it, with changes by hand on top. Who is away is stood in for.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleSpec {
    /// The team whose contracts it covers.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The zone in whose wall time people hand over, by its IANA name.
    pub time_zone: String,
    /// Hours in which somebody has to be on call, besides those of the team's contracts.
    #[serde(default, skip_serializing_if = "unset")]
    pub cover_calendar: Option<CalendarRef>,
    /// The layers; a later one lies over those before it.
    pub layers: Vec<ScheduleLayer>,
    /// Stretches of time that somebody takes over; a later one lies over those before it.
    #[serde(default, skip_serializing_if = "unset")]
    pub overrides: Vec<ScheduleOverride>,
    /// Shifts that two people have exchanged.
    #[serde(default, skip_serializing_if = "unset")]
    pub swaps: Vec<ShiftSwap>,
    /// What people may be asked for.
    #[serde(default, skip_serializing_if = "unset")]
    pub limits: ShiftLimits,
    /// How whoever comes on call gets what is handed over; they look it up when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub hand_over: Option<HandOverWay>,
}

/// How whoever comes on call gets what is handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandOverWay {
    /// By mail, at the moment of the hand-over.
    Mail,
}

/// People who take turns.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleLayer {
    /// What it is called, for explanations.
    pub name: String,
    /// Its own zone, where it is another than the schedule's.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
    /// Who takes turns, from when on. To change it, add one more with its `start`: what was before
    /// stays as it was.
    #[serde(default, skip_serializing_if = "unset")]
    pub rotations: Vec<ShiftRotation>,
    /// A calendar elsewhere whose events say who is on call, instead of rotations.
    #[serde(default, skip_serializing_if = "unset")]
    pub calendar: Option<LayerCalendar>,
    /// When the layer ends.
    #[serde(default, skip_serializing_if = "unset")]
    pub until: Option<Time>,
    /// The hours of a week in which it has somebody; always when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub hours: Vec<OpeningHours>,
    /// The same with holidays, instead of `hours`: a calendar by its name, or one that is written
    /// right here.
    #[serde(default, skip_serializing_if = "unset")]
    pub during: Option<EscalationHours>,
    /// Whether shifts without any of those hours are nobody's turn, so that days off fall on
    /// everybody alike.
    #[serde(default, skip_serializing_if = "unset")]
    pub skip_closed: bool,
    /// What becomes of a shift whose person is away.
    #[serde(default, skip_serializing_if = "unset")]
    pub backup: BackupRule,
    /// Who stands in, where it is always the same person.
    #[serde(default, skip_serializing_if = "unset")]
    pub backup_person: Option<PersonRef>,
}

/// A calendar elsewhere, read again and again: each event is a shift of whoever it names, by mail
/// address or name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LayerCalendar {
    /// Its address in iCalendar format: `https:`, `http:` or `webcal:`.
    pub url: String,
}

/// Shifts of the same length, one after another.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftRotation {
    /// When the first shift begins, in wall time: `2026-11-30T09:00`. People hand over at the same
    /// time ever after, whatever the clocks do.
    pub start: String,
    /// How long a shift is: `12h`, `1d`, `1w`, `1M`.
    pub every: String,
    /// Who takes turns, in this order; `nobody` is a turn in which the layer has nobody.
    pub people: Vec<TurnRef>,
}

/// What becomes of a shift whose person is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackupRule {
    /// The next of the rotation who is there has it.
    #[default]
    Next,
    /// The layer below has it.
    Below,
    /// Nobody has it, and it shows as a gap.
    Nobody,
}

/// A stretch of time that somebody takes over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleOverride {
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
    /// Who takes it.
    pub person: PersonRef,
    /// Only what this person has; everything when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub instead_of: Option<PersonRef>,
    /// Why.
    #[serde(default, skip_serializing_if = "unset")]
    pub reason: Option<String>,
}

/// Shifts that two people have exchanged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftSwap {
    /// What one gives to the other.
    pub one: GivenShift,
    /// What the other gives in return.
    pub other: GivenShift,
}

/// What somebody has in a stretch of time, and gives away.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GivenShift {
    /// Who has it.
    pub person: PersonRef,
    /// The first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
}

/// What people may be asked for; what is not said is not looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftLimits {
    /// Least time off between two stretches on call, such as `11h`.
    #[serde(default, skip_serializing_if = "unset")]
    pub rest: Option<Wait>,
    /// Longest stretch on call without time off, such as `168h`.
    #[serde(default, skip_serializing_if = "unset")]
    pub stretch: Option<Wait>,
    /// Most time on call within some time.
    #[serde(default, skip_serializing_if = "unset")]
    pub load: Option<ShiftLoad>,
}

/// Most time on call within some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftLoad {
    /// So much at most.
    pub most: Wait,
    /// Within any time of this length.
    pub within: Wait,
}

/// A time in which somebody is away, and not called: leave, illness.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AbsenceSpec {
    /// Who.
    pub person: PersonRef,
    /// Why, as far as others need to know.
    #[serde(rename = "type", default, skip_serializing_if = "unset")]
    pub absence_type: AbsenceType,
    /// Its first moment.
    pub start: Time,
    /// The first moment after it; it lasts when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub end: Option<Time>,
}

/// Why somebody is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceType {
    /// Planned: holiday, parental leave.
    #[default]
    Leave,
    /// Ill.
    Sickness,
    /// Anything else.
    Other,
}

/// A stretch of time of a schedule that somebody takes over, kept apart from the schedule: made in
/// the product, it stays when the files that describe the schedule are applied again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShiftOverrideSpec {
    /// Of which schedule.
    pub schedule: ScheduleRef,
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
    /// Who takes it.
    pub person: PersonRef,
    /// Only what this person has; everything when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub instead_of: Option<PersonRef>,
    /// Why.
    #[serde(default, skip_serializing_if = "unset")]
    pub reason: Option<String>,
}
