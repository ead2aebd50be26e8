//! The rules of the house, each a function from the tree to complaints.

mod documents;
mod doors;
mod examples;
mod generated;
mod licences;
mod machine;
mod purity;
mod shape;
mod sql;
mod stores;

use crate::{Complaint, Tree};

pub use documents::{architecture_is_a_true_map, links_lead_somewhere};
pub use doors::practices_keep_their_doors;
pub use examples::examples_in_documents_apply;
pub use generated::generated_files_are_fresh;
pub use licences::licences_are_allowed;
pub use machine::nothing_names_one_machine;
pub use purity::pure_rooms_stay_pure;
pub use shape::{files_are_short, functions_are_short, lines_are_short};
pub use sql::sql_stays_in_the_subset;
pub use stores::store_functions_are_tested;

/// A rule: what it complains of in a tree.
pub type Rule = fn(&Tree) -> Vec<Complaint>;

/// Every rule.
pub const RULES: &[Rule] = &[
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
];

/// What all rules complain of.
pub fn all(tree: &Tree) -> Vec<Complaint> {
    RULES.iter().flat_map(|rule| rule(tree)).collect()
}
