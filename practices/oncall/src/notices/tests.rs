use schedule::{Change, Every, Layer, Rotation, Schedule};

use super::*;

const HOUR: i64 = 3_600_000_000;
/// Noon of a Monday.
const NOON: i64 = 1_772_452_800_000_000;

/// Ada and Bob, day by day from noon to noon, Ada first.
fn daily() -> Schedule {
    let start = "2026-03-02T12:00".parse().unwrap();
    let rotation = Rotation::new(start, Every::Days(1), &["ada", "bob"]);
    Schedule::new("UTC").layer(Layer::new("first").rotation(rotation))
}

/// A schedule that is looked at again and again.
struct Desk {
    schedule: Schedule,
    watch: Watch,
    /// Who took over at the last look.
    taken: Vec<String>,
}

fn takes_over(notice: &Notice) -> bool {
    matches!(notice.news, News::TakesOver { .. })
}

impl Desk {
    /// After a first look an hour after Monday's noon.
    fn new() -> Desk {
        let mut desk = Desk { schedule: daily(), watch: Watch::NEVER, taken: vec![] };
        assert_eq!(desk.at(1.0), [""; 0]);
        desk
    }

    /// What is told so many hours after Monday's noon; everybody is told an hour before, and Eve
    /// nothing.
    fn at(&mut self, hours: f64) -> Vec<String> {
        let now = time(NOON + (hours * HOUR as f64) as i64);
        let wishes = |person: &str| (person != "eve").then_some(Duration::from_secs(3600));
        let roster = self.schedule.roster(window(now)).unwrap();
        let (watch, notices) = look(&self.watch, roster.turns(), &wishes, now);
        let text = serde_json::to_string(&watch).unwrap();
        self.watch = serde_json::from_str(&text).unwrap();
        assert_eq!(self.watch, watch, "it survives a restart");
        self.taken = notices.iter().filter(|notice| takes_over(notice)).map(told).collect();
        notices.iter().filter(|notice| !takes_over(notice)).map(told).collect()
    }

    fn change(&mut self, from: i64, until: i64, person: &str) {
        let span = Span::new(NOON + from * HOUR, NOON + until * HOUR);
        self.schedule.changes.push(Change::Cover { span, person: person.into() });
    }
}

fn hour(micros: i64) -> i64 {
    (micros - NOON) / HOUR
}

fn told(notice: &Notice) -> String {
    let person = &notice.person;
    match &notice.news {
        News::Begins { span } => {
            format!("{person} begins {} to {}", hour(span.from), hour(span.until))
        }
        News::Ends { at, next } => {
            let next = next.as_deref().unwrap_or("nobody");
            format!("{person} ends {}, then {next}", hour(at.micros()))
        }
        News::TakesOver { turn } => {
            let (from, until) = (hour(turn.span.from), hour(turn.span.until));
            format!("{person} takes over from {}, {from} to {until}", turn.person)
        }
        News::Given { turns } => {
            let each = turns.iter().map(|(span, _)| (hour(span.from), hour(span.until)));
            format!("{person} is given {:?}", each.take(3).collect::<Vec<_>>())
        }
        News::Lost { turns } => {
            let each = turns.iter().map(|turn| {
                format!("{} to {} to {}", hour(turn.span.from), hour(turn.span.until), turn.person)
            });
            format!("{person} loses {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn a_shift_is_announced_once_before_it_begins_and_its_end_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.at(22.9), [""; 0]);
    assert_eq!(desk.at(23.0), ["bob begins 24 to 48"]);
    assert_eq!(desk.at(23.5), [""; 0]);
    assert_eq!(desk.at(24.0), ["ada ends 24, then bob"]);
    assert_eq!(desk.at(24.1), [""; 0]);
    assert_eq!(desk.at(47.5), ["ada begins 48 to 72"]);
}

#[test]
fn after_a_long_stop_nothing_is_told_of_what_is_past() {
    let mut desk = Desk::new();
    assert_eq!(desk.at(24.0 * 3.0 + 5.0), [""; 0], "three hand-overs were missed");
    assert_eq!(desk.at(24.0 * 3.0 + 23.5), ["ada begins 96 to 120"]);
}

#[test]
fn who_is_given_a_shift_is_told_at_once_and_once() {
    let mut desk = Desk::new();
    desk.change(30, 34, "ada");
    assert_eq!(desk.at(2.0), ["ada is given [(30, 34)]", "bob loses 30 to 34 to ada"]);
    assert_eq!(desk.at(2.1), [""; 0]);
    desk.change(30, 36, "ada");
    let only_new = ["ada is given [(34, 36)]", "bob loses 34 to 36 to ada"];
    assert_eq!(desk.at(3.0), only_new);
    desk.schedule.changes.clear();
    let again = ["bob is given [(30, 36)]", "ada loses 30 to 36 to bob"];
    assert_eq!(desk.at(4.0), again, "he has his own turn again");
    desk.change(50, 52, "ada");
    assert_eq!(desk.at(5.0), [""; 0], "it is her turn anyway");
}

#[test]
fn who_stands_in_is_told_of_every_shift_in_one_notice_and_of_no_more_as_days_pass() {
    let mut desk = Desk::new();
    desk.schedule = daily().away("ada", Span::new(NOON + 2 * HOUR, i64::MAX));
    let notices = desk.at(2.0);
    assert_eq!(notices[0], "ada ends 2, then bob");
    assert_eq!(notices[1], "bob is given [(2, 24), (48, 72), (96, 120)]");
    assert_eq!(notices.len(), 2, "{notices:?}");
    for day in 1..10 {
        assert_eq!(desk.at(f64::from(day) * 24.0 + 2.0), [""; 0], "day {day}");
    }
}

#[test]
fn a_shift_that_is_given_shortly_before_it_begins_is_told_once() {
    let mut desk = Desk::new();
    desk.change(6, 8, "bob");
    assert_eq!(desk.at(5.5), ["bob is given [(6, 8)]", "ada loses 6 to 8 to bob"]);
    assert_eq!(desk.at(5.6), [""; 0]);
    assert_eq!(desk.at(6.0), ["ada ends 6, then bob"]);
    assert_eq!(desk.at(7.0), ["ada begins 8 to 24"], "she has it back after him");
}

#[test]
fn the_beginning_is_told_anew_when_it_moves() {
    let mut desk = Desk::new();
    assert_eq!(desk.at(23.5), ["bob begins 24 to 48"]);
    desk.change(24, 26, "ada");
    assert_eq!(desk.at(23.6), ["ada is given [(24, 26)]", "bob loses 24 to 26 to ada"]);
    assert_eq!(desk.at(25.0), ["bob begins 26 to 48"]);
}

#[test]
fn what_was_over_at_the_first_look_is_no_news() {
    let mut desk = Desk { schedule: daily(), watch: Watch::NEVER, taken: vec![] };
    assert_eq!(desk.at(24.0), [""; 0]);
    assert_eq!(desk.at(24.1), [""; 0]);
}

#[test]
fn who_takes_over_is_known_once_whatever_people_wish() {
    let mut desk = Desk::new();
    desk.change(20, 24, "eve");
    assert_eq!(desk.at(20.0), ["ada ends 20, then eve"]);
    assert_eq!(desk.taken, ["eve takes over from ada, 0 to 20"]);
    assert_eq!(desk.at(24.0), [""; 0]);
    assert_eq!(desk.taken, ["bob takes over from eve, 20 to 24"]);
    assert_eq!(desk.at(24.1), [""; 0]);
    assert_eq!(desk.taken, [""; 0]);
}

#[test]
fn who_wishes_no_notices_gets_none() {
    let mut desk = Desk::new();
    desk.change(30, 34, "eve");
    assert_eq!(desk.at(2.0), ["bob loses 30 to 34 to eve"]);
    desk.schedule.changes.clear();
    assert_eq!(desk.at(2.1), ["bob is given [(30, 34)]"]);
    desk.change(30, 34, "eve");
    assert_eq!(desk.at(2.2), ["bob loses 30 to 34 to eve"]);
    assert_eq!(desk.at(29.5), [""; 0]);
    assert_eq!(desk.at(30.0), ["bob ends 30, then eve"]);
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let mut desk = Desk::new();
    let before = desk.watch.clone();
    desk.at(1.5);
    desk.at(11.0);
    assert_eq!(desk.watch, before);
}

#[test]
fn a_gap_after_a_shift_is_said() {
    let mut desk = Desk::new();
    desk.schedule = daily().away("bob", Span::new(NOON + 23 * HOUR, NOON + 40 * HOUR));
    desk.schedule.layers[0].backup = schedule::Backup::Nobody;
    assert_eq!(desk.at(24.0), ["ada ends 24, then nobody"]);
}

#[test]
fn who_stood_in_is_told_that_the_other_one_is_back() {
    let mut desk = Desk::new();
    desk.schedule = daily().away("ada", Span::new(NOON + 40 * HOUR, NOON + 60 * HOUR));
    assert_eq!(desk.at(2.0), ["bob is given [(48, 60)]"], "she knows that she is away");
    desk.schedule = daily();
    assert_eq!(desk.at(3.0), ["ada is given [(48, 60)]", "bob loses 48 to 60 to ada"]);
}
