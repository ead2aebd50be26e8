//! Recurrence rules against the published cases of libical (RFC 5545 and reports of its users).
//!
//! The data is not part of this repository: `OPERATE_TEST_DATA` names a folder that has
//! `rfc5545/icalrecur_test.txt` from <https://github.com/libical/libical>. Without it nothing is
//! compared; a folder without the file fails.

use calendar::{Recurrence, RuleError};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Cases that come out otherwise here. The first two: RFC 5545 says that `BYMONTHDAY` in a year
/// expands over its months, libical takes the month of the beginning. The others: which years an
/// interval skips is not the same where a numbered week lies in two years. The last begins on a
/// date: the standard then ignores hours and minutes, which whoever gives a date leaves out.
const OTHERWISE: [&str; 5] = [
    "FREQ=YEARLY;BYMONTHDAY=29;COUNT=3",
    "FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=6;UNTIL=20170101T000000Z",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3;UNTIL=20320101",
    "FREQ=DAILY;BYMINUTE=1,2,3,4;INTERVAL=2;COUNT=3",
];

struct Case {
    rule: String,
    start: DateTime,
    expected: Vec<DateTime>,
}

/// Whether a case is about what is refused here: other calendars than the Gregorian, and mistakes.
fn outside(case: &str) -> bool {
    ["RSCALE", "ERROR-AT", "SKIP="].iter().any(|word| case.contains(word))
}

fn wall(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches('Z');
    DateTime::strptime("%Y%m%dT%H%M%S", text)
        .ok()
        .or_else(|| Some(Date::strptime("%Y%m%d", text).ok()?.at(0, 0, 0, 0)))
}

fn case(block: &str) -> Option<Case> {
    let field =
        |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let expected = field("INSTANCES")?.split(',').map(wall).collect::<Option<Vec<_>>>()?;
    let from = field("START-AT").and_then(wall);
    let start = field("DTSTART").and_then(wall)?;
    let expected = expected.into_iter().filter(|found| from.is_none_or(|from| *found >= from));
    Some(Case { rule: field("RRULE")?.to_owned(), start, expected: expected.collect() })
}

#[test]
fn rules_come_when_the_published_cases_say() {
    let Ok(data) = std::env::var("OPERATE_TEST_DATA") else {
        println!("OPERATE_TEST_DATA names no folder: nothing to compare");
        return;
    };
    let file = format!("{data}/rfc5545/icalrecur_test.txt");
    // Who names a folder wants them compared: a file that is gone is no success.
    let text = std::fs::read_to_string(&file).expect("the folder has rfc5545/icalrecur_test.txt");
    let utc = |wall: DateTime| TimeZone::UTC.to_timestamp(wall).expect("an instant");
    let (mut compared, mut differ) = (0, Vec::new());
    for block in text.replace('\r', "").split("\n\n").filter(|block| !outside(block)) {
        let Some(case) = case(block) else { continue };
        if OTHERWISE.contains(&case.rule.as_str()) {
            continue;
        }
        compared += 1;
        let first = case.expected.first().copied().unwrap_or(case.start);
        let found: Vec<DateTime> = match Recurrence::parse_any(&case.rule, "UTC", utc(case.start)) {
            Ok(rule) => rule
                .following(utc(first))
                .take(case.expected.len() + 1)
                .map(|found: Timestamp| TimeZone::UTC.to_datetime(found))
                .collect(),
            Err(RuleError::Never) => Vec::new(),
            Err(error) => {
                differ.push(format!("{}: {error}", case.rule));
                continue;
            }
        };
        let case_text = format!("{} from {}", case.rule, case.start.date());
        let shorter = found.get(..case.expected.len()).unwrap_or(&found);
        if shorter != case.expected {
            differ.push(format!("{case_text}: {found:?}\n  not {:?}", case.expected));
        }
    }
    println!("{compared} compared");
    assert!(compared > 130, "only {compared} cases were found in {file}");
    assert!(differ.is_empty(), "{} of {compared} differ:\n{}", differ.len(), differ.join("\n"));
}
