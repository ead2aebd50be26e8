//! What a contract has at stake in an open incident: the penalties that it names, and whether one
//! is near. It says nothing that changes from minute to minute, so that it is told once.
//!
//! | what | at risk |
//! |---|---|
//! | the contract names no penalty | nothing is at stake |
//! | the service is away, and the allowance will be used up at this rate | yes |
//! | the allowance is used up, and a further penalty is still to come | yes |
//! | every penalty of the period is due already, or the service is back | no |
//! | a clock of it on the incident has used three quarters of its time, or is missed | yes |

use kernel::Time;

use super::{Agreement, Figures, Outlook};
use crate::clocks::Clock;

/// From which share of a clock on it is at risk, in percent.
const CLOCK_RISK: u8 = 75;

/// What a contract has at stake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposure {
    /// Whether a penalty is near.
    pub at_risk: bool,
    /// What it promises and how that stands, in words.
    pub because: String,
}

/// What a contract has at stake in an incident that hits it; nothing where it names no penalty.
/// `present` are the figures of the period that runs, `away` says whether the incident keeps the
/// service away, `clocks` are those of the contract on the incident.
pub fn exposure(
    title: &str,
    agreement: &Agreement,
    (present, away): (Option<&Figures>, bool),
    clocks: &[&Clock],
    now: Time,
) -> Option<Exposure> {
    let promise = agreement.version_at(now)?.promise.as_ref()?;
    let first =
        promise.credits.iter().max_by(|a, b| a.below_percent.total_cmp(&b.below_percent))?;
    let mut reasons = Vec::new();
    let mut at_risk = false;
    if let Some(figures) = present {
        let (near, text) = allowance(figures, away);
        at_risk |= near;
        reasons.push(text);
    }
    for clock in clocks.iter().filter(|clock| clock.live()) {
        let kind = clock.which.clock;
        let text = match (clock.breached, clock.warned) {
            (Some(_), _) => format!("its time to {kind} is missed"),
            (None, Some(share)) if share >= CLOCK_RISK => format!("its time to {kind} runs out"),
            _ => continue,
        };
        at_risk = true;
        reasons.push(text);
    }
    let (credit, below) = (first.credit_percent, first.below_percent);
    let because = format!("{title} gives back {credit} % below {below} %");
    let because = match reasons.is_empty() {
        true => because,
        false => format!("{because}; {}", reasons.join("; ")),
    };
    Some(Exposure { at_risk, because })
}

fn allowance(figures: &Figures, away: bool) -> (bool, String) {
    let name = &figures.period.name;
    let Some(forecast) = &figures.forecast else {
        return (false, format!("no availability is promised in {name}"));
    };
    let mut credits = forecast.boundaries.iter().filter(|each| each.credit_percent.is_some());
    let further = credits.any(|boundary| boundary.left_seconds >= 0.0);
    match forecast.outlook {
        _ if !away => (false, "the service is not away".to_owned()),
        Outlook::OnTrack => (false, format!("its allowance of {name} lasts")),
        Outlook::AtRisk => (true, format!("its allowance of {name} is at risk")),
        Outlook::Breached if further => {
            (true, format!("its allowance of {name} is used up, and more will be given back"))
        }
        Outlook::Breached => (false, format!("every penalty of {name} is due already")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{always, at, case, of, promise, seen, shop};
    use super::super::{Credit, Promise};
    use super::*;

    fn told(credits: &[(f64, f64)], outage: (&str, &str), now: &str) -> Option<Exposure> {
        let credit = |(below_percent, credit_percent): &(f64, f64)| Credit {
            below_percent: *below_percent,
            credit_percent: *credit_percent,
        };
        let credits = credits.iter().map(credit).collect();
        let agreement = shop(&always(), Promise { credits, ..promise(99.0) });
        let figures = of(&agreement, "2026-01", &seen(vec![case(1, &[outage])]), now);
        let away = outage.1.is_empty();
        exposure("Shop", &agreement, (Some(&figures), away), &[], at(now))
    }

    #[test]
    fn a_contract_without_penalties_has_nothing_at_stake() {
        assert_eq!(told(&[], ("2026-01-05T10:00", ""), "2026-01-05T10:05"), None);
    }

    #[test]
    fn a_penalty_is_near_while_the_service_is_away_and_until_every_one_is_due() {
        let credits = [(99.0, 5.0), (98.0, 20.0)];
        let stake = |outage, now| told(&credits, outage, now).unwrap();
        let near = stake(("2026-01-05T10:00", ""), "2026-01-05T10:05");
        assert!(near.at_risk);
        assert_eq!(
            near.because,
            "Shop gives back 5 % below 99 %; its allowance of 2026-01 is at risk"
        );
        assert_eq!(stake(("2026-01-05T10:00", ""), "2026-01-05T10:06"), near, "told once");
        // 7.44 hours are 1 %, twice as many 2 %.
        let more = stake(("2026-01-05T10:00", ""), "2026-01-05T18:00");
        assert!(more.at_risk && more.because.ends_with("more will be given back"));
        let all = stake(("2026-01-05T10:00", ""), "2026-01-06T10:00");
        assert!(!all.at_risk && all.because.ends_with("every penalty of 2026-01 is due already"));
        let back = stake(("2026-01-05T10:00", "2026-01-05T16:00"), "2026-01-05T17:00");
        assert!(!back.at_risk && back.because.ends_with("the service is not away"));
    }
}
