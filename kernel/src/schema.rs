//! How the kernel's values look in the description of the API (JSON Schema 2020-12): texts with a
//! pattern or a format. Beside `Serialize`, so that the two stay one.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Actor, Id, ItemRef, Kind, SpaceId, Time};

fn text(description: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .examples([example])
}

impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        let prefix = K::PREFIX;
        text("A typed, time-ordered id.", &format!("{prefix}_01jq2m6xv4e5r9t8w7y6z5a4b3"))
            .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
            .into()
    }
}

impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        K::ID.into()
    }
}

impl PartialSchema for ItemRef {
    fn schema() -> RefOr<Schema> {
        text("Names one item of the estate: kind/name.", "service/checkout")
            .pattern(Some("^[a-z]+/[A-Za-z0-9_.-]+$"))
            .max_length(Some(Self::LENGTH_MAX))
            .into()
    }
}

impl ToSchema for ItemRef {
    fn name() -> Cow<'static, str> {
        "ItemRef".into()
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        text("A point in time (RFC 3339); answers are in UTC.", "2026-03-01T09:30:00Z")
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Time {
    fn name() -> Cow<'static, str> {
        "Time".into()
    }
}

impl PartialSchema for Actor {
    fn schema() -> RefOr<Schema> {
        text("Who made a change: kind:name.", "person:ada")
            .pattern(Some("^(person|token|integration|link|system):"))
            .into()
    }
}

impl ToSchema for Actor {
    fn name() -> Cow<'static, str> {
        "Actor".into()
    }
}

impl PartialSchema for SpaceId {
    fn schema() -> RefOr<Schema> {
        text("The name of a space: one isolated organisation or use case.", "default").into()
    }
}

impl ToSchema for SpaceId {
    fn name() -> Cow<'static, str> {
        "SpaceId".into()
    }
}
