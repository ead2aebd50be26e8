//! Finishing touches to the generated description of the API: what follows from the shape of an
//! operation is added here once, instead of at every handler.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, HttpMethod, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    SecurityRequirement,
};

/// Adds what every operation shares: its id, how to sign in, and how problems look.
pub fn finished(mut document: OpenApi) -> OpenApi {
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_default();
    sign_in(components);
    for_people(components, "IncidentCommand", |command| {
        incidents::Verb::ALL.iter().any(|verb| verb.name() == command && !verb.system_only())
            && command != incidents::Verb::Open.name()
    });
    for_people(components, "AlertCommand", |command| {
        [
            "acknowledge",
            "unacknowledge",
            "clear",
            "close",
            "mark_not_useful",
            "take_back_not_useful",
        ]
        .contains(&command)
    });
    for_people(components, "TuningCommand", |command| {
        ["start", "done", "dismiss"].contains(&command)
    });
    for_people(components, "HeartbeatCommand", |command| {
        ["edit", "pause", "resume", "remove"].contains(&command)
    });
    for_people(components, "PageCommand", |command| command == "acknowledge");
    for_people(components, "SilenceCommand", |command| ["edit", "expire"].contains(&command));
    document.security = Some(vec![
        SecurityRequirement::new("session", Vec::<String>::new()),
        SecurityRequirement::new("token", Vec::<String>::new()),
    ]);
    for item in document.paths.paths.values_mut() {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                name(operation);
                problems(&method, operation);
            }
        }
    }
    forget_unused(&mut document);
    document
}

fn sign_in(components: &mut Components) {
    let cookie = ApiKeyValue::with_description(
        "operate_session",
        "The cookie of a browser. Requests that change something also carry `x-operate-csrf: 1`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", bearer());
    components.add_security_scheme("integration_key", bearer());
}

/// Leaves out the commands that only Operate itself may give, and unknown fields of the others.
fn for_people(components: &mut Components, name: &str, offered: impl Fn(&str) -> bool) {
    let Some(RefOr::T(Schema::OneOf(commands))) = components.schemas.get_mut(name) else { return };
    let word = |command: &RefOr<Schema>| match command {
        RefOr::T(Schema::Object(object)) => match object.properties.get("command") {
            Some(RefOr::T(Schema::Object(tag))) => tag.enum_values.clone()?.into_iter().next(),
            _ => None,
        },
        _ => None,
    };
    commands
        .items
        .retain(|command| matches!(word(command), Some(Value::String(word)) if offered(&word)));
    for command in &mut commands.items {
        if let RefOr::T(Schema::Object(object)) = command {
            object.title = word(&RefOr::T(Schema::Object(object.clone())))
                .and_then(|word| word.as_str().map(str::to_owned));
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// `incidents_list`: the tag, then the name of the handler.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
    if let Some(id) = &mut operation.operation_id {
        *id = format!("{tag}_{id}");
    }
}

/// The problems that an operation may answer with; `default` stands for all others.
fn problems(method: &HttpMethod, operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let places: Vec<ParameterIn> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.parameter_in.clone()),
            RefOr::Ref(_) => None,
        })
        .collect();
    let body = operation.request_body.is_some();
    let known = operation.security.is_none();
    let changes = !matches!(method, HttpMethod::Get);
    let versioned = places.contains(&ParameterIn::Header);
    let told = [
        (body || !places.is_empty(), "400", "It cannot be read; `field` says where"),
        (known, "401", "Nobody is signed in"),
        (known && changes, "403", "This is not for the asker to do"),
        (places.contains(&ParameterIn::Path), "404", "There is no such thing"),
        (versioned, "409", "The stage of the record does not allow it, or others were quicker"),
        (versioned, "412", "The record has changed since the version that was seen"),
        (body, "413", "The body is too large"),
        (body, "415", "The body is not marked as JSON"),
        (body, "422", "It can be read, and a rule says no"),
        (true, "default", "A problem: what, where, and how to mend it"),
    ];
    for (_, status, description) in told.into_iter().filter(|(holds, ..)| *holds) {
        let response = ResponseBuilder::new()
            .description(description)
            .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
            .build();
        operation.responses.responses.entry(status.to_owned()).or_insert(response.into());
    }
    let responses = operation.responses.responses.values_mut();
    for response in responses.filter_map(|response| match response {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    }) {
        say_problem_json(response);
        for header in response.headers.values_mut() {
            if let RefOr::T(header) = header {
                header.schema = Some(ObjectBuilder::new().schema_type(Type::String).into());
            }
        }
    }
}

/// Problems have a content type of their own (RFC 9457).
fn say_problem_json(response: &mut Response) {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => content.schema.as_ref() == Some(&problem),
        RefOr::Ref(_) => false,
    };
    if response.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}

/// Drops schemas that no operation leads to.
fn forget_unused(document: &mut OpenApi) {
    let mut open = named(&document.paths);
    let Some(components) = &mut document.components else { return };
    let mut used: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(schema) = components.schemas.get(&name)
            && used.insert(name)
        {
            open.extend(named(schema));
        }
    }
    components.schemas.retain(|name, _| used.contains(name));
}

/// The schemas that something refers to.
fn named(value: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(value).unwrap_or_default();
    let parts = text.split("\"#/components/schemas/").skip(1);
    parts.filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
}

const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";
