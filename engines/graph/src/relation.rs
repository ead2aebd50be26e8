use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How one item is related to another, said from the first to the second.
///
/// Each relation has a direction of impact, which is not always the direction it is said in:
///
/// | said            | needs     | so this being down | hits |
/// |-----------------|-----------|--------------------|------|
/// | a DependsOn b   | a needs b | b                  | a    |
/// | a RunsOn b      | a needs b | b                  | a    |
/// | a ConsumesFrom b | a needs b | b                 | a    |
/// | a Feeds b       | b needs a | a                  | b    |
/// | a MemberOf b    | b needs a | a                  | b    |
/// | a RedundantWith b | neither | both               | what needs one of them |
///
/// A part being down hits its whole; the whole being down says nothing of its parts.
/// RedundantWith holds both ways and carries on: with a–b and b–c, all three stand in for each
/// other. It speaks of those who need one of them directly; members of a group are counted by
/// the group alone.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The first does not work without the second.
    DependsOn,
    /// The first is hosted by the second.
    RunsOn,
    /// The first takes data from the second, and does not work without it.
    ConsumesFrom,
    /// The first hands data to the second, which does not work without it.
    Feeds,
    /// The first is a part of the second.
    MemberOf,
    /// Each can take over from the other.
    RedundantWith,
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Relation::DependsOn => "depends on",
            Relation::RunsOn => "runs on",
            Relation::ConsumesFrom => "consumes from",
            Relation::Feeds => "feeds",
            Relation::MemberOf => "is part of",
            Relation::RedundantWith => "is redundant with",
        })
    }
}

/// When something holds: from `from` until just before `until`, in microseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Validity {
    /// The first microsecond at which it holds.
    pub from: i64,
    /// The first microsecond at which it no longer holds; `i64::MAX` when it has no end.
    pub until: i64,
}

impl Validity {
    /// Without beginning or end.
    pub const ALWAYS: Validity = Validity { from: i64::MIN, until: i64::MAX };

    /// From a time on, without end.
    pub const fn since(from: i64) -> Validity {
        Validity { from, until: i64::MAX }
    }

    /// Whether it holds at `micros`. What has no end also holds at `i64::MAX`.
    pub const fn holds_at(self, micros: i64) -> bool {
        self.from <= micros && (micros < self.until || self.until == i64::MAX)
    }
}
