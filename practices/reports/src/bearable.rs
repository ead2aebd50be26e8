//! Whether operation can go on like this: the limits above which load is warned about, the share of
//! toil, and how old what waits is.
//!
//! Toil is work that leaves nothing better behind (Google's "Site Reliability Engineering", chapter
//! 5, "Eliminating Toil", which sets the limit of one half). Counted are incidents that people were
//! called to and that ended without their cause being removed.

use std::collections::BTreeMap;

use kernel::{IncidentId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::quantile::median;

/// Above what a report warns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoadLimits {
    /// Incidents in twelve hours that one person can deal with well.
    #[schema(minimum = 1, maximum = 100)]
    pub shift_incidents_max: u32,
    /// Nights with a call in seven days that one person can bear.
    #[schema(minimum = 0, maximum = 7)]
    pub week_nights_max: u32,
    /// Incidents that ended without their cause being removed, in percent of those that people were
    /// called to.
    #[schema(minimum = 0, maximum = 100)]
    pub toil_percent_max: u32,
    /// Days after which an open incident has waited too long.
    #[schema(minimum = 1, maximum = 3650)]
    pub backlog_days_max: u32,
}

impl Default for LoadLimits {
    fn default() -> LoadLimits {
        LoadLimits {
            shift_incidents_max: 2,
            week_nights_max: 2,
            toil_percent_max: 50,
            backlog_days_max: 30,
        }
    }
}

impl LoadLimits {
    /// The first limit that makes no sense, and what it must be.
    pub fn wrong(&self) -> Option<(&'static str, String)> {
        let limits = [
            ("shift_incidents_max", self.shift_incidents_max, (1, 100)),
            ("week_nights_max", self.week_nights_max, (0, 7)),
            ("toil_percent_max", self.toil_percent_max, (0, 100)),
            ("backlog_days_max", self.backlog_days_max, (1, 3650)),
        ];
        let wrong =
            |(_, value, (least, most)): &(_, u32, (u32, u32))| !(least..=most).contains(&value);
        let (field, _, (least, most)) = limits.into_iter().find(wrong)?;
        Some((field, format!("between {least} and {most}")))
    }
}

/// An incident that people were called to and that has ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// How, as incidents say it.
    pub code: String,
    /// Whether its cause is removed.
    pub lasting: bool,
}

/// How much of the work left nothing better behind.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Toil {
    /// Incidents that people were called to and that have ended.
    pub ended: usize,
    /// Those of them whose cause was not removed.
    pub without_gain: usize,
    /// The share of these, from 0 to 1; nothing: none has ended.
    pub share: Option<f64>,
    /// How all of them ended, the most frequent first.
    pub by_code: Vec<CodeCount>,
    /// What of it is too much; nothing when it is not.
    pub warning: Option<String>,
}

/// How many incidents ended in one way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct CodeCount {
    /// How.
    pub code: String,
    /// How many.
    pub count: usize,
}

/// The toil in what has ended.
pub fn toil(ended: &[Ended], limits: &LoadLimits) -> Toil {
    let without_gain = ended.iter().filter(|one| !one.lasting).count();
    let share = (!ended.is_empty()).then(|| without_gain as f64 / ended.len() as f64);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in ended {
        *counts.entry(&one.code).or_default() += 1;
    }
    let mut by_code: Vec<CodeCount> = counts
        .into_iter()
        .map(|(code, count)| CodeCount { code: code.to_owned(), count })
        .collect();
    by_code.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    // Whole numbers: a share that is the limit exactly is not above it.
    let too_much = without_gain * 100 > ended.len() * limits.toil_percent_max as usize;
    let warning = too_much.then(|| {
        let percent = without_gain * 100 / ended.len().max(1);
        format!(
            "{percent} % ended without their cause being removed; {} % are enough",
            limits.toil_percent_max
        )
    });
    Toil { ended: ended.len(), without_gain, share, by_code, warning }
}

/// An incident that is open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// The incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Since when.
    pub opened_at: Time,
}

/// What waits for a team.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct TeamBacklog {
    /// Which; nothing: nobody is charged with it.
    pub team: Option<ItemRef>,
    /// Open incidents.
    pub open: usize,
    /// How old the middle one is, in seconds.
    pub age_median_seconds: f64,
    /// The one that has waited longest.
    pub oldest: Waiting,
    /// Those that have waited too long.
    pub too_old: usize,
    /// What of it is too much; nothing when it is not.
    pub warning: Option<String>,
}

/// What waits, by team; where the oldest has waited longest, first.
pub fn backlog(
    open: impl IntoIterator<Item = (Option<ItemRef>, Waiting)>,
    limits: &LoadLimits,
    now: Time,
) -> Vec<TeamBacklog> {
    let mut by_team: BTreeMap<Option<ItemRef>, Vec<Waiting>> = BTreeMap::new();
    for (team, waiting) in open {
        by_team.entry(team).or_default().push(waiting);
    }
    let limit = f64::from(limits.backlog_days_max) * 86_400.0;
    let of_team = |(team, mut waiting): (Option<ItemRef>, Vec<Waiting>)| {
        waiting.sort_by_key(|one| (one.opened_at, one.number));
        let ages: Vec<f64> =
            waiting.iter().map(|one| now.since(one.opened_at).as_secs_f64()).collect();
        let too_old = ages.iter().filter(|age| **age > limit).count();
        let days = limits.backlog_days_max;
        Some(TeamBacklog {
            team,
            open: waiting.len(),
            age_median_seconds: median(&ages)?,
            oldest: waiting.into_iter().next()?,
            too_old,
            warning: (too_old > 0).then(|| format!("{too_old} open for more than {days} days")),
        })
    };
    let mut teams: Vec<TeamBacklog> = by_team.into_iter().filter_map(of_team).collect();
    teams.sort_by_key(|one| one.oldest.opened_at);
    teams
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(codes: &[&str]) -> Vec<Ended> {
        let one = |code: &&str| Ended { code: (*code).to_owned(), lasting: *code == "fixed" };
        codes.iter().map(one).collect()
    }

    #[test]
    fn what_ended_without_its_cause_being_removed_is_toil() {
        let limits = LoadLimits::default();
        let half = toil(&ended(&["fixed", "self_cleared", "fixed", "workaround"]), &limits);
        assert_eq!((half.ended, half.without_gain, half.share), (4, 2, Some(0.5)));
        assert_eq!(half.warning, None, "the limit itself is borne");
        let more = toil(&ended(&["fixed", "self_cleared", "self_cleared"]), &limits);
        let told = "66 % ended without their cause being removed; 50 % are enough";
        assert_eq!(more.warning.as_deref(), Some(told));
        assert_eq!(more.by_code[0], CodeCount { code: "self_cleared".to_owned(), count: 2 });
        let none = toil(&[], &limits);
        assert_eq!((none.share, none.warning), (None, None));
    }

    #[test]
    fn what_waits_is_told_by_team_with_its_age() {
        let now = Time::from_seconds(100 * 86_400);
        let waits = |team: Option<&str>, number: u64, days: i64| {
            let waiting = Waiting {
                incident: IncidentId::from_bits(number.into()),
                number,
                title: format!("incident {number}"),
                opened_at: Time::from_seconds((100 - days) * 86_400),
            };
            (team.map(|team| team.parse().unwrap()), waiting)
        };
        let open = [
            waits(Some("team/shop"), 1, 2),
            waits(Some("team/shop"), 2, 31),
            waits(Some("team/shop"), 3, 30),
            waits(None, 4, 90),
        ];
        let teams = backlog(open, &LoadLimits::default(), now);
        assert_eq!(teams[0].team, None, "what nobody is charged with waits longest");
        let shop = &teams[1];
        assert_eq!((shop.open, shop.too_old, shop.oldest.number), (3, 1, 2));
        assert_eq!(shop.age_median_seconds, 30.0 * 86_400.0);
        assert_eq!(shop.warning.as_deref(), Some("1 open for more than 30 days"));
    }

    #[test]
    fn a_limit_that_makes_no_sense_is_named() {
        assert_eq!(LoadLimits::default().wrong(), None);
        let wrong = LoadLimits { week_nights_max: 8, ..LoadLimits::default() };
        assert_eq!(wrong.wrong(), Some(("week_nights_max", "between 0 and 7".to_owned())));
    }
}
