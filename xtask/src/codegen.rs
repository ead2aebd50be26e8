//! Files that are generated from the code, checked in, and proven fresh by a tidy rule.

use std::io;

use crate::Tree;

/// Path and text of every generated file.
pub fn files() -> Vec<(&'static str, String)> {
    Vec::new()
}

/// Writes every generated file; returns how many.
///
/// # Errors
/// When a file cannot be written.
pub fn write(tree: &Tree) -> io::Result<usize> {
    let files = files();
    for (path, text) in &files {
        std::fs::write(tree.root.join(path), text)?;
    }
    Ok(files.len())
}
