//! What the command line reckons without a server.

use std::process::{Command, Output};

use serde_json::Value;

use crate::world::run;

const CALENDARS: &str = r#"
apiVersion: operate/v1
kind: Calendar
metadata: { name: office }
spec:
  timeZone: Europe/Berlin
  hours: [{ days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00" }]
  holidays: [{ name: Christmas, yearly: 12-25 }, { name: Boxing Day, yearly: 12-26 }]
---
apiVersion: operate/v1
kind: Calendar
metadata: { name: nobody }
spec: { timeZone: UTC }
"#;

/// The answer to a line; `FILE` in it stands for a file with this text.
fn answer(text: &str, line: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.yaml");
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_operate"));
    command.args(line.iter().map(|word| word.replace("FILE", &path.display().to_string())));
    // Nobody answers there: a calculator asks no server.
    run(command.env("OPERATE_URL", "http://127.0.0.1:1"))
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

const DUE: [&str; 6] = ["calendar", "due", "--calendar", "FILE", "--start", "2026-12-24T15:00"];

#[test]
fn a_due_time_says_which_holidays_and_pauses_lie_on_the_way() {
    let office = ["--name", "office", "--target", "4h", "--pause"];
    let pause = "2026-12-28T09:00/2026-12-28T10:00";
    let output = answer(CALENDARS, &[&DUE[..], &office, &[pause]].concat());
    let text = told(&output);
    for part in [
        "Due      Mon 2026-12-28 12:00 +01:00",
        "2026-12-28T11:00:00Z",
        "Working  4 h of the 93 h that pass",
        "Closed   Fri 2026-12-25  Christmas",
        "Paused   Mon 2026-12-28 09:00 +01:00 to Mon 2026-12-28 10:00 +01:00: 1 h of working time",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("Boxing"), "a Saturday takes nothing away:\n{text}");
    let output = answer(CALENDARS, &[&DUE[..], &office, &[pause, "--json"]].concat());
    let found = json(&output);
    assert_eq!(found["due"], "2026-12-28T11:00:00Z");
    assert_eq!(found["due_local"], "2026-12-28T12:00:00+01:00");
    assert_eq!(found["working_seconds"], 4 * 3600);
    assert_eq!(found["closures"][0]["name"], "Christmas");
    assert_eq!(found["pauses"][0]["working_seconds"], 3600);
}

#[test]
fn days_are_working_days_and_what_is_never_due_says_why() {
    let days = answer(CALENDARS, &[&DUE[..], &["--name", "office", "--target", "2d"]].concat());
    assert!(told(&days).contains("Tue 2026-12-29 17:00 +01:00"), "{}", told(&days));
    let never = ["--name", "nobody", "--target", "1h", "--json"];
    let found = json(&answer(CALENDARS, &[&DUE[..], &never].concat()));
    assert_eq!(
        (&found["due"], &found["never"]),
        (&Value::Null, &"the calendar has no open hour".into())
    );
    let paused = ["--name", "office", "--target", "8h", "--pause", "2026-12-24T16:00/"];
    let text = told(&answer(CALENDARS, &[&DUE[..], &paused].concat()));
    assert!(text.contains("never: the clock is paused"), "{text}");
}

#[test]
fn elapsed_working_time_is_counted_over_a_change_of_clocks() {
    let line = ["calendar", "elapsed", "--calendar", "FILE", "--name", "office", "--json"];
    let ends = ["--from", "2026-10-23T16:00", "--to", "2026-10-26T10:00+01:00"];
    let found = json(&answer(CALENDARS, &[&line[..], &ends].concat()));
    assert_eq!(
        (&found["working_seconds"], &found["passed_seconds"]),
        (&7200.into(), &241_200.into())
    );
}

#[test]
fn what_is_wrong_ends_with_two_and_says_what_to_write() {
    let several = answer(CALENDARS, &[&DUE[..], &["--target", "4h"]].concat());
    let unknown = answer(CALENDARS, &[&DUE[..], &["--target", "4h", "--name", "offce"]].concat());
    let target = answer(CALENDARS, &[&DUE[..], &["--target", "soon", "--name", "office"]].concat());
    let broken = CALENDARS.replace("09:00", "9");
    let hours = answer(&broken, &[&DUE[..], &["--target", "4h", "--name", "office"]].concat());
    for (output, code, words) in [
        (several, 2, "say which with --name"),
        (unknown, 3, "name one of office, nobody"),
        (target, 2, "write it like 30m, 8h, 1h30m or 2d"),
        (hours, 2, "spec.hours[0].from: `9` is no time of day"),
    ] {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

#[test]
fn a_recurrence_is_listed_with_its_offset() {
    let line = ["calendar", "occurrences", "--dtstart", "1997-09-02T09:00:00", "--tz"];
    let rule = ["America/New_York", "--rrule", "FREQ=MONTHLY;BYDAY=-1FR", "--limit", "3"];
    let output = answer("", &[&line[..], &rule].concat());
    let expected =
        "1997-09-26T09:00:00-04:00\n1997-10-31T09:00:00-05:00\n1997-11-28T09:00:00-05:00\n";
    assert_eq!(told(&output), expected);
}

#[test]
fn objectives_are_checked_and_every_mistake_is_told() {
    let text = "version: prometheus/v1\nservice: shop\nslos:\n  - name: availability\n    \
        objective: 99.9\n    sli: { plugin: { id: x } }\n    alerting: { name: Burning }\n";
    let good = answer(text, &["slo", "check", "FILE", "--json"]);
    assert_eq!(good.status.code(), Some(0));
    assert_eq!(json(&good)["objectives"][0]["alerts"][0]["burn"], 14.4);
    let wrong = text.replace("99.9", "999").replace("name: Burning", "");
    let bad = answer(&wrong, &["slo", "check", "FILE"]);
    let told = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(2));
    for part in
        [":5:5: slos[0].objective: ", ":7:5: slos[0].alerting.name: ", "2 mistakes in 1 file."]
    {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

const ROTA: &str = r#"
apiVersion: operate/v1
kind: Schedule
metadata: { name: first }
spec:
  timeZone: Europe/Berlin
  coverCalendar: office
  layers:
    - name: weeks
      rotations: [{ start: 2026-11-30T09:00, every: 1w, people: [ada, ben] }]
---
apiVersion: operate/v1
kind: Absence
metadata: { name: ada-ill }
spec: { person: ada, type: sickness, start: 2026-12-03T02:00:00+01:00 }
---
apiVersion: operate/v1
kind: Calendar
metadata: { name: office }
spec:
  timeZone: Europe/Berlin
  hours: [{ days: [mon, tue, wed, thu, fri], from: "08:00", until: "18:00" }]
"#;

#[test]
fn who_is_on_call_is_told_from_files_and_what_nobody_covers() {
    let who = ["oncall", "who", "-f", "FILE", "--schedule", "first", "--at"];
    let before = answer(ROTA, &[&who[..], &["2026-12-03T01:59", "--json"]].concat());
    assert_eq!(json(&before)["person"], "ada");
    let after = told(&answer(ROTA, &[&who[..], &["2026-12-03T02:00"]].concat()));
    for part in [
        "ben\n",
        "since    Thu 2026-12-03 02:00 +01:00",
        "because  stands in for ada, who is away, in layer weeks",
    ] {
        assert!(after.contains(part), "{part} is not in\n{after}");
    }
    let line = ["oncall", "final", "-f", "FILE", "--schedule", "first", "--json"];
    let ends = ["--from", "2026-11-30T00:00", "--to", "2026-12-07T09:00"];
    let found = json(&answer(ROTA, &[&line[..], &ends].concat()));
    assert_eq!(found["turns"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["nobody"][0]["until"], "2026-11-30T08:00:00Z");
    let gaps = ["oncall", "gaps", "-f", "FILE", "--weeks", "1", "--from", "2026-11-30T00:00:00Z"];
    let output = answer(ROTA, &[&gaps[..], &["--check"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let text = told(&output);
    let part = "Mon 2026-11-30 08:00 +01:00 to Mon 2026-11-30 09:00 +01:00  1 h";
    assert!(text.contains(part), "{part} is not in\n{text}");
    let output = answer(ROTA, &[&gaps[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(json(&output)["required"][0]["gap_seconds"], 3600);
}
