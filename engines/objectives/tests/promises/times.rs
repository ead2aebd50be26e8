use objectives::{Excluded, Interval, Stamps};

fn incident() -> Stamps {
    Stamps {
        start: Some(0),
        detect: Some(5),
        report: Some(3),
        notify: Some(6),
        acknowledge: Some(10),
        diagnose: Some(25),
        restore: Some(40),
        resolve: Some(90),
        close: Some(100),
    }
}

#[test]
fn each_time_has_its_own_ends() {
    for (interval, length) in [
        (Interval::Detect, 5),
        (Interval::Lead, -2),
        (Interval::Acknowledge, 4),
        (Interval::Diagnose, 15),
        (Interval::Repair, 15),
        (Interval::Restore, 40),
        (Interval::Resolve, 85),
        (Interval::Close, 10),
    ] {
        assert_eq!(incident().length(interval), Ok(length), "{interval:?}");
    }
}

#[test]
fn without_a_known_beginning_restoring_counts_from_detection() {
    let unknown = Stamps { start: None, notify: None, ..incident() };
    assert_eq!(unknown.length(Interval::Restore), Ok(35));
    assert_eq!(unknown.length(Interval::Acknowledge), Ok(5), "nobody was paged");
    assert_eq!(unknown.length(Interval::Detect), Err(Excluded::Missing));
    assert_eq!(Stamps::default().length(Interval::Restore), Err(Excluded::Missing));
}

#[test]
fn times_that_contradict_each_other_are_excluded_and_say_so() {
    let late_start = Stamps { start: Some(7), ..incident() };
    assert_eq!(late_start.length(Interval::Restore), Err(Excluded::BadTimes));
    let early_close = Stamps { close: Some(80), ..incident() };
    assert_eq!(early_close.length(Interval::Detect), Err(Excluded::BadTimes));
    let early_restore = Stamps { restore: Some(20), ..incident() };
    assert_eq!(early_restore.length(Interval::Repair), Err(Excluded::BadTimes));
}
