use crate::{Complaint, Tree};

/// Beginnings of paths that exist on one machine only, put together so that this file is clean.
const PLACES: [&str; 4] =
    [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "work/"), concat!("/", "Users/")];

/// Nothing in the repository depends on where one developer keeps things.
pub fn nothing_names_one_machine(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        for (number, line) in file.lines() {
            if let Some(place) = PLACES.iter().find(|place| begins_a_path(line, place)) {
                complaints.push(complain(&file.path, number, format!("names a path in {place}")));
            }
            if file.path.ends_with("package-lock.json") && line.contains("\"resolved\": \"http") {
                complaints.push(complain(
                    &file.path,
                    number,
                    "names the server that a package was fetched from".to_owned(),
                ));
            }
        }
    }
    complaints
}

fn complain(path: &str, line: usize, what: String) -> Complaint {
    Complaint {
        rule: "one_machine",
        path: path.to_owned(),
        line: Some(line),
        what,
        mend: "use a path relative to the checkout or an environment variable; npm leaves servers \
               out with `omit-lockfile-registry-resolved`",
    }
}

/// Whether the line holds the place as the beginning of a path, not inside one.
fn begins_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "/.-_}~".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_developers_folder_is_named_and_a_route_is_not() {
        let home = format!("let path = \"{}ada/x\";", PLACES[0]);
        assert_eq!(nothing_names_one_machine(&Tree::of(&[("a.rs", &home)])).len(), 1);
        let route = format!("get(\"/api{}x\")", PLACES[2]);
        assert!(nothing_names_one_machine(&Tree::of(&[("a.rs", &route)])).is_empty());
    }
}
