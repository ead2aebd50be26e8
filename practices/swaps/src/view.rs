use kernel::{ItemRef, Lifecycle};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Swap, Verb};

/// An offer as the API shows it: the record with what the one who asks may do with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SwapView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub swap: &'a Swap,
    /// The row's version.
    pub version: i64,
    /// What you may do with it.
    pub allowed: Vec<Move>,
}

/// What somebody may do with an offer now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = SwapMove)]
pub struct Move {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// The verb behind it.
    #[serde(skip)]
    pub verb: Verb,
}

const ACCEPT: Move = Move { command: "accept", label: "Take it", verb: Verb::Accept };
const DECLINE: Move = Move { command: "decline", label: "Say no", verb: Verb::Decline };
const WITHDRAW: Move = Move { command: "withdraw", label: "Withdraw", verb: Verb::Withdraw };

impl Swap {
    /// The offer as the API shows it to a person.
    pub fn view(&self, version: i64, person: Option<&ItemRef>, of_rotation: bool) -> View<'_> {
        View { swap: self, version, allowed: self.moves(person, of_rotation) }
    }

    /// What a person may do with it now.
    pub fn moves(&self, person: Option<&ItemRef>, of_rotation: bool) -> Vec<Move> {
        let Some(person) = person else { return Vec::new() };
        let theirs = *person == self.offer.gives.person;
        let meant = self.meant_for(person, of_rotation).is_ok();
        let moves =
            [(ACCEPT, meant), (DECLINE, meant && self.offer.to.is_some()), (WITHDRAW, theirs)];
        let may = moves.into_iter().filter(|(offer, may)| *may && self.allows(offer.verb));
        may.map(|(offer, _)| offer).collect()
    }
}
