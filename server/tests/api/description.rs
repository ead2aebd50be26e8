//! What the description of the API says of all of it. Beside the conversations and not beside the
//! code, since it needs every handler: tests of the server's parts are compiled without them.

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(server::description()).unwrap()
}

fn operations(document: &Value) -> Vec<&Value> {
    let paths = document["paths"].as_object().unwrap().values();
    paths.flat_map(|item| item.as_object().unwrap().values()).collect()
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = document();
    let mut ids: Vec<&str> = operations(&document)
        .into_iter()
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(all > 50, "{all}");
}

#[test]
fn every_body_has_a_type() {
    let document = document();
    for operation in operations(&document) {
        let id = &operation["operationId"];
        let answers = operation["responses"].as_object().unwrap().values();
        for body in answers.chain([&operation["requestBody"]]) {
            if let Some(content) = body["content"].get("application/json") {
                let schema = content["schema"].as_object().unwrap();
                assert!(!schema.is_empty(), "{id}: a body that may be anything");
            }
        }
    }
}

#[test]
fn every_schema_that_is_named_is_there_and_none_is_there_twice() {
    let document = document();
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let named = text.split("\"#/components/schemas/").skip(1);
    for name in named.filter_map(|part| part.split('"').next()) {
        assert!(schemas.contains_key(name), "{name} is missing");
    }
    for name in schemas.keys() {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is unused");
    }
}

#[test]
fn people_are_not_offered_the_commands_of_operate_itself() {
    let document = document();
    let commands = document["components"]["schemas"]["IncidentCommand"]["oneOf"].to_string();
    assert!(commands.contains("\"acknowledge\""), "{commands}");
    assert!(!commands.contains("member_cleared"), "{commands}");
}

#[test]
fn the_description_in_the_repository_is_fresh() {
    let kept = include_str!("../../../web/openapi.json");
    let fresh = format!("{}\n", server::description().to_pretty_json().unwrap());
    assert!(kept == fresh, "run `cargo xtask codegen` and commit what it writes");
}
