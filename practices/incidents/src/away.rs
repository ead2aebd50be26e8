//! When the service was away, and when each item of an incident did not work: contracts count both.
//!
//! An item is away while an alert on it fires. Time of an outage in which no alert on an item fires
//! is what people say: it began before anything fired, it is not back though all is clear, or there
//! is no alert at all. It counts for every item. Nothing counts beyond what people say.

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};

use crate::incident::Incident;
use crate::member::Member;
use crate::stage::Stage;

/// From when to when something was away; without an end while it is.
pub type Away = (Time, Option<Time>);

impl Incident {
    /// When the service was away, one after another; what ended in another way than being restored
    /// ends there.
    pub fn away(&self) -> Vec<Away> {
        let since = self.away_since().unwrap_or(Time::EPOCH);
        let earlier = self.earlier_outages.iter().filter(|outage| outage.to > since);
        let earlier = earlier.map(|outage| (outage.from.max(since), Some(outage.to)));
        let from = self.outage_start().unwrap_or(self.opened_at).max(since);
        let restored = self.times.restored.map(|stamp| stamp.at);
        let ended = matches!(self.stage, Stage::Cancelled | Stage::Merged);
        let until = restored.or(ended.then_some(self.stage_since));
        earlier.chain([(from, until.map(|until| until.max(from)))]).collect()
    }

    /// When each of its items did not work, within [`Incident::away`].
    pub fn items_away(&self) -> Vec<(ItemRef, Spans)> {
        let whole: Vec<Span> = self.away().into_iter().map(span).collect();
        let failing: Vec<(&Member, Spans)> = self
            .attached()
            .filter(|member| !member.burn && member.item.is_some())
            .map(|member| (member, self.fired(member, &whole)))
            .collect();
        let firing = all(failing.iter().map(|(_, spans)| spans));
        let times = |item: &ItemRef| -> Spans {
            let of_item = failing.iter().filter(|(member, _)| member.item.as_ref() == Some(item));
            let own = all(of_item.map(|(_, spans)| spans));
            let reported = self.reported_items().any(|known| known == item);
            let within = whole.iter().flat_map(|outage| {
                let silent = firing.complement(*outage);
                let said = match own.hull() {
                    _ if !reported => Spans::EMPTY,
                    // Whoever reported it knew before the first alert did.
                    Some(own) => Spans::one(outage.from, outage.until.min(own.from)),
                    None => Spans::one(outage.from, outage.until),
                };
                own.clip(*outage).union(&silent).union(&said).iter().collect::<Vec<_>>()
            });
            within.collect()
        };
        self.items.iter().map(|item| (item.clone(), times(item))).collect()
    }

    /// When an alert said that something failed, within the outages.
    fn fired(&self, member: &Member, outages: &[Span]) -> Spans {
        let first = member.spells.is_empty() && member.joined_at <= self.opened_at;
        // The alert with which it opened has its times in those of the incident.
        let began = member.since.unwrap_or(if first { Time::EPOCH } else { member.joined_at });
        let last = (!member.potential).then_some((began, member.cleared_at));
        let earlier = member.spells.iter().map(|spell| (spell.from, Some(spell.to)));
        let spans: Spans = earlier.chain(last).map(span).collect();
        outages.iter().flat_map(|outage| spans.clip(*outage).iter().collect::<Vec<_>>()).collect()
    }
}

fn span((from, until): Away) -> Span {
    Span::new(from.micros(), until.map_or(i64::MAX, Time::micros))
}

fn all<'a>(spans: impl Iterator<Item = &'a Spans>) -> Spans {
    spans.flat_map(|spans| spans.iter()).collect()
}
