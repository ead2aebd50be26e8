//! `cargo xtask tidy` and `cargo xtask codegen`.

use std::process::{Command, ExitCode};

use xtask::{Exceptions, Tree, codegen, tidy};

fn main() -> ExitCode {
    let tree = Tree::of_this_checkout();
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy_up(&tree),
        Some("codegen") => match generate(&tree) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("usage: cargo xtask tidy | codegen");
            ExitCode::from(2)
        }
    }
}

/// Prints what is not tidy.
fn tidy_up(tree: &Tree) -> ExitCode {
    let (exceptions, found) = (Exceptions::of(tree), tidy::all(tree));
    let mut complaints = exceptions.complaints(&found);
    complaints.extend(exceptions.excuse(found));
    for complaint in &complaints {
        eprintln!("{complaint}\n");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes the tables of stages, the description of the API, and from that the web's client.
fn generate(tree: &Tree) -> Result<(), String> {
    codegen::write(tree).map_err(|error| format!("cannot write a generated file: {error}"))?;
    // Needs what `npm ci` installs; `./run` and `./test` have done that.
    run(Command::new("npm").args(["--prefix", "web", "run", "api"]).current_dir(&tree.root))
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown} ended with {status}")),
        Err(error) => Err(format!("{shown} does not start: {error}")),
    }
}
