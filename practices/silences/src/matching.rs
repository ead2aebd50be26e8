use std::borrow::Cow;
use std::fmt;

use kernel::Refusal;
use routing::{LabelSet, Matcher, MatcherError, Matchers};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::check::MATCHERS_MAX;

/// Conditions on labels that all have to hold. In JSON a list of texts as people write them:
/// `["alertname=\"DiskFull\"", "instance=~\"db-.*\""]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conditions(Matchers);

impl Conditions {
    /// Reads conditions, each in its own text.
    ///
    /// # Errors
    /// The first that is none.
    pub fn parse<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Conditions, MatcherError> {
        let matchers: Result<Vec<Matcher>, MatcherError> =
            texts.into_iter().map(|text| Matcher::parse(text.as_ref().trim())).collect();
        Ok(Conditions(Matchers::from(matchers?)))
    }

    /// The conditions, for the engine that evaluates them.
    pub fn matchers(&self) -> &Matchers {
        &self.0
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of them hold.
    pub fn match_labels(&self, labels: &dyn LabelSet) -> bool {
        self.0.matches(labels)
    }

    /// Whether they hold for an alert without any label, and so perhaps for every alert.
    pub fn match_everything(&self) -> bool {
        self.0.iter().all(|matcher| matcher.accepts(""))
    }

    /// Bytes of the longest one.
    pub(crate) fn longest_bytes(&self) -> usize {
        self.0.iter().map(|one| one.name().len() + one.value().len()).max().unwrap_or_default()
    }
}

impl From<Matchers> for Conditions {
    fn from(matchers: Matchers) -> Conditions {
        Conditions(matchers)
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Conditions, D::Error> {
        let texts = Vec::<Cow<'de, str>>::deserialize(deserializer)?;
        if texts.len() > MATCHERS_MAX {
            let message = format!("a silence has at most {MATCHERS_MAX} matchers");
            return Err(serde::de::Error::custom(message));
        }
        Conditions::parse(texts).map_err(|error| Refusal::invalid(error.to_string()).within_json())
    }
}

impl PartialSchema for Conditions {
    fn schema() -> RefOr<Schema> {
        let one = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A condition on a label."))
            .examples([r#"alertname="DiskFull""#]);
        ArrayBuilder::new()
            .description(Some("Conditions on labels, all of which have to hold."))
            .items(one)
            .min_items(Some(1))
            .max_items(Some(MATCHERS_MAX))
            .into()
    }
}

impl ToSchema for Conditions {
    fn name() -> Cow<'static, str> {
        "Conditions".into()
    }
}
