//! Why a target is what it is: what was decided, why, and what was improved by it.

use estate::{Resource, Spec};
use kernel::Fact;
use serde::{Deserialize, Serialize};
use spine::journal::{self, Stamp};
use spine::{Fault, Tx};
use utoipa::ToSchema;

use super::store::{self, Said};
use super::views::window;
use crate::problem::{Answer, Problem};

/// Longest text, in characters.
const TEXT_MAX: usize = 2_000;
/// Most improvements.
const IMPROVEMENTS_MAX: usize = 20;

/// What was decided about a target, and why.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TargetDecision)]
pub struct Decision {
    /// What was decided, by whom or where: "Service review of 2 October".
    pub decided: String,
    /// Why.
    pub reason: String,
    /// What was or will be improved by it: addresses of web pages, and incidents as `#12`.
    pub improvements: Vec<String>,
}

impl Decision {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Decision::default()
    }

    /// The same without what is blank around its texts.
    ///
    /// # Errors
    /// When a text is too long, or an improvement is neither an address nor an incident.
    pub fn checked(self) -> Answer<Decision> {
        let trimmed = |text: String| text.trim().to_owned();
        let decision = Decision {
            decided: trimmed(self.decided),
            reason: trimmed(self.reason),
            improvements: self.improvements.into_iter().map(trimmed).collect(),
        };
        for (field, text) in [("decided", &decision.decided), ("reason", &decision.reason)] {
            if text.chars().count() > TEXT_MAX {
                let refused =
                    Problem::refused(format!("this is longer than {TEXT_MAX} characters"));
                return Err(refused.at(field).remedy("say it shorter, and link the rest"));
            }
        }
        if decision.improvements.len() > IMPROVEMENTS_MAX {
            let refused = Problem::refused(format!("at most {IMPROVEMENTS_MAX} improvements"));
            return Err(refused.at("improvements"));
        }
        if let Some(bad) = decision.improvements.iter().find(|link| !is_link(link)) {
            let shown: String = bad.chars().take(60).collect();
            return Err(Problem::refused(format!("`{shown}` leads nowhere"))
                .at("improvements")
                .remedy("write an address that begins with https://, or an incident as #12"));
        }
        Ok(decision)
    }
}

fn is_link(text: &str) -> bool {
    let address = ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| {
            rest.len() <= TEXT_MAX && !rest.is_empty() && !rest.contains(char::is_whitespace)
        })
    });
    address || number(text).is_some()
}

/// The incident that an improvement names.
pub fn number(text: &str) -> Option<u64> {
    text.strip_prefix('#')?.parse().ok()
}

/// What an objective promises: the target in percent, and over what time.
pub fn promised(resource: &Resource) -> Option<(f64, String)> {
    match &resource.spec {
        Spec::Objective(spec) => Some((spec.target, window(spec))),
        _ => None,
    }
}

/// Keeps why a resource was changed, where the change is one of a target.
///
/// # Errors
/// When the database refuses.
pub async fn of_change(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    (before, after): (Option<&Resource>, &Resource),
    decision: &Decision,
) -> Result<(), Fault> {
    let now = promised(after);
    if decision.is_empty() || now.is_none() || before.and_then(promised) == now {
        return Ok(());
    }
    let said = Said { at: stamp.at, by: stamp.actor.clone(), decision: decision.clone() };
    store::put_decision(tx, stamp.space, (after.item().name(), stamp.at), &said).await
}

/// Keeps why a target held that holds from a time on, and notes in the journal who said so.
///
/// # Errors
/// When the database refuses.
pub async fn explain(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    (objective, from): (&str, kernel::Time),
    decision: &Decision,
) -> Result<(), Fault> {
    let said = Said { at: stamp.at, by: stamp.actor.clone(), decision: decision.clone() };
    store::put_decision(tx, stamp.space, (objective, from), &said).await?;
    let fact = Fact {
        subject: format!("item:objective/{objective}"),
        kind: "target.explained".to_owned(),
        data: serde_json::json!({ "from": from, "decision": decision }).into(),
    };
    journal::append(tx, stamp, &[fact]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn improved(by: &str) -> Answer<Decision> {
        let improvements = vec![by.to_owned()];
        Decision { improvements, reason: " late ".to_owned(), ..Decision::default() }.checked()
    }

    #[test]
    fn an_improvement_is_an_address_or_an_incident() {
        assert_eq!(improved("#12").unwrap().reason, "late");
        assert!(improved("https://tracker.example.org/OPS-12").is_ok());
        for bad in ["javascript:alert(1)", "#twelve", "https://", "https://a b", "OPS-12"] {
            assert!(improved(bad).is_err(), "{bad}");
        }
    }
}
