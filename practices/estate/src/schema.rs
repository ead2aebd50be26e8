//! How resources look in the description of the API, where their JSON is not derived: names that
//! may be short, lengths of time, and documents whose kind decides what is in them.

use std::borrow::Cow;

use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref as Reference, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{
    API_VERSION, Kind, Metadata, Ref, Resource, Spec, SpecOf, Target, TurnRef, Wait, Within,
};

fn word(text: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([text]))
}

impl<S: SpecOf> PartialSchema for Ref<S> {
    fn schema() -> RefOr<Schema> {
        let prefix = S::KIND.prefix();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("The name of a {prefix}, alone or after `{prefix}/`.")))
            .pattern(Some(format!("^({prefix}/)?[A-Za-z0-9_.-]+$")))
            .max_length(Some(180))
            .into()
    }
}

impl<S: SpecOf> ToSchema for Ref<S> {
    fn name() -> Cow<'static, str> {
        format!("{}Ref", S::KIND.word()).into()
    }
}

impl PartialSchema for TurnRef {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A person by name, alone or after `person/`, or `nobody`."))
            .pattern(Some("^(person/)?[A-Za-z0-9_.-]+$"))
            .max_length(Some(180))
            .into()
    }
}

impl ToSchema for TurnRef {
    fn name() -> Cow<'static, str> {
        "Turn".into()
    }
}

impl PartialSchema for Target {
    fn schema() -> RefOr<Schema> {
        let kinds: Vec<&str> = Target::KINDS.iter().map(|kind| kind.prefix()).collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A person by name, or one after `team/` or `schedule/`."))
            .pattern(Some(format!("^(({})/)?[A-Za-z0-9_.-]+$", kinds.join("|"))))
            .max_length(Some(180))
            .into()
    }
}

impl ToSchema for Target {
    fn name() -> Cow<'static, str> {
        "CallTarget".into()
    }
}

impl PartialSchema for Wait {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A length of time: `30s`, `5m`, `1h30m`."))
            .pattern(Some(
                "^([0-9]{1,5}h([0-9]{1,6}m)?([0-9]{1,6}s)?|[0-9]{1,6}m([0-9]{1,6}s)?|[0-9]{1,6}s)$",
            ))
            .examples(["5m"])
            .into()
    }
}

impl ToSchema for Wait {
    fn name() -> Cow<'static, str> {
        "Wait".into()
    }
}

impl PartialSchema for Within {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Working time or working days: `30m`, `4h`, `2d`."))
            .pattern(Some(concat!(
                "^([0-9]{1,4}d|[0-9]{1,5}h([0-9]{1,6}m)?([0-9]{1,6}s)?",
                "|[0-9]{1,6}m([0-9]{1,6}s)?|[0-9]{1,6}s)$",
            )))
            .examples(["4h"])
            .into()
    }
}

impl ToSchema for Within {
    fn name() -> Cow<'static, str> {
        "Within".into()
    }
}

/// Any spec: which one is said by the kind beside it.
impl PartialSchema for Spec {
    fn schema() -> RefOr<Schema> {
        let specs = Kind::ALL.into_iter().fold(AnyOfBuilder::new(), |specs, kind| {
            specs.item(Reference::from_schema_name(kind.spec_name()))
        });
        specs.description(Some("What a resource says of itself, by its kind.")).into()
    }
}

impl ToSchema for Spec {
    fn name() -> Cow<'static, str> {
        "Spec".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Spec::every_schema(schemas);
    }
}

/// One document for each kind.
impl PartialSchema for Resource {
    fn schema() -> RefOr<Schema> {
        let documents = Kind::ALL.into_iter().fold(OneOfBuilder::new(), |documents, kind| {
            documents.item(
                ObjectBuilder::new()
                    .title(Some(kind.word()))
                    .property("apiVersion", word(API_VERSION))
                    .property("kind", word(kind.word()))
                    .property("metadata", Reference::from_schema_name("Metadata"))
                    .property("spec", Reference::from_schema_name(kind.spec_name()))
                    .required("apiVersion")
                    .required("kind")
                    .required("metadata")
                    .required("spec")
                    .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::<
                        Schema,
                    >::FreeForm(false))),
            )
        });
        documents.description(Some("One described thing of the estate.")).into()
    }
}

impl ToSchema for Resource {
    fn name() -> Cow<'static, str> {
        "Resource".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Metadata::name().into_owned(), Metadata::schema()));
        Spec::every_schema(schemas);
    }
}

impl Kind {
    /// The name of its spec's schema.
    fn spec_name(self) -> String {
        format!("{}Spec", self.word())
    }
}
