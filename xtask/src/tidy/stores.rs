use std::collections::BTreeSet;

use crate::{Complaint, Tree};

/// Every public function of a `store.rs` that speaks to the database is named in some test, or
/// stands beside a `tests.rs` that holds whole conversations on both databases: SQL is not checked
/// by the compiler.
pub fn store_functions_are_tested(tree: &Tree) -> Vec<Complaint> {
    let mut said = BTreeSet::new();
    for file in tree.rust() {
        let tests = if file.tests_only() { file.text.as_str() } else { file.split_at_tests().1 };
        said.extend(tests.split(|c: char| !c.is_alphanumeric() && c != '_'));
    }
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| file.path.ends_with("/store.rs")) {
        let beside = tree.file(&file.path.replace("/store.rs", "/tests.rs"));
        if beside.is_some_and(|tests| tests.text.contains("spine::both!")) {
            continue;
        }
        for (number, line) in file.lines() {
            let behind = file.text.lines().skip(number - 1);
            let queries = speaks_to_the_database(behind);
            let name = public_function(line).filter(|name| queries && !said.contains(name));
            if let Some(name) = name {
                complaints.push(Complaint {
                    rule: "store_tests",
                    path: file.path.clone(),
                    line: Some(number),
                    what: format!("no test names `{name}`"),
                    mend: "call it in a test that runs on both databases",
                });
            }
        }
    }
    complaints
}

/// The name of the public function that begins on this line.
fn public_function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let visible = ["pub async fn ", "pub fn ", "pub(crate) async fn ", "pub(crate) fn "];
    let after = visible.iter().find_map(|start| line.strip_prefix(start))?;
    after.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// Whether the function whose first lines these are takes a connection or a transaction.
fn speaks_to_the_database<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut signature = String::new();
    for line in lines {
        signature.push_str(line);
        if line.contains('{') {
            break;
        }
    }
    ["&mut Conn", "&mut Tx", "&Db"].iter().any(|kind| signature.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_function_that_no_test_calls_is_named() {
        let store = ("server/src/practices/alerts/store.rs", "pub async fn list(db: &Db) {}\n");
        assert_eq!(store_functions_are_tested(&Tree::of(&[store])).len(), 1);
        let word = ("server/src/practices/alerts/store.rs", "pub fn word(stage: Stage) {}\n");
        assert!(store_functions_are_tested(&Tree::of(&[word])).is_empty());
        let test = ("server/tests/stores.rs", "fn f() { store::list(&db); }\n");
        assert!(store_functions_are_tested(&Tree::of(&[store, test])).is_empty());
    }
}
