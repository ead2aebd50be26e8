use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unset;
use crate::reference::{EscalationPolicyRef, TeamRef};

/// People who answer for something together.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamSpec {
    /// What the team is there for.
    #[serde(rename = "type", default)]
    pub team_type: TeamType,
    /// A mailbox that reaches all of it.
    #[serde(default, skip_serializing_if = "unset")]
    pub email: Option<String>,
    /// Called for items of the team that name no policy of their own.
    #[serde(default, skip_serializing_if = "unset")]
    pub escalation_policy: Option<EscalationPolicyRef>,
}

/// What a team is there for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TeamType {
    /// Builds and owns products.
    #[default]
    Product,
    /// Runs what others build on.
    ItOperations,
    /// Keeps services reliable by engineering.
    Sre,
}

/// Somebody who can be called.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonSpec {
    /// Where mail reaches them.
    pub email: String,
    /// Where a signed call reaches them: a URL.
    #[serde(default, skip_serializing_if = "unset")]
    pub webhook: Option<String>,
    /// Their time zone by its IANA name, such as Europe/Berlin. UTC when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
    /// The teams they are in.
    #[serde(default, skip_serializing_if = "unset")]
    pub teams: Vec<TeamRef>,
    /// How to call them, all at once. Every way that is known when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub contact_methods: Vec<ContactMethod>,
}

/// A way to call somebody.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContactMethod {
    /// By mail to their address.
    Email,
    /// By a signed call to their URL.
    Webhook,
}

impl ContactMethod {
    /// The name of the channel: `email` or `webhook`.
    pub fn channel(self) -> &'static str {
        match self {
            ContactMethod::Email => "email",
            ContactMethod::Webhook => "webhook",
        }
    }
}

impl PersonSpec {
    /// How and where to call them, in the order given.
    pub fn contacts(&self) -> Vec<(ContactMethod, &str)> {
        let known = [ContactMethod::Email, ContactMethod::Webhook];
        let methods =
            if self.contact_methods.is_empty() { &known[..] } else { &self.contact_methods };
        let target = |method: &ContactMethod| match method {
            ContactMethod::Email => Some((*method, self.email.as_str())),
            ContactMethod::Webhook => Some((*method, self.webhook.as_deref()?)),
        };
        methods.iter().filter_map(target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada(webhook: Option<&str>, contact_methods: Vec<ContactMethod>) -> PersonSpec {
        PersonSpec {
            email: "ada@example.org".to_owned(),
            webhook: webhook.map(str::to_owned),
            time_zone: None,
            teams: Vec::new(),
            contact_methods,
        }
    }

    #[test]
    fn a_person_is_called_in_every_known_way_unless_they_choose() {
        let mail = (ContactMethod::Email, "ada@example.org");
        let call = (ContactMethod::Webhook, "https://x.example");
        assert_eq!(ada(None, vec![]).contacts(), [mail]);
        assert_eq!(ada(Some(call.1), vec![]).contacts(), [mail, call]);
        assert_eq!(ada(Some(call.1), vec![ContactMethod::Webhook]).contacts(), [call]);
    }
}
