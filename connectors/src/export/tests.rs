use serde_json::{Value, json};

use super::*;

const KNOWN: &[Known] = &[("users", "user"), ("teams", "team"), ("on_call_shifts", "shift")];

#[derive(Clone, PartialEq, Debug, Deserialize)]
struct User {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    age: u32,
}

fn file(name: &str, value: &Value) -> File {
    File { name: name.to_owned(), text: value.to_string() }
}

fn ids(export: &Export, list: &str) -> Vec<String> {
    export.list::<User>(list).into_iter().map(|user| user.unwrap().value.id).collect()
}

#[test]
fn pages_of_every_shape_become_one_list() {
    let u = |id: &str| json!({ "id": id });
    let files = [
        file("a.json", &json!({ "users": [u("1")], "more": true })),
        file("t.json", &json!({ "teams": [], "users": [], "more": true })),
        file("b.json", &json!({ "user": u("2") })),
        file("users-2.json", &json!({ "data": [u("3")], "paging": { "next": "https://x" } })),
        file("Users.json", &json!({ "results": [u("4")], "next": null })),
        file("users3.json", &json!([u("5"), u("1")])),
        file("graph.json", &json!({ "data": { "users": { "nodes": [u("6")] } } })),
        file("slurped.json", &json!([{ "users": [u("7")] }, { "users": [u("8")] }])),
        file("users.of.one.json", &json!({ "data": u("9"), "took": 0.1 })),
        file("on-call-shifts.json", &json!([u("x")])),
    ];
    let export = Export::read(&files, KNOWN).unwrap();
    assert_eq!(ids(&export, "users"), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(ids(&export, "on_call_shifts"), ["x"]);
    assert!(export.has("teams"));
    assert_eq!(export.unfinished().count(), 0);
}

#[test]
fn a_list_whose_last_page_is_missing_is_told() {
    let page = json!({ "users": [{ "id": "1" }], "more": true });
    let export = Export::read(&[file("a.json", &page)], KNOWN).unwrap();
    assert_eq!(export.unfinished().collect::<Vec<_>>(), ["users"]);
}

#[test]
fn of_two_with_one_id_the_one_that_says_more_counts() {
    let list = json!({ "users": [{ "id": "1" }, { "id": "1", "age": 3 }, { "id": "1" }] });
    let export = Export::read(&[file("a.json", &list)], KNOWN).unwrap();
    let users = export.list::<User>("users");
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].as_ref().unwrap().value.age, 3);
}

#[test]
fn a_wrong_element_names_its_place_and_the_others_are_read() {
    let list = json!({ "users": [{ "id": "1" }, { "id": 2 }, { "age": 3 }, "x",
        { "id": "5", "age": [] }] });
    let export = Export::read(&[file("all.json", &list)], KNOWN).unwrap();
    let told: Vec<String> = export
        .list::<User>("users")
        .into_iter()
        .map(|user| user.map_or_else(|wrong| wrong.to_string(), |user| user.at))
        .collect();
    assert_eq!(told[0], "all.json: users[0]");
    assert!(told[1].starts_with("all.json: users[1].id: invalid type: integer"), "{told:?}");
    assert!(told[2].starts_with("all.json: users[2]: missing field `id`"), "{told:?}");
    assert!(told[3].starts_with("all.json: users[3]: invalid type: string"), "{told:?}");
    assert!(told[4].starts_with("all.json: users[4].age: invalid type"), "{told:?}");
    assert!(told[1].contains("; export it again"), "{told:?}");
}

#[test]
fn what_is_no_export_is_refused_with_what_to_do() {
    let refused = |name: &str, text: &str| {
        let file = File { name: name.to_owned(), text: text.to_owned() };
        Export::read(&[file], KNOWN).unwrap_err().to_string()
    };
    assert!(refused("x.json", "{").starts_with("x.json: this is no JSON: EOF"));
    assert!(refused("x.json", "{}").contains("name the file after the list"));
    assert!(refused("x.json", "3").contains("a list was expected"));
    assert!(refused("x.json", r#"{"users": "none"}"#).starts_with("x.json: users: a list"));
    let failed = r#"{"data": null, "errors": [{"message": "no"}]}"#;
    assert!(refused("x.json", failed).contains("look at its `errors`"));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refused("users.json", &deep).contains("no JSON"));
    let deep = format!("{}1{}", r#"{"data":"#.repeat(20), "}".repeat(20));
    assert!(refused("users.json", &deep).contains("wrapped too deep"));
}

#[test]
fn tens_of_thousands_are_read() {
    let users: Vec<Value> = (0..50_000).map(|n| json!({ "id": format!("U{n}") })).collect();
    let export = Export::read(&[file("a.json", &json!({ "users": users }))], KNOWN).unwrap();
    assert_eq!(ids(&export, "users").len(), 50_000);
}

#[test]
fn lists_that_are_not_known_beside_known_ones_are_named() {
    let both = json!({ "users": [{ "id": "1" }], "user_list": [{ "id": "2" }],
        "wrapped": { "results": [{ "id": "3" }] }, "next": null, "limits": [1, 2], "empty": [] });
    let page = json!({ "data": [{ "id": "4" }], "included": [{ "id": "5" }], "took": 0.1 });
    let files = [file("all.json", &both), file("users.json", &page)];
    let export = Export::read(&files, KNOWN).unwrap();
    assert_eq!(ids(&export, "users"), ["1", "4"]);
    let unread: Vec<&str> = export.unread().collect();
    let expected = ["all.json: user_list", "all.json: wrapped", "users.json: included"];
    assert_eq!(unread, expected);
}
