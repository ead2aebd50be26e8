use std::collections::BTreeSet;

use crate::{Complaint, File, Tree};

const MAP: &str = "ARCHITECTURE.md";
const MAP_LINES_MAX: usize = 200;

/// ARCHITECTURE.md names every top-level folder, practice, engine and library.
pub fn architecture_is_a_true_map(tree: &Tree) -> Vec<Complaint> {
    let text = tree.file(MAP).map_or("", |file| file.text.as_str());
    let mut complaints: Vec<Complaint> = rooms(tree)
        .into_iter()
        .filter(|room| !text.contains(&format!("`{room}/`")))
        .map(|room| {
            map_complaint(
                format!("does not say what `{room}/` is for"),
                "give it a line in the map of rooms, with its invariant",
            )
        })
        .collect();
    complaints.extend(libraries(tree).into_iter().filter_map(|library| {
        (!text.contains(&format!("`{library}`"))).then(|| {
            map_complaint(
                format!("does not say why `{library}` is there"),
                "give the library a reason in the list of dependencies, or do without it",
            )
        })
    }));
    let length = text.lines().count();
    if length > MAP_LINES_MAX {
        complaints.push(map_complaint(
            format!("{length} lines, {MAP_LINES_MAX} at most"),
            "move detail to docs/: the map is read in one go",
        ));
    }
    complaints
}

fn map_complaint(what: String, mend: &'static str) -> Complaint {
    Complaint { rule: "map", path: MAP.to_owned(), line: None, what, mend }
}

/// Top-level folders, and below `practices/` and `engines/` each crate.
fn rooms(tree: &Tree) -> BTreeSet<&str> {
    let mut rooms = BTreeSet::new();
    for file in tree.files.iter().filter(|file| !file.path.starts_with('.')) {
        let mut parts = file.path.split('/');
        if let (Some(folder), Some(inner), deeper) = (parts.next(), parts.next(), parts.next()) {
            rooms.insert(folder);
            if deeper.is_some() && ["practices", "engines"].contains(&folder) {
                rooms.insert(inner);
            }
        }
    }
    rooms
}

/// Names of the libraries that the workspace takes from outside.
fn libraries(tree: &Tree) -> BTreeSet<String> {
    let workspace = tree.file("Cargo.toml").and_then(|file| file.text.parse::<toml::Table>().ok());
    let listed = workspace.as_ref().and_then(|table| table.get("workspace")?.get("dependencies"));
    let outside = listed.and_then(toml::Value::as_table).into_iter().flatten();
    let mut names: BTreeSet<String> = outside
        .filter(|(_, how)| how.get("path").is_none())
        .map(|(name, _)| name.clone())
        .collect();
    let web = tree.file("web/package.json");
    let web: Option<serde_json::Value> = web.and_then(|file| serde_json::from_str(&file.text).ok());
    let shipped = web.as_ref().and_then(|package| package.get("dependencies")?.as_object());
    names.extend(shipped.into_iter().flatten().map(|(name, _)| name.clone()));
    names
}

/// Links between documents lead to files and headings that exist.
pub fn links_lead_somewhere(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (line, target) in links(&file.text) {
            if let Some(what) = dead(tree, file, &target) {
                complaints.push(Complaint {
                    rule: "links",
                    path: file.path.clone(),
                    line: Some(line),
                    what,
                    mend: "point it to where the text went, or take it out",
                });
            }
        }
    }
    complaints
}

/// Line and target of each link to a place in this repository, outside code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        // Every second part of a line split at ` is code.
        for prose in line.split('`').step_by(2) {
            let mut rest = prose;
            while let Some((_, after)) = rest.split_once("](") {
                let (target, behind) = after.split_once(')').unwrap_or((after, ""));
                if !target.contains("://") && !target.starts_with("mailto:") {
                    found.push((index + 1, target.to_owned()));
                }
                rest = behind;
            }
        }
    }
    found
}

fn dead(tree: &Tree, from: &File, target: &str) -> Option<String> {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { from.path.clone() } else { resolve(&from.path, path) };
    if !tree.has(&path) {
        return Some(format!("links to `{path}`, which is not there"));
    }
    let known = |file: &File| heading.is_empty() || anchors(&file.text).contains(heading);
    match tree.file(&path) {
        Some(file) if !known(file) => Some(format!("`{path}` has no heading `#{heading}`")),
        _ => None,
    }
}

/// A path relative to a file, as a path relative to the root.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchors of a document's headings, spelled as forges spell them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_a_library_missing_on_the_map_are_named() {
        let cargo = "[workspace.dependencies]\nkernel = { path = \"kernel\" }\nserde = \"1\"\n";
        let files = [
            ("ARCHITECTURE.md", "`kernel/` `serde`"),
            ("Cargo.toml", cargo),
            ("kernel/src/lib.rs", ""),
        ];
        assert!(architecture_is_a_true_map(&Tree::of(&files)).is_empty());
        let files = [files[1], files[2], ("practices/alerts/src/lib.rs", "")];
        assert_eq!(architecture_is_a_true_map(&Tree::of(&files)).len(), 4);
    }

    #[test]
    fn a_dead_link_is_named_and_a_living_one_is_not() {
        let text = "[a](b.md) [c](../README.md#two-words) [d](https://example.org/x)\n`[e](f)`\n";
        let readme = "# Two words\n";
        let tree = Tree::of(&[("docs/a.md", text), ("README.md", readme), ("docs/b.md", "")]);
        assert!(links_lead_somewhere(&tree).is_empty());
        let tree = Tree::of(&[("docs/a.md", text), ("README.md", "# One\n")]);
        assert_eq!(links_lead_somewhere(&tree).len(), 2);
    }
}
