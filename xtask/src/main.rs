//! `cargo xtask tidy` and `cargo xtask codegen`.

use std::process::ExitCode;

use xtask::{Exceptions, Tree, codegen, tidy};

fn main() -> ExitCode {
    let tree = Tree::of_this_checkout();
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {
            let (exceptions, found) = (Exceptions::of(&tree), tidy::all(&tree));
            let mut complaints = exceptions.complaints(&found);
            complaints.extend(exceptions.excuse(found));
            for complaint in &complaints {
                eprintln!("{complaint}\n");
            }
            if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Some("codegen") => match codegen::write(&tree) {
            Ok(written) => {
                println!("{} generated files written", written);
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("cannot write a generated file: {error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("usage: cargo xtask tidy | codegen");
            ExitCode::from(2)
        }
    }
}
