//! `operate oncall`: who is on call, by the schedules and absences of files, and what the server
//! knows beyond them.

mod away;
mod fairness;
mod files;
mod gaps;
mod handover;
mod preview;
mod reach;
mod roster;
mod swap;
mod theirs;
mod trial;
mod who;

use clap::{Args, Subcommand};

use crate::Shell;
use crate::trouble::Outcome;

/// Says who is on call: by schedules in files, or by what the server knows.
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
    /// Says whom an incident would call, when, and how: by files, or as the server knows it.
    Preview(preview::Preview),
    /// Asks the server for what you are on call, and for your next shifts.
    Mine,
    /// Asks the server for the shifts of a person, when they are away, and who stands in then.
    Shifts(away::Shifts),
    /// Enters that somebody is away or ill: their shifts pass to whoever stands in, and pages that
    /// ring follow, at once.
    Away(away::Away),
    /// Enters that somebody is back, or takes back an absence that is to come.
    Back(away::Back),
    /// Asks the server what is handed over at the end of a turn: open incidents, what happened,
    /// what is held back and planned, notes.
    Handover(handover::Handover),
    /// Asks the server who is on call within a week and is hard to reach: has no verified way, or
    /// only one. Ends with 2 when there is somebody.
    Reach,
    /// Asks the server how being on call was shared over a time that is past: hours, nights,
    /// weekends and holidays of each person, by who was really on call.
    Fairness(fairness::Fairness),
    /// Asks the server what a schedule in a file would give, and what would be different from now.
    Try(trial::Try),
    /// Shifts that people offer each other.
    Swap(swap::Swap),
}

impl OncallArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        match self.verb {
            Verb::Who(who) => who.run(&shell.screen),
            Verb::Final(roster) => roster.run(&shell.screen),
            Verb::Gaps(gaps) => gaps.run(&shell.screen),
            Verb::Preview(preview) => preview.run(shell).await,
            Verb::Mine => handover::mine(&shell.server.client()?, &shell.screen).await,
            Verb::Shifts(shifts) => shifts.run(&shell.server.client()?, &shell.screen).await,
            Verb::Away(away) => away.run(&shell.server.client()?, &shell.screen).await,
            Verb::Back(back) => back.run(&shell.server.client()?, &shell.screen).await,
            Verb::Reach => reach::show(&shell.server.client()?, &shell.screen).await,
            Verb::Fairness(fairness) => fairness.run(&shell.server.client()?, &shell.screen).await,
            Verb::Try(trial) => trial.run(&shell.server.client()?, &shell.screen).await,
            Verb::Swap(swap) => swap.run(&shell.server.client()?, &shell.screen).await,
            Verb::Handover(handover) => handover.run(&shell.server.client()?, &shell.screen).await,
        }
    }
}

#[cfg(test)]
mod tests;
