//! Alert to tuning: what people say of an alert's use goes to the task of its rule.

use alerts::{Alert, Event};
use tuning::{Command, Rule};

/// The rule that an alert comes from.
pub fn rule_of(alert: &Alert) -> Rule {
    Rule { source: alert.source.to_string(), name: alert.name().to_owned() }
}

/// What the task of the rule hears of an event of an alert. A vote opens the task where there is
/// none; what is taken back needs one.
///
/// | fact | reaction |
/// |---|---|
/// | alert found not useful | the rule's task has a vote more; without a task, one is opened |
/// | that was taken back | the rule's task has a vote less |
pub fn tune(alert: &Alert, event: &Event) -> Option<Command> {
    match event {
        Event::MarkedNotUseful { by, reason, .. } => Some(Command::Vote {
            rule: rule_of(alert),
            alert: alert.id,
            by: by.clone(),
            reason: reason.clone(),
        }),
        Event::NotUsefulTakenBack { by, .. } => {
            Some(Command::TakeBack { alert: alert.id, by: by.clone() })
        }
        _ => None,
    }
}
