//! What has to hold of pages that somebody took.

use std::time::Duration;

use incidents::{Incident, Stage};
use kernel::Time;
use oncall::{Event, Page, Why};

use crate::oracle::{own, told};
use crate::world::World;

/// Nobody is called between an acknowledgement and the time at which the page said it would ring
/// again.
pub(crate) fn quiet_was_kept(page: &Page, world: &World) {
    let for_ever = Some(Time::MAX);
    let mut quiet_until: Option<Time> = None;
    let mut handing_over = false;
    let mut holder = String::new();
    for event in world.pages.history(page.id) {
        match event {
            // The other person is called, and nobody else.
            Event::Continued { .. } if handing_over => {}
            Event::HandOverAsked { .. } => handing_over = true,
            Event::HandOverUnanswered { .. } | Event::HandOverEnded { .. } => handing_over = false,
            Event::HandOverAccepted { rings_again_at, to, .. } => {
                handing_over = false;
                to.name().clone_into(&mut holder);
                quiet_until = rings_again_at.or(for_ever);
            }
            Event::Acknowledged { rings_again_at, by, .. } => {
                by.name().clone_into(&mut holder);
                quiet_until = rings_again_at.or(for_ever);
            }
            Event::WorkSeen { rings_again_at, .. } => quiet_until = Some(*rings_again_at),
            Event::Snoozed { until, .. } => quiet_until = Some(*until),
            Event::Settled { .. } => {
                handing_over = false;
                quiet_until = for_ever;
            }
            Event::RangAgain { at, because, why, .. } => {
                let asked = *why == Some(Why::Asked);
                let ill = *because == format!("{holder}, who had it, has fallen ill");
                assert!(asked || ill || quiet_until <= Some(*at), "rang too soon: {page:?}");
                handing_over = false;
                quiet_until = None;
            }
            Event::Called { at, .. } | Event::Continued { at, .. } | Event::Rerouted { at, .. } => {
                assert!(quiet_until.is_none(), "called at {at} in spite of an answer: {page:?}");
            }
            _ => {}
        }
    }
}

/// Whoever took an incident is called again when nothing is done, and nobody is once it is over.
pub(crate) fn work_is_watched(incident: &Incident, world: &World) {
    let mine = || own(incident, world);
    let needed = incident.is_open()
        && !incident.service_is_back()
        && incident.stage != Stage::OnHold
        && incident.priority <= world.policy.page_down_to;
    if !needed {
        let rings = mine().find(|page| page.rings_again.is_some());
        assert!(
            rings.is_none(),
            "will ring for nothing: {rings:?} {}",
            told(Some(&incident), world)
        );
        return;
    }
    let newest = mine().filter(|page| page.stage != oncall::Stage::Cancelled);
    let watches = |page: &Page| page.stage.unanswered() || page.goes_on();
    let last = newest.max_by_key(|page| (page.started_at, watches(page), page.id));
    let Some(page) = last else { return };
    let Some(timeout) = page.acknowledge_timeout_seconds else { return };
    if incident.acknowledged_by.is_none() || page.stage != oncall::Stage::Acknowledged {
        return;
    }
    let told = || told(Some(&incident), world);
    let Some(again) = &page.rings_again else { unreachable!("nobody watches {}", told()) };
    let latest = world.now + Duration::from_secs(timeout.into());
    assert!(again.snoozed_by.is_some() || again.at <= latest, "rings too late: {}", told());
}
