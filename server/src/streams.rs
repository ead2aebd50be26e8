//! The shell of the streams: loads what a fact wants, and executes what follows from it, in the
//! transaction that moves the stream's cursor.

mod counted;
mod decided;
mod noted;
mod released;
mod tuned;

use std::collections::BTreeSet;
use std::time::Duration;

use ::streams::{
    Accounts, Context, Fact, Glance, Reaction, Want, counted_on, leads_somewhere, react, wants,
};
use alerts::Alert;
use contracts::clocks::{self, Clocks};
use estate::{Kind, Spec, Turns};
use incidents::expected::{self, Expected};
use incidents::{Command, Incident};
use kernel::{Actor, IncidentId, ItemRef, Lifecycle, Moment, SpaceId, Time};
use oncall::Page;
use spine::db::Work;
use spine::engine::{self, Asked, Table};
use spine::follow::Follower;
use spine::journal::{self, Stamp, Stored};
use spine::{Denied, Fault, Tx, World};

use crate::access;
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::alerts::store::ALERTS;
use crate::practices::estate::live::{LiveEstate, Snapshot};
use crate::practices::estate::store as resource_store;
use crate::practices::incidents::expected::store::{self as expected_store, EXPECTED};
use crate::practices::incidents::store::{self as incident_store, Among, INCIDENTS};
use crate::practices::oncall::devices::store as device_store;
use crate::practices::oncall::store::{self as page_store, PAGES};
use crate::practices::silences::live::LiveSilences;
use crate::practices::silences::store::SILENCES;

/// Name of the follower, of the actor and of the metrics.
const NAME: &str = "detect_to_restore";
/// A chain of merges is followed so far.
const MERGES_MAX: usize = 16;

/// The follower that runs the stream.
pub fn detect_to_restore(
    world: World,
    estate: LiveEstate,
    hot: HotAlerts,
    silences: LiveSilences,
) -> Follower<
    impl for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied> + Clone + Send + Sync + 'static,
> {
    let rules = estate.clone();
    let react = reaction(move |tx, stored| {
        let moment = world.moment(Actor::system(NAME));
        let space = &stored.entry.space;
        let (estate, hot, silences) = (estate.snapshot(space), hot.clone(), silences.clone());
        Box::pin(async move {
            let (moment, estate) = (&moment, &estate);
            let shell = Shell { space, moment, estate, hot: &hot, silences: &silences };
            shell.take(tx, stored).await
        })
    });
    Follower::new(NAME, react).heeding(move |stored| heeds(stored, &rules))
}

/// Whether anything can follow from an entry. In a flood most alerts are only recorded, and the
/// event alone tells so: nothing need be loaded for them.
fn heeds(stored: &Stored, rules: &LiveEstate) -> bool {
    match stored.entry.subject.split(':').next() {
        Some(Alert::KIND) if stored.entry.kind.starts_with("alert.") => {
            let policy = &rules.snapshot(&stored.entry.space).policy;
            // What cannot be read is heeded, and fails where that is counted.
            let data = &stored.entry.data;
            if stored.entry.kind == Glance::KIND {
                return data.read().map_or(true, |glance: Glance| glance.leads_somewhere(policy));
            }
            data.read().map_or(true, |event| leads_somewhere(&event, policy))
        }
        Some(silences::Silence::KIND) => released::heeds(stored),
        Some(kind) if [Incident::KIND, Page::KIND, Expected::KIND].contains(&kind) => true,
        _ => {
            maintenance_window(stored).is_some()
                || noted::about_on_call(stored)
                || counted::promises_changed(stored)
        }
    }
}

/// The maintenance window that an entry is about.
fn maintenance_window(stored: &Stored) -> Option<ItemRef> {
    noted::item(stored).filter(|item| Kind::of(item) == Some(Kind::MaintenanceWindow))
}

/// Tells the compiler that a closure holds for every lifetime.
fn reaction<F>(react: F) -> F
where
    F: for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied>,
{
    react
}

struct Shell<'a> {
    space: &'a SpaceId,
    moment: &'a Moment,
    estate: &'a Snapshot,
    hot: &'a HotAlerts,
    silences: &'a LiveSilences,
}

/// What a fact wants, as far as it is loaded.
#[derive(Default)]
struct Loaded {
    alerts: Vec<Alert>,
    incidents: Vec<Incident>,
    pages: Vec<Page>,
    expected: Vec<Expected>,
    clocks: Vec<Clocks>,
    turns: Turns,
    accounts: Accounts,
}

impl Shell<'_> {
    async fn take(&self, tx: &mut Tx, stored: &Stored) -> Result<(), Denied> {
        if let Some((record, event)) = self.fact(tx, &ALERTS, stored).await? {
            if let Some(command) = ::streams::tune(&record, &event) {
                return self.tune(tx, stored, &record, command).await;
            }
            self.follow(tx, stored, &Fact::Alert(&record, &event)).await
        } else if let Some((record, event)) = self.fact(tx, &INCIDENTS, stored).await? {
            self.follow(tx, stored, &Fact::Incident(&record, &event)).await
        } else if let Some((record, event)) = self.fact(tx, &PAGES, stored).await? {
            self.follow(tx, stored, &Fact::Page(&record, &event)).await
        } else if let Some((record, event)) = self.fact(tx, &EXPECTED, stored).await? {
            self.follow(tx, stored, &Fact::Expected(&record, &event)).await
        } else if let Some((record, event)) = self.fact(tx, &SILENCES, stored).await? {
            self.released(tx, stored, &record, &event).await
        } else if let Some(window) = maintenance_window(stored) {
            self.window_changed(tx, stored, &window).await
        } else if noted::about_on_call(stored) {
            self.on_call_changed(tx, stored).await
        } else if counted::promises_changed(stored) {
            self.follow_afresh(tx, stored, &Fact::Promises).await
        } else {
            Ok(())
        }
    }

    /// The record and the event of an entry, when it is of this kind.
    async fn fact<R: Lifecycle>(
        &self,
        tx: &mut Tx,
        table: &Table<R>,
        stored: &Stored,
    ) -> Result<Option<(R, R::Event)>, Fault> {
        let Some(id) = engine::subject_id::<R>(&stored.entry.subject) else { return Ok(None) };
        // Some entries about a record are none of its events, such as a retried message. An event
        // that cannot be read is a fault: passed by, it would be an alert that nobody hears of.
        if stored.entry.kind.split('.').next() != Some(R::KIND) {
            return Ok(None);
        }
        let event = stored
            .entry
            .data
            .read()
            .map_err(|error| Fault::corrupt(stored.entry.kind.clone(), error))?;
        let found = engine::load(tx, table, self.space, id).await?;
        Ok(found.map(|found| (found.record, event)))
    }

    /// A maintenance window that was changed: what it says now, in this transaction, since memory
    /// may be a moment behind.
    async fn window_changed(
        &self,
        tx: &mut Tx,
        stored: &Stored,
        window: &ItemRef,
    ) -> Result<(), Denied> {
        let kept = resource_store::one(tx, self.space, window).await?;
        let spec = kept.as_ref().and_then(|kept| match &kept.stored.resource.spec {
            Spec::MaintenanceWindow(spec) => Some(spec),
            _ => None,
        });
        self.follow(tx, stored, &Fact::Window(window, spec)).await
    }

    /// Who is on call has changed; only while there is something that people are, or were, called
    /// for.
    async fn on_call_changed(&self, tx: &mut Tx, stored: &Stored) -> Result<(), Denied> {
        if page_store::of_open_incidents(tx, self.space).await?.is_empty() {
            return Ok(());
        }
        let noted = noted::absence(stored);
        let noted = noted.as_ref().map(|absence| (absence, stored.entry.at));
        self.follow_afresh(tx, stored, &Fact::OnCall(noted)).await
    }

    /// Follows a fact that goes by resources alone, as they are in this transaction: memory may be
    /// a moment behind.
    async fn follow_afresh(
        &self,
        tx: &mut Tx,
        stored: &Stored,
        fact: &Fact<'_>,
    ) -> Result<(), Denied> {
        let devices = device_store::all(tx, self.space).await?;
        let estate = Snapshot::afresh(tx, self.space).await?.with_devices(devices);
        Shell { estate: &estate, ..*self }.follow(tx, stored, fact).await
    }

    async fn follow(&self, tx: &mut Tx, stored: &Stored, fact: &Fact<'_>) -> Result<(), Denied> {
        let mut loaded = Loaded::default();
        for want in &wants(fact) {
            self.load(tx, want, &mut loaded).await?;
        }
        let silenced = self.silenced(tx, fact, &loaded.alerts).await?;
        loaded.incidents.sort_by_key(|incident| incident.id);
        loaded.incidents.dedup_by_key(|incident| incident.id);
        let decided = self.decided(fact, &loaded);
        let context = Context {
            decided: &decided,
            estate: &self.estate.estate,
            policy: &self.estate.policy,
            routes: &self.estate.flow,
            alerts: &loaded.alerts,
            incidents: &loaded.incidents,
            pages: &loaded.pages,
            expected: &loaded.expected,
            clocks: &loaded.clocks,
            silenced: &silenced,
            turns: &loaded.turns,
            accounts: &loaded.accounts,
        };
        for reaction in react(fact, &context, self.moment) {
            match self.execute(tx, stored, reaction).await {
                Ok(()) => {}
                Err(Denied::Fault(fault)) => return Err(fault.into()),
                Err(denied) => {
                    tracing::info!(seq = stored.entry.seq, kind = stored.entry.kind,
                        reason = %denied, "a reaction was refused");
                }
            }
        }
        Ok(())
    }

    async fn load(&self, tx: &mut Tx, want: &Want, loaded: &mut Loaded) -> Result<(), Fault> {
        match want {
            Want::Alert(id) => {
                let found = engine::load(tx, &ALERTS, self.space, *id).await?;
                loaded.alerts.extend(found.map(|found| found.record));
            }
            Want::FiringOn(items) => loaded.alerts.extend(self.firing_on(items)),
            Want::Holding(alert) => {
                self.tagged(tx, &format!("alert:{alert}"), loaded).await?;
            }
            Want::ChildrenOf(id) => {
                self.tagged(tx, &incident_store::parent_tag(*id), loaded).await?;
            }
            Want::Near(item) => {
                let since = self.updated_after();
                let among = self.among(item.as_ref());
                loaded.incidents.extend(incident_store::near(tx, self.space, &among, since).await?);
                let Some(item) = item else { return Ok(()) };
                let counted = counted_on(&self.estate.estate, item);
                if !counted.is_empty() {
                    // However long nothing happened to them.
                    let (those, ever) = (Among::Kin(item.clone(), counted), Time::EPOCH);
                    let open = incident_store::near(tx, self.space, &those, ever).await?;
                    loaded.incidents.extend(open);
                }
            }
            Want::Survivor(id) => {
                let mut next = Some(*id);
                for _ in 0..MERGES_MAX {
                    let Some(id) = next else { break };
                    let found = self.incident(tx, id).await?;
                    next = found.as_ref().and_then(|incident| incident.merged_into);
                    loaded.incidents.extend(found);
                }
            }
            Want::PagesOf(incident) => {
                let found = page_store::of_incident(tx, self.space, *incident).await?;
                loaded.pages.extend(found.into_iter().map(|page| page.record));
                self.about_pages(tx, loaded).await?;
            }
            Want::Called => {
                self.about_pages(tx, loaded).await?;
                let pages = page_store::of_open_incidents(tx, self.space).await?;
                let pages: Vec<Page> = pages.into_iter().map(|page| page.record).collect();
                let incidents: BTreeSet<_> = pages.iter().map(|page| page.incident).collect();
                for incident in incidents {
                    loaded.incidents.extend(self.incident(tx, incident).await?);
                }
                loaded.pages.extend(pages);
            }
            Want::ExpectedOf(alert) => {
                loaded.expected.extend(expected_store::of_alert(tx, self.space, *alert).await?);
            }
            Want::ClocksOf(incident) => self.clocks_of(tx, *incident, loaded).await?,
            Want::OpenIncidents => self.open_incidents(tx, loaded).await?,
            Want::ExpectedBy(window) => {
                loaded.expected.extend(expected_store::by_window(tx, self.space, window).await?);
            }
        }
        Ok(())
    }

    /// Whose turn comes next, and who stands behind accounts.
    async fn about_pages(&self, tx: &mut Tx, loaded: &mut Loaded) -> Result<(), Fault> {
        loaded.turns = page_store::turns(tx, self.space).await?;
        loaded.accounts = access::store::persons(tx, self.space).await?.into_iter().collect();
        Ok(())
    }

    async fn tagged(&self, tx: &mut Tx, tag: &str, loaded: &mut Loaded) -> Result<(), Fault> {
        for id in incident_store::of_tag(tx, self.space, tag).await? {
            loaded.incidents.extend(self.incident(tx, id).await?);
        }
        Ok(())
    }

    /// The alerts that fire on any of these items, by what memory knows: it holds all that fire.
    fn firing_on(&self, items: &BTreeSet<ItemRef>) -> Vec<Alert> {
        self.hot.read(self.space, |hot| {
            let on = hot.iter().flat_map(|hot| items.iter().flat_map(|item| hot.on(item)));
            let firing = on.map(|alert| &alert.record).filter(|alert| alert.stage.firing());
            firing.cloned().collect()
        })
    }

    /// Among which incidents an alert about this item has to be looked for.
    fn among(&self, item: Option<&ItemRef>) -> Among {
        let Snapshot { estate, policy, companions, .. } = self.estate;
        match item {
            // People's decisions join what nothing in the estate does.
            _ if !companions.is_empty() => Among::All(item.cloned()),
            None => Among::WithoutItem,
            Some(item) => {
                let shared_max = policy.incidents.shared_dependency_hops_max;
                match ::streams::kin(estate, item, shared_max) {
                    Some(kin) => Among::Kin(item.clone(), kin),
                    None => Among::All(Some(item.clone())),
                }
            }
        }
    }

    fn updated_after(&self) -> Time {
        let window = self.estate.policy.incidents.correlation_window();
        self.moment.now - window - Duration::from_secs(60)
    }

    async fn incident(&self, tx: &mut Tx, id: IncidentId) -> Result<Option<Incident>, Fault> {
        let found = engine::load(tx, &INCIDENTS, self.space, id).await?;
        Ok(found.map(|found| found.record))
    }

    async fn execute(
        &self,
        tx: &mut Tx,
        stored: &Stored,
        reaction: Reaction,
    ) -> Result<(), Denied> {
        let asked = Asked {
            space: self.space,
            moment: self.moment,
            cause: Some(stored.entry.seq),
            expected: None,
        };
        match reaction {
            Reaction::OpenIncident(id, mut open) => {
                open.number = incident_store::next_number(tx, self.space).await?;
                let command = Command::Open(open);
                engine::open_in(tx, &INCIDENTS, id, &command, &asked).await?;
            }
            Reaction::Incident(id, command) => {
                engine::execute_in(tx, &INCIDENTS, id, &command, &asked).await?;
            }
            Reaction::Alert(id, command) => {
                engine::execute_in::<Alert>(tx, &ALERTS, id, &command, &asked).await?;
            }
            Reaction::Expect(id, expect) => {
                let alert = format!("{}:{}", Alert::KIND, expect.alert);
                let command = expected::Command::Expect(expect);
                let done = engine::open_in(tx, &EXPECTED, id, &command, &asked).await?;
                self.tell(tx, &asked, alert, &done.events).await?;
            }
            Reaction::Expected(id, command) => {
                let done = engine::execute_in(tx, &EXPECTED, id, &command, &asked).await?;
                let alert = format!("{}:{}", Alert::KIND, done.record.expect.alert);
                self.tell(tx, &asked, alert, &done.events).await?;
            }
            Reaction::OpenClocks(id, look) => {
                self.count(tx, id, &clocks::Command::Look(look), &asked).await?;
            }
            Reaction::Clocks(id, command) => self.count(tx, id, &command, &asked).await?,
            Reaction::StartPage(id, start) => {
                page_store::take_turn(tx, self.space, &start).await?;
                let command = oncall::Command::Start(start);
                engine::open_in(tx, &PAGES, id, &command, &asked).await?;
            }
            Reaction::Page(id, command) => {
                engine::execute_in(tx, &PAGES, id, &command, &asked).await?;
            }
        }
        Ok(())
    }

    /// Tells the alert's own timeline what planned work has to do with it.
    async fn tell(
        &self,
        tx: &mut Tx,
        asked: &Asked<'_>,
        alert: String,
        events: &[expected::Event],
    ) -> Result<(), Fault> {
        let mut facts = Vec::new();
        for event in events {
            let data = serde_json::to_value(event)
                .map_err(|error| Fault::corrupt("expected event", error))?;
            let kind = format!("{}.{}", Expected::KIND, Expected::event_name(event));
            facts.push(kernel::Fact { subject: alert.clone(), kind, data: data.into() });
        }
        let (at, actor) = (asked.moment.now, &asked.moment.actor);
        let stamp = Stamp { space: asked.space, at, actor, cause: asked.cause };
        journal::append(tx, &stamp, &facts).await
    }
}
