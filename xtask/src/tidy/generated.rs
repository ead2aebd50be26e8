use crate::{Complaint, Tree, codegen};

/// Files that are generated from the code are what the code would generate now.
pub fn generated_files_are_fresh(tree: &Tree) -> Vec<Complaint> {
    let stale = codegen::files()
        .into_iter()
        .filter(|(path, text)| tree.file(path).is_none_or(|file| file.text != *text));
    stale
        .map(|(path, _)| Complaint {
            rule: "generated",
            path: path.to_owned(),
            line: None,
            what: "differs from what the code says".to_owned(),
            mend: "run `cargo xtask codegen` and commit what it writes",
        })
        .collect()
}
