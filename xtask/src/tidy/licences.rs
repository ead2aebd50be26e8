use std::process::Command;

use crate::{Complaint, Tree};

const LIST: &str = "deny.toml";

/// Every library's licence is on the list of `deny.toml`, and none is banned there: the part of
/// `cargo deny` that needs nothing but cargo.
pub fn licences_are_allowed(tree: &Tree) -> Vec<Complaint> {
    let deny: toml::Table =
        tree.file(LIST).and_then(|file| file.text.parse().ok()).unwrap_or_default();
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(&tree.root)
        .output();
    let packages = output.ok().and_then(|output| {
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        metadata.get("packages")?.as_array().cloned()
    });
    match packages {
        Some(packages) => judge(&deny, &packages),
        None => vec![complain(
            "Cargo.lock",
            "cargo cannot say which libraries are used".to_owned(),
            "run `cargo fetch --locked`; then mend what `cargo metadata --locked --offline` says",
        )],
    }
}

fn judge(deny: &toml::Table, packages: &[serde_json::Value]) -> Vec<Complaint> {
    let allowed = strings(deny.get("licenses").and_then(|section| section.get("allow")));
    let rows = |section: &str, field: &str, within: &str| -> Vec<String> {
        let rows = deny.get(section).and_then(|section| section.get(field));
        let rows = rows.and_then(toml::Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get(within)?.as_str().map(str::to_owned)).collect()
    };
    let excused = rows("licenses", "exceptions", "crate");
    let banned = rows("bans", "deny", "crate");
    let mut complaints = Vec::new();
    for package in packages {
        let text = |field: &str| package.get(field).and_then(|value| value.as_str()).unwrap_or("");
        let (name, licence) = (text("name").to_owned(), text("license"));
        if banned.contains(&name) {
            complaints.push(complain(
                LIST,
                format!("`{name}` is banned and came in"),
                "`cargo tree -i` tells who brings it: switch that feature off",
            ));
        }
        if !excused.contains(&name) && !fits(licence, &allowed) {
            complaints.push(complain(
                LIST,
                format!("`{name}` is under `{licence}`, which is not on the list"),
                "choose another library, or add the licence when it asks no more than those there",
            ));
        }
    }
    complaints
}

/// Whether a licence expression can be met with allowed licences alone.
fn fits(expression: &str, allowed: &[String]) -> bool {
    // Older crates write `/` for OR. Inside brackets there is only ever OR in the wild.
    let expression = expression.replace('/', " OR ");
    let alternatives = |part: &str| {
        part.trim_matches(|c: char| "() ".contains(c))
            .split(" OR ")
            .any(|name| allowed.iter().any(|licence| licence == name.trim()))
    };
    expression.split(" AND ").all(alternatives)
}

fn strings(value: Option<&toml::Value>) -> Vec<String> {
    let list = value.and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn complain(path: &str, what: String, mend: &'static str) -> Complaint {
    Complaint { rule: "licences", path: path.to_owned(), line: None, what, mend }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_cargo_writes_them() {
        let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
        for fine in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR X) AND Unicode-3.0"] {
            assert!(fits(fine, &allowed), "{fine}");
        }
        for wrong in ["", "GPL-3.0", "MIT AND GPL-3.0", "X OR Y"] {
            assert!(!fits(wrong, &allowed), "{wrong}");
        }
    }

    #[test]
    fn a_banned_library_and_a_strange_licence_are_named() {
        let deny = "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"b\" }]\n";
        let packages = serde_json::json!([
            { "name": "a", "license": "GPL-3.0" }, { "name": "b", "license": "MIT" }
        ]);
        let deny: toml::Table = deny.parse().unwrap();
        assert_eq!(judge(&deny, packages.as_array().unwrap()).len(), 2);
    }
}
