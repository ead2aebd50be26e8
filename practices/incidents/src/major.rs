//! Whether an incident is a major one: of the highest impact, with a team and a procedure of its
//! own (ITIL's major incident; R208).
//!
//! ```text
//! proposed → declared → stabilised → stood down → reviewed
//!                        a person says each of them; it may be declared without a proposal, and
//!                        stood down before it was stabilised
//! proposed → dismissed                   a person says that it is none, or the service is back
//! dismissed, stood down, reviewed → proposed   more is hit than was known then
//! stabilised → declared                  what was back broke again
//! ```
//!
//! **Invariant:** only a person declares; and what is over is declared no longer.

use kernel::{Actor, Allowed, ItemRef, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::{Event, What};
use crate::incident::Incident;
use crate::verb::Verb;

/// How far it is with an incident that is, or may be, a major one.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MajorStage {
    /// So much is hit that a person should declare it, or say that it is none.
    Proposed,
    /// It is a major incident.
    Declared,
    /// It is one, and gets no worse: what is hit is contained, the work goes on.
    Stabilised,
    /// It was one, and its team is needed no longer.
    StoodDown,
    /// It was one, and people looked back at it together.
    Reviewed,
    /// A person said that it is none, or it was back before anybody said anything.
    Dismissed,
}

/// The one table of moves; nothing: nobody has said anything yet.
#[rustfmt::skip]
pub const MAJOR_ALLOWED: &[Allowed<Option<MajorStage>, Verb>] = {
    use MajorStage::*;
    use Verb::*;
    &[
        Allowed { stage: None, verbs: &[DeclareMajor, ProposeMajor] },
        Allowed { stage: Some(Proposed), verbs: &[DeclareMajor, DismissMajor, ProposeMajor] },
        Allowed { stage: Some(Declared), verbs: &[
            StabiliseMajor, StandDownMajor, MajorAnswered, MajorUncalled,
        ] },
        Allowed { stage: Some(Stabilised), verbs: &[
            StandDownMajor, MajorAnswered, MajorUncalled,
        ] },
        Allowed { stage: Some(StoodDown), verbs: &[DeclareMajor, ReviewMajor, ProposeMajor] },
        Allowed { stage: Some(Reviewed), verbs: &[DeclareMajor, ProposeMajor] },
        Allowed { stage: Some(Dismissed), verbs: &[DeclareMajor, ProposeMajor] },
    ]
};

/// What was said of an incident as a major one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Major {
    /// How far it is.
    pub stage: MajorStage,
    /// Why it is there.
    pub because: String,
    /// Since when.
    pub since: Time,
    /// Who made it so.
    pub by: Actor,
    /// What is hit and spoke for it so far: only what is not among these is news.
    #[serde(default)]
    #[schema(required)]
    pub grounds: Vec<ItemRef>,
    /// When it was declared, the last time.
    #[serde(default)]
    pub declared_at: Option<Time>,
    /// When it got no worse since then.
    #[serde(default)]
    pub stabilised_at: Option<Time>,
    /// When it was stood down since then.
    #[serde(default)]
    pub stood_down_at: Option<Time>,
    /// When people looked back at it since then.
    #[serde(default)]
    pub reviewed_at: Option<Time>,
    /// Who answered for the team since then.
    #[serde(default)]
    pub answered_by: Option<Actor>,
    /// When.
    #[serde(default)]
    pub answered_at: Option<Time>,
    /// Why nobody answers for it: there is nobody to call, or nobody who was called answered.
    #[serde(default)]
    pub uncalled: Option<String>,
}

impl Incident {
    /// Whether it is a major incident now, stabilised or not.
    pub fn is_declared_major(&self) -> bool {
        matches!(self.major_stage(), Some(MajorStage::Declared | MajorStage::Stabilised))
    }

    /// Whether it is a major incident, or was one: what reports count.
    pub fn was_declared_major(&self) -> bool {
        self.major.as_ref().is_some_and(|major| major.declared_at.is_some())
    }

    /// How far it is with it as a major incident; nothing when nobody has said anything.
    pub fn major_stage(&self) -> Option<MajorStage> {
        self.major.as_ref().map(|major| major.stage)
    }

    /// Whether the table of major incidents takes the verb now.
    pub fn major_allows(&self, verb: Verb) -> bool {
        let stage = self.major_stage();
        MAJOR_ALLOWED.iter().any(|row| row.stage == stage && row.verbs.contains(&verb))
    }

    /// Refuses what that table does not take.
    pub(crate) fn check_major(&self, verb: Verb) -> Result<(), Refusal> {
        if self.major_allows(verb) {
            return Ok(());
        }
        let is = match self.major_stage() {
            None => "nobody has proposed or declared it as a major incident",
            Some(MajorStage::Proposed) => "it is only proposed as a major incident",
            Some(MajorStage::Declared) => "it is a declared major incident",
            Some(MajorStage::Stabilised) => "it is a declared major incident, and stabilised",
            Some(MajorStage::StoodDown) => "the major incident was stood down",
            Some(MajorStage::Reviewed) => "the major incident was stood down and reviewed",
            Some(MajorStage::Dismissed) => "it was dismissed as a major incident",
        };
        let reason = format!("`{}` is not possible: {is}.", verb.label());
        Err(Refusal::invalid(reason))
    }

    pub(crate) fn take_in_major(&mut self, event: &Event) {
        match &event.what {
            What::MajorProposed { because, grounds } => {
                let major = self.major_moves(event, MajorStage::Proposed, because);
                major.grounds.extend(grounds.iter().cloned());
            }
            What::MajorDeclared { reason } => {
                let major = self.major_moves(event, MajorStage::Declared, reason);
                major.declared_at = Some(event.at);
                (major.stabilised_at, major.stood_down_at, major.reviewed_at) = (None, None, None);
                (major.answered_by, major.answered_at, major.uncalled) = (None, None, None);
            }
            What::MajorDismissed { reason } => {
                let works = self.service_is_back();
                let major = self.major_moves(event, MajorStage::Dismissed, reason);
                // What breaks again may be major after all.
                if works {
                    major.grounds.clear();
                }
            }
            What::MajorStabilised { reason } => {
                let major = self.major_moves(event, MajorStage::Stabilised, reason);
                major.stabilised_at = Some(event.at);
            }
            What::MajorStoodDown { reason } => {
                let major = self.major_moves(event, MajorStage::StoodDown, reason);
                major.stood_down_at = Some(event.at);
            }
            What::MajorReviewed { outcome } => {
                let major = self.major_moves(event, MajorStage::Reviewed, outcome);
                major.reviewed_at = Some(event.at);
            }
            _ => {
                if let Some(major) = &mut self.major {
                    major.hear(event);
                }
            }
        }
    }

    fn major_moves(&mut self, event: &Event, stage: MajorStage, because: &str) -> &mut Major {
        let (because, since, by) = (because.to_owned(), event.at, event.by.clone());
        let before = self.major.take();
        self.major.insert(match before {
            Some(major) => Major { stage, because, since, by, ..major },
            None => Major {
                stage,
                because,
                since,
                by,
                grounds: Vec::new(),
                declared_at: None,
                stabilised_at: None,
                stood_down_at: None,
                reviewed_at: None,
                answered_by: None,
                answered_at: None,
                uncalled: None,
            },
        })
    }
}

impl Major {
    /// What was over and broke again may be major again for what it was before; what was
    /// stabilised is not.
    fn breaks_again(&mut self, event: &Event) {
        match self.stage {
            MajorStage::StoodDown | MajorStage::Reviewed => self.grounds.clear(),
            MajorStage::Stabilised => {
                (self.stage, self.since, self.by) =
                    (MajorStage::Declared, event.at, event.by.clone());
                "it broke again".clone_into(&mut self.because);
                self.stabilised_at = None;
            }
            MajorStage::Proposed | MajorStage::Declared | MajorStage::Dismissed => {}
        }
    }

    /// What happens to it without more being said of it.
    fn hear(&mut self, event: &Event) {
        match &event.what {
            What::MajorAnswered { answered_by } => {
                self.answered_by = Some(answered_by.clone());
                self.answered_at = Some(event.at);
                self.uncalled = None;
            }
            What::MajorUncalled { because } => self.uncalled = Some(because.clone()),
            What::Relapsed { .. } | What::Reopened { .. } => self.breaks_again(event),
            _ => {}
        }
    }
}
