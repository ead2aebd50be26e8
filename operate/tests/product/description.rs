//! The description of the API that the web's client is generated from is what the server serves.

use std::path::Path;

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
