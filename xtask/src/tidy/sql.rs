use crate::rust_text::Kind;
use crate::{Complaint, Tree};

const RULE: &str = "sql";

/// What one SQL text for two databases may not say, in lower case, and what it says instead.
const BANS: &[(&str, &str)] = &[
    ("now()", "bind the time: it is an argument, like every other value"),
    ("current_timestamp", "bind the time: it is an argument, like every other value"),
    ("current_date", "bind the time: it is an argument, like every other value"),
    ("datetime(", "times are BIGINT microseconds; compute in Rust"),
    ("strftime(", "times are BIGINT microseconds; compute in Rust"),
    ("date_trunc(", "times are BIGINT microseconds; compute in Rust"),
    ("for update", "let the version in the WHERE clause, or an upsert, decide the race"),
    ("skip locked", "claim by UPDATE … RETURNING under a lease"),
    (" boolean", "truths are BIGINT 0 or 1"),
    (" serial", "ids come from the Moment; the journal's BIGSERIAL is the one exception"),
    (" timestamptz", "times are BIGINT microseconds"),
    (" jsonb", "JSON is opaque TEXT; what is filtered gets a column"),
    ("->>", "JSON is opaque TEXT; what is filtered gets a column"),
    ("json_extract(", "JSON is opaque TEXT; what is filtered gets a column"),
    ("insert or ", "write ON CONFLICT, which both databases know"),
    ("autoincrement", "ids come from the Moment"),
];

/// SQL is one text for SQLite and PostgreSQL: what only one of them knows stays in `dialect.rs`.
pub fn sql_stays_in_the_subset(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        if file.path.ends_with(".sql") {
            let code = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
            complaints.extend(
                file.lines().flat_map(|(number, line)| check(&file.path, number, &code(line))),
            );
        }
        let dialect = file.path.ends_with("/dialect.rs") || file.path.starts_with("xtask/");
        if file.path.ends_with(".rs") && !dialect {
            let literals =
                file.product_pieces().into_iter().filter(|piece| piece.kind == Kind::Literal);
            for piece in literals.filter(|piece| is_sql(&piece.text)) {
                for (offset, line) in piece.text.lines().enumerate() {
                    complaints.extend(check(&file.path, piece.line + offset, line));
                }
            }
        }
    }
    complaints
}

/// Whether a string literal is SQL: it says a statement's or a clause's words in capitals.
fn is_sql(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "WHERE ",
        "ORDER BY ",
        "ON CONFLICT",
    ];
    WORDS.iter().any(|word| text.contains(word))
}

fn check(path: &str, line: usize, text: &str) -> Vec<Complaint> {
    let text = text.to_lowercase();
    let said = BANS.iter().filter(|(ban, _)| text.contains(ban));
    said.map(|(ban, mend)| Complaint {
        rule: RULE,
        path: path.to_owned(),
        line: Some(line),
        what: format!("SQL says `{}`", ban.trim()),
        mend,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        sql_stays_in_the_subset(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn the_databases_own_clock_is_named() {
        assert_eq!(
            count("server/src/x/store.rs", r#"let s = "SELECT a FROM b WHERE c < now()";"#),
            1
        );
        assert_eq!(count("spine/migrations/1.sql", "CREATE TABLE a (b BOOLEAN NOT NULL);"), 1);
    }

    #[test]
    fn the_dialect_file_and_calls_in_code_are_free() {
        assert_eq!(count("spine/src/db/dialect.rs", r#"let s = "SELECT now() WHERE 1";"#), 0);
        assert_eq!(count("server/src/x.rs", "let now = clock.now();"), 0);
        assert_eq!(count("server/src/x.rs", r#"let s = "ask for update";"#), 0);
    }
}
