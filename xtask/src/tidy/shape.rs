use crate::rust_text::{self, Kind};
use crate::{Complaint, File, Tree};

/// Longest source file, in lines.
const SOURCE_LINES_MAX: usize = 500;
/// Longest file of tests or scenarios, in lines.
const TEST_LINES_MAX: usize = 800;
/// Longest function, in lines.
const FUNCTION_LINES_MAX: usize = 70;
/// Widest line, in characters.
const LINE_WIDTH_MAX: usize = 100;

/// Kinds of files that are written by hand and read by people.
const READ: [&str; 10] =
    [".rs", ".ts", ".tsx", ".js", ".mjs", ".css", ".sql", ".sh", ".py", ".txt"];

/// Files written by programs, and texts that are quoted as they are.
const WRITTEN_BY_PROGRAMS: [&str; 3] = ["/generated.ts", "/captures/", "/snapshots/"];

fn read_by_people(file: &&File) -> bool {
    let path = &file.path;
    let script = ["run", "test", ".ci/run"].contains(&path.as_str());
    (script || READ.iter().any(|end| path.ends_with(end)))
        && !WRITTEN_BY_PROGRAMS.iter().any(|part| path.contains(part))
}

/// A file that is read in one go is understood.
pub fn files_are_short(tree: &Tree) -> Vec<Complaint> {
    let judged = tree.files.iter().filter(read_by_people).filter_map(|file| {
        let tests = file.tests_only() || file.path.ends_with(".txt");
        let limit = if tests { TEST_LINES_MAX } else { SOURCE_LINES_MAX };
        let length = file.text.lines().count();
        (length > limit).then(|| Complaint {
            rule: "file_length",
            path: file.path.clone(),
            line: None,
            what: format!("{length} lines, {limit} at most"),
            mend: "move a part that has a name of its own into a file of that name",
        })
    });
    judged.collect()
}

/// Two files fit side by side.
pub fn lines_are_short(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    // Scenarios are tables, read across. The web's lines are broken by prettier, which is checked;
    // what it leaves wide cannot be broken.
    let judged = |file: &&File| {
        let elsewhere = file.path.ends_with(".txt") || file.path.starts_with("web/");
        read_by_people(file) && !elsewhere
    };
    for file in tree.files.iter().filter(judged) {
        for (number, line) in file.lines() {
            let width = line.chars().count();
            // An address cannot be broken.
            if width > LINE_WIDTH_MAX && !line.contains("://") {
                complaints.push(Complaint {
                    rule: "line_width",
                    path: file.path.clone(),
                    line: Some(number),
                    what: format!("{width} characters wide, {LINE_WIDTH_MAX} at most"),
                    mend: "break the line, or give a part of it a name",
                });
            }
        }
    }
    complaints
}

/// A function fits a screen.
pub fn functions_are_short(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        for (name, line, length) in functions(&file.text) {
            if length > FUNCTION_LINES_MAX {
                complaints.push(Complaint {
                    rule: "function_length",
                    path: file.path.clone(),
                    line: Some(line),
                    what: format!("`{name}` has {length} lines, {FUNCTION_LINES_MAX} at most"),
                    mend: "let it decide and give what it computes to functions with names",
                });
            }
        }
    }
    complaints
}

/// Name, first line and number of lines of every function with a body.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let code = code_by_line(text);
    let mut found = Vec::new();
    for (index, line) in code.iter().enumerate() {
        if let Some(name) = function_begun(line)
            && let Some(length) = body_length(&code[index..], name)
        {
            found.push((name.to_owned(), index + 1, length));
        }
    }
    found
}

/// The code of each line, without literals and comments.
fn code_by_line(text: &str) -> Vec<String> {
    let mut lines = vec![String::new(); text.lines().count() + 1];
    for piece in rust_text::pieces(text).into_iter().filter(|piece| piece.kind == Kind::Code) {
        for (offset, part) in piece.text.split('\n').enumerate() {
            if let Some(line) = lines.get_mut(piece.line - 1 + offset) {
                line.push_str(part);
            }
        }
    }
    lines
}

/// The name of the function whose definition begins on this line.
fn function_begun(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let at = if line.starts_with("fn ") { 0 } else { line.find(" fn ")? + 1 };
    let after = &line[at + 3..];
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| &after[..end])
}

/// Lines from the `fn` to the brace that closes its body; `None` when it has no body.
fn body_length(lines: &[String], name: &str) -> Option<usize> {
    let (mut braces, mut brackets) = (0_i32, 0_i32);
    let mut begun = false;
    for (offset, line) in lines.iter().enumerate() {
        let from = if offset == 0 { line.find(name).unwrap_or(0) } else { 0 };
        for character in line[from..].chars() {
            match character {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                ';' if !begun && brackets == 0 => return None,
                '{' => (braces, begun) = (braces + 1, true),
                '}' => braces -= 1,
                _ => {}
            }
            if begun && braces == 0 {
                return Some(offset + 1);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_and_a_long_test_file_may_be_longer() {
        let text = "\n".repeat(501);
        assert_eq!(files_are_short(&Tree::of(&[("kernel/src/a.rs", &text)])).len(), 1);
        assert!(files_are_short(&Tree::of(&[("kernel/src/tests.rs", &text)])).is_empty());
    }

    #[test]
    fn a_wide_line_is_named_with_its_number() {
        let text = format!("// short\n// {}\n", "ü".repeat(98));
        let found = lines_are_short(&Tree::of(&[("kernel/src/a.rs", &text)]));
        assert_eq!(found.iter().map(|c| c.line).collect::<Vec<_>>(), [Some(2)]);
    }

    #[test]
    fn a_long_function_is_named() {
        let text =
            format!("pub async fn long(\n) {{\n{}}}\nfn short() {{}}\n", "a();\n".repeat(70));
        let found = functions_are_short(&Tree::of(&[("kernel/src/a.rs", &text)]));
        assert_eq!(found.len(), 1);
        assert!(found[0].what.starts_with("`long` has 73 lines"), "{}", found[0].what);
    }

    #[test]
    fn functions_without_a_body_have_no_length() {
        assert!(functions("trait T {\n    fn f(a: [u8; 2]);\n}\n").is_empty());
        assert_eq!(functions("fn f() -> [u8; 2] {\n}\n").len(), 1);
    }
}
