//! What other on-call tools export: gathered into lists, and every element read.
#![no_main]

use connectors::export::{Export, File, Known};
use connectors::{goalert, grafana_oncall, opsgenie, pagerduty};
use libfuzzer_sys::fuzz_target;

/// Reads every element of a list as what it should be.
macro_rules! each {
    ($export:ident, $type:ty, $list:literal) => {
        for wrong in $export.list::<$type>($list).into_iter().filter_map(Result::err) {
            assert!(wrong.to_string().len() < 4_000, "an error is short");
        }
    };
}

fuzz_target!(|text: &str| {
    read(text, pagerduty::export::LISTS, |export| {
        each!(export, pagerduty::export::User, "users");
        each!(export, pagerduty::export::Schedule, "schedules");
        each!(export, pagerduty::export::Policy, "escalation_policies");
        each!(export, pagerduty::export::Service, "services");
    });
    read(text, opsgenie::export::LISTS, |export| {
        each!(export, opsgenie::export::User, "users");
        each!(export, opsgenie::export::Schedule, "schedules");
        each!(export, opsgenie::export::Override, "overrides");
        each!(export, opsgenie::export::Escalation, "escalations");
    });
    read(text, grafana_oncall::LISTS, |export| {
        each!(export, grafana_oncall::User, "users");
        each!(export, grafana_oncall::Shift, "on_call_shifts");
        each!(export, grafana_oncall::Step, "escalation_policies");
    });
    read(text, goalert::LISTS, |export| {
        each!(export, goalert::User, "users");
        each!(export, goalert::Rotation, "rotations");
        each!(export, goalert::Schedule, "schedules");
        each!(export, goalert::Policy, "escalationPolicies");
    });
});

fn read(text: &str, lists: &[Known], look: impl Fn(&Export)) {
    let file = File { name: "users.json".to_owned(), text: text.to_owned() };
    match Export::read(&[file], lists) {
        Ok(export) => look(&export),
        Err(wrong) => assert!(wrong.to_string().len() < 4_000, "an error is short"),
    }
}
