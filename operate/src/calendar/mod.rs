//! `operate calendar`: when a rule comes, when something is due, how much working time has passed.
//! No server is asked.

mod clock;
mod occurrences;
pub mod reading;

use clap::{Args, Subcommand};

use crate::Shell;
use crate::trouble::Outcome;

/// Reckons with working time and recurrence, without a server.
#[derive(Args, Debug)]
pub struct CalendarArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists when a recurrence rule comes (RFC 5545), one time on each line.
    Occurrences(occurrences::Occurrences),
    /// Says when a target is reached that counts in the working time of a calendar.
    Due(clock::Due),
    /// Says how much working time lies between two moments.
    Elapsed(clock::Elapsed),
}

impl CalendarArgs {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Outcome {
        match self.verb {
            Verb::Occurrences(occurrences) => occurrences.run(&shell.screen),
            Verb::Due(due) => due.run(&shell.screen),
            Verb::Elapsed(elapsed) => elapsed.run(&shell.screen),
        }
    }
}

#[cfg(test)]
mod tests;
