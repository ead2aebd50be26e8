use std::collections::BTreeSet;

use kernel::ItemRef;

use super::{policy, promise, rota};
use crate::mistake::Wrong;
use crate::spec::{
    ContactMethod, FreezeSpec, MaintenanceWindowSpec, Need, PersonSpec, RouteSpec, ShiftNotice,
    Spec, Window,
};
use crate::{Kind, Resource};

/// Longest time before a shift at which somebody is told of it: a week.
const NOTICE_SECONDS_MAX: u32 = 168 * 3600;
/// Longest title and longest description, in characters.
const TITLE_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 4_000;

/// What is wrong within one resource.
pub(super) fn check(resource: &Resource) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let metadata = &resource.metadata;
    wrong.extend(length("metadata.title", metadata.title.as_deref(), TITLE_MAX));
    let description = metadata.description.as_deref();
    wrong.extend(length("metadata.description", description, DESCRIPTION_MAX));
    for mention in resource.mentions() {
        if mention.item == resource.item() {
            let remedy = "remove it; nothing is related to itself";
            wrong.push(Wrong::new(&mention.field, "this is the resource itself", remedy));
        }
    }
    match &resource.spec {
        Spec::Team(team) => wrong.extend(email("spec.email", team.email.as_deref())),
        Spec::Person(spec) => wrong.extend(person(spec)),
        Spec::Product(product) => related(&mut wrong, &[("dependsOn", &product.depends_on)], &[]),
        Spec::Service(service) => {
            wrong.extend(url("spec.runbookUrl", service.runbook_url.as_deref()));
            let needs: [(_, &[Need]); 3] = [
                ("components", &service.components),
                ("dependsOn", &service.depends_on),
                ("runsOn", &service.runs_on),
            ];
            let items: [(_, &[ItemRef]); 4] = [
                ("consumesFrom", &service.consumes_from),
                ("feeds", &service.feeds),
                ("memberOf", &service.member_of),
                ("redundantWith", &service.redundant_with),
            ];
            related(&mut wrong, &needs, &items);
        }
        Spec::Component(component) => {
            wrong.extend(url("spec.runbookUrl", component.runbook_url.as_deref()));
            let needs: [(_, &[Need]); 2] =
                [("dependsOn", &component.depends_on), ("runsOn", &component.runs_on)];
            let items: [(_, &[ItemRef]); 4] = [
                ("consumesFrom", &component.consumes_from),
                ("feeds", &component.feeds),
                ("memberOf", &component.member_of),
                ("redundantWith", &component.redundant_with),
            ];
            related(&mut wrong, &needs, &items);
        }
        Spec::UseCase(usecase) => {
            if usecase.uses.is_empty() {
                let remedy = "name the products or services that it cannot do without";
                wrong.push(Wrong::new("spec.uses", "this use case uses nothing", remedy));
            }
            related(&mut wrong, &[("uses", &usecase.uses)], &[]);
        }
        Spec::Site(site) => wrong.extend(time_zone("spec.timeZone", site.time_zone.as_deref())),
        Spec::Supplier(supplier) => {
            wrong.extend(url("spec.url", supplier.url.as_deref()));
            wrong.extend(email("spec.supportEmail", supplier.support_email.as_deref()));
        }
        Spec::EscalationPolicy(spec) => wrong.extend(policy::alone(spec)),
        Spec::Route(spec) => wrong.extend(route(spec)),
        Spec::MaintenanceWindow(spec) => maintenance(&mut wrong, spec),
        Spec::Freeze(spec) => freeze(&mut wrong, spec),
        Spec::Schedule(spec) => rota::schedule(&mut wrong, spec),
        Spec::Absence(spec) => wrong.extend(rota::absence(spec)),
        Spec::ShiftOverride(spec) => wrong.extend(rota::takeover(spec)),
        Spec::Calendar(spec) => wrong.extend(promise::calendar(spec)),
        Spec::ServiceContract(spec) => promise::contract(&mut wrong, spec),
        Spec::Objective(spec) => promise::objective(&mut wrong, spec),
        Spec::DataSource(spec) => wrong.extend(url("spec.url", Some(&spec.url))),
    }
    wrong
}

pub(super) fn length(field: &str, text: Option<&str>, most: usize) -> Option<Wrong> {
    let length = text?.chars().count();
    let message = format!("this text has {length} characters");
    (length > most).then(|| Wrong::new(field, message, format!("keep to {most}")))
}

fn email(field: &str, address: Option<&str>) -> Option<Wrong> {
    let address = address?;
    let fits = address.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@')
    }) && !address.contains(|c: char| c.is_whitespace() || c.is_control());
    let remedy = "write it like ada@example.org";
    (!fits).then(|| Wrong::new(field, "this is no mail address", remedy))
}

fn url(field: &str, url: Option<&str>) -> Option<Wrong> {
    let url = url?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| !rest.is_empty())
        && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    (!fits).then(|| Wrong::new(field, "this is no URL", "begin it with https:// or http://"))
}

pub(super) fn time_zone(field: &str, name: Option<&str>) -> Option<Wrong> {
    let name = name?;
    let remedy = "write an IANA name such as Europe/Berlin or UTC";
    jiff::tz::TimeZone::get(name)
        .is_err()
        .then(|| Wrong::new(field, format!("no time zone `{name}`"), remedy))
}

fn person(person: &PersonSpec) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    wrong.extend(email("spec.email", Some(&person.email)));
    wrong.extend(url("spec.webhook", person.webhook.as_deref()));
    wrong.extend(time_zone("spec.timeZone", person.time_zone.as_deref()));
    wrong.extend(wishes(person));
    wrong.extend(shift_notice(&person.shift_notice));
    for (place, method) in person.contact_methods.iter().enumerate() {
        let field = format!("spec.contactMethods[{place}]");
        wrong.extend(reachable(person, &field, *method));
        if person.contact_methods[..place].contains(method) {
            wrong.push(Wrong::new(&field, "this is there twice", "remove one of the two"));
        }
    }
    wrong
}

/// Whether there is an address for a way in which somebody wants to be called.
fn reachable(person: &PersonSpec, field: &str, method: ContactMethod) -> Option<Wrong> {
    // Which browsers a person added is not in files.
    if method == ContactMethod::Push || person.address(method).is_some() {
        return None;
    }
    let channel = method.channel();
    let remedy = match method {
        ContactMethod::Webhook => "add `webhook:` with its URL, or remove this".to_owned(),
        _ => format!("add `{channel}:` under `addresses`, or remove this"),
    };
    Some(Wrong::new(field, format!("there is no {channel} to call"), remedy))
}

/// When somebody is told of their shifts.
fn shift_notice(notice: &ShiftNotice) -> Option<Wrong> {
    let field = "spec.shiftNotice.before";
    let before = notice.before?;
    if notice.off {
        return Some(Wrong::new(field, "this is never used with `off`", "keep one of the two"));
    }
    let range = 60..=NOTICE_SECONDS_MAX;
    (!range.contains(&before.seconds())).then(|| {
        let remedy = "write a time from 1m to 168h, or `off: true` for no notices";
        Wrong::new(field, format!("{before} is no time to be told before a shift"), remedy)
    })
}

/// The addresses of a person, and what they wish for.
fn wishes(person: &PersonSpec) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (method, to) in &person.addresses {
        let field = format!("spec.addresses.{}", method.channel());
        if matches!(method, ContactMethod::Email | ContactMethod::Webhook) {
            let remedy = format!("write `{}:` beside `addresses`", method.channel());
            wrong.push(Wrong::new(&field, "this address has a place of its own", remedy));
        }
        if *method == ContactMethod::Push {
            let remedy = "remove this, and choose `Call me in this browser` on the person's page";
            wrong.push(Wrong::new(&field, "browsers are added by the person themselves", remedy));
        }
        if to.trim().is_empty() || to.chars().any(char::is_control) {
            wrong.push(Wrong::new(&field, "this is no address", "write one, or remove it"));
        }
        wrong.extend(length(&field, Some(to), TITLE_MAX));
        let telephone = matches!(method, ContactMethod::Sms | ContactMethod::Voice);
        if telephone && !to.starts_with('+') {
            let remedy = "write it with its country, like \"+4930123456\"";
            wrong.push(Wrong::new(&field, "this number names no country", remedy));
        }
    }
    for (place, rule) in person.notify.iter().enumerate() {
        let field = format!("spec.notify[{place}]");
        if rule.by.is_empty() {
            let remedy = "name a way in `by`, such as email";
            wrong.push(Wrong::new(&format!("{field}.by"), "this rule calls in no way", remedy));
        }
        for (place, method) in rule.by.iter().enumerate() {
            wrong.extend(reachable(person, &format!("{field}.by[{place}]"), *method));
        }
        if rule.between.as_ref().is_some_and(|hours| hours.holds(0).is_none()) {
            let remedy = "write them like {from: \"07:00\", until: \"22:00\"}";
            wrong.push(Wrong::new(&format!("{field}.between"), "these are no hours", remedy));
        }
    }
    wrong
}

/// Only what needs no evaluation: see [`crate::Desired::check_routes`].
fn route(route: &RouteSpec) -> Option<Wrong> {
    let Some(item) = &route.item else {
        let silent = route.team.is_none() && route.priority.is_none();
        let remedy = "add `item:`, `team:` or `priority:`";
        return silent.then(|| Wrong::new("spec", "this route decides nothing", remedy));
    };
    let kind = item.split_once('/').map(|(kind, _)| kind);
    let known = match kind {
        Some(kind) if kind.contains('{') => true,
        Some(kind) => Kind::ALL.iter().any(|known| known.operated() && known.prefix() == kind),
        None => item.starts_with('{'),
    };
    let remedy = "write it like service/{labels.service}";
    (!known).then(|| Wrong::new("spec.item", "this names no kind of item", remedy))
}

fn maintenance(wrong: &mut Vec<Wrong>, spec: &MaintenanceWindowSpec) {
    if spec.items.is_empty() && spec.selector.is_empty() {
        let remedy = "name `items`, or labels in `selector`";
        wrong.push(Wrong::new("spec.items", "this window covers nothing", remedy));
    }
    named(wrong, "items", &spec.items, "this cannot be interrupted");
    let remedy = "say what is done, for whoever asks why no incident was opened";
    planned(wrong, &spec.windows, &spec.reason, remedy);
}

fn freeze(wrong: &mut Vec<Wrong>, spec: &FreezeSpec) {
    named(wrong, "items", &spec.items, "this cannot be released");
    planned(wrong, &spec.windows, &spec.reason, "say why, for whoever must not release");
}

/// Items that can break, and so be worked on, promised and measured.
pub(super) fn named(wrong: &mut Vec<Wrong>, field: &str, items: &[ItemRef], message: &str) {
    for (place, item) in items.iter().enumerate() {
        if Kind::of(item).is_some_and(|kind| !kind.operated()) {
            let all = Kind::ALL.into_iter().filter(|kind| kind.operated()).map(Kind::prefix);
            let remedy = format!("name one of {}", all.collect::<Vec<_>>().join(", "));
            wrong.push(Wrong::new(&format!("spec.{field}[{place}]"), message, remedy));
        }
    }
}

/// Windows of time with the reason for them.
fn planned(wrong: &mut Vec<Wrong>, windows: &[Window], reason: &str, why: &str) {
    if windows.is_empty() {
        let remedy = "add one with `start` and `end`";
        wrong.push(Wrong::new("spec.windows", "there is no window of time", remedy));
    }
    for (place, window) in windows.iter().enumerate() {
        if window.end <= window.start {
            let message = "this window ends before it begins";
            let remedy = "write an `end` after the `start`";
            wrong.push(Wrong::new(&format!("spec.windows[{place}].end"), message, remedy));
        }
        if window.actual().is_some_and(|(began, done)| done < began) {
            let message = "it was done before it began";
            let remedy = "correct `actualStart` or `actualEnd`";
            wrong.push(Wrong::new(&format!("spec.windows[{place}].actualEnd"), message, remedy));
        }
    }
    if reason.trim().is_empty() {
        wrong.push(Wrong::new("spec.reason", "the reason is missing", why));
    }
    wrong.extend(length("spec.reason", Some(reason), TITLE_MAX));
}

/// Checks the fields that relate a resource to others.
fn related(wrong: &mut Vec<Wrong>, needs: &[(&str, &[Need])], items: &[(&str, &[ItemRef])]) {
    let mut groups = BTreeSet::new();
    for (field, needs) in needs {
        for (place, need) in needs.iter().enumerate() {
            let field = format!("spec.{field}[{place}]");
            if let Need::Some(group) = need {
                group_fits(wrong, &field, group);
                if !groups.insert(&group.group) {
                    let message = format!("there is a group `{}` already", group.group);
                    wrong.push(Wrong::new(&format!("{field}.group"), message, "rename one"));
                }
                for (place, item) in group.of.iter().enumerate() {
                    wrong.extend(operated(&format!("{field}.of[{place}]"), item));
                }
            }
            if let Need::One(item) = need {
                wrong.extend(operated(&field, item));
            }
        }
    }
    for (field, items) in items {
        for (place, item) in items.iter().enumerate() {
            wrong.extend(operated(&format!("spec.{field}[{place}]"), item));
        }
    }
}

fn group_fits(wrong: &mut Vec<Wrong>, field: &str, group: &crate::Group) {
    let (need, count) = (group.need, group.of.len());
    if group.group.is_empty() {
        wrong.push(Wrong::new(&format!("{field}.group"), "the name is empty", "name the group"));
    }
    if need == 0 {
        let remedy = "write how many must be up, at least 1";
        wrong.push(Wrong::new(&format!("{field}.need"), "a group of which none is needed", remedy));
    }
    if need as usize > count {
        let message = format!("the group needs {need} but has {count}");
        let remedy = format!("write at most {count}, or name more members in `of`");
        wrong.push(Wrong::new(&format!("{field}.need"), message, remedy));
    }
    let mut members = BTreeSet::new();
    for (place, item) in group.of.iter().enumerate() {
        if !members.insert(item) {
            let message = format!("{item} is there twice");
            let field = format!("{field}.of[{place}]");
            wrong.push(Wrong::new(&field, message, "remove one of the two"));
        }
    }
}

/// Relations lead to things that can break; teams, people, policies and routes cannot.
fn operated(field: &str, item: &ItemRef) -> Option<Wrong> {
    let kind = Kind::of(item).filter(|kind| !kind.operated())?;
    let message = format!("nothing can depend on a {kind}");
    let all = Kind::ALL.into_iter().filter(|kind| kind.operated()).map(Kind::prefix);
    let remedy = format!("name one of {}", all.collect::<Vec<_>>().join(", "));
    Some(Wrong::new(field, message, remedy))
}
