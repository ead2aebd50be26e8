//! How labels and fingerprints look in the description of the API.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Fingerprint, Labels};

impl PartialSchema for Labels {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Names with values, sorted by name."))
            .additional_properties(Some(ObjectBuilder::new().schema_type(Type::String)))
            .into()
    }
}

impl ToSchema for Labels {
    fn name() -> Cow<'static, str> {
        "Labels".into()
    }
}

impl PartialSchema for Fingerprint {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Alertmanager's hash of the labels."))
            .pattern(Some("^[0-9a-f]{16}$"))
            .into()
    }
}

impl ToSchema for Fingerprint {
    fn name() -> Cow<'static, str> {
        "Fingerprint".into()
    }
}
