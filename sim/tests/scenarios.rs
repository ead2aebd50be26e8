//! The scenarios of the streams. `OPERATE_SCENARIO_WRITE=1` writes what comes out into the files,
//! to be read and committed when a change was meant.

use std::path::Path;

#[test]
fn streams_come_out_as_their_scenarios_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../streams/scenarios");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).expect("the folder of scenarios") {
        let path = file.expect("a scenario").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let played = sim::scenario::play(&text);
        if std::env::var("OPERATE_SCENARIO_WRITE").is_ok() {
            std::fs::write(&path, &played).expect("writable");
        }
        assert_eq!(played, text, "{} came out otherwise", path.display());
        // R233: what comes in alone decides priority, group, links and whom to call.
        let elsewhere = sim::scenario::play_as(&text, 13);
        assert_eq!(elsewhere, text, "{} came out otherwise elsewhere", path.display());
        count += 1;
    }
    assert!(count > 0, "no scenario in {}", folder.display());
}
