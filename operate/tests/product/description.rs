//! What the repository says of the settings is what the binary does.

use server::Config;

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

/// The names of all settings, in sections of any depth.
fn names(name: &str, value: &serde_json::Value) -> Vec<String> {
    match value.as_object() {
        Some(section) if !section.is_empty() => {
            section.iter().flat_map(|(name, value)| names(name, value)).collect()
        }
        _ => vec![name.to_owned()],
    }
}

#[test]
fn every_setting_is_in_the_guide() {
    let settings = serde_json::to_value(Config::default()).unwrap();
    for name in names("", &settings) {
        let shown = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{name} = "));
        assert!(documented().lines().any(shown), "`{name}` is not in docs/guide/configuration.md");
    }
}
