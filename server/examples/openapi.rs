//! Prints the description of the API: `cargo xtask codegen` keeps it as `web/openapi.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let text = server::description().to_pretty_json().map_err(std::io::Error::other)?;
    writeln!(std::io::stdout(), "{text}")
}
