//! An alert that fires looks for its incident: it joins an open one or opens its own.

use alerts::Alert;
use incidents::correlate::{self, Arrival, Candidate, Verdict};
use incidents::{Attach, Command, Incident, Open, Severity, Stage};
use kernel::{AlertId, IncidentId, ItemRef, Moment, Time};

use crate::assess::{assessment, relation};
use crate::companions::Decided;
use crate::detect_to_restore::belongs;
use crate::potential::{has_failed, opens, take_up, welcomes};
use crate::{Context, Reaction, planned};

/// The incident that an alert joins, or opens. `at` is when this firing came in, which may be
/// longer ago than the last one that the record knows of.
pub(crate) fn enter(
    alert: &Alert,
    at: Time,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    if !opens(alert, context) {
        return Vec::new();
    }
    if context.silenced.contains(&alert.id) {
        return Vec::new();
    }
    if let Some(expected) = planned::expect(alert, at, context, moment) {
        return expected;
    }
    join_or_open(alert, at, context, moment)
}

/// The same without asking whether the interruption was planned.
fn join_or_open(alert: &Alert, at: Time, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    match verdict(alert, at, &|incident| !incident.is_full(), context, moment) {
        Verdict::Attach { incident, reason, also } => {
            let mut reactions = join(alert, incident, reason, context);
            let merged: Vec<IncidentId> = also
                .iter()
                .filter(|also| may_merge(also.incident, context))
                .map(|also| also.incident)
                .collect();
            let merge =
                |id: &IncidentId| Reaction::incident(*id, Command::Merge { into: incident });
            reactions.extend(merged.iter().map(merge));
            reactions.extend(take_up(alert, incident, &merged, context));
            reactions
        }
        Verdict::Open { reason } => match verdict(alert, at, &Incident::is_full, context, moment) {
            Verdict::Attach { incident, reason, .. } => {
                beyond(alert, incident, &reason, context, moment)
            }
            Verdict::Open { .. } => open(&[alert], &reason, context, moment),
        },
    }
}

/// Opens an incident for an alert that belongs to one which takes no more; it hangs on that one.
fn beyond(
    alert: &Alert,
    full: IncidentId,
    reason: &str,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let number = context.incidents.iter().find(|found| found.id == full).map_or(0, |f| f.number);
    let reason = format!("{reason}; incident {number} takes no more alerts");
    let mut reactions = open(&[alert], &reason, context, moment);
    if let Some(Reaction::OpenIncident(id, _)) = reactions.first() {
        let hangs = Command::SetParent { parent: Some(full), number };
        reactions.push(Reaction::incident(*id, hangs));
    }
    reactions
}

/// An alert that fires again goes back to its incident while that takes it back, and else looks
/// for one like a new alert. It does not go back to the one that it just `left`.
pub(crate) fn come_back(
    alert: &Alert,
    at: Time,
    left: Option<IncidentId>,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    match last_holder(alert, at, left, context) {
        // Back within the reopen window, but by planned work: that is no relapse.
        Some(incident) if !incident.service_is_back() => returned(incident, alert, at, context),
        // A relapse would call people.
        Some(_) if context.silenced.contains(&alert.id) => Vec::new(),
        Some(incident) if opens(alert, context) => planned::expect(alert, at, context, moment)
            .unwrap_or_else(|| returned(incident, alert, at, context)),
        Some(incident) => returned(incident, alert, at, context),
        None => enter(alert, at, context, moment),
    }
}

/// The same without asking whether the interruption was planned.
pub(crate) fn back_or_new(
    alert: &Alert,
    at: Time,
    left: Option<IncidentId>,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    match last_holder(alert, at, left, context) {
        Some(incident) if !incident.service_is_back() => returned(incident, alert, at, context),
        _ if context.silenced.contains(&alert.id) => Vec::new(),
        Some(incident) => returned(incident, alert, at, context),
        None => join_or_open(alert, at, context, moment),
    }
}

fn returned(incident: &Incident, alert: &Alert, at: Time, context: &Context<'_>) -> Vec<Reaction> {
    let potential = !has_failed(alert, context);
    let boundary_at = boundary(alert);
    let back = Command::MemberReturned { alert: alert.id, at, potential, boundary_at };
    let mut reactions = vec![Reaction::incident(incident.id, back)];
    // It had left another incident meanwhile, to which it belonged last.
    let lost = alert.incident.is_none();
    reactions.extend(lost.then(|| belongs(alert.id, incident.id)));
    reactions.extend(take_up(alert, incident.id, &[], context));
    reactions
}

fn boundary(alert: &Alert) -> Option<Time> {
    alert.classification.as_ref().and_then(|given| given.boundary_at)
}

/// The incident that takes the alert back.
fn last_holder<'a>(
    alert: &'a Alert,
    at: Time,
    left: Option<IncidentId>,
    context: &Context<'a>,
) -> Option<&'a Incident> {
    let takes = |incident: &&Incident| {
        // What was merged a moment ago hands over what it knows.
        let takes = incident.stage == Stage::Merged || incident.takes_back(alert.id, at);
        takes && welcomes(incident, alert) && left != Some(incident.id)
    };
    let mut back: Vec<&Incident> = held_by(alert, context).filter(takes).collect();
    back.sort_by_key(|incident| (incident.is_open(), incident.opened_at));
    back.pop()
}

/// The incident, other than the one that it just `left`, that knows that the alert fires: one that
/// is open before others.
pub(crate) fn fires_in<'a>(
    alert: &'a Alert,
    left: Option<IncidentId>,
    context: &Context<'a>,
) -> Option<&'a Incident> {
    let firing = |incident: &&Incident| {
        incident.attached().any(|member| member.alert == alert.id && member.cleared_at.is_none())
    };
    let others = held_by(alert, context).filter(|incident| left != Some(incident.id));
    others.filter(firing).max_by_key(|incident| (incident.is_open(), incident.opened_at))
}

/// The incidents that an alert belongs to: more than one when it came back too late for the first.
/// A merged one counts until the other incident has taken over, which the alert then knows.
pub(crate) fn held_by<'a>(
    alert: &'a Alert,
    context: &Context<'a>,
) -> impl Iterator<Item = &'a Incident> {
    members_of(alert.id, context)
        .filter(|incident| incident.stage != Stage::Merged || alert.incident == Some(incident.id))
}

/// Every incident that has or had the alert as a member, merged ones included.
pub(crate) fn members_of<'a>(
    alert: AlertId,
    context: &Context<'a>,
) -> impl Iterator<Item = &'a Incident> {
    let member = move |incident: &&Incident| incident.attached().any(|m| m.alert == alert);
    context.incidents.iter().filter(member)
}

/// The team that is charged with an item, and why, by the estate alone.
pub fn assigned(context: &Context<'_>, item: Option<&ItemRef>) -> Option<(ItemRef, String)> {
    let operator = context.estate.operator(item?)?;
    Some((operator.to, operator.because))
}

/// Where an alert belongs, of the incidents `among` which it is looked for.
fn verdict(
    alert: &Alert,
    at: Time,
    among: &dyn Fn(&Incident) -> bool,
    context: &Context<'_>,
    moment: &Moment,
) -> Verdict {
    let arrival = Arrival { alert: alert.id, item: alert.item.clone(), at };
    let policy = &context.policy.incidents;
    if let Some(verdict) = fellow(alert, at, among, context, moment) {
        return verdict;
    }
    if alert.item.is_none() {
        return unmatched(alert, at, among, context, moment);
    }
    let ask = |fits: &dyn Fn(&Incident) -> bool| {
        let candidates: Vec<Candidate> = context
            .incidents
            .iter()
            .filter(|incident| among(incident) && fits(incident))
            .filter(|incident| !kept_apart(alert, incident, context))
            .filter_map(|incident| Candidate::of(incident, moment.now))
            .collect();
        let shared_max = policy.shared_dependency_hops_max;
        let related = |a: &ItemRef, b: &ItemRef| relation(context.estate, a, b, shared_max);
        correlate::correlate(&arrival, &candidates, policy, related)
    };
    if !alert.is_potential() {
        // What failed elsewhere does not make a warning true.
        let same =
            |incident: &Incident| incident.items.iter().any(|i| Some(i) == arrival.item.as_ref());
        return ask(&|incident| !incident.potential || same(incident));
    }
    // What has failed already comes before what may fail; and a warning merges nothing.
    match ask(&|incident| !incident.potential && welcomes(incident, alert)) {
        Verdict::Attach { incident, reason, .. } => {
            Verdict::Attach { incident, reason, also: Vec::new() }
        }
        Verdict::Open { .. } => ask(&|incident| incident.potential),
    }
}

/// People decided that the alert and one of these do not belong together.
fn kept_apart(alert: &Alert, incident: &Incident, context: &Context<'_>) -> bool {
    context.decided.get(&(alert.id, incident.id)) == Some(&Decided::StaysOut)
}

/// The incident that the alert joins because people decided so: close in time to an alert that it
/// recurs with, although nothing in the estate joins them.
fn fellow(
    alert: &Alert,
    at: Time,
    among: &dyn Fn(&Incident) -> bool,
    context: &Context<'_>,
    moment: &Moment,
) -> Option<Verdict> {
    let window = context.policy.incidents.correlation_window();
    let free = |incident: &&Incident| {
        !incident.members.iter().any(|m| m.alert == alert.id && m.detached)
            && among(incident)
            && incident.takes_new(moment.now)
            && welcomes(incident, alert)
    };
    let near = context.incidents.iter().filter(free).filter_map(|incident| {
        let Decided::Joins { with, joined_at } = context.decided.get(&(alert.id, incident.id))?
        else {
            return None;
        };
        let apart = at.since(*joined_at);
        (apart <= window).then_some((incident, with, apart))
    });
    let (incident, with, apart) =
        near.min_by_key(|(incident, _, apart)| (*apart, incident.opened_at, incident.id))?;
    Some(Verdict::Attach {
        incident: incident.id,
        reason: line(&format!(
            "recurs together with {with}, as people decided; {} s apart",
            apart.as_secs()
        )),
        also: Vec::new(),
    })
}

/// Alerts about no known item go together when they come close in time: nothing says that they
/// have one cause, but a burst of them must not call people for each.
fn unmatched(
    alert: &Alert,
    at: Time,
    among: &dyn Fn(&Incident) -> bool,
    context: &Context<'_>,
    moment: &Moment,
) -> Verdict {
    let window = context.policy.incidents.correlation_window();
    let apart = |incident: &Incident| {
        let joined = incident.attached().map(|member| member.joined_at).max()?;
        Some(at.since(joined)).filter(|apart| *apart <= window)
    };
    let unknown = |incident: &&Incident| {
        let free = !incident.members.iter().any(|m| m.alert == alert.id && m.detached);
        let free = free && !kept_apart(alert, incident, context);
        let same = incident.potential == alert.is_potential();
        let takes = among(incident) && incident.takes_new(moment.now);
        free && same && incident.items.is_empty() && takes
    };
    let nearest = context
        .incidents
        .iter()
        .filter(unknown)
        .filter_map(|incident| Some((apart(incident)?, incident.opened_at, incident.id)))
        .min();
    match nearest {
        Some((apart, _, incident)) => Verdict::Attach {
            incident,
            reason: format!("about no known item, like the others; {} s apart", apart.as_secs()),
            also: Vec::new(),
        },
        None => Verdict::Open { reason: "the alert is about no known item".to_owned() },
    }
}

pub(crate) fn join(
    alert: &Alert,
    incident: IncidentId,
    reason: String,
    context: &Context<'_>,
) -> Vec<Reaction> {
    let found = context.incidents.iter().find(|candidate| candidate.id == incident);
    let mut items: Vec<ItemRef> = found.map(|incident| incident.items.clone()).unwrap_or_default();
    items.extend(
        alert.item.iter().filter(|item| !items.contains(item)).cloned().collect::<Vec<_>>(),
    );
    let attach = attach(alert, reason, &items, (Some(incident), context));
    vec![Reaction::incident(incident, Command::Attach(Box::new(attach)))]
}

fn attach(
    alert: &Alert,
    reason: String,
    items: &[ItemRef],
    (own, context): (Option<IncidentId>, &Context<'_>),
) -> Attach {
    Attach {
        alert: alert.id,
        title: line(alert.summary()),
        item: alert.item.clone(),
        severity: severity(alert.severity),
        reason,
        started_at: Some(alert.starts_at),
        assessment: Some(assessment(context.estate, items, &down_besides(own, context))),
        potential: alert.is_potential(),
        boundary_at: boundary(alert),
        burn: &*alert.source == budgets::SOURCE,
    }
}

/// What is down by what other open incidents say.
pub(crate) fn down_besides(own: Option<IncidentId>, context: &Context<'_>) -> Vec<ItemRef> {
    let others = context.incidents.iter().filter(|incident| Some(incident.id) != own);
    down_by(others)
}

/// What is down by what these incidents say.
pub fn down_by<'a>(incidents: impl IntoIterator<Item = &'a Incident>) -> Vec<ItemRef> {
    let down = |incident: &&Incident| {
        let down = incident.is_open() && !incident.service_is_back() && !incident.potential;
        down && incident.away_since().is_some()
    };
    let items = |incident: &Incident| -> Vec<ItemRef> {
        let firing = incident.attached().filter(|member| member.cleared_at.is_none());
        match incident.attached().next() {
            Some(_) => firing.filter_map(|member| member.item.clone()).collect(),
            // Somebody reported it.
            None => incident.items.clone(),
        }
    };
    incidents.into_iter().filter(down).flat_map(items).collect()
}

/// Opens one incident for all of these alerts, titled and routed by the first.
pub(crate) fn open(
    alerts: &[&Alert],
    reason: &str,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let Some((alert, others)) = alerts.split_first() else { return Vec::new() };
    let id = moment.id();
    let route = context.routes.find(alert, context.estate);
    let routed = route.and_then(|route| Some((route.team.clone()?, route.because())));
    let (team, because) = routed.or_else(|| assigned(context, alert.item.as_ref())).unzip();
    let mut items: Vec<ItemRef> = alert.item.iter().cloned().collect();
    let mut open = Open::titled(line(alert.summary()));
    open.alert = Some(attach(alert, reason.to_owned(), &items, (None, context)));
    open.team = team;
    open.assigned_because = because.map(|because| line(&because)).unwrap_or_default();
    open.policy = context.policy.incidents.clone();
    let mut reactions = vec![Reaction::OpenIncident(id, Box::new(open))];
    if let Some(route) = route
        && route.priority.is_some()
    {
        let (priority, reason) = (route.priority, route.because());
        reactions.push(Reaction::incident(id, Command::OverridePriority { priority, reason }));
    }
    for other in others {
        items.extend(other.item.clone());
        let attach = attach(other, reason.to_owned(), &items, (None, context));
        reactions.push(Reaction::incident(id, Command::Attach(Box::new(attach))));
    }
    reactions
}

/// Another incident that the alert joins to the one it belongs to. Only what no person has
/// touched is merged by itself.
fn may_merge(id: IncidentId, context: &Context<'_>) -> bool {
    let found = context.incidents.iter().find(|incident| incident.id == id);
    found.is_some_and(|other| {
        matches!(other.stage, Stage::New | Stage::Assigned)
            && other.acknowledged_by.is_none()
            && !other.titled_by_hand
            && other.priority_override.is_none()
            && !other.is_declared_major()
            && other.comments.is_empty()
    })
}

/// One line that an incident takes, whatever the source wrote: a title must not be the reason why
/// an incident is not opened.
pub(crate) fn line(text: &str) -> String {
    const LENGTH_MAX: usize = 200;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LENGTH_MAX - 1) {
        _ if text.is_empty() => "unnamed alert".to_owned(),
        Some((cut, _)) if text[cut..].chars().nth(1).is_some() => format!("{}…", &text[..cut]),
        _ => text,
    }
}

fn severity(severity: alerts::Severity) -> Severity {
    match severity {
        alerts::Severity::None | alerts::Severity::Info => Severity::Info,
        alerts::Severity::Warning => Severity::Warning,
        alerts::Severity::Error => Severity::Error,
        alerts::Severity::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_that_an_incident_takes() {
        assert_eq!(line(" disk\n full\t"), "disk full");
        assert_eq!(line(" \n"), "unnamed alert");
        let long = line(&"ä".repeat(10_000));
        assert_eq!((long.chars().count(), long.chars().last()), (200, Some('…')));
        let fits = "x".repeat(200);
        assert_eq!(line(&fits), fits);
    }
}
