//! Carrying a notification: from what the outbox holds to the calls of its receiver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connectors::receivers::{AlertData, AlertStatus, Call, Notice, TemplateData, Verdict};
use connectors::webhook::Webhooks;
use jiff::Timestamp;
use kernel::OutboxId;
use serde::{Deserialize, Serialize};
use spine::World;
use spine::outbox::Outcome;

use super::board::{Due, stamp};
use super::live::{LiveRouting, secrets};

/// Calls that one notification may lead to, those that follow from answers included.
const CALLS_MAX: usize = 32;

/// What a receiver is told, as the outbox keeps it. Texts are rendered when it is carried, by the
/// configuration that is in force then.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    receiver: String,
    section: String,
    index: usize,
    group_key: String,
    group_labels: BTreeMap<String, String>,
    alerts: Vec<One>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct One {
    firing: bool,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    starts_at: Timestamp,
    ends_at: Option<Timestamp>,
    generator_url: String,
    fingerprint: String,
}

impl Told {
    /// What a flush tells one integration.
    pub fn new(due: &Due, section: &str, index: usize, firing: &[u64], resolved: &[u64]) -> Told {
        let texts = |labels: &alerts::Labels| {
            labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let one = |key: &u64, firing: bool| {
            let alert = &due.alerts.get(key)?.record;
            let ended = alert.ends_at.unwrap_or(alert.last_seen);
            Some(One {
                firing,
                labels: texts(&alert.labels),
                annotations: texts(&alert.annotations),
                starts_at: stamp(alert.starts_at),
                ends_at: (!firing).then(|| stamp(ended)),
                generator_url: alert.generator_url.to_string(),
                fingerprint: alert.fingerprint.to_string(),
            })
        };
        let mut alerts: Vec<One> = firing.iter().filter_map(|key| one(key, true)).collect();
        alerts.extend(resolved.iter().filter_map(|key| one(key, false)));
        alerts.sort_by(|a, b| (&a.starts_at, &a.labels).cmp(&(&b.starts_at, &b.labels)));
        Told {
            receiver: due.receiver.clone(),
            section: section.to_owned(),
            index,
            group_key: due.slot.1.to_string(),
            group_labels: due.labels.clone(),
            alerts,
        }
    }

    /// What several groups of one receiver tell, in one message; `None` without any. An alert that
    /// is in several groups is told once.
    pub fn joined(items: Vec<Told>, kind: &str) -> Option<Told> {
        let mut items = items.into_iter();
        let mut all = items.next()?;
        all.alerts.extend(items.flat_map(|item| item.alerts));
        let mut seen = BTreeSet::new();
        all.alerts.retain(|alert| seen.insert(alert.fingerprint.clone()));
        all.alerts.sort_by(|a, b| {
            (!a.firing, &a.starts_at, &a.labels).cmp(&(!b.firing, &b.starts_at, &b.labels))
        });
        all.group_key = format!("digest:{}/{}[{}]:{kind}", all.receiver, all.section, all.index);
        all.group_labels = BTreeMap::new();
        Some(all)
    }

    fn data(self, external_url: &str) -> (TemplateData, String) {
        let alerts = self.alerts.into_iter().map(|one| AlertData {
            status: if one.firing { AlertStatus::Firing } else { AlertStatus::Resolved },
            labels: Arc::new(one.labels),
            annotations: Arc::new(one.annotations),
            starts_at: one.starts_at,
            ends_at: one.ends_at,
            generator_url: one.generator_url,
            fingerprint: one.fingerprint,
        });
        let labels = Arc::new(self.group_labels);
        (TemplateData::new(self.receiver, external_url, labels, alerts.collect()), self.group_key)
    }
}

/// Why attempts failed, as Alertmanager calls it.
pub const REASONS: [&str; 3] = ["clientError", "serverError", "other"];

/// Counts an attempt under the names by which Alertmanager is watched; `way` is the receiver's:
/// `ops/webhook[0]`.
pub fn count(way: &str, outcome: &Outcome, took: Duration) {
    let integration = way.rsplit_once('/').map_or(way, |(_, section)| section);
    let integration = integration.split('[').next().unwrap_or_default().to_owned();
    metrics::counter!("alertmanager_notifications_total", "integration" => integration.clone())
        .increment(1);
    metrics::histogram!("alertmanager_notification_latency_seconds",
        "integration" => integration.clone())
    .record(took.as_secs_f64());
    let (Outcome::Failed { detail, .. } | Outcome::Rejected { detail }) = outcome else { return };
    metrics::counter!("alertmanager_notifications_failed_total",
        "integration" => integration, "reason" => reason(detail))
    .increment(1);
}

/// An answer that is no success begins with its status.
fn reason(detail: &str) -> &'static str {
    let digits = detail.bytes().take_while(u8::is_ascii_digit).count();
    match (digits, detail.as_bytes().first()) {
        (3, Some(b'4')) => REASONS[0],
        (3, Some(b'5')) => REASONS[1],
        _ => REASONS[2],
    }
}

/// Carries notifications.
pub struct Carrier {
    /// The configuration.
    pub routing: LiveRouting,
    /// Sends requests to any network.
    pub webhooks: Webhooks,
    /// Sends requests where those that people set up here may go.
    pub guarded: Webhooks,
    /// Time.
    pub world: World,
    /// Where people reach Operate.
    pub external_url: String,
}

impl Carrier {
    /// Tells the receiver.
    pub async fn carry(&self, id: OutboxId, body: serde_json::Value) -> Outcome {
        let rejected = |detail: String| Outcome::Rejected { detail };
        let told: Told = match serde_json::from_value(body) {
            Ok(told) => told,
            Err(error) => return rejected(format!("the notification is unreadable: {error}")),
        };
        let Some(routing) = self.routing.current() else {
            return rejected("there is no routing configuration any more".to_owned());
        };
        let integration = routing.receiver(&told.receiver).and_then(|receiver| {
            let mut all = receiver.integrations.iter();
            all.find(|one| one.config.name() == told.section && one.index == told.index)
        });
        let Some(integration) = integration else {
            return rejected("the configuration has no such receiver any more".to_owned());
        };
        let files = match routing.guarded {
            true => BTreeMap::new(),
            false => secrets(integration.config.files()),
        };
        let (data, group_key) = told.data(&self.external_url);
        let now = stamp(self.world.now());
        let notice = Notice::new(&data, &group_key, now, &routing.templates, &files);
        match integration.config.calls(&notice) {
            Ok(calls) => self.all(id, calls, routing.guarded).await,
            Err(not_sent) => rejected(not_sent.to_string()),
        }
    }

    async fn all(&self, id: OutboxId, calls: Vec<Call>, guarded: bool) -> Outcome {
        let mut detail = String::new();
        let mut waiting: std::collections::VecDeque<Call> = calls.into();
        let mut made = 0;
        while let Some(call) = waiting.pop_front() {
            made += 1;
            if made > CALLS_MAX {
                return Outcome::Rejected { detail: "too many calls follow each other".to_owned() };
            }
            match self.one(id, call, guarded, &mut waiting).await {
                Ok(said) => detail = said,
                Err(outcome) => return outcome,
            }
        }
        Outcome::Delivered { detail }
    }

    async fn one(
        &self,
        id: OutboxId,
        call: Call,
        guarded: bool,
        waiting: &mut std::collections::VecDeque<Call>,
    ) -> Result<String, Outcome> {
        let call = match call {
            Call::Http(call) => call,
            Call::Mail(call) => {
                let sent =
                    connectors::email::carry(&call, id, guarded.then_some(&self.guarded)).await;
                return sent.map_err(failed);
            }
        };
        let clock = self.world.clock.clone();
        let webhooks = if guarded { &self.guarded } else { &self.webhooks };
        let answer = webhooks.carry(&call, move || clock.now()).await.map_err(failed)?;
        match (call.judge)(answer.status, &answer.body) {
            Verdict::Taken => {}
            Verdict::Later(detail) => {
                let seconds = answer.retry_after.map(u64::from);
                let retry_after = seconds.map(Duration::from_secs);
                return Err(Outcome::Failed { detail, retry_after });
            }
            Verdict::Never(detail) => return Err(Outcome::Rejected { detail }),
        }
        if let Some(next) = &call.next {
            let follow = next.calls(&answer.body);
            let follow = follow.map_err(|error| Outcome::Rejected { detail: error.to_string() })?;
            waiting.extend(follow);
        }
        Ok(answer.to_string())
    }
}

fn failed(error: connectors::SendError) -> Outcome {
    if error.retry {
        Outcome::failed(error.detail)
    } else {
        Outcome::Rejected { detail: error.detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_an_attempt_failed_is_told_by_the_status() {
        let details = ["400: no such channel", "503", "connection refused", "4096 bytes", ""];
        let reasons = ["clientError", "serverError", "other", "other", "other"];
        assert_eq!(details.map(reason), reasons);
    }
}
