//! Small configuration files and what is to be said of each. The tables in
//! `alertmanager_config/*.txt` also say where `amtool check-config` 0.25 judges otherwise.

use std::path::Path;

use connectors::alertmanager::config::{ConfigError, load};

/// One small file of the tables.
struct Case {
    table: String,
    title: String,
    /// `good`, or the mistakes, all of them: line and column, field, a part of the words.
    want: Vec<String>,
    /// Parts of what is to be noted.
    notes: Vec<String>,
    yaml: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/alertmanager_config");
    let mut cases = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let table = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        cases.extend(text.split("\n=== ").skip(1).map(|text| case(&table, text)));
    }
    cases
}

fn case(table: &str, text: &str) -> Case {
    let (head, body) = text.split_once("\n---\n").unwrap_or((text, ""));
    let mut head = head.lines();
    let title = head.next().unwrap().to_owned();
    let (mut want, mut notes) = (Vec::new(), Vec::new());
    for line in head {
        match line.split_once(": ") {
            Some(("want", verdict)) => want.push(verdict.to_owned()),
            Some(("note", note)) => notes.push(note.to_owned()),
            Some(("amtool", _)) => {}
            _ => panic!("{table}: {title}: {line}"),
        }
    }
    let mut yaml = body.replace("@bom", "\u{feff}#");
    yaml = yaml.replace("@route", "route: {receiver: a}");
    yaml = yaml.replace("@receivers", "receivers: [{name: a}]");
    if body.contains("@bom") {
        yaml = yaml.replace('\n', "\r\n");
    }
    Case { table: table.to_owned(), title, want, notes, yaml }
}

/// `bad 3:5 route.group_wait is no duration`: column, field (`-`: none) and words may be left out.
fn fits(want: &str, error: &ConfigError) -> bool {
    let mut parts = want.strip_prefix("bad ").unwrap().splitn(3, ' ');
    let place = parts.next().unwrap();
    let (line, column) = place.split_once(':').unwrap_or((place, ""));
    let field = parts.next().unwrap_or("-");
    let words = parts.next().unwrap_or_default();
    line == error.line.to_string()
        && (column.is_empty() || column == error.column.to_string())
        && field == if error.field.is_empty() { "-" } else { &error.field }
        && error.to_string().contains(words)
}

#[test]
fn every_small_file_is_judged_as_written() {
    let cases = cases();
    let mut wrong = Vec::new();
    for Case { table, title, want, notes, yaml } in &cases {
        let told = match load(yaml, "am.yml") {
            Ok(config) => {
                let told = config.notes.iter().map(|note| format!("{note:?}")).collect::<Vec<_>>();
                let noted = notes.len() == told.len()
                    && config.notes.iter().zip(notes).all(|(told, want)| {
                        let (line, words) = want.split_once(' ').unwrap_or((want, ""));
                        line == told.line.to_string() && told.to_string().contains(words)
                    });
                if *want == ["good"] && noted {
                    continue;
                }
                told
            }
            Err(errors) => {
                let fit = want.len() == errors.len()
                    && want
                        .iter()
                        .all(|want| want != "good" && errors.iter().any(|error| fits(want, error)));
                if fit {
                    continue;
                }
                errors.iter().map(ToString::to_string).collect()
            }
        };
        let told = told.join("\n  ");
        wrong.push(format!("{table}: {title}\nwanted {want:?} {notes:?}\ntold\n  {told}"));
    }
    assert!(wrong.is_empty(), "{}\n{} of {}", wrong.join("\n\n"), wrong.len(), cases.len());
    assert!(cases.len() >= 120, "{} cases", cases.len());
}
