//! What there is in the world, and what is promised of it.

use estate::{Estate, SourceFile};
use kernel::Priority;

const ESTATE: &str = include_str!("estate.yaml");
const CONTRACTS: &str = include_str!("contracts.yaml");

/// The estate, without a contract.
pub fn estate() -> Estate {
    read(&[ESTATE])
}

/// The estate with its contracts.
pub fn promised() -> Estate {
    read(&[ESTATE, CONTRACTS])
}

fn read(texts: &[&str]) -> Estate {
    let file = |text: &&str| SourceFile { name: "estate.yaml".to_owned(), text: (*text).into() };
    let files: Vec<SourceFile> = texts.iter().map(file).collect();
    match estate::read(&files) {
        Ok(desired) => Estate::new(desired.resources().cloned()),
        Err(mistakes) => unreachable!("the estate does not read: {mistakes:?}"),
    }
}

/// What an administrator decided, in one of several worlds.
pub(crate) fn policy(seed: u64) -> streams::Policy {
    // In some there is no team for major incidents.
    let team = "escalationpolicy/major".parse().ok().filter(|_| seed % 4 != 1);
    streams::Policy {
        default_escalation_policy: "escalationpolicy/duty".parse().ok(),
        major: streams::MajorPolicy { escalation_policy: team, ..Default::default() },
        // In some nobody is called for what is minor.
        page_down_to: if seed % 3 == 2 { Priority::P3 } else { Priority::P5 },
        ..streams::Policy::default()
    }
}
