//! A promise in plain words, for people who do not read YAML.

use estate::{
    AvailabilityTerms, CalendarSpec, ClockKind, ClockTerms, ContractPeriod, ContractTerms, Estate,
    Holiday, OpeningHours, PauseReason, Spec, Weekday, Within,
};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

/// A part of a promise in words.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PromiseWords {
    /// What it is about.
    pub title: &'static str,
    /// What is promised, a sentence each.
    pub lines: Vec<String>,
}

/// What some terms promise, in words.
pub fn of_terms(estate: &Estate, terms: &ContractTerms) -> Vec<PromiseWords> {
    let parts = [
        ("Service hours", hours(estate, terms)),
        ("Availability", there(estate, terms)),
        ("Performance", terms.objectives.iter().map(|o| objective(estate, o.item())).collect()),
        ("When something fails", terms.clocks.iter().map(clock).collect()),
        ("If it is missed", penalties(terms)),
    ];
    let said = parts.into_iter().filter(|(_, lines)| !lines.is_empty());
    said.map(|(title, lines)| PromiseWords { title, lines }).collect()
}

/// What a contract promises at a time, in words.
pub fn of_contract(estate: &Estate, contract: &ItemRef, at: Time) -> Vec<PromiseWords> {
    let resource = estate.get(contract).map(|resource| &resource.spec);
    let Some(Spec::ServiceContract(spec)) = resource else { return Vec::new() };
    spec.terms_at(at).map(|(_, terms)| of_terms(estate, terms)).unwrap_or_default()
}

fn there(estate: &Estate, terms: &ContractTerms) -> Vec<String> {
    terms.availability.as_ref().map(|said| availability(estate, said)).unwrap_or_default()
}

fn hours(estate: &Estate, terms: &ContractTerms) -> Vec<String> {
    let named = terms.calendar.as_ref().and_then(|calendar| estate.get(calendar.item()));
    match named.map(|resource| &resource.spec) {
        Some(Spec::Calendar(spec)) => calendar(spec),
        _ => vec!["Day and night.".to_owned()],
    }
}

fn calendar(spec: &CalendarSpec) -> Vec<String> {
    let mut lines = hours_of(&spec.at(Time::EPOCH));
    for version in &spec.versions {
        let hours = hours_of(&spec.at(version.from));
        lines.extend(hours.into_iter().map(|line| format!("From {}: {line}", version.from)));
    }
    lines
}

fn hours_of(spec: &CalendarSpec) -> Vec<String> {
    let zone = &spec.time_zone;
    let mut lines: Vec<String> = if spec.always {
        vec![format!("Day and night ({zone}).")]
    } else {
        spec.hours.iter().map(|hours| format!("{} ({zone}).", shift(hours))).collect()
    };
    if !spec.holidays.is_empty() {
        let names: Vec<&str> = spec.holidays.iter().map(|h: &Holiday| h.name.as_str()).collect();
        let shown = names.iter().take(6).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(6);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("Closed on {shown}{more}."));
    }
    if !spec.exceptions.is_empty() {
        lines.push(format!("Other hours on {} single dates.", spec.exceptions.len()));
    }
    lines
}

fn shift(hours: &OpeningHours) -> String {
    let name = |day: &Weekday| match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    };
    let days = match hours.days.as_slice() {
        [Weekday::Mon, .., Weekday::Fri] if hours.days.len() == 5 => "Monday to Friday".to_owned(),
        days if days.len() == 7 => "Every day".to_owned(),
        days => days.iter().map(name).collect::<Vec<_>>().join(", "),
    };
    format!("{days} from {} to {}", hours.from, hours.until)
}

/// "month", for sentences.
pub fn period(period: ContractPeriod) -> &'static str {
    match period {
        ContractPeriod::Week => "week",
        ContractPeriod::Month => "month",
        ContractPeriod::Quarter => "quarter",
        ContractPeriod::Year => "year",
    }
}

fn title<'a>(estate: &'a Estate, item: &'a ItemRef) -> &'a str {
    estate.get(item).map_or_else(|| item.name(), |resource| resource.title())
}

fn availability(estate: &Estate, terms: &AvailabilityTerms) -> Vec<String> {
    let every = period(terms.period);
    let mut lines = vec![format!(
        "It is there at least {} % of the service hours of each {every}.",
        terms.target
    )];
    match terms.degraded_factor {
        factor if factor <= 0.0 => {}
        factor if factor >= 1.0 => lines.push("Degraded counts as down.".to_owned()),
        factor => lines.push(format!("Degraded counts {} % as down.", factor * 100.0)),
    }
    if terms.shortest_outage.seconds() > 0 {
        lines.push(format!("Outages shorter than {} do not count.", terms.shortest_outage));
    }
    if terms.joined_within.seconds() > 0 {
        lines.push(format!("Outages less than {} apart are one.", terms.joined_within));
    }
    if terms.maintenance_exempt {
        let notice = match terms.maintenance_notice.seconds() {
            0 => "beforehand".to_owned(),
            _ => format!("at least {} before", terms.maintenance_notice),
        };
        lines.push(format!("Approved maintenance that is announced {notice} does not count."));
    } else {
        lines.push("Maintenance counts like any other outage.".to_owned());
    }
    if !terms.evidence.is_empty() {
        let titles: Vec<&str> = terms.evidence.iter().map(|o| title(estate, o.item())).collect();
        let rule = match terms.evidence_rules {
            true => "they rule where an incident says otherwise",
            false => "where an incident says that it is down, that counts, too",
        };
        lines.push(format!(
            "Checked from the side of the consumer by {}: what fails there counts as not \
             consumable; {rule}.",
            titles.join(", ")
        ));
    }
    if let Some(free) = terms.failure_free {
        lines.push(format!("It runs for {free} of service time without a failure."));
    }
    lines
}

fn objective(estate: &Estate, item: &ItemRef) -> String {
    match estate.get(item).map(|resource| (resource.title(), &resource.spec)) {
        Some((title, Spec::Objective(spec))) => format!("{title}: {} % are good.", spec.target),
        _ => format!("{}.", item.name()),
    }
}

fn clock(terms: &ClockTerms) -> String {
    let what = match terms.clock {
        ClockKind::Respond if terms.public_only => "Somebody answers you",
        ClockKind::Respond => "Somebody takes it",
        ClockKind::Update => "You hear how it stands every",
        ClockKind::Restore => "It works again",
        ClockKind::Resolve => "It is resolved",
    };
    let within = |within: &Within| match within {
        Within::Time(wait) => wait.to_string(),
        Within::Days(1) => "1 working day".to_owned(),
        Within::Days(days) => format!("{days} working days"),
    };
    let targets: Vec<String> = terms
        .targets
        .iter()
        .map(|(priority, target)| format!("{priority} {}", within(target)))
        .collect();
    let joined = if terms.clock == ClockKind::Update { "" } else { " within" };
    let waits: Vec<&str> = terms
        .pauses
        .iter()
        .map(|pause| match pause {
            PauseReason::Consumer => "you",
            PauseReason::Supplier => "a supplier",
            PauseReason::Change => "a change",
            PauseReason::AcceptedRisk => "an accepted risk",
        })
        .collect();
    let pauses = if waits.is_empty() {
        String::new()
    } else {
        format!("; the clock stands while it waits for {}", waits.join(" or "))
    };
    format!("{what}{joined}: {}{pauses}.", targets.join(", "))
}

fn penalties(terms: &ContractTerms) -> Vec<String> {
    let line = |penalty: &estate::Penalty| {
        format!("Below {} %: {} % of the fee is given back.", penalty.below, penalty.credit)
    };
    terms.penalties.iter().map(line).collect()
}

/// "99.9 % a month", where that is promised.
pub fn share(terms: &ContractTerms) -> Option<String> {
    let said = terms.availability.as_ref()?;
    Some(format!("{} % a {}", said.target, period(said.period)))
}

/// The promise in one line, for lists.
pub fn short(terms: &ContractTerms) -> String {
    let mut parts: Vec<String> = share(terms).into_iter().collect();
    let clocks: Vec<&str> = terms
        .clocks
        .iter()
        .map(|clock| match clock.clock {
            ClockKind::Respond => "respond",
            ClockKind::Update => "update",
            ClockKind::Restore => "restore",
            ClockKind::Resolve => "resolve",
        })
        .collect();
    if !clocks.is_empty() {
        parts.push(clocks.join(", "));
    }
    match terms.objectives.len() {
        0 => {}
        1 => parts.push("1 objective".to_owned()),
        count => parts.push(format!("{count} objectives")),
    }
    parts.join(" · ")
}
