//! What surrounds Operate: monitoring that repeats itself, wires that delay and double, a channel
//! that fails and is slow.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use alerts::{Fingerprint, Labels, Signal};
use kernel::{OutboxId, Time};

use crate::rng::Rng;
use crate::world::World;

/// One alerting rule of the monitoring, for one label set.
#[derive(Clone, Debug)]
pub struct Sensor {
    /// The labels of its alert.
    pub labels: Labels,
    /// Since when it fires.
    pub firing_since: Option<Time>,
    /// The firing before, which is still reported as over.
    pub last: Option<(Time, Time)>,
}

impl Sensor {
    /// A sensor that does not fire.
    pub fn new(name: &str, severity: &str, label: Option<(&str, &str)>) -> Sensor {
        let named = [("alertname", name), ("severity", severity)];
        let labels = Labels::new(named.into_iter().chain(label));
        Sensor { labels, firing_since: None, last: None }
    }

    /// Begins or ends to fire.
    pub fn toggle(&mut self, now: Time) {
        match self.firing_since.take() {
            Some(since) => self.last = Some((since, now)),
            None => self.firing_since = Some(now),
        }
    }

    /// What it reports now; nothing when there was never anything to report.
    pub fn report(&self, now: Time) -> Option<Signal> {
        let (starts_at, ends_at) = match (self.firing_since, self.last) {
            (Some(since), _) => (since, now + Duration::from_secs(240)),
            (None, Some(last)) => last,
            (None, None) => return None,
        };
        Some(Signal {
            source: Arc::from("prometheus"),
            key: None,
            rule: None,
            labels: self.labels.clone(),
            annotations: Labels::default(),
            starts_at: Some(starts_at),
            ends_at: Some(ends_at),
            generator_url: "".into(),
        })
    }
}

/// A call as the outside saw it.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// The message, which is the idempotency key.
    pub message: OutboxId,
    /// Whether the page still wanted an answer at that moment.
    pub wanted: bool,
}

/// Everything outside, and what is lost in a crash.
pub struct Outside {
    /// The monitoring.
    pub sensors: Vec<Sensor>,
    /// Reports under way, each with the time at which it arrives.
    pub wires: Vec<(Time, Vec<Signal>)>,
    /// Whether the channel works.
    pub channel_up: bool,
    /// Every call that arrived, in order.
    pub inbox: Vec<Received>,
    /// The alerts of signals that were answered with "accepted" and not ignored.
    pub accepted: BTreeSet<Fingerprint>,
    /// Messages that a worker holds: gone after a crash.
    in_hand: Vec<OutboxId>,
}

impl Outside {
    /// Monitoring over the items of the estate, and over things that nobody declared.
    pub fn new() -> Outside {
        let sensor = |(name, severity, label, value): (&str, &str, &str, &str)| {
            Sensor::new(name, severity, Some((label, value)).filter(|_| !label.is_empty()))
        };
        let sensors = [
            ("DatabaseDown", "critical", "component", "orders-db"),
            ("DatabaseSlow", "warning", "instance", "orders-db:9187"),
            ("OrdersErrors", "error", "service", "orders"),
            ("StockErrors", "critical", "service", "stock"),
            ("BillingErrors", "error", "job", "billing"),
            ("CartErrors", "error", "service", "cart"),
            ("CheckoutErrors", "critical", "service", "checkout"),
            ("ReportingLate", "warning", "service", "reporting"),
            ("WebErrors", "error", "item", "service/web"),
            ("IntranetDown", "critical", "service", "intranet"),
            ("CanteenMenuOld", "info", "service", "canteen"),
            ("CanteenDown", "warning", "service", "canteen"),
            ("PayrollErrors", "error", "service", "payroll"),
            ("PayrollDown", "critical", "service", "payroll"),
            ("RecordsDown", "critical", "service", "records"),
            ("PrinterJammed", "critical", "", ""),
            ("DoorOpen", "warning", "", ""),
            ("UnknownDisk", "error", "instance", "nowhere:9100"),
        ];
        Outside {
            sensors: sensors.into_iter().map(sensor).collect(),
            wires: Vec::new(),
            channel_up: true,
            inbox: Vec::new(),
            accepted: BTreeSet::new(),
            in_hand: Vec::new(),
        }
    }

    /// Some sensors report; the wire may delay the report, double it, and mix up its order.
    pub fn report(&mut self, now: Time, rng: &mut Rng) {
        let mut batch: Vec<Signal> = Vec::new();
        for sensor in &self.sensors {
            if rng.chance(70) {
                batch.extend(sensor.report(now));
            }
        }
        if rng.chance(30) {
            rng.shuffle(&mut batch);
        }
        if rng.chance(20) {
            batch.extend(batch.clone());
        }
        let late = if rng.chance(70) { 0 } else { 120 };
        self.wires.push((now + rng.span(late), batch.clone()));
        if rng.chance(15) {
            self.wires.push((now + rng.span(300), batch));
        }
    }

    /// Hands in the reports that have arrived.
    pub fn arrive(&mut self, world: &mut World) {
        let now = world.now;
        let (arrived, under_way): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.wires).into_iter().partition(|(at, _)| *at <= now);
        self.wires = under_way;
        for (_, batch) in arrived {
            let ignored = world.take(&batch);
            for (place, signal) in batch.iter().enumerate() {
                if !ignored.iter().any(|(index, _)| *index == place) {
                    self.accepted.insert(signal.fingerprint());
                }
            }
        }
    }

    /// A worker takes a message.
    pub fn lease(&mut self, world: &mut World) {
        self.in_hand.extend(world.lease());
    }

    /// A worker sends what it holds. It may crash between sending and writing that down.
    pub fn send(&mut self, world: &mut World, crash: bool) {
        for message in std::mem::take(&mut self.in_hand) {
            let Some(letter) = world.outbox.get(&message) else { continue };
            let Some(page) = world.pages.get(letter.page) else { continue };
            if !page.wants(message) {
                world.drop_letter(message);
                continue;
            }
            if self.channel_up {
                let other = |call: &oncall::Call| call.purpose != oncall::Purpose::Call;
                let call = page.calls.iter().find(|call| call.message == message);
                let wanted = page.stage.unanswered() || call.is_some_and(other);
                self.inbox.push(Received { message, wanted });
            }
            if !crash {
                world.settle(message, self.channel_up);
            }
        }
    }

    /// The process dies: what was only in memory is gone.
    pub fn crash(&mut self) {
        self.in_hand.clear();
    }
}

impl Default for Outside {
    fn default() -> Self {
        Outside::new()
    }
}
