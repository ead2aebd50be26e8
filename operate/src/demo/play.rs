//! Plays a script: sends what a watcher would send, when it would, and tells what it does.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use kernel::Time;
use serde_json::{Map, Value, json};

use super::script::{STEPS, SYMPTOMS, Step, Symptom, find};
use crate::Shell;
use crate::client::Client;
use crate::saved::Credential;
use crate::screen::{Colour, Screen, items, text};
use crate::trouble::{Code, Outcome, Trouble};

/// Senders say when an alert ends unless they send it again: so it ends when this is interrupted.
const LIFE: Duration = Duration::from_secs(300);
/// How often everything that fires is sent again.
const AGAIN: Duration = Duration::from_secs(60);
/// The check from the side of travellers in the sample estate, and for how long it has passed.
const CHECK: &str = "/api/v1/objectives/test-purchases/counts";
const PASSED: Duration = Duration::from_secs(3600);
/// What takes the check with it.
const ORDERS: &str = "orders";
/// How long it is waited for the incident at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Plays the outage.
pub async fn play(shell: &Shell, speed: f64, key: Option<String>) -> Outcome {
    if !(0.01..=1000.0).contains(&speed) {
        return Err(Trouble::wrong("--speed is between 0.01 and 1000"));
    }
    let reader = shell.server.client()?;
    let sender = Client::new(shell.server.url(), key.map(Credential::Token))?;
    let screen = &shell.screen;
    let began = screen.now();
    let mut player =
        Player { screen, sender, reader, began, firing: BTreeMap::new(), sent_at: began };
    player.announce(speed).await;
    player.check(began - PASSED, began, 1).await;
    let mut shown = false;
    for step in STEPS {
        let after = Duration::from_secs_f64(f64::from(step.at) / speed);
        player.wait_until(began + after).await?;
        player.take(step).await?;
        if !shown && step.begins.contains(&ORDERS) {
            shown = player.show_incident().await;
        }
    }
    player.conclude(shown).await;
    Ok(ExitCode::SUCCESS)
}

struct Player<'s> {
    screen: &'s Screen,
    sender: Client,
    /// Asks what became of it, when somebody is signed in.
    reader: Client,
    began: Time,
    /// What fires, and since when.
    firing: BTreeMap<&'static str, Time>,
    sent_at: Time,
}

impl Player<'_> {
    async fn announce(&self, speed: f64) {
        let last = STEPS.last().map_or(0.0, |step| f64::from(step.at)) / speed;
        self.narrate(&format!(
            "Sends {} alerts to {} in {last:.0} s.",
            SYMPTOMS.len(),
            self.sender.url()
        ));
        if self.reader.known() {
            let found = self.reader.get("/api/v1/estate/items/component/orders-db", &[]).await;
            if found.is_err_and(|trouble| trouble.code == Code::NotFound) {
                self.screen.note(
                    "The estate has no component/orders-db, so that nothing will be found to \
                     belong together: apply the sample first, `operate apply -f examples/estate`.",
                );
            }
        }
    }

    /// Waits, and sends again what fires, as senders do.
    async fn wait_until(&mut self, time: Time) -> Result<(), Trouble> {
        while self.sent_at + AGAIN < time {
            self.screen.world.clock.wait_until(self.sent_at + AGAIN).await;
            let firing: Vec<Value> = self
                .firing
                .iter()
                .filter_map(|(key, since)| Some(self.alert(find(key)?, *since, None)))
                .collect();
            self.send(firing).await?;
        }
        self.screen.world.clock.wait_until(time).await;
        Ok(())
    }

    async fn take(&mut self, step: &Step) -> Result<(), Trouble> {
        if !step.told.is_empty() {
            self.narrate(step.told);
        }
        let now = self.screen.now();
        let mut alerts = Vec::new();
        let mut lines = Vec::new();
        for symptom in step.begins.iter().filter_map(|key| find(key)) {
            self.firing.insert(symptom.key, now);
            alerts.push(self.alert(symptom, now, None));
            lines.push(("fires", symptom));
        }
        for symptom in step.ends.iter().filter_map(|key| find(key)) {
            let since = self.firing.remove(symptom.key).unwrap_or(now);
            if symptom.key == ORDERS {
                self.check(since, now, 0).await;
            }
            alerts.push(self.alert(symptom, since, Some(now)));
            lines.push(("clears", symptom));
        }
        self.send(alerts).await?;
        for (what, symptom) in lines {
            self.tell(what, symptom, now);
        }
        Ok(())
    }

    /// Reports a test purchase for each minute that a time touches. Without the sample estate
    /// nobody asked for them, and nothing is missed.
    async fn check(&self, from: Time, to: Time, good: u64) {
        const MINUTE: i64 = 60_000_000;
        let minutes = from.micros().div_euclid(MINUTE)..=to.micros().div_euclid(MINUTE);
        let told = |minute| {
            let at = Time::from_micros(minute * MINUTE);
            json!({ "at": at, "good": good, "total": 1 })
        };
        let minutes: Vec<Value> = minutes.map(told).collect();
        let _ = self.sender.try_post(CHECK, &json!({ "minutes": minutes })).await;
    }

    fn alert(&self, symptom: &Symptom, since: Time, end: Option<Time>) -> Value {
        let severity = ("severity", symptom.severity);
        let pairs = symptom.labels.iter().chain([&severity]);
        let labels: Map<String, Value> =
            pairs.map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        json!({
            "labels": labels,
            "annotations": { "summary": symptom.summary },
            "startsAt": since,
            "endsAt": end.unwrap_or_else(|| self.screen.now() + LIFE),
        })
    }

    async fn send(&mut self, alerts: Vec<Value>) -> Result<(), Trouble> {
        self.sent_at = self.screen.now();
        let (status, answer) =
            self.sender.try_post("/api/v2/alerts", &Value::Array(alerts)).await?;
        if status.is_success() {
            return Ok(());
        }
        let trouble = self.sender.told(status, &answer);
        Err(match trouble.code {
            Code::NotAllowed => {
                trouble.remedy("make a key with `operate key add demo`, and pass it with --key")
            }
            _ => trouble,
        })
    }

    fn narrate(&self, told: &str) {
        if !self.screen.json {
            self.screen.say(self.screen.paint.bold(told));
        }
    }

    fn tell(&self, what: &str, symptom: &Symptom, now: Time) {
        let Screen { json, paint, .. } = *self.screen;
        if json {
            self.screen.say(json!({
                "at": now, "what": what, "item": symptom.item, "severity": symptom.severity,
                "summary": symptom.summary,
            }));
            return;
        }
        let colour =
            if what == "fires" { Colour::of_gravity(symptom.severity) } else { Colour::Green };
        let what = paint.in_colour(colour, format_args!("{what:<6}"));
        self.screen.say(format_args!(
            "  {} UTC  +{:>2} s  {what}  {:<24} {}",
            clock(now),
            now.since(self.began).as_secs(),
            symptom.item,
            symptom.summary
        ));
    }

    /// The newest open incident about the database, for whoever may see it.
    async fn incident(&self) -> Option<Value> {
        let query = [
            ("item", "component/orders-db".to_owned()),
            ("open", "true".to_owned()),
            ("sort", "-opened_at".to_owned()),
            ("limit", "1".to_owned()),
        ];
        let found = self.reader.get("/api/v1/incidents", &query).await.ok()?;
        items(&found, "items").first().cloned()
    }

    /// Tells where to look; `true` once the incident itself was named.
    async fn show_incident(&self) -> bool {
        let url = self.reader.url();
        let until = self.screen.now() + PATIENCE;
        let mut found = self.incident().await;
        while found.is_none() && self.reader.known() && self.screen.now() < until {
            self.screen.world.clock.wait(Duration::from_millis(200)).await;
            found = self.incident().await;
        }
        match (&found, self.screen.json) {
            (Some(incident), true) => self.screen.say(incident),
            (None, true) => {}
            (Some(incident), false) => {
                let address = format!("{url}/incidents/{}", text(incident, "id"));
                let number = text(incident, "number");
                self.narrate(&format!("It became incident {number}: {address}"));
            }
            (None, false) => {
                self.narrate(&format!("See what Operate makes of it: {url}/incidents"))
            }
        }
        found.is_some()
    }

    async fn conclude(&self, shown: bool) {
        if self.screen.json {
            return;
        }
        self.narrate("All alerts are clear.");
        match self.incident().await.filter(|_| shown) {
            Some(incident) => {
                let members = items(&incident, "members").len();
                self.narrate(&format!(
                    "Incident {} `{}` took in {members} alerts.",
                    text(&incident, "number"),
                    text(&incident, "title")
                ));
                let number = text(&incident, "number");
                self.narrate(&format!("Its story: operate incident show {number}"));
            }
            None => {
                let url = self.reader.url();
                self.narrate(&format!("What became of it: {url}/incidents"));
            }
        }
        self.narrate("When nothing fires again for a minute, Operate calls the service restored.");
    }
}

/// `09:30:05`.
fn clock(time: Time) -> String {
    let text = time.to_string();
    text.split('T').nth(1).map(|time| time.chars().take(8).collect()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_told_to_the_second() {
        assert_eq!(clock(Time::parse("2026-03-01T09:30:05.25Z").unwrap()), "09:30:05");
    }
}
