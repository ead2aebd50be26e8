use std::borrow::Cow;

use kernel::Time;
use serde_json::{Map, Value};

use super::members::Members;
use super::{DEDUP_KEY_CHARS_MAX, Faults, SUMMARY_CHARS_MAX, unread};
use crate::flat::{annotation, details, label};
use crate::{Pairs, Signal};

/// What an event wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Something is wrong, or still is.
    Trigger,
    /// Somebody looks at it.
    Acknowledge,
    /// It is over.
    Resolve,
}

/// What an event may say of its gravity.
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];

/// The body of `POST /v2/enqueue`.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// What it wants.
    pub action: Action,
    /// What tells the alert from others of the same key; empty when unsaid, which only a trigger
    /// may leave it.
    pub dedup_key: String,
    /// When it began, if the sender says so.
    pub at: Option<Time>,
    labels: Pairs<'static>,
    annotations: Pairs<'static>,
    url: String,
}

impl Event {
    /// Reads the body.
    ///
    /// # Errors
    /// Everything that is wrong with it, in PagerDuty's words where it has any.
    pub fn parse(body: &[u8]) -> Result<Event, Faults> {
        let map: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| unread(&error))?;
        let mut faults = Faults::default();
        let members = Members { prefix: "", map: &map };
        let action = match &*members.needed("event_action", &mut faults) {
            "trigger" => Action::Trigger,
            "acknowledge" => Action::Acknowledge,
            "resolve" => Action::Resolve,
            said => {
                if !said.is_empty() {
                    faults.add(
                        "'event_action' is invalid (must be one of the following: 'trigger', \
                         'acknowledge' or 'resolve')",
                    );
                }
                Action::Trigger
            }
        };
        let dedup_key = members.text("dedup_key", &mut faults).into_owned();
        members.short(&dedup_key, "dedup_key", DEDUP_KEY_CHARS_MAX, &mut faults);
        if action != Action::Trigger && dedup_key.is_empty() {
            faults.add("'dedup_key' is missing or blank");
        }
        let mut event = Event {
            action,
            dedup_key,
            at: None,
            labels: Pairs::new(),
            annotations: Pairs::new(),
            url: String::new(),
        };
        if action == Action::Trigger {
            match members.object("payload", &mut faults) {
                Some(payload) => event.payload(payload, &mut faults),
                None => faults.add("'payload' is missing or blank"),
            }
            event.around(&members, &mut faults);
        }
        faults.none_or(event)
    }

    /// Takes in what the payload says.
    fn payload(&mut self, map: &Map<String, Value>, faults: &mut Faults) {
        let payload = Members { prefix: "payload.", map };
        let summary = payload.needed("summary", faults);
        payload.short(&summary, "summary", SUMMARY_CHARS_MAX, faults);
        let source = payload.needed("source", faults);
        let severity = payload.needed("severity", faults);
        let known = SEVERITIES.iter().any(|word| severity.eq_ignore_ascii_case(word));
        if !severity.is_empty() && !known {
            faults.add(
                "'payload.severity' is invalid (must be one of the following: 'critical', \
                 'warning', 'error' or 'info')",
            );
        }
        self.at = payload.time("timestamp", faults);
        let class = payload.text("class", faults);
        let name = if class.trim().is_empty() { &summary } else { &class };
        label(&mut self.labels, "alertname", name);
        label(&mut self.labels, "severity", &severity.to_ascii_lowercase());
        label(&mut self.labels, "source", &source);
        for name in ["component", "group"] {
            label(&mut self.labels, name, &payload.text(name, faults));
        }
        label(&mut self.labels, "class", &class);
        annotation(&mut self.annotations, "summary", &summary);
        if let Some(said) = map.get("custom_details") {
            details(said, &mut self.labels, &mut self.annotations);
        }
        // The source is a host or a service as a rule: let the estate look for it.
        label(&mut self.labels, "instance", &source);
    }

    /// Takes in what stands beside the payload.
    fn around(&mut self, members: &Members<'_>, faults: &mut Faults) {
        let url = members.text("client_url", faults);
        let links = members.lines("links", &["text", "href"], faults);
        let images = members.lines("images", &["alt", "src", "href"], faults);
        annotation(&mut self.annotations, "client", &members.text("client", faults));
        annotation(&mut self.annotations, "links", &links.join("\n"));
        annotation(&mut self.annotations, "images", &images.join("\n"));
        if is_address(&url) {
            self.url = url.into_owned();
        } else {
            annotation(&mut self.annotations, "client_url", &url);
        }
    }

    /// What it says of the alert. A trigger holds until it is resolved, silence does not end it.
    pub fn signal(&self, now: Time) -> Signal<'static> {
        let over = self.action == Action::Resolve;
        let mut labels = self.labels.clone();
        if labels.is_empty() {
            // The alert is found by its key; nobody sees this label.
            label(&mut labels, "alertname", &self.dedup_key);
        }
        Signal {
            key: Some(Cow::Owned(self.dedup_key.clone())),
            labels,
            annotations: self.annotations.clone(),
            starts_at: if over { None } else { self.at },
            ends_at: Some(if over { now } else { Time::MAX }),
            generator_url: Cow::Owned(self.url.clone()),
            item: None,
        }
    }
}

/// Whether people can follow it, and it fits.
fn is_address(text: &str) -> bool {
    let web = text.starts_with("https://") || text.starts_with("http://");
    web && text.len() <= 2_000
}
