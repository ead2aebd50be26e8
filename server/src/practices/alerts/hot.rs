//! The alerts that are not closed, in memory: what the flood path decides on and lists are read
//! from. Rebuilt from the database at start; the database stays the truth.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};

use alerts::{Alert, Fingerprint, Refresh, Stage};
use kernel::{AlertId, ItemRef, Lifecycle, SpaceId, Time};
use spine::engine::Versioned;
use spine::{Db, Fault};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::postings::Postings;
use super::store;

/// Fewer alerts are looked through faster than anything could be looked up.
const WORTH_KEEPING: usize = 1_000;

/// An alert with its version.
pub type Known = Arc<Versioned<Alert>>;

/// Shared by the flood path and everyone who lists alerts.
#[derive(Clone, Default)]
pub struct HotAlerts {
    inner: Arc<RwLock<HashMap<SpaceId, Space>>>,
    heard: Arc<OnceLock<Listener>>,
}

/// Who hears of every change of an alert of a space.
struct Listener {
    space: SpaceId,
    sender: UnboundedSender<Known>,
}

/// The alerts of one space.
#[derive(Default)]
pub struct Space {
    by_fingerprint: HashMap<Fingerprint, Known>,
    by_id: HashMap<AlertId, Fingerprint>,
    due: BTreeSet<(Time, Fingerprint)>,
    gone: Gone,
    postings: Postings,
    by_item: HashMap<ItemRef, BTreeSet<Fingerprint>>,
}

/// The versions in which alerts were put away: a row that was read before does not bring one back.
#[derive(Default)]
struct Gone {
    versions: HashMap<Fingerprint, i64>,
    order: VecDeque<Fingerprint>,
}

/// How many are remembered: a row is put in at once after it was read.
const GONE_MAX: usize = 1000;

impl Gone {
    fn put(&mut self, fingerprint: Fingerprint, version: i64) {
        if self.versions.insert(fingerprint, version).is_none() {
            self.order.push_back(fingerprint);
        }
        if self.order.len() > GONE_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.versions.remove(&oldest);
        }
    }

    fn after(&self, fingerprint: Fingerprint, version: i64) -> bool {
        self.versions.get(&fingerprint).is_some_and(|gone| *gone > version)
    }
}

impl Space {
    /// The alert of a label set.
    pub fn get(&self, fingerprint: Fingerprint) -> Option<&Known> {
        self.by_fingerprint.get(&fingerprint)
    }

    /// The alert with an id.
    pub fn by_id(&self, id: AlertId) -> Option<&Known> {
        self.get(*self.by_id.get(&id)?)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.by_fingerprint.values()
    }

    /// The alerts that speak of an item, in whatever stage they are.
    pub fn on(&self, item: &ItemRef) -> impl Iterator<Item = &Known> {
        let prints = self.by_item.get(item).into_iter().flatten();
        prints.filter_map(|print| self.get(*print))
    }

    /// Those that fit, among those that have each of these labels with its value.
    fn find(&self, equal: &[(&str, &str)], fits: &impl Fn(&Alert) -> bool) -> Vec<Known> {
        let fits = |alert: &&Known| fits(&alert.record);
        match self.postings.candidates(equal) {
            None => self.iter().filter(fits).cloned().collect(),
            Some(candidates) => {
                let found = candidates.into_iter().filter_map(|print| self.get(print));
                found.filter(fits).cloned().collect()
            }
        }
    }

    /// Whether it is worth the while to keep the values of a label, and they are not kept yet.
    fn ought_to_keep(&self, name: &str) -> bool {
        self.by_fingerprint.len() >= WORTH_KEEPING && !self.postings.knows(name)
    }

    /// The alerts whose time has come, the longest overdue first, at most `limit`.
    pub fn due(&self, now: Time, limit: usize) -> Vec<Known> {
        let overdue = self.due.iter().take_while(|(due, _)| *due <= now).take(limit);
        overdue.filter_map(|(_, fingerprint)| self.get(*fingerprint).cloned()).collect()
    }

    /// When the next one is due.
    pub fn next_due(&self) -> Option<Time> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Takes in a record, unless a newer version is here already; gives it as it is now.
    pub fn put(&mut self, mut alert: Known) -> Option<Known> {
        let fingerprint = alert.record.fingerprint;
        let before = self.by_fingerprint.get(&fingerprint);
        if let Some(before) = before {
            if before.version > alert.version {
                return None;
            }
            keep_refreshes(&before.record, &mut alert);
            if let Some(due) = before.record.next_due() {
                self.due.remove(&(due, fingerprint));
            }
        } else if self.gone.after(fingerprint, alert.version) {
            return None;
        }
        let closed = alert.record.stage == Stage::Closed;
        let labels = (!closed).then_some(&alert.record.labels);
        self.postings.put(fingerprint, before.map(|before| &before.record.labels), labels);
        let item_before = before.and_then(|before| before.record.item.as_ref());
        let item = alert.record.item.as_ref().filter(|_| !closed);
        move_item(&mut self.by_item, fingerprint, item_before, item);
        if closed {
            self.gone.put(fingerprint, alert.version);
            self.by_fingerprint.remove(&fingerprint);
            self.by_id.remove(&alert.record.id);
            return Some(alert);
        }
        if let Some(due) = alert.record.next_due() {
            self.due.insert((due, fingerprint));
        }
        self.by_id.insert(alert.record.id, fingerprint);
        self.by_fingerprint.insert(fingerprint, alert.clone());
        Some(alert)
    }
}

fn move_item(
    by_item: &mut HashMap<ItemRef, BTreeSet<Fingerprint>>,
    fingerprint: Fingerprint,
    before: Option<&ItemRef>,
    after: Option<&ItemRef>,
) {
    if before == after {
        return;
    }
    if let Some(item) = before
        && let Some(prints) = by_item.get_mut(item)
    {
        prints.remove(&fingerprint);
        if prints.is_empty() {
            by_item.remove(item);
        }
    }
    if let Some(item) = after {
        by_item.entry(item.clone()).or_default().insert(fingerprint);
    }
}

/// Rows know refreshes only by the log: what comes from the database must not shorten a life that
/// memory knows to be longer.
fn keep_refreshes(before: &Alert, after: &mut Known) {
    let row = &after.record;
    let same_firing =
        before.stage.firing() && row.stage.firing() && before.received_at == row.received_at;
    if same_firing && before.last_seen > row.last_seen {
        Arc::make_mut(after).record.refresh(&Refresh {
            seen_at: before.last_seen,
            expires_at: before.expires_at,
            annotations: Some(before.annotations.clone()),
            generator_url: Some(before.generator_url.clone()),
        });
    }
}

impl HotAlerts {
    /// Loads every alert that is not closed, and lays the log of refreshes over them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(db: &Db) -> Result<HotAlerts, Fault> {
        let hot = HotAlerts::default();
        let mut conn = db.reader().await?;
        let alerts = store::open(&mut conn).await?;
        let logged = store::refreshes_since(&mut conn, Time::from_micros(i64::MIN)).await?;
        let mut spaces = hot.write();
        for (space, alert) in alerts {
            spaces.entry(space).or_default().put(Arc::new(alert));
        }
        drop(spaces);
        hot.refresh(logged);
        Ok(hot)
    }

    /// Lays refreshes over the records, those of other nodes too.
    pub fn refresh(&self, logged: Vec<store::Logged>) {
        let mut spaces = self.write();
        for batch in logged {
            let space = spaces.entry(batch.space).or_default();
            for refresh in &batch.refreshed {
                if let Some(alert) = space.by_id(refresh.id) {
                    let mut alert = alert.clone();
                    refresh.apply(&mut Arc::make_mut(&mut alert).record);
                    space.put(alert);
                }
            }
        }
    }

    /// Reads the alerts of a space; `None` when it has none.
    pub fn read<T>(&self, space: &SpaceId, look: impl FnOnce(Option<&Space>) -> T) -> T {
        look(self.spaces().get(space))
    }

    /// The alerts of a space that fit; `equal` are labels with values that all of them have. The
    /// first question about a label looks at all alerts, and keeps its values for the next.
    pub fn find(
        &self,
        space: &SpaceId,
        equal: &[(&str, &str)],
        fits: impl Fn(&Alert) -> bool,
    ) -> Vec<Known> {
        let ought = |space: &Space| equal.iter().any(|(name, _)| space.ought_to_keep(name));
        if self.read(space, |space| space.is_some_and(ought))
            && let Some(space) = self.write().get_mut(space)
        {
            let Space { by_fingerprint, postings, .. } = space;
            for (name, _) in equal {
                let all = by_fingerprint.iter();
                postings.keep(name, all.map(|(print, alert)| (*print, &alert.record.labels)));
            }
        }
        self.read(space, |space| space.map_or_else(Vec::new, |space| space.find(equal, &fits)))
    }

    /// The spaces that hold alerts.
    pub fn names(&self) -> Vec<SpaceId> {
        self.spaces().keys().cloned().collect()
    }

    /// When the next alert of any space is due.
    pub fn next_due(&self) -> Option<Time> {
        self.spaces().values().filter_map(Space::next_due).min()
    }

    /// Takes in what was committed, and tells whoever listens of what changed.
    pub fn put(&self, space: &SpaceId, alerts: impl IntoIterator<Item = impl Into<Known>>) {
        let heard = self.heard.get().filter(|heard| heard.space == *space);
        let mut spaces = self.write();
        let space = spaces.entry(space.clone()).or_default();
        for alert in alerts {
            let alert: Known = alert.into();
            let (fingerprint, version) = (alert.record.fingerprint, alert.version);
            let known = space.get(fingerprint).map(|known| known.version);
            let Some(alert) = space.put(alert) else { continue };
            // A refresh is no change.
            if let Some(heard) = heard.filter(|_| known.is_none_or(|known| known < version)) {
                // Whoever listened may be gone: the process is stopping.
                let _ = heard.sender.send(alert);
            }
        }
    }

    /// Takes in rows of the database. One whose version is here already says nothing new: what came
    /// since is in memory and in the log of refreshes.
    pub fn catch_up(&self, space: &SpaceId, mut rows: Vec<Versioned<Alert>>) {
        self.read(space, |space| {
            let Some(space) = space else { return };
            rows.retain(|row| {
                space.get(row.record.fingerprint).is_none_or(|known| known.version < row.version)
            });
        });
        self.put(space, rows);
    }

    /// Hears of every change of an alert of a space from now on. Only one can listen.
    pub fn listen(&self, space: &SpaceId) -> UnboundedReceiver<Known> {
        let (sender, receiver) = mpsc::unbounded_channel();
        // A second listener would hear nothing; there is none.
        let _ = self.heard.set(Listener { space: space.clone(), sender });
        receiver
    }

    /// Records of a space in one list, without keeping the lock.
    pub fn all(&self, space: &SpaceId) -> Vec<Known> {
        self.read(space, |space| {
            space.map_or_else(Vec::new, |space| space.iter().cloned().collect())
        })
    }

    // A poisoned lock means that a reader panicked: the map itself is whole.
    fn spaces(&self) -> RwLockReadGuard<'_, HashMap<SpaceId, Space>> {
        self.inner.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<SpaceId, Space>> {
        self.inner.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use alerts::{Found, Labels, Policy, Signal, take_batch};
    use kernel::{Actor, Moment};

    use super::*;

    fn alert(description: &str) -> Alert {
        let signal = Signal {
            source: "checks".into(),
            key: Some("a".into()),
            rule: None,
            labels: Labels::new([("alertname", "Slow")]),
            annotations: Labels::new([("description", description)]),
            starts_at: None,
            ends_at: Some(Time::MAX),
            generator_url: "".into(),
        };
        let moment = Moment::new(Time::from_seconds(1_000), Actor::system("intake"), 7);
        let policy = Policy { resolve_timeout_seconds: 300 };
        let taken = take_batch(&[signal], &|_| None, &|_| Found::default(), &moment, &policy);
        taken.changes.into_iter().next().expect("it is new").alert
    }

    fn only(hot: &HotAlerts) -> Option<String> {
        let all = hot.all(&SpaceId::main());
        let alert = all.first()?;
        alert.record.annotations.get("description").map(str::to_owned)
    }

    #[test]
    fn a_row_does_not_undo_what_was_said_since_in_the_same_instant() {
        let (hot, space) = (HotAlerts::default(), SpaceId::main());
        hot.put(&space, [Versioned { record: alert("refreshed"), version: 5 }]);
        hot.catch_up(&space, vec![Versioned { record: alert("as the row says"), version: 5 }]);
        assert_eq!(only(&hot).as_deref(), Some("refreshed"));
        hot.catch_up(&space, vec![Versioned { record: alert("newer"), version: 6 }]);
        assert_eq!(only(&hot).as_deref(), Some("newer"));
    }

    #[test]
    fn an_older_row_does_not_bring_back_what_was_put_away() {
        let (hot, space) = (HotAlerts::default(), SpaceId::main());
        let row = Versioned { record: alert("open"), version: 5 };
        hot.put(&space, [row.clone()]);
        let closed = Alert { stage: Stage::Closed, ..alert("open") };
        hot.put(&space, [Versioned { record: closed, version: 6 }]);
        hot.catch_up(&space, vec![row]);
        assert_eq!(only(&hot), None);
        hot.put(&space, [Versioned { record: alert("fires anew"), version: 7 }]);
        assert_eq!(only(&hot).as_deref(), Some("fires anew"));
    }

    #[test]
    fn whoever_listens_hears_that_an_alert_was_closed() {
        let (hot, space) = (HotAlerts::default(), SpaceId::main());
        let mut changes = hot.listen(&space);
        hot.put(&space, [Versioned { record: alert("open"), version: 5 }]);
        let closed = Alert { stage: Stage::Closed, ..alert("open") };
        hot.put(&space, [Versioned { record: closed, version: 6 }]);
        hot.put(&space, [Versioned { record: alert("an older row"), version: 5 }]);
        let mut heard = Vec::new();
        while let Ok(change) = changes.try_recv() {
            heard.push(change.record.stage);
        }
        assert_eq!(heard, [Stage::Open, Stage::Closed]);
    }
}
