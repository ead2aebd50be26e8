//! `operate alertmanager` beside Debian's Alertmanager: both are given the same alerts, silences
//! and configurations, and have to show and tell the same.
//!
//! A seed says what happens, step by step. After each step a marker is sent whose group waits
//! longer than any other: when both told it, every group that had something to tell has told it.
//! What is compared does not depend on when groups are flushed: for each group the order of what
//! was told.

mod case;
mod seen;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use self::case::{Case, Config, Step};
use self::seen::{Shown, Told, shown, told};
use crate::world::{Alerting, Make, Receiver, wait_until};

/// Seeds of every run; `OPERATE_TEST_SEEDS=100..140` tries others.
const SEEDS: [u64; 4] = [1, 2, 3, 4];
const STEPS: usize = 10;
/// Looks at both sides before they count as different.
const LOOKS: usize = 100;

#[test]
fn both_show_and_tell_the_same() {
    let seeds = match std::env::var("OPERATE_TEST_SEEDS") {
        Ok(range) => {
            let (first, end) = range.split_once("..").expect("OPERATE_TEST_SEEDS=FIRST..END");
            let number = |text: &str| text.parse::<u64>().expect("a whole number");
            (number(first)..number(end)).collect()
        }
        Err(_) => SEEDS.to_vec(),
    };
    for some in seeds.chunks(4) {
        std::thread::scope(|scope| {
            for seed in some {
                let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
                scope.spawn(move || runtime.block_on(run(*seed)));
            }
        });
    }
}

/// One of the two, and what it told.
struct Side {
    alerting: Alerting,
    receiver: Receiver,
    silences: Vec<String>,
    /// What was told before this was compared already.
    compared: usize,
}

impl Side {
    async fn start(make: Make, config: &Config) -> Side {
        let receiver = Receiver::start().await;
        let alerting = Alerting::start(make, &config.text(&receiver.url)).await;
        Side { alerting, receiver, silences: Vec::new(), compared: 0 }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Alerts(alerts) => self.alerting.post(json!(alerts)).await,
            Step::Silence(matchers) => {
                let body = json!({
                    "matchers": matchers, "startsAt": "2020-01-01T00:00:00Z",
                    "endsAt": "2100-01-01T00:00:00Z", "createdBy": "ada", "comment": "work",
                });
                let made = self.alerting.call(Method::POST, "/api/v2/silences", Some(body)).await;
                self.silences.push(made["silenceID"].as_str().expect("an id").to_owned());
            }
            Step::Expire(index) => {
                let path = format!("/api/v2/silence/{}", self.silences.remove(*index));
                self.alerting.call(Method::DELETE, &path, None).await;
            }
            Step::Configure(config) => {
                self.alerting.configure(&config.text(&self.receiver.url));
                let answer = self.alerting.reload().await;
                assert!(answer.status().is_success(), "{:?}", answer.text().await);
            }
        }
    }

    /// Waits until every group has told what it has to tell.
    async fn settle(&self, marker: &str) {
        let labels = json!({ "alertname": "Marker", "marker": marker });
        self.alerting.post(json!([{ "labels": labels }])).await;
        wait_until("the marker is told", async || {
            let hooks = self.receiver.all();
            hooks.iter().any(|hook| hook.body["groupLabels"]["marker"] == marker).then_some(())
        })
        .await;
    }

    /// What was told since the last comparison, group by group.
    fn told(&self, step: &Step, repeats: bool) -> BTreeMap<String, Vec<Told>> {
        let mut groups = told(&self.receiver.all(), self.compared, repeats);
        if matches!(step, Step::Configure(_)) {
            // New groups are flushed while they fill, and Alertmanager may tell the end of what is
            // inhibited: what fires in the end is the same.
            for told in groups.values_mut() {
                told.drain(..told.len() - 1);
                told.iter_mut().for_each(Told::forget_the_resolved);
            }
        }
        groups
    }

    async fn shown(&self) -> Shown {
        shown(
            &self.alerting.get("/api/v2/alerts").await,
            &self.alerting.get("/api/v2/alerts/groups").await,
        )
    }
}

async fn run(seed: u64) {
    let mut case = Case::new(seed);
    let mut config = case.config();
    let mut theirs = Side::start(Make::Alertmanager, &config).await;
    let mut ours = Side::start(Make::Operate, &config).await;
    let mut number = 0;
    while number < STEPS {
        let step = case.step();
        if matches!(step, Step::Configure(_)) && theirs.shown().await.inhibits() {
            // Alertmanager may tell what is inhibited before it knows again what inhibits.
            continue;
        }
        number += 1;
        theirs.take(&step).await;
        ours.take(&step).await;
        // Groups of the configuration before may have repeated theirs until now.
        let mut repeats = config.repeats();
        if let Step::Configure(new) = &step {
            config = new.clone();
            repeats |= config.repeats();
        }
        let marker = format!("{number}");
        tokio::join!(theirs.settle(&marker), ours.settle(&marker));
        let why = format!("seed {seed}, step {number}: {step:#?}\nof\n{}", config.text("HOOK"));
        compare(&mut theirs, &mut ours, (&step, repeats), &why).await;
    }
}

/// Looks at both until they agree, or for too long.
async fn compare(theirs: &mut Side, ours: &mut Side, (step, repeats): (&Step, bool), why: &str) {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    for look in 1.. {
        again.tick().await;
        let shown = (theirs.shown().await, ours.shown().await);
        let told = (theirs.told(step, repeats), ours.told(step, repeats));
        if shown.0 == shown.1 && told.0 == told.1 {
            break;
        }
        if look == LOOKS {
            differ(&told.0, &told.1, why);
            differ(&shown.0.groups, &shown.1.groups, why);
            differ(&shown.0.alerts, &shown.1.alerts, why);
        }
    }
    theirs.compared = theirs.receiver.all().len();
    ours.compared = ours.receiver.all().len();
}

/// Names what only one of them has.
fn differ<T: PartialEq + std::fmt::Debug>(
    theirs: &BTreeMap<String, T>,
    ours: &BTreeMap<String, T>,
    why: &str,
) {
    let keys = theirs.keys().chain(ours.keys());
    for key in keys {
        let (theirs, ours) = (theirs.get(key), ours.get(key));
        assert!(theirs == ours, "{key}:\nAlertmanager {theirs:#?}\nOperate {ours:#?}\n{why}");
    }
}

#[test]
fn a_seed_says_the_same_every_time() {
    let story = |seed| -> Vec<Value> {
        let mut case = Case::new(seed);
        let config = json!(case.config().text("HOOK"));
        std::iter::once(config)
            .chain((0..50).map(|_| json!(format!("{:?}", case.step()))))
            .collect()
    };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
}
