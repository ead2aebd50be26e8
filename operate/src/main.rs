//! The one binary: the server, and the command line that speaks to it.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps digital products within their service contracts.
#[derive(Parser, Debug)]
#[command(name = "operate", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
}

#[tokio::main]
async fn main() -> ExitCode {
    // One crypto provider for the whole process; a second call would only repeat the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Cli::parse().command {
        Command::Serve(serve) => serve.run().await,
    }
}
