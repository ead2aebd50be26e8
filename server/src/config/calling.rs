//! How often people are called by one way.

use oncall::line::LineRules;
use serde::{Deserialize, Serialize};

/// How often a person is called by one way and address. Signed calls to their own URL are made
/// for programs, and neither put together nor counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calling {
    /// For so long after a message, what follows waits and is told as one; 0: each alone.
    pub together_seconds: u32,
    /// A P1 waits no longer than this for the others.
    pub urgent_seconds: u32,
    /// For so long after a call to a telephone the next one waits, whatever it is about.
    pub voice_seconds: u32,
    /// Most messages by one way within `told_minutes`.
    pub told_max: u32,
    /// Most calls to a telephone within `told_minutes`.
    pub voice_told_max: u32,
    /// The time over which they are counted.
    pub told_minutes: u32,
}

impl Default for Calling {
    fn default() -> Calling {
        Calling {
            together_seconds: 30,
            urgent_seconds: 3,
            voice_seconds: 60,
            told_max: 10,
            voice_told_max: 3,
            told_minutes: 10,
        }
    }
}

impl Calling {
    /// Whether calls by a channel are put together and counted.
    pub fn counts(channel: &str) -> bool {
        channel != "webhook"
    }

    /// What holds for a channel that counts.
    pub fn rules(&self, channel: &str) -> LineRules {
        let told_seconds = self.told_minutes * 60;
        let of = |together_seconds, urgent_seconds, told_max| LineRules {
            together_seconds,
            urgent_seconds,
            told_max,
            told_seconds,
        };
        match channel {
            // A telephone rings for one at a time.
            "voice" => of(self.voice_seconds, self.voice_seconds, self.voice_told_max),
            _ => of(self.together_seconds, self.urgent_seconds, self.told_max),
        }
    }

    /// Whether they can be used.
    ///
    /// # Errors
    /// Which cannot.
    pub(super) fn check(&self) -> Result<(), String> {
        let longest = self.together_seconds.max(self.voice_seconds).max(self.urgent_seconds);
        if longest > 600 {
            return Err("calling: nobody is let wait for more than 600 seconds".to_owned());
        }
        if self.told_max == 0 || self.voice_told_max == 0 {
            return Err("calling.told_max and calling.voice_told_max are at least 1".to_owned());
        }
        if !(1..=1440).contains(&self.told_minutes) {
            return Err("calling.told_minutes is between 1 and 1440".to_owned());
        }
        Ok(())
    }
}
