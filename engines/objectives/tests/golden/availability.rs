//! `cases/availability.txt`.

use calendar::{Span, Spans};
use objectives::{
    Availability, Degraded, Maintenance, Observed, Outage, Terms, availability, fewer_than,
};

use super::by_the_minute;
use super::table::{Hours, Row, calendars, length, rows};
use super::{MINUTE, table};

const TEXT: &str = include_str!("cases/availability.txt");
const HOUR: f64 = 60.0 * MINUTE as f64;

/// What was seen, and as of when.
pub struct Seen {
    pub observed: Observed,
    pub now: Option<i64>,
}

fn seen(hours: &Hours, text: &str) -> Seen {
    let mut observed = Observed::default();
    let mut now = None;
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let mut rest = &words[1..];
        let from = moment(hours, &mut rest);
        if words[0] == "now" {
            now = Some(from);
            continue;
        }
        let until = (rest[0] != "lasting").then(|| from + length(rest[0]));
        rest = &rest[1..];
        let number = |name: &str| {
            let place = rest.iter().position(|word| *word == name)?;
            Some(rest[place + 1])
        };
        match words[0] {
            "out" | "slow" => observed.outages.push(Outage {
                from,
                until,
                degraded: words[0] == "slow",
                users_hit: number("hit").map(|hit| hit.parse().expect("a number")),
            }),
            "blind" => {
                let blind = Spans::one(from, until.expect("an end"));
                observed.unknown = observed.unknown.union(&blind);
            }
            "work" => {
                let planned = Span::new(from, until.expect("an end"));
                let told = rest.iter().position(|word| *word == "told");
                observed.maintenance.push(Maintenance {
                    planned,
                    actual: number("took").map(|took| Span::new(from, from + length(took))),
                    announced: told.map(|place| moment(hours, &mut &rest[place + 1..])),
                    approved: !rest.contains(&"unapproved"),
                });
            }
            other => panic!("`{other}` is nothing that can be seen"),
        }
    }
    Seen { observed, now }
}

/// A date, a time, and perhaps an offset, taken from the front.
fn moment(hours: &Hours, rest: &mut &[&str]) -> i64 {
    let offset = rest.get(2).filter(|word| word.starts_with(['+', '-']));
    let at = hours.at(&format!("{} {} {}", rest[0], rest[1], offset.unwrap_or(&"")));
    *rest = &rest[if offset.is_some() { 3 } else { 2 }..];
    at
}

fn terms(text: &str) -> Terms {
    let mut terms = Terms::default();
    for part in text.split_whitespace() {
        let (name, value) = part.split_once('=').expect("name=value");
        match (name, value) {
            ("slow", "down") => terms.degraded = Degraded::Down,
            ("slow", share) => terms.degraded = Degraded::Factor(share.parse().expect("a share")),
            ("gap", gap) => terms.gap_micros = length(gap),
            ("least", least) => terms.outage_min_micros = length(least),
            ("notice", notice) => terms.notice_micros = length(notice),
            ("exempt", "no") => terms.maintenance_exempt = false,
            _ => panic!("`{part}` is no term"),
        }
    }
    terms
}

/// The sums of a period, minute by minute.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Counted {
    pub agreed: i64,
    pub down: f64,
    pub unknown: i64,
    pub failures: usize,
    /// Users times minutes lost.
    pub lost: f64,
}

impl Counted {
    /// The share of known time that was not down, in percent.
    fn measured(&self) -> Option<f64> {
        let known = (self.agreed - self.unknown) as f64;
        (known > 0.0).then(|| 100.0 * (known - self.down) / known)
    }
}

/// Counts each minute of a period: whether it was agreed, and then down, degraded or unknown.
/// `open` begins with the period.
pub fn count(open: &[bool], period: Span, observed: &Observed, terms: &Terms, now: i64) -> Counted {
    let ends = observed.outages.iter().flat_map(|o| [o.from, o.until.unwrap_or(now)]);
    let first = ends.clone().fold(period.from, i64::min);
    let last = ends.fold(period.until, i64::max);
    // Whole minutes, counted from the period's own.
    let first = period.from - (period.from - first + MINUTE - 1) / MINUTE * MINUTE;
    let all: Vec<i64> = (first..=last).step_by(MINUTE as usize).collect();
    let worth = match terms.degraded {
        Degraded::Up => 0.0,
        Degraded::Down => 1.0,
        Degraded::Factor(share) => share,
    };
    let entirely = joined(&all, observed, terms, now, |outage| !outage.degraded);
    let whole = match worth > 0.0 {
        true => joined(&all, observed, terms, now, |_| true),
        false => entirely.clone(),
    };
    let whole = long(whole, terms);
    let out: Vec<bool> = entirely.iter().zip(&whole).map(|(out, whole)| *out && *whole).collect();
    let slow: Vec<bool> = match worth > 0.0 {
        true => whole.iter().zip(&out).map(|(whole, out)| *whole && !out).collect(),
        false => joined(&all, observed, terms, now, |outage| outage.degraded),
    };
    let mut counted = Counted::default();
    // A failure is a run of bad minutes, in hours or not, of which at least one was agreed.
    let mut costs = None;
    for (place, at) in all.into_iter().enumerate() {
        let agreed = period.contains(at)
            && at < now
            && open[((at - period.from) / MINUTE) as usize]
            && !exempt(observed, terms, at);
        if out[place] || (slow[place] && worth > 0.0) {
            costs = Some(costs.unwrap_or(false) || agreed);
        } else {
            counted.failures += usize::from(costs.take() == Some(true));
        }
        if agreed {
            counted.agreed += 1;
            match (out[place], slow[place]) {
                (true, _) => counted.down += 1.0,
                (false, true) if worth > 0.0 => counted.down += worth,
                (false, true) => {}
                _ => counted.unknown += i64::from(observed.unknown.contains(at)),
            }
            if whole[place] {
                let hits = observed.outages.iter().map(|outage| hit(outage, observed, at, now));
                counted.lost += hits.sum::<f64>();
            }
        }
    }
    counted.failures += usize::from(costs == Some(true));
    counted
}

fn hit(outage: &Outage, observed: &Observed, at: i64, now: i64) -> f64 {
    let lasts = outage.from <= at && at < outage.until.unwrap_or(now);
    let users = outage.users_hit.unwrap_or(0.0).min(observed.users.unwrap_or(0.0));
    if lasts { users } else { 0.0 }
}

/// Whether something of some kind was wrong in each minute, near ones as one.
fn joined(
    all: &[i64],
    observed: &Observed,
    terms: &Terms,
    now: i64,
    of_kind: fn(&Outage) -> bool,
) -> Vec<bool> {
    let wrong = |at: i64| {
        let of_kind = observed.outages.iter().filter(|outage| of_kind(outage));
        of_kind.clone().any(|o| o.from <= at && at < o.until.unwrap_or(now).min(now))
    };
    let mut bad: Vec<bool> = all.iter().map(|at| wrong(*at)).collect();
    let joined = runs(&bad, false).into_iter().filter(|(from, until)| {
        let between = *from > 0 && *until < bad.len();
        between && ((until - from) as i64) * MINUTE < terms.gap_micros
    });
    for (from, until) in joined.collect::<Vec<_>>() {
        bad[from..until].fill(true);
    }
    bad
}

/// Without what is too short to count.
fn long(mut bad: Vec<bool>, terms: &Terms) -> Vec<bool> {
    for (from, until) in runs(&bad, true) {
        if ((until - from) as i64) * MINUTE < terms.outage_min_micros {
            bad[from..until].fill(false);
        }
    }
    bad
}

/// Where this value stands without another between, as `from..until`.
fn runs(list: &[bool], value: bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for place in (0..list.len()).filter(|place| list[*place] == value) {
        match found.last_mut() {
            Some((_, until)) if *until == place => *until += 1,
            _ => found.push((place, place + 1)),
        }
    }
    found
}

/// Whether maintenance takes a minute out of the agreed time.
fn exempt(observed: &Observed, terms: &Terms, at: i64) -> bool {
    terms.maintenance_exempt
        && observed.maintenance.iter().any(|work| {
            let took = work.actual.unwrap_or(work.planned);
            let told =
                work.announced.is_some_and(|told| told + terms.notice_micros <= work.planned.from);
            work.approved && told && work.planned.contains(at) && took.contains(at)
        })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-3
}

/// Percent of a cell; `None` for `n/a`.
fn percent(cell: &str) -> Option<f64> {
    (cell != "n/a").then(|| cell.parse().expect("percent"))
}

fn same(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-4,
        (found, expected) => found == expected,
    }
}

/// What is wrong with sums beside what a row says: agreed and down hours, and the measured share.
fn differ(
    name: &str,
    row: &Row,
    way: &str,
    (agreed, down): (f64, f64),
    measured: Option<f64>,
) -> Vec<String> {
    let number = |cell: &str| row.cell(cell).parse::<f64>().expect("hours");
    let mut complaints = Vec::new();
    if !near(agreed, number("agreed")) || !near(down, number("down")) {
        complaints.push(format!("{name}: {way} says {agreed} h agreed, {down} h down"));
    }
    if !same(measured, percent(row.cell("measured"))) {
        complaints.push(format!("{name}: {way} says {measured:?} %"));
    }
    complaints
}

fn minutes(span: Span) -> usize {
    usize::try_from(span.length() / MINUTE).expect("a length")
}

fn judge(compared: usize, least: usize, complaints: &[String]) {
    println!("{compared} rows");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(compared >= least, "only {compared} rows");
}

#[test]
fn periods_are_counted_as_the_table_says() {
    let (rows, all) = (rows(TEXT, "counted"), calendars(TEXT));
    let mut complaints = Vec::new();
    for row in &rows {
        let (hours, name) = (&all[row.cell("calendar")], row.name("counted"));
        let period = Span::new(hours.at(row.cell("from")), hours.at(row.cell("until")));
        let Seen { observed, now } = seen(hours, row.cell("seen"));
        let (terms, now) = (terms(row.cell("terms")), now.unwrap_or(period.until));
        let engine = availability(hours.compiled().open(), period, &observed, &terms, now);
        let open = by_the_minute::open(hours, period.from, minutes(period));
        let counted = count(&open, period, &observed, &terms, now);
        let sums = (engine.agreed_micros as f64 / HOUR, engine.down_micros / HOUR);
        let measured = engine.measured().map(|share| share * 100.0);
        complaints.extend(differ(&name, row, "the engine", sums, measured));
        let sums = (counted.agreed as f64 / 60.0, counted.down / 60.0);
        complaints.extend(differ(&name, row, "counting", sums, counted.measured()));
        let number = |cell: &str| row.cell(cell).parse::<f64>().expect("a number");
        let unknown = [engine.unknown_micros as f64 / HOUR, counted.unknown as f64 / 60.0];
        if unknown.iter().any(|hours| !near(*hours, number("unknown"))) {
            complaints.push(format!("{name}: unknown {unknown:?}"));
        }
        let failures = [engine.failures as f64, counted.failures as f64];
        if failures.iter().any(|count| *count != number("failures")) {
            complaints.push(format!("{name}: failures {failures:?}"));
        }
    }
    judge(rows.len(), 60, &complaints);
}

#[test]
fn three_figures_say_what_the_unknown_may_hide() {
    // Of twenty-four hours six are unknown, and two of the others were down.
    let hours = &calendars(TEXT)["always"];
    let Seen { observed, .. } = seen(hours, "blind 2026-11-01 06:00 6h; out 2026-11-01 18:00 2h");
    let period = Span::new(hours.at("2026-11-01 00:00"), hours.at("2026-11-02 00:00"));
    let sums =
        availability(hours.compiled().open(), period, &observed, &Terms::default(), period.until);
    let figures = [sums.measured(), sums.pessimistic(), sums.optimistic(), sums.unknown_share()];
    assert_eq!(figures, [Some(16.0 / 18.0), Some(16.0 / 24.0), Some(22.0 / 24.0), Some(0.25)]);
}

#[test]
fn a_contract_that_changes_counts_each_part_with_its_own_hours_and_terms() {
    let (rows, all) = (rows(TEXT, "versions"), calendars(TEXT));
    let mut complaints = Vec::new();
    for row in &rows {
        let (first, then) = (&all[row.cell("first")], &all[row.cell("then")]);
        let (name, change) = (row.name("versions"), first.at(row.cell("until")));
        let Seen { observed, .. } = seen(first, row.cell("seen"));
        let end = first.at("2026-12-01 00:00");
        let parts = [
            (first, Span::new(first.at("2026-11-01 00:00"), change), "first terms"),
            (then, Span::new(change, end), "then terms"),
        ];
        let (mut engine, mut counted) = (Availability::default(), Counted::default());
        for (hours, part, column) in parts {
            let terms = terms(row.cell(column));
            let sums = availability(hours.compiled().open(), part, &observed, &terms, end);
            engine = engine.plus(&sums);
            let open = by_the_minute::open(hours, part.from, minutes(part));
            let sums = count(&open, part, &observed, &terms, end);
            counted.agreed += sums.agreed;
            counted.down += sums.down;
        }
        let sums = (engine.agreed_micros as f64 / HOUR, engine.down_micros / HOUR);
        let measured = engine.measured().map(|share| share * 100.0);
        complaints.extend(differ(&name, row, "the engine", sums, measured));
        let sums = (counted.agreed as f64 / 60.0, counted.down / 60.0);
        complaints.extend(differ(&name, row, "counting", sums, counted.measured()));
    }
    judge(rows.len(), 6, &complaints);
}

#[test]
fn users_weigh_as_the_table_says() {
    let (rows, hours) = (rows(TEXT, "users"), &calendars(TEXT)["always"]);
    let period = Span::new(hours.at("2026-11-01 00:00"), hours.at("2026-12-01 00:00"));
    let open = by_the_minute::open(hours, period.from, minutes(period));
    let mut complaints = Vec::new();
    for row in &rows {
        let (name, mut observed) = (row.name("users"), seen(hours, row.cell("seen")).observed);
        observed.users = row.cell("users").parse().ok();
        let terms = Terms::default();
        let engine = availability(hours.compiled().open(), period, &observed, &terms, period.until);
        let expected = percent(row.cell("by users"));
        if !same(engine.by_users().map(|share| share * 100.0), expected) {
            complaints.push(format!("{name}: the engine says {:?}", engine.by_users()));
        }
        let counted = count(&open, period, &observed, &terms, period.until);
        if let (Some(users), Some(expected)) = (observed.users, expected) {
            let share = 100.0 - 100.0 * counted.lost / (users * counted.agreed as f64);
            if !near(share, expected) {
                complaints.push(format!("{name}: counting says {share}"));
            }
        }
        if !same(engine.measured().map(|share| share * 100.0), percent(row.cell("measured"))) {
            complaints.push(format!("{name}: {:?} measured", engine.measured()));
        }
    }
    judge(rows.len(), 7, &complaints);
}

#[test]
fn parts_that_replace_each_other_are_down_together_only() {
    let (rows, hours) = (rows(TEXT, "redundant"), &calendars(TEXT)["always"]);
    let from = hours.at("2026-11-03 00:00");
    let mut complaints = Vec::new();
    for row in &rows {
        let need: usize = row.cell("need").parse().expect("a number");
        let span = |text: &str| {
            let text = text.trim();
            let begin = hours.at(&text[..16]);
            Span::new(begin, begin + table::length(&text[16..]))
        };
        let part = |text: &str| text.split(',').map(span).collect::<Spans>();
        let parts: Vec<Spans> = row.cell("parts").split('/').map(part).collect();
        let found = fewer_than(need, &parts).total();
        let down = |minute: &i64| {
            let up = parts.iter().filter(|part| !part.contains(from + minute * MINUTE)).count();
            up < need
        };
        let counted = (0..4_000).filter(down).count() as i64 * MINUTE;
        let expected = length(&format!("{}h", row.cell("down")));
        if (found, counted) != (expected, expected) {
            let name = row.name("redundant");
            complaints.push(format!("{name}: {} and {} min", found / MINUTE, counted / MINUTE));
        }
    }
    judge(rows.len(), 7, &complaints);
}
