//! `operate oncall`: who is on call, by the schedules and absences of files. No server is asked.

mod files;
mod gaps;
mod roster;
mod who;

use clap::{Args, Subcommand};

use crate::Shell;
use crate::trouble::Outcome;

/// Says who is on call, by schedules in files; no server is asked.
#[derive(Args, Debug)]
pub struct OncallArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Says who is on call at a moment, until when, why, and who is next.
    Who(who::Who),
    /// Lists who is on call from one moment to another, and how the burden lies on people.
    Final(roster::Final),
    /// Lists every time in the next weeks in which nobody is on call although somebody has to be:
    /// in the hours of contracts of the schedule's team, and of the schedule's cover calendar.
    Gaps(gaps::Gaps),
}

impl OncallArgs {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Outcome {
        match self.verb {
            Verb::Who(who) => who.run(&shell.screen),
            Verb::Final(roster) => roster.run(&shell.screen),
            Verb::Gaps(gaps) => gaps.run(&shell.screen),
        }
    }
}

#[cfg(test)]
mod tests;
