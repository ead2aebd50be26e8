//! Which items are broken, as their alerts say, and which alerts that explains.

use std::cell::OnceCell;
use std::collections::HashMap;

use alerts::{Alert, Severity};
use estate::Estate;
use graph::Causes;
use kernel::{ItemRef, Time};

/// The items with an alert of severity error or worse, and since when.
#[derive(Default)]
pub struct Broken(HashMap<ItemRef, HashMap<u64, Time>>);

impl Broken {
    /// Takes in an alert, or its change; `before` is what was known of it.
    pub fn take(&mut self, key: u64, before: Option<&Alert>, now: &Alert) {
        if let Some(item) = before.and_then(|alert| alert.item.as_ref()) {
            self.forget(item, key);
        }
        if let Some(item) = &now.item
            && now.stage.firing()
            && now.is_told()
            && now.severity >= Severity::Error
        {
            self.0.entry(item.clone()).or_default().insert(key, now.starts_at);
        }
    }

    fn forget(&mut self, item: &ItemRef, key: u64) {
        if let Some(alerts) = self.0.get_mut(item) {
            alerts.remove(&key);
            if alerts.is_empty() {
                self.0.remove(item);
            }
        }
    }

    /// The items, each with when its first alert began, in microseconds.
    pub fn items(&self) -> Vec<(String, i64)> {
        let since = |alerts: &HashMap<u64, Time>| alerts.values().min().map(|since| since.micros());
        let mut items: Vec<(String, i64)> = self
            .0
            .iter()
            .filter_map(|(item, alerts)| Some((item.to_string(), since(alerts)?)))
            .collect();
        items.sort_unstable();
        items
    }
}

/// Says of alerts what broken item explains them, asking the graph once, when first needed.
pub struct Explainer<'a> {
    estate: &'a Estate,
    broken: &'a [(String, i64)],
    causes: OnceCell<Causes<'a>>,
}

impl<'a> Explainer<'a> {
    /// Knows no answer yet.
    pub fn new(estate: &'a Estate, broken: &'a [(String, i64)]) -> Explainer<'a> {
        Explainer { estate, broken, causes: OnceCell::new() }
    }

    /// The path from a broken item to that of the alert; `None` when it has to be told.
    pub fn explain(&self, alert: &Alert) -> Option<Vec<String>> {
        let item = alert.item.as_ref().filter(|_| !self.broken.is_empty())?;
        let path = self.causes.get_or_init(|| self.find()).explain(&item.to_string())?;
        Some(path.into_iter().map(str::to_owned).collect())
    }

    fn find(&self) -> Causes<'a> {
        let broken: Vec<(&str, i64)> =
            self.broken.iter().map(|(name, since)| (name.as_str(), *since)).collect();
        self.estate.graph().causes(&broken)
    }
}
