//! The rules of the house, held against the whole checkout: one test a rule.

use std::sync::OnceLock;

use xtask::{Complaint, Exceptions, Tree, tidy};

fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(Tree::of_this_checkout)
}

fn check(rule: tidy::Rule) {
    let complaints = Exceptions::of(tree()).excuse(rule(tree()));
    let text: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    assert!(complaints.is_empty(), "\n\n{}\n", text.join("\n\n"));
}

macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        $(
            #[test]
            fn $rule() {
                check(tidy::$rule);
            }
        )*

        #[test]
        fn every_rule_has_a_test() {
            assert_eq!([$(stringify!($rule)),*].len(), tidy::RULES.len());
        }
    };
}

rules!(
    architecture_is_a_true_map,
    examples_in_documents_apply,
    files_are_short,
    functions_are_short,
    generated_files_are_fresh,
    licences_are_allowed,
    lines_are_short,
    links_lead_somewhere,
    nothing_names_one_machine,
    practices_keep_their_doors,
    pure_rooms_stay_pure,
    sql_stays_in_the_subset,
    store_functions_are_tested,
);

#[test]
fn exceptions_are_still_needed() {
    let exceptions = Exceptions::of(tree());
    let complaints = exceptions.complaints(&tidy::all(tree()));
    assert!(complaints.is_empty(), "{complaints:#?}");
}
