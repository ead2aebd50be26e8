//! What the repository says of the API and of the settings is what the binary does.

use std::path::Path;

use server::Config;

/// Set to write the file instead of comparing it.
const WRITE: &str = "OPERATE_TEST_WRITE";

#[test]
fn the_description_of_the_api_in_the_repository_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/openapi.json");
    let served = serde_json::to_string_pretty(&server::description()).unwrap() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &served).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == served,
        "web/openapi.json is stale: run `cargo xtask codegen`, which also makes the web's client"
    );
}

const GUIDE: &str = include_str!("../../../docs/guide/configuration.md");

/// The file of settings that the guide shows.
fn documented() -> &'static str {
    let (_, block) = GUIDE.split_once("```toml\n").expect("the guide shows a file");
    block.split_once("```").expect("the block ends").0
}

#[test]
fn the_settings_that_the_guide_shows_are_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operate.toml");
    std::fs::write(&file, documented()).unwrap();
    let config = Config::load(Some(&file), std::iter::empty()).unwrap();
    assert_eq!(config, Config::default());
}

#[test]
fn every_setting_is_in_the_guide() {
    let settings = serde_json::to_value(Config::default()).unwrap();
    let sections = settings.as_object().unwrap().iter();
    let names = sections.flat_map(|(name, value)| match value.as_object() {
        Some(section) => section.keys().cloned().collect(),
        None => vec![name.clone()],
    });
    for name in names {
        let shown = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{name} = "));
        assert!(documented().lines().any(shown), "`{name}` is not in docs/guide/configuration.md");
    }
}
