//! What a change of files would make of periods that are over: whoever applies it is told.

use ::contracts::compliance::{Agreement, Period, Promise, Version, periods};
use calendar::{Span, Spans};
use estate::{ContractStatus, Estate, Spec};
use kernel::{ItemRef, Time};

use super::gather::{self, Deal};

/// Warnings about contracts whose past periods would be reckoned by something else than now, by
/// contract: their scope, targets, hours or exemptions are changed in place.
pub fn warnings(before: &Estate, after: &Estate, now: Time) -> Vec<(ItemRef, String)> {
    let touched = |contract: &ItemRef| {
        let (was, is) = (before.get(contract), after.get(contract));
        let (Some(was), Some(is)) = (was, is) else { return false };
        let Spec::ServiceContract(spec) = &was.spec else { return false };
        let mut named = spec.terms.iter().filter_map(|terms| terms.calendar.as_ref());
        was.spec != is.spec
            || named.any(|named| {
                let spec = |estate: &Estate| estate.get(named.item()).map(|of| of.spec.clone());
                spec(before) != spec(after)
            })
    };
    let deals = |estate: &Estate| gather::deals(estate, now, |of| touched(of.item()));
    let after = deals(after);
    let told = deals(before).into_iter().filter_map(|was| {
        let is = after.iter().find(|deal| deal.item == was.item)?;
        Some((was.item.clone(), text(&was, is, now)?))
    });
    told.collect()
}

fn text(was: &Deal, is: &Deal, now: Time) -> Option<String> {
    if was.spec.status == ContractStatus::Draft {
        return None;
    }
    let over = periods(&was.agreement, now).into_iter().filter(|period| period.until <= now);
    let other = |period: &Period| told(&was.agreement, period) != told(&is.agreement, period);
    let changed: Vec<Period> = over.filter(other).collect();
    let first = changed.first()?;
    let count = match changed.len() {
        1 => "1 past period".to_owned(),
        count => format!("{count} past periods"),
    };
    Some(format!(
        "This changes {count}, from {} on: what was agreed for them would be reckoned by \
         something else. Write what holds from now on as new `terms` or `versions` with \
         their `from` instead.",
        first.name
    ))
}

/// What is reckoned by in a period, part by part.
fn told<'a>(agreement: &'a Agreement, period: &Period) -> Vec<Part<'a>> {
    let within = Span::new(period.from.micros(), period.until.micros());
    let part = |version: &'a Version| {
        let until = version.until.map_or(i64::MAX, Time::micros);
        let span = Span::new(version.from.micros(), until).clip(within);
        (span.length() > 0).then(|| Part {
            span,
            scope: &version.scope,
            promise: version.promise.as_ref(),
            objectives: &version.objectives,
            open: version.calendar.open_within(span),
        })
    };
    agreement.versions.iter().filter_map(part).collect()
}

#[derive(PartialEq)]
struct Part<'a> {
    span: Span,
    scope: &'a [ItemRef],
    promise: Option<&'a Promise>,
    objectives: &'a [ItemRef],
    open: Spans,
}

#[cfg(test)]
mod tests {
    use estate::SourceFile;

    use super::*;

    /// The estate with a contract of these terms.
    fn estate(terms: &str, until: &str) -> Estate {
        let text = format!(
            "{{apiVersion: operate/v1, kind: Team, metadata: {{name: shop}}, spec: {{}}}}
---
{{apiVersion: operate/v1, kind: Service, metadata: {{name: till}}, spec: {{team: shop}}}}
---
{{apiVersion: operate/v1, kind: Service, metadata: {{name: web}}, spec: {{team: shop}}}}
---
{{apiVersion: operate/v1, kind: Calendar, metadata: {{name: office}},
 spec: {{timeZone: UTC, hours: [{{days: [mon, tue], from: '08:00', until: '{until}'}}]}}}}
---
{{apiVersion: operate/v1, kind: ServiceContract, metadata: {{name: till}},
 spec: {{type: sla, provider: team/shop, consumer: team/shop, scope: [service/till],
  start: '2026-01-01T00:00:00Z', terms: [{terms}]}}}}
"
        );
        let file = SourceFile { name: "estate.yaml".to_owned(), text };
        Estate::new(estate::read(&[file]).expect("an estate").resources().cloned())
    }

    fn told(terms: &str, until: &str) -> Vec<String> {
        let before = estate("{calendar: office, availability: {target: 99}}", "18:00");
        let now = Time::parse("2026-04-10T00:00:00Z").expect("a time");
        let told = warnings(&before, &estate(terms, until), now);
        told.into_iter().map(|(item, text)| format!("{item}: {text}")).collect()
    }

    #[test]
    fn terms_that_have_begun_are_not_changed_without_a_word() {
        let kept = "{calendar: office, availability: {target: 99}}";
        assert!(told(kept, "18:00").is_empty());
        let later = format!(
            "{kept}, {{from: '2026-04-01T00:00:00Z', scope: [service/web], \
                             calendar: office, availability: {{target: 99}}}}"
        );
        assert!(told(&later, "18:00").is_empty(), "what is over keeps its terms");
        let since = later.replace("2026-04-01", "2026-03-01");
        assert!(told(&since, "18:00")[0].contains("changes 1 past period, from 2026-03 on"));
        let target = "{calendar: office, availability: {target: 98}}";
        assert!(told(target, "18:00")[0].contains("changes 3 past periods, from 2026-01 on"));
        assert!(told(kept, "19:00")[0].contains("changes 3 past periods"), "of its calendar");
        let scope = "{calendar: office, scope: [service/web], availability: {target: 99}}";
        assert!(told(scope, "18:00")[0].starts_with("servicecontract/till: This changes 3"));
    }
}
