//! What is kept, pinned: a change shows, and old entries stay readable.

use super::*;

/// One line each in the journal; broken here to be read.
const STARTED: &str = r#"{"at":"2026-03-02T08:00:00Z","event":"started",
"which":{"contract":"servicecontract/sla","clock":"restore","title":"sla","zone":"UTC"},
"from":"2026-03-02T08:00:00Z",
"terms":{"place":0,"priority":"P1","target":{"unit":"time","seconds":3600},"calendar":0,
"calendar_title":"Working time","pauses":["supplier"],"on_reopen":"resume","warn_at":[50],
"outside":false},
"timing":{"target_seconds":3600,"due":"2026-03-02T09:00:00Z",
"marks":[{"share":50,"at":"2026-03-02T08:30:00Z"}]}}"#;
const STOPPED: &str = r#"{"at":"2026-03-02T08:20:00Z","event":"stopped",
"which":{"contract":"servicecontract/sla","clock":"restore","title":"sla","zone":"UTC"},
"run":{"from":"2026-03-02T08:00:00Z","at":"2026-03-02T08:20:00Z",
"due":"2026-03-02T09:00:00Z","elapsed_seconds":1200,"target_seconds":3600,"met":true,
"priority":"P1"}}"#;

#[test]
fn events_are_written_flat_and_read_back() {
    let monday = Time::parse("2026-03-02T08:00:00Z").unwrap();
    let restore = PromisedClock {
        pauses: vec![WaitsFor::Supplier],
        warn_at: vec![50],
        ..promised(Kind::Restore, &[(Priority::P1, minutes(60))], Definition::always("UTC"))
    };
    let mut world = World::new(monday, Priority::P1, vec![promise("sla", vec![restore])]);
    world.look();
    assert_eq!(
        serde_json::to_string(world.events.last().unwrap()).unwrap(),
        STARTED.replace('\n', "")
    );
    world.now = Time::parse("2026-03-02T08:20:00Z").unwrap();
    world.restore();
    world.look();
    assert_eq!(
        serde_json::to_string(world.events.last().unwrap()).unwrap(),
        STOPPED.replace('\n', "")
    );
    // Written before the priority was kept.
    let old = STOPPED.replace('\n', "").replace(r#","priority":"P1""#, "");
    let What::Stopped { run, .. } = serde_json::from_str::<Event>(&old).unwrap().what else {
        panic!("it stopped");
    };
    assert_eq!(run.priority, None);
    for event in &world.events {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}
