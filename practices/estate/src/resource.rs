use std::collections::BTreeMap;

use kernel::ItemRef;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::{Kind, Spec};

/// What `apiVersion` says.
pub const API_VERSION: &str = "operate/v1";

/// One described thing of the estate. Its JSON is what files hold, the database stores and the
/// API speaks: `apiVersion`, `kind`, `metadata`, `spec`.
#[derive(Clone, PartialEq, Debug)]
pub struct Resource {
    item: ItemRef,
    /// Names and labels.
    pub metadata: Metadata,
    /// What it says of itself; decides the kind.
    pub spec: Spec,
}

/// Names and labels of a resource.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Unique within the kind; letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// What people call it; the name when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Free labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl Resource {
    /// `None` when the name is empty, oddly spelled or too long: see [`ItemRef::new`].
    pub fn new(metadata: Metadata, spec: Spec) -> Option<Resource> {
        let item = ItemRef::new(spec.kind().prefix(), &metadata.name)?;
        Some(Resource { item, metadata, spec })
    }

    /// What names it: kind and name.
    pub fn item(&self) -> &ItemRef {
        &self.item
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.spec.kind()
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        self.metadata.title.as_deref().unwrap_or(&self.metadata.name)
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Resource", 4)?;
        document.serialize_field("apiVersion", API_VERSION)?;
        document.serialize_field("kind", &self.kind())?;
        document.serialize_field("metadata", &self.metadata)?;
        document.serialize_field("spec", &self.spec)?;
        document.end()
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Resource, D::Error> {
        let document = serde_json::Value::deserialize(deserializer)?;
        crate::read::from_json(&document).map_err(serde::de::Error::custom)
    }
}
