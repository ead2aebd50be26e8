//! What there is in the world, and what is promised of it.

use estate::{Estate, SourceFile};

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
