//! Whether a closed period still comes to what was frozen.

use std::process::ExitCode;

use super::{name, path};
use crate::client::Client;
use crate::screen::{Screen, items, text};
use crate::trouble::Outcome;

/// Asks for it, and says what came of it.
pub async fn verify(client: &Client, screen: &Screen, contract: &str, period: &str) -> Outcome {
    let query = [("period", period.to_owned())];
    let answer = client.get(&format!("{}/verify", path(contract)), &query).await?;
    let same = answer["same_figures"].as_bool().unwrap_or_default();
    let altered = answer["kept"] == "altered";
    let code = ExitCode::from(u8::from(!same || altered));
    if screen.json {
        screen.document(&answer);
        return Ok(code);
    }
    let contract = name(contract);
    screen.say(match same {
        true => format!("{period} of {contract} comes to the same figures as when it was closed."),
        false => format!("{period} of {contract} does not come to the figures that were closed:"),
    });
    for change in items(&answer, "figures") {
        let (figure, was, is) = (text(change, "figure"), text(change, "was"), text(change, "is"));
        screen.say(format_args!("  {figure}: {was} was closed, {is} now"));
    }
    screen.say(match text(&answer, "kept").as_str() {
        "intact" => "What it was drawn from is kept as it was.",
        "altered" => "What it was drawn from was changed after the closing: do not trust it.",
        _ => "What it was drawn from was not kept: it was closed by an older version.",
    });
    for change in items(&answer, "inputs") {
        screen.say(format_args!("  {}: {}", text(change, "part"), text(change, "text")));
    }
    Ok(code)
}
