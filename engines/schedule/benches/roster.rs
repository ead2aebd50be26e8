//! `cargo bench -p schedule --bench roster`: who is on call over a year, for a thousand people in a
//! hundred and twenty-five schedules, with shifts by day and by night, leave and swaps; and for a
//! thousand people who take turns in one.

use std::hint::black_box;

use calendar::{Day, Span};
use criterion::{Criterion, criterion_group, criterion_main};
use schedule::{Change, Every, Layer, Person, Rotation, Schedule};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000_000;

criterion_main!(benches);
criterion_group!(benches, year);

/// Eight people: weeks around the clock, and over them days in working hours.
fn team(number: usize) -> Schedule {
    let people: Vec<String> = (0..8).map(|place| format!("p{}", number * 8 + place)).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let start = "2025-12-29T09:00".parse().expect("a wall time");
    let nights = Layer::new("nights").rotation(Rotation::new(start, Every::Weeks(1), &people[..4]));
    let days = Layer::new("days").rotation(Rotation::new(start, Every::Days(1), &people[4..]));
    let days = days.hours(&Day::WEEK[..5], "09:00", "17:00");
    let mut schedule = Schedule::new("Europe/Berlin").layer(nights).layer(days);
    for (place, person) in people.iter().enumerate() {
        let from = BEGIN + (place as i64 * 41 + number as i64) * DAY;
        schedule = schedule.away(person, Span::new(from, from + 14 * DAY));
    }
    for week in 0..12 {
        let from = BEGIN + (week * 30 + 3) * DAY;
        let one = (Person::from(people[0]), Span::new(from, from + 7 * DAY));
        let other = (Person::from(people[1]), Span::new(from + 7 * DAY, from + 14 * DAY));
        schedule = schedule.change(Change::Swap { one, other });
    }
    schedule
}

fn year(criterion: &mut Criterion) {
    let window = Span::new(BEGIN, BEGIN + 365 * DAY);
    let teams: Vec<Schedule> = (0..125).map(team).collect();
    let people: Vec<String> = (0..1_000).map(|place| format!("p{place}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let start = "2025-12-29T09:00".parse().expect("a wall time");
    let rotation = Rotation::new(start, Every::Hours(6), &people);
    let one = Schedule::new("Europe/Berlin").layer(Layer::new("all").rotation(rotation));
    let mut group = criterion.benchmark_group("a year of 1,000 people");
    group.sample_size(20);
    group.bench_function("in 125 schedules", |bench| {
        bench.iter(|| {
            let turns = |team: &Schedule| team.roster(window).expect("a roster").turns().len();
            black_box(teams.iter().map(turns).sum::<usize>())
        });
    });
    group.bench_function("in one schedule", |bench| {
        bench.iter(|| black_box(one.roster(window).expect("a roster").turns().len()));
    });
}
