//! How a service stands at a moment, in the words of whoever uses it.

use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Case, ServiceState, Work};

/// How a service stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = ServiceNow)]
pub struct ServiceNow {
    /// In a word.
    pub state: ServiceWord,
    /// In a sentence.
    pub words: &'static str,
    /// Since when, where it is not as agreed.
    pub since: Option<Time>,
}

/// How a service stands, in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceWord {
    /// As agreed, as far as is known.
    Works,
    /// It is worked on, as planned.
    Planned,
    /// It works, but not as agreed.
    Degraded,
    /// It does not work.
    Down,
}

/// How an item stands at a moment, by what happens to it: the worst of it counts.
pub fn service_now(item: &ItemRef, cases: &[Case], works: &[Work], now: Time) -> ServiceNow {
    let open = cases.iter().filter_map(|case| {
        let since = case.away_since(item, now)?;
        let word = match case.state_at(now) {
            ServiceState::Down => ServiceWord::Down,
            ServiceState::Degraded => ServiceWord::Degraded,
        };
        Some((word, since))
    });
    let planned = works.iter().filter(|work| work.items.contains(item) && work.runs(now));
    let planned = planned.map(|work| (ServiceWord::Planned, work.from));
    let worst = open.chain(planned).max_by_key(|(word, from)| (*word, std::cmp::Reverse(*from)));
    let (state, since) = match worst {
        Some((state, since)) => (state, Some(since)),
        None => (ServiceWord::Works, None),
    };
    let words = match state {
        ServiceWord::Works => "It works.",
        ServiceWord::Planned => "It is being worked on, as planned.",
        ServiceWord::Degraded => "It works, but not as agreed. It is being looked at.",
        ServiceWord::Down => "It does not work. It is being looked at.",
    };
    ServiceNow { state, words, since }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::tests::{at, case, item, work};
    use super::*;

    #[test]
    fn a_consumer_reads_the_worst_of_what_happens() {
        let shop = item("product/shop");
        let word = |cases: &[Case], works: &[Work], time: &str| {
            let now = service_now(&shop, cases, works, at(time));
            (now.state, now.since)
        };
        let planned = [work("2026-01-10T10:00", "2026-01-10T12:00", None)];
        let down = case(1, &[("2026-01-10T11:00", "")]);
        let noon = "2026-01-10T11:30";
        assert_eq!(word(&[], &[], noon), (ServiceWord::Works, None));
        assert_eq!(word(&[], &planned, noon).0, ServiceWord::Planned);
        assert_eq!(word(&[], &planned, "2026-01-10T12:00").0, ServiceWord::Works);
        let cases = [down.clone()];
        assert_eq!(word(&cases, &planned, noon), (ServiceWord::Down, Some(at("2026-01-10T11:00"))));
        let marks = vec![(at("2026-01-10T11:10"), ServiceState::Degraded)];
        let degraded = Case { marks, ..down.clone() };
        assert_eq!(word(&[degraded], &[], noon).0, ServiceWord::Degraded);
        let over = case(1, &[("2026-01-10T11:00", "2026-01-10T11:20")]);
        assert_eq!(word(&[over], &[], noon).0, ServiceWord::Works);
        let burn = Case { outcome: Outcome::Burn, ..down };
        assert_eq!(word(&[burn], &[], noon).0, ServiceWord::Works);
    }
}
