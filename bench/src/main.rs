//! Drives servers that speak Alertmanager's API v2, and measures them from outside: what a sender
//! of alerts waits for, and what the server's process uses meanwhile.

mod alerts;
mod client;
mod compare;
mod load;
mod notify;
mod paging;
mod process;
mod query;
mod receiver;
mod watch;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::client::Failure;
use crate::compare::Compare;
use crate::load::Load;
use crate::notify::{Hush, Told};
use crate::paging::{Paging, PagingEstate};
use crate::process::Process;
use crate::query::Ask;

/// Measures how a server takes and shows alerts.
#[derive(Parser, Debug)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Send alerts and measure how fast they are taken.
    Post(Post),
    /// Ask for alerts and measure how long the answer takes.
    Get(Get),
    /// Send alerts and measure how long it takes until a webhook is told of them.
    Notify(Told),
    /// Send alerts and measure how soon people are called.
    Paging(Paging),
    /// Print the estate that `paging` needs.
    PagingEstate(PagingEstate),
    /// Make silences that match nothing.
    Hush(Hush),
    /// Do the same to several servers, one after the other, and print a table.
    Compare(Compare),
}

#[derive(Args, Debug)]
struct Post {
    /// Where the server is: http://127.0.0.1:7070
    url: String,
    #[command(flatten)]
    load: Load,
    /// The server's process, to tell what it uses.
    #[arg(long)]
    pid: Option<u32>,
}

#[derive(Args, Debug)]
struct Get {
    /// Where the server is: http://127.0.0.1:7070
    url: String,
    #[command(flatten)]
    ask: Ask,
    /// The server's process, to tell what it uses.
    #[arg(long)]
    pid: Option<u32>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Post(post) => self::post(&post).await,
        Command::Get(get) => self::get(&get).await,
        Command::Notify(told) => told.run().await.map(|report| println!("{report}")),
        Command::Paging(paging) => paging.run().await.map(|report| println!("{report}")),
        Command::PagingEstate(estate) => {
            println!("{}", estate.text());
            Ok(())
        }
        Command::Hush(hush) => hush.run().await.map(|report| println!("{report}")),
        Command::Compare(compare) => compare.run().await.map(|table| println!("{table}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn post(post: &Post) -> Result<(), Failure> {
    let process = post.pid.map(Process::new);
    let before = process.as_ref().map(Process::usage).transpose()?;
    let done = post.load.run(&post.url).await?;
    println!(
        "{} alerts in {:.2} s: {:.0} alerts/s; a request took {} (median), {} (p99)",
        done.alerts,
        done.span.as_secs_f64(),
        done.alerts_per_second(),
        done.latencies.milliseconds(0.5),
        done.latencies.milliseconds(0.99),
    );
    if let (Some(process), Some(before)) = (process, before) {
        let after = process.usage()?;
        let micros = after.cpu.saturating_sub(before.cpu).as_micros() as f64 / done.alerts as f64;
        println!(
            "the process used {micros:.1} µs of CPU an alert and holds {} MB",
            after.megabytes()
        );
    }
    Ok(())
}

async fn get(get: &Get) -> Result<(), Failure> {
    let process = get.pid.map(Process::new);
    let before = process.as_ref().map(Process::usage).transpose()?;
    let done = get.ask.run(&get.url).await?;
    println!(
        "{} answers of {} bytes; one took {} (median), {} (p99)",
        done.latencies.count(),
        done.bytes,
        done.latencies.milliseconds(0.5),
        done.latencies.milliseconds(0.99),
    );
    if let (Some(process), Some(before)) = (process, before) {
        let cpu = process.usage()?.cpu.saturating_sub(before.cpu);
        let millis = cpu.as_secs_f64() * 1e3 / get.ask.times as f64;
        println!("the process used {millis:.2} ms of CPU an answer");
    }
    Ok(())
}
