//! One run: chaos for a while, then calm, with the oracles watching.

use std::time::Duration;

use crate::outside::{Outside, Sensor};
use crate::rng::Rng;
use crate::world::World;
use crate::{oracle, people};

/// What a run amounted to, to see that it was worth something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Journal entries.
    pub entries: usize,
    /// Incidents.
    pub incidents: usize,
    /// Pages.
    pub pages: usize,
    /// Calls that arrived, repetitions included.
    pub calls: usize,
    /// Virtual time.
    pub lasted: Duration,
}

/// Lets everything happen in any order.
///
/// # Panics
/// When an oracle finds something that must not be.
pub fn chaos(seed: u64, steps: usize) -> Summary {
    let mut rng = Rng::new(seed);
    let mut world = World::new(seed);
    world.promise();
    let mut outside = Outside::new();
    let began = world.now;
    for _ in 0..steps {
        step(&mut world, &mut outside, &mut rng);
        oracle::at_any_time(&world, &outside);
    }
    calm(&mut world, &mut outside, &mut rng);
    oracle::at_rest(&world, &outside);
    summary(&world, &outside, world.now.since(began))
}

/// What one failed database came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Outage {
    /// Incidents that were not merged into another.
    pub incidents: usize,
    /// The likely cause that the first of them names.
    pub main_item: Option<String>,
    /// Its alerts.
    pub members: usize,
    /// The policy of each page.
    pub policies: Vec<String>,
}

/// The database fails: it and nine services that need it raise two alerts each, in any order
/// within a minute, with the stream behind and the wires doubling.
pub fn outage(seed: u64) -> Outage {
    let mut rng = Rng::new(seed);
    let mut world = World::new(seed);
    let mut outside = Outside::new();
    let services = "orders stock billing returns cart checkout reporting web mobile";
    let services = services.split(' ').map(|name| ("service", name));
    let mut sensors: Vec<Sensor> = services
        .chain([("component", "orders-db")])
        .flat_map(|of| ["Down", "Slow"].map(|name| Sensor::new(name, "critical", Some(of))))
        .collect();
    rng.shuffle(&mut sensors);
    outside.sensors = Vec::new();
    for mut sensor in sensors {
        sensor.toggle(world.now);
        outside.sensors.push(sensor);
        outside.report(world.now, &mut rng);
        world.now = world.now + rng.span(3);
        outside.arrive(&mut world);
        world.stream(rng.below(12));
        if rng.chance(10) {
            outside.crash();
        }
    }
    calm(&mut world, &mut outside, &mut rng);
    oracle::at_rest(&world, &outside);
    let kept = || world.incidents.rows().filter(|incident| incident.merged_into.is_none());
    let first = kept().next();
    Outage {
        incidents: kept().count(),
        main_item: first.and_then(|first| Some(first.main_item.as_ref()?.to_string())),
        members: first.map_or(0, |first| first.attached().count()),
        policies: world.pages.rows().map(|page| page.policy.to_string()).collect(),
    }
}

fn step(world: &mut World, outside: &mut Outside, rng: &mut Rng) {
    match rng.below(100) {
        0..=19 => world.now = world.now + rng.span(60),
        // Sometimes nothing happens for long, or everything is late.
        20 => world.now = world.now + rng.span(6 * 3_600),
        21..=26 => {
            let place = rng.below(outside.sensors.len());
            outside.sensors[place].toggle(world.now);
        }
        27..=38 => outside.report(world.now, rng),
        39..=48 => outside.arrive(world),
        49..=64 => world.stream(1 + rng.below(8)),
        65..=71 => {
            world.clockwork();
        }
        72 => {
            world.look();
        }
        73..=79 => outside.lease(world),
        80..=86 => outside.send(world, rng.chance(15)),
        87..=95 => people::act(world, rng),
        96..=97 => outside.crash(),
        _ => outside.channel_up = rng.chance(60),
    }
}

/// Everything works again, and all that is due is done.
fn calm(world: &mut World, outside: &mut Outside, rng: &mut Rng) {
    outside.channel_up = true;
    for _ in 0..1_000 {
        outside.report(world.now, rng);
        outside.arrive(world);
        let moved = rest(world, outside);
        let waiting = world.outbox.values().any(|letter| letter.is_open());
        if !moved && !waiting && outside.wires.is_empty() {
            return;
        }
        world.now = world.now + Duration::from_secs(30);
    }
    unreachable!("it never comes to rest");
}

/// Does what is due now, until nothing is; whether there was anything.
pub fn rest(world: &mut World, outside: &mut Outside) -> bool {
    let mut moved = false;
    loop {
        let ticked = world.clockwork() > 0;
        let behind = world.stream_behind();
        while world.stream_behind() {
            world.stream(64);
        }
        let before = outside.inbox.len();
        outside.lease(world);
        outside.send(world, false);
        if !ticked && !behind && outside.inbox.len() == before {
            return moved;
        }
        moved = true;
    }
}

fn summary(world: &World, outside: &Outside, lasted: Duration) -> Summary {
    Summary {
        entries: world.journal.len(),
        incidents: world.incidents.rows().count(),
        pages: world.pages.rows().count(),
        calls: outside.inbox.len(),
        lasted,
    }
}
