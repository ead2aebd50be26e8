use kernel::Lifecycle;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Task, Verb};

/// A tuning task as the API shows it: the record with what is computed from it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TuningView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub task: &'a Task,
    /// Whether the rule is on the noise list, by the policy of now.
    pub noisy: bool,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What a person may ask now.
    pub allowed: Vec<&'static Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = TuningOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// What has to be filled in.
    pub fields: &'static [Field],
    /// The verb behind it.
    #[serde(skip)]
    pub verb: Verb,
}

/// One thing to fill in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = TuningField)]
pub struct Field {
    /// Its name in the command.
    pub name: &'static str,
    /// Which control draws it.
    pub kind: &'static str,
    /// Whether it may not stay empty.
    pub required: bool,
    /// What people read beside it.
    pub label: &'static str,
    /// What can be chosen; empty where anything can be written.
    #[serde(skip_serializing_if = "<[Choice]>::is_empty")]
    pub options: &'static [Choice],
}

/// One thing that can be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = TuningChoice)]
pub struct Choice {
    /// As the command takes it.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
}

const REMEDIES: &[Choice] = &[
    Choice { value: "threshold", label: "Threshold changed" },
    Choice { value: "rerouted", label: "Rerouted" },
    Choice { value: "removed", label: "Rule removed" },
    Choice { value: "kept", label: "Kept as it is" },
];

const OFFERS: [Offer; 3] = [
    Offer { command: "start", label: "Start", fields: &[], verb: Verb::Start },
    Offer {
        command: "done",
        label: "Done",
        fields: &[
            Field {
                name: "remedy",
                kind: "text",
                required: true,
                label: "What was done",
                options: REMEDIES,
            },
            Field {
                name: "note",
                kind: "longtext",
                required: true,
                label: "What exactly, or why the rule is kept",
                options: &[],
            },
        ],
        verb: Verb::Done,
    },
    Offer {
        command: "dismiss",
        label: "Dismiss",
        fields: &[Field {
            name: "reason",
            kind: "longtext",
            required: true,
            label: "Why the votes are set aside",
            options: &[],
        }],
        verb: Verb::Dismiss,
    },
];

impl Task {
    /// The task as the API shows it; a rule is noisy from so many votes on.
    pub fn view(&self, version: i64, noisy_from: u32) -> View<'_> {
        let allowed = OFFERS.iter().filter(|offer| self.allows(offer.verb)).collect();
        View { task: self, noisy: self.noisy(noisy_from), version, allowed }
    }
}
