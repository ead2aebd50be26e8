//! `operate demo`: plays a failure through the public intake, as any system that watches others
//! would report it.

mod play;
mod script;

use clap::{Args, Subcommand};

use crate::Shell;
use crate::trouble::Outcome;

/// Plays a failure, to see what Operate makes of it.
#[derive(Args, Debug)]
pub struct DemoArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// A database cluster fails; what depends on it follows within seconds, some of it flaps, then
    /// all recovers in order. Speaks of the sample estate (`./run`, or `operate apply -f
    /// examples/estate`).
    ///
    /// Takes about a minute and a half. On this machine no key is needed while Operate listens on
    /// loopback only. When it is interrupted, its alerts clear by themselves after five minutes.
    Outage(Outage),
}

#[derive(Args, Debug)]
struct Outage {
    /// How many times faster than life.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    speed: f64,
    /// An integration key, when the server wants one: `operate key add demo` makes it.
    #[arg(long)]
    key: Option<String>,
}

impl DemoArgs {
    /// Plays it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let Verb::Outage(outage) = self.verb;
        play::play(shell, outage.speed, outage.key).await
    }
}
