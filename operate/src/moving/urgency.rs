//! The urgency of a service in PagerDuty: what is not urgent calls the first step of its policy and
//! goes no further. Where it depends on support hours, so do the steps.

use connectors::pagerduty::export::{Service, SupportHours, Urgency};
use estate::{
    CalendarSpec, EscalationHours, EscalationPolicyRef, EscalationPolicySpec, EscalationVariant,
    Spec,
};
use jiff::civil::Time;

use super::moved::{Moved, Said, Told};
use super::week::{DAY, Week};

/// The policy of a service whose urgency says something that its policy does not; `None`: the
/// policy says it all.
pub fn policy(
    moved: &mut Moved,
    said: &mut Said,
    (name, service): (&str, &Service),
    spec: &EscalationPolicySpec,
) -> Option<EscalationPolicyRef> {
    let rule = service.incident_urgency_rule.as_ref()?;
    let by = |urgency: &Option<Urgency>| urgency.as_ref().map_or("", |by| &by.urgency).to_owned();
    let (during, outside) = match rule.kind.as_str() {
        "use_support_hours" => (by(&rule.during_support_hours), by(&rule.outside_support_hours)),
        _ => (rule.urgency.clone(), rule.urgency.clone()),
    };
    if [&during, &outside].contains(&&"severity_based".to_owned()) {
        said.changed("how urgent it is follows from the priority, not from the severity of events");
    }
    let (during, outside) = (during == "low", outside == "low");
    let calm_steps: Vec<_> = spec.steps.iter().take(1).cloned().collect();
    let other = match (during, outside) {
        (false, false) => return None,
        (true, true) => {
            said.changed("it is of low urgency: only the first step of its policy is called");
            EscalationPolicySpec { steps: calm_steps, repeat: 0, ..spec.clone() }
        }
        (during_is_calm, _) => {
            let Some(hours) = service.support_hours.as_ref().and_then(hours) else {
                said.impossible("its support hours cannot be read; write them as a variant");
                return None;
            };
            let which = if during_is_calm { "within" } else { "outside of" };
            said.changed(format!(
                "{which} its support hours it is of low urgency: only the first step is called"
            ));
            let hours = Some(EscalationHours::These(Box::new(hours)));
            let (during, outside) = if during_is_calm { (hours, None) } else { (None, hours) };
            let variant = EscalationVariant {
                during,
                outside,
                steps: calm_steps,
                repeat: Some(0),
                ..EscalationVariant::default()
            };
            EscalationPolicySpec { variants: vec![variant], ..spec.clone() }
        }
    };
    if !service.scheduled_actions.is_empty() {
        said.changed("what is open when its hours begin stays as it is");
    }
    let name = format!("{name}--urgency");
    let told = Told { id: &service.id, title: &service.name, description: "" };
    let metadata = moved.metadata(said, &name, told);
    moved.add(said, metadata, Spec::EscalationPolicy(other));
    EscalationPolicyRef::new(&name)
}

/// Support hours as a calendar.
fn hours(of: &SupportHours) -> Option<CalendarSpec> {
    let minute = |text: &str| {
        let time: Time = text.parse().ok()?;
        Some(u32::try_from(time.hour()).ok()? * 60 + u32::try_from(time.minute()).ok()?)
    };
    let (from, until) = (minute(&of.start_time)?, minute(&of.end_time)?);
    let length = if until > from { until - from } else { DAY + until - from };
    let mut week = Week::default();
    for day in &of.days_of_week {
        week.add(usize::from(*day).checked_sub(1)?, from, length);
    }
    let known = jiff::tz::TimeZone::get(&of.time_zone).is_ok() && !week.is_empty();
    let (hours, time_zone) = (week.opening(), of.time_zone.clone());
    known.then(|| CalendarSpec {
        always: hours.is_empty(),
        hours,
        time_zone,
        ..CalendarSpec::default()
    })
}
