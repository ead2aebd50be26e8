use kernel::Priority;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{CalendarSpec, Wait, unset};
use crate::reference::{CalendarRef, Target, TeamRef};

/// Whom to call, in which order, and how long to wait between.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscalationPolicySpec {
    /// The team that keeps it up to date.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The steps, in order, for whatever no variant is for.
    #[serde(default, skip_serializing_if = "unset")]
    pub steps: Vec<EscalationStep>,
    /// Other steps for some priorities, or for some hours; at each moment one at most is for an
    /// incident.
    #[serde(default, skip_serializing_if = "unset")]
    pub variants: Vec<EscalationVariant>,
    /// How often to begin again after the last step; 0 is never.
    #[serde(default, skip_serializing_if = "unset")]
    pub repeat: u32,
    /// How long whoever took an incident may do nothing before they are called again, from the
    /// first step; without it nobody is.
    #[serde(default, skip_serializing_if = "unset")]
    pub acknowledge_timeout: Option<Wait>,
    /// What can wait until somebody is at work.
    #[serde(default, skip_serializing_if = "unset")]
    pub waits: Option<WaitsForHours>,
}

/// Incidents for which nobody is called outside of working hours.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaitsForHours {
    /// Which, by priority.
    pub priorities: Vec<Priority>,
    /// The working hours.
    pub calendar: EscalationHours,
}

/// Steps for some incidents, or for some hours.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscalationVariant {
    /// For which priorities; for all when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub priorities: Vec<Priority>,
    /// In which hours; at any time when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub during: Option<EscalationHours>,
    /// Out of which hours, instead.
    #[serde(default, skip_serializing_if = "unset")]
    pub outside: Option<EscalationHours>,
    /// The steps, in order.
    pub steps: Vec<EscalationStep>,
    /// How often to begin again after the last step; as often as the policy when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub repeat: Option<u32>,
}

/// EscalationHours of the week: a calendar by its name, or one that is written right here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EscalationHours {
    /// Those of this calendar.
    Of(CalendarRef),
    /// These.
    These(Box<CalendarSpec>),
}

impl EscalationHours {
    /// The calendar that they name.
    pub fn calendar(&self) -> Option<&CalendarRef> {
        match self {
            EscalationHours::Of(calendar) => Some(calendar),
            EscalationHours::These(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for EscalationHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EscalationHours, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = EscalationHours;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a calendar such as office, or hours with timeZone and hours")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<EscalationHours, E> {
                CalendarRef::deserialize(text.into_deserializer()).map(EscalationHours::Of)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EscalationHours, A::Error> {
                let these = CalendarSpec::deserialize(MapAccessDeserializer::new(map))?;
                Ok(EscalationHours::These(Box::new(these)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// One step: call these people, then wait for an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscalationStep {
    /// Who is called: people, or whole teams.
    pub contacts: Vec<Target>,
    /// Whether only one of them is called instead of all: which one goes by the number of the
    /// incident.
    #[serde(default, skip_serializing_if = "unset")]
    pub rotate: bool,
    /// How long to wait for an answer before the next step. The last step waits 5 minutes when it
    /// is not said.
    #[serde(default)]
    pub wait: Wait,
}

impl EscalationVariant {
    /// Whether it is for incidents of this priority, at whatever time.
    pub fn is_for(&self, priority: Priority) -> bool {
        self.priorities.is_empty() || self.priorities.contains(&priority)
    }

    /// The field of its hours in a file, and the hours.
    pub fn hours(&self) -> Option<(&'static str, &EscalationHours)> {
        let during = self.during.as_ref().map(|hours| ("during", hours));
        during.or_else(|| self.outside.as_ref().map(|hours| ("outside", hours)))
    }
}

impl EscalationPolicySpec {
    /// All steps that it has, with the field in which each stands.
    pub fn all_steps(&self) -> impl Iterator<Item = (String, &EscalationStep)> {
        let own = self.steps.iter().zip(0..).map(|(step, at)| (format!("steps[{at}]"), step));
        let others = self.variants.iter().zip(0..).flat_map(|(variant, place)| {
            let at = move |at: usize| format!("variants[{place}].steps[{at}]");
            variant.steps.iter().zip(0..).map(move |(step, number)| (at(number), step))
        });
        own.chain(others)
    }

    /// The hours that it names or writes, with the field in which they stand.
    pub fn all_hours(&self) -> impl Iterator<Item = (String, &EscalationHours)> {
        let waits = self.waits.iter().map(|waits| ("waits.calendar".to_owned(), &waits.calendar));
        let variants = self.variants.iter().zip(0..).filter_map(|(variant, place)| {
            let (field, hours) = variant.hours()?;
            Some((format!("variants[{place}].{field}"), hours))
        });
        waits.chain(variants)
    }
}
