use calendar::{Calendar, Definition, Due, Span, Years};
use estate::Within;
use jiff::Timestamp;

use super::clock::due;
use super::occurrences::Occurrences;
use super::reading::{length, local, shown};

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn office() -> Calendar {
    let office = Definition::weekdays("UTC", "09:00", "17:00");
    office.compile(Years { first: 2025, last: 2028 }).unwrap()
}

fn times(dtstart: &str, rule: &str, zone: &str) -> String {
    let (found, _) = Occurrences::new(dtstart, rule, zone, 5).found().unwrap();
    found.iter().map(local).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_rule_counts_in_the_wall_time_of_its_zone() {
    let dawn = times("2026-10-24T09:00:00", "FREQ=DAILY;COUNT=2", "Europe/Berlin");
    assert_eq!(dawn, "2026-10-24T09:00:00+02:00 2026-10-25T09:00:00+01:00");
    assert_eq!(times("20261024T090000Z", "FREQ=DAILY;COUNT=1", "UTC"), "2026-10-24T09:00:00+00:00");
    assert_eq!(
        times("2026-10-24T09:00:00+02:00", "FREQ=DAILY;COUNT=1", "Asia/Kathmandu"),
        "2026-10-24T12:45:00+05:45"
    );
    let hours = times("2026-11-27T22:00", "FREQ=HOURLY;INTERVAL=3;COUNT=2", "UTC");
    assert_eq!(hours, "2026-11-27T22:00:00+00:00 2026-11-28T01:00:00+00:00");
}

#[test]
fn a_rule_that_begins_on_a_date_has_no_times_of_day() {
    assert_eq!(
        times("2026-11-27", "FREQ=DAILY;BYHOUR=9;COUNT=2", "UTC"),
        "2026-11-27T00:00:00+00:00 2026-11-28T00:00:00+00:00"
    );
}

#[test]
fn an_endless_rule_is_cut_at_the_limit_and_says_so() {
    let (found, more) = Occurrences::new("2026-11-27", "FREQ=DAILY", "UTC", 3).found().unwrap();
    assert_eq!((found.len(), more), (3, true));
    let (found, more) =
        Occurrences::new("2026-11-27", "FREQ=DAILY;COUNT=3", "UTC", 3).found().unwrap();
    assert_eq!((found.len(), more), (3, false));
}

#[test]
fn a_list_is_never_shorter_than_it_was_asked_for_without_a_word() {
    let times = |rule: &str, limit| Occurrences::new("2026-11-27", rule, "UTC", limit).found();
    let (found, more) = times("FREQ=MINUTELY", 20_000).unwrap();
    assert_eq!((found.len(), more), (20_000, true));
    let trouble = times("FREQ=MINUTELY", 50_000).unwrap_err();
    assert_eq!(trouble.field.as_deref(), Some("--limit"));
}

#[test]
fn what_cannot_be_read_names_the_flag_and_a_remedy() {
    for (dtstart, rule, zone, flag) in [
        ("soon", "FREQ=DAILY", "UTC", "--dtstart"),
        ("2026-11-27", "DAILY", "UTC", "--rrule"),
        ("2026-11-27", "FREQ=DAILY", "Mars/Base", "--tz"),
    ] {
        let trouble = Occurrences::new(dtstart, rule, zone, 1).found().unwrap_err();
        assert_eq!(trouble.field.as_deref(), Some(flag));
        assert!(trouble.remedy.is_some(), "{trouble}");
    }
}

/// The cases that libical publishes, where `OPERATE_TEST_DATA` names a folder that has
/// `rfc5545/icalrecur_test.txt` from <https://github.com/libical/libical>.
#[test]
fn rules_come_when_the_published_cases_say() {
    let Ok(data) = std::env::var("OPERATE_TEST_DATA") else {
        println!("OPERATE_TEST_DATA names no folder: nothing to compare");
        return;
    };
    // Who names a folder wants them compared: a file that is gone is no success.
    let text = std::fs::read_to_string(format!("{data}/rfc5545/icalrecur_test.txt")).unwrap();
    // The engine's own test says why these four come otherwise.
    let otherwise = [
        "BYMONTHDAY=29;COUNT=3",
        "BYMONTHDAY=-29,-1",
        "INTERVAL=6;UNTIL=20170101",
        "BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3",
    ];
    let (mut compared, mut differ) = (0, Vec::new());
    for block in text.replace('\r', "").split("\n\n") {
        let field =
            |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let (Some(rule), Some(start), Some(expected)) =
            (field("RRULE"), field("DTSTART"), field("INSTANCES"))
        else {
            continue;
        };
        if rule.contains("RSCALE")
            || expected.contains("***")
            || otherwise.iter().any(|other| rule.contains(other))
        {
            continue;
        }
        let expected: Vec<String> = expected.split(',').map(|at| at.trim().to_owned()).collect();
        let limit = expected.len();
        let (found, _) = Occurrences::new(start, rule, "UTC", limit).found().unwrap();
        let form = if expected[0].contains('T') { "%Y%m%dT%H%M%S" } else { "%Y%m%d" };
        let found: Vec<String> = found.iter().map(|at| at.strftime(form).to_string()).collect();
        let expected: Vec<&str> = expected.iter().map(|at| at.trim_end_matches('Z')).collect();
        compared += 1;
        if found != expected {
            differ.push(format!("{rule} from {start}:\n  {found:?}\n  {expected:?}"));
        }
    }
    println!("{compared} compared");
    assert!(compared > 130, "only {compared} cases were found");
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn working_days_are_as_long_as_their_hours_and_a_pause_adds_what_it_took() {
    let start = micros("2026-11-27T10:00:00Z");
    let two = |pauses: &[(&str, &str)]| {
        let pauses: Vec<Span> =
            pauses.iter().map(|(from, until)| Span::new(micros(from), micros(until))).collect();
        due(&office(), start, Within::Days(2), &pauses)
    };
    assert_eq!(two(&[]), Due::At(micros("2026-12-01T17:00:00Z")));
    let lunch = [("2026-11-30T12:00:00Z", "2026-11-30T14:00:00Z")];
    assert_eq!(two(&lunch), Due::At(micros("2026-12-02T11:00:00Z")));
    let night = [("2026-11-30T18:00:00Z", "2026-12-01T08:00:00Z")];
    assert_eq!(two(&night), Due::At(micros("2026-12-01T17:00:00Z")), "nobody worked then");
}

#[test]
fn times_and_lengths_are_told_as_people_say_them() {
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().to_zoned(berlin.clone());
    assert_eq!(shown(&at("2026-11-30T09:00:00Z")), "Mon 2026-11-30 10:00 +01:00");
    assert_eq!(shown(&at("2026-11-30T09:00:07Z")), "Mon 2026-11-30 10:00:07 +01:00");
    assert_eq!(super::reading::far(1_280 * 3_600_000_000), "53 d 8 h");
    assert_eq!(super::reading::far(47 * 3_600_000_000), "47 h");
    let told = [0, 1, 90, 3_600, 30_600].map(|seconds| length(seconds * 1_000_000));
    assert_eq!(told, ["0 min", "1 s", "1 min 30 s", "1 h", "8 h 30 min"]);
}
