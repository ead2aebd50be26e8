//! Proof that a way and an address reach the person they are said to reach: a code that was sent
//! there and came back, or a call that was answered from there.
//!
//! **Invariant:** proof belongs to one person, way and address; another address is unproven. A
//! code is good once, for some minutes and some tries, and is never kept as it was sent. Whatever
//! is unproven calls all the same: a page is worth more than a proof.

use std::time::Duration;

use kernel::{Actor, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a code is good, in seconds.
pub const CODE_SECONDS: u64 = 600;
/// Most wrong entries of one code.
pub const TRIES_MAX: u32 = 5;
/// Shortest time between two codes to one address, in seconds.
const APART_SECONDS: u64 = 30;
/// Most codes to one address in an hour.
const HOURLY_MAX: usize = 5;
const HOUR: Duration = Duration::from_secs(3600);

/// What is known of one way and address of a person.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Proof {
    /// How it was proven last; nothing: it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<Proven>,
    /// A code that was sent and not entered yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// When codes were sent, as far back as that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Time>,
}

/// That a way reaches its person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProvenWay)]
pub struct Proven {
    /// When.
    pub at: Time,
    /// How.
    pub how: How,
    /// Who entered the code, or answered.
    #[schema(value_type = String)]
    pub by: Actor,
}

/// How a way was proven.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProvenHow)]
pub enum How {
    /// A code that was sent there was entered.
    Code,
    /// A call was answered by its link or button.
    Link,
    /// A call was answered by a digit.
    Digit,
    /// A call was answered by a text message.
    Text,
    /// The person added it in itself, as browsers are.
    Added,
}

/// A code that was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Code {
    /// What is kept of it.
    pub mark: String,
    /// Until when it is good.
    pub until: Time,
    /// How often something else was entered.
    pub wrong: u32,
}

/// What came of entering a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entered {
    /// It is the one that was sent.
    Right,
    /// It is not; so many tries are left.
    Wrong {
        /// Tries.
        left: u32,
    },
    /// There is no code to enter: none was sent, or it is over or used up.
    NoCode,
}

impl Proof {
    /// A code is sent in the place of the one before; `mark` is what is kept of it.
    ///
    /// # Errors
    /// When one was sent a moment ago, or too many were.
    pub fn send(&mut self, mark: String, now: Time) -> Result<Time, Refusal> {
        // Also what a clock that was put back shows as to come.
        self.sent.retain(|at| *at + HOUR > now && *at <= now);
        let soon = |at: Time, span: Duration, what: &str| {
            let seconds = (at + span).since(now).as_secs().max(1);
            let wait = match seconds {
                0..120 => format!("{seconds} seconds"),
                _ => format!("{} minutes", seconds.div_ceil(60)),
            };
            Err(Refusal::not_allowed(format!("{what}: ask for another one in {wait}")))
        };
        let apart = Duration::from_secs(APART_SECONDS);
        if let Some(last) = self.sent.last().filter(|last| **last + apart > now) {
            return soon(*last, apart, "a code was sent a moment ago");
        }
        if self.sent.len() >= HOURLY_MAX {
            return soon(self.sent[0], HOUR, &format!("{HOURLY_MAX} codes were sent in an hour"));
        }
        self.sent.push(now);
        let until = now + Duration::from_secs(CODE_SECONDS);
        self.code = Some(Code { mark, until, wrong: 0 });
        Ok(until)
    }

    /// Somebody enters a code; `fits` says whether what is kept is of it.
    pub fn enter(&mut self, fits: impl FnOnce(&str) -> bool, by: &Actor, now: Time) -> Entered {
        let Some(code) = self.code.as_mut().filter(|code| now < code.until) else {
            self.code = None;
            return Entered::NoCode;
        };
        if fits(&code.mark) {
            self.code = None;
            self.proven = Some(Proven { at: now, how: How::Code, by: by.clone() });
            return Entered::Right;
        }
        code.wrong += 1;
        match TRIES_MAX.saturating_sub(code.wrong) {
            0 => {
                self.code = None;
                Entered::NoCode
            }
            left => Entered::Wrong { left },
        }
    }

    /// A call by this way was answered; whether that is news. What a code proved stays so.
    pub fn answered(&mut self, how: How, by: &Actor, now: Time) -> bool {
        if self.proven.is_some() {
            return false;
        }
        self.proven = Some(Proven { at: now, how, by: by.clone() });
        true
    }

    /// Until when a code that was sent can be entered.
    pub fn code_until(&self, now: Time) -> Option<Time> {
        self.code.as_ref().map(|code| code.until).filter(|until| now < *until)
    }
}

/// Why somebody is hard to reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weakness {
    /// No way reaches them.
    NoWay,
    /// There are ways, and none is verified.
    NoneVerified,
    /// There is one way, and it is verified.
    OneWay,
    /// There is one way, and it is not verified.
    OneUnverified,
}

impl Weakness {
    /// What is weak about these ways, of each of which is said whether it is verified.
    pub fn of(ways: &[bool]) -> Option<Weakness> {
        match ways {
            [] => Some(Weakness::NoWay),
            [true] => Some(Weakness::OneWay),
            [false] => Some(Weakness::OneUnverified),
            more if more.contains(&true) => None,
            _ => Some(Weakness::NoneVerified),
        }
    }

    /// The same for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Weakness::NoWay => "no way to call is set up",
            Weakness::NoneVerified => "none of the ways is verified",
            Weakness::OneWay => "there is only one way",
            Weakness::OneUnverified => "there is only one way, and it is not verified",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(10_000 + seconds)
    }

    fn ada() -> Actor {
        Actor::Person("ada".to_owned())
    }

    fn sent(proof: &mut Proof, seconds: i64) -> Result<Time, String> {
        proof.send("right".to_owned(), at(seconds)).map_err(|refusal| refusal.to_string())
    }

    fn enter(proof: &mut Proof, code: &str, seconds: i64) -> Entered {
        proof.enter(|mark| mark == code, &ada(), at(seconds))
    }

    #[test]
    fn the_code_that_was_sent_proves_the_way_once() {
        let mut proof = Proof::default();
        assert_eq!(enter(&mut proof, "right", 0), Entered::NoCode);
        assert_eq!(sent(&mut proof, 0), Ok(at(600)));
        assert_eq!((proof.code_until(at(599)), proof.code_until(at(600))), (Some(at(600)), None));
        assert_eq!(enter(&mut proof, "wrong", 1), Entered::Wrong { left: 4 });
        assert_eq!(enter(&mut proof, "right", 2), Entered::Right);
        assert_eq!(
            proof.proven.as_ref().map(|proven| (proven.at, proven.how)),
            Some((at(2), How::Code))
        );
        assert_eq!(enter(&mut proof, "right", 3), Entered::NoCode, "a code is good once");
        assert!(proof.proven.is_some());
    }

    #[test]
    fn a_code_is_over_after_its_time_and_after_too_many_tries() {
        let mut proof = Proof::default();
        sent(&mut proof, 0).unwrap();
        assert_eq!(enter(&mut proof, "right", 600), Entered::NoCode);
        sent(&mut proof, 700).unwrap();
        for left in [4, 3, 2, 1] {
            assert_eq!(enter(&mut proof, "wrong", 701), Entered::Wrong { left });
        }
        assert_eq!(enter(&mut proof, "wrong", 701), Entered::NoCode);
        assert_eq!(enter(&mut proof, "right", 702), Entered::NoCode, "nobody guesses on");
        assert_eq!(proof.proven, None);
    }

    #[test]
    fn codes_are_sent_neither_quickly_nor_often() {
        let mut proof = Proof::default();
        sent(&mut proof, 0).unwrap();
        let soon = sent(&mut proof, 10).unwrap_err();
        assert!(soon.contains("a moment ago: ask for another one in 20 seconds"), "{soon}");
        for seconds in [30, 60, 90, 120] {
            sent(&mut proof, seconds).unwrap();
        }
        let often = sent(&mut proof, 600).unwrap_err();
        assert!(
            often.contains("5 codes were sent in an hour: ask for another one in 50"),
            "{often}"
        );
        assert_eq!(sent(&mut proof, 3600), Ok(at(4200)));
    }

    #[test]
    fn somebody_is_hard_to_reach_without_a_verified_way_or_with_only_one() {
        assert_eq!(Weakness::of(&[true, false]), None);
        assert_eq!(Weakness::of(&[]), Some(Weakness::NoWay));
        assert_eq!(Weakness::of(&[true]), Some(Weakness::OneWay));
        assert_eq!(Weakness::of(&[false]), Some(Weakness::OneUnverified));
        assert_eq!(Weakness::of(&[false, false]), Some(Weakness::NoneVerified));
    }

    #[test]
    fn an_answer_proves_what_no_code_has() {
        let mut proof = Proof::default();
        assert!(proof.answered(How::Digit, &ada(), at(0)));
        assert!(!proof.answered(How::Link, &ada(), at(1)), "it is proven already");
        assert_eq!(proof.proven.as_ref().map(|proven| proven.how), Some(How::Digit));
        sent(&mut proof, 2).unwrap();
        enter(&mut proof, "right", 3);
        assert_eq!(proof.proven.map(|proven| proven.how), Some(How::Code));
    }
}
