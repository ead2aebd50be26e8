use super::doors::pure_rooms;
use crate::rust_text::Kind;
use crate::{Complaint, Tree};

const RULE: &str = "purity";

/// What pure code may not say, and what it says instead.
const BANS: &[(&str, &str)] = &[
    ("SystemTime::now", "take the time from the Moment"),
    ("Instant::now", "take the time from the Moment"),
    ("Timestamp::now", "take the time from the Moment"),
    ("Zoned::now", "take the time from the Moment"),
    ("Utc::now", "take the time from the Moment"),
    ("Local::now", "take the time from the Moment"),
    ("thread::sleep", "return when to be woken; the clockwork wakes"),
    ("thread_rng", "take ids and seeds from the Moment"),
    ("rand::", "take ids and seeds from the Moment"),
    ("getrandom", "take ids and seeds from the Moment"),
    ("Uuid::new_v4", "take ids from the Moment"),
    ("Uuid::now_v7", "take ids from the Moment"),
    ("RandomState", "use an ordered map, so that every run goes the same way"),
    ("std::fs", "let the server read it and pass the value in"),
    ("std::net", "let a connector do it"),
    ("std::process", "let a connector do it"),
    ("env::var", "let the server read it and pass the value in"),
    ("println!", "return the value; the shell prints"),
    ("eprintln!", "return the value; the shell prints"),
];

/// Pure rooms read no clock, draw no randomness and touch nothing outside.
pub fn pure_rooms_stay_pure(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        let Some((room, _)) = file.path.split_once('/') else { continue };
        // The simulator's command line reads its seed and prints it.
        let shell = file.path == "sim/src/main.rs";
        if !pure_rooms().contains(&room) || shell {
            continue;
        }
        for piece in file.product_pieces().into_iter().filter(|piece| piece.kind == Kind::Code) {
            for (offset, line) in piece.text.lines().enumerate() {
                complaints.extend(BANS.iter().filter(|(ban, _)| says(line, ban)).map(
                    |(ban, mend)| Complaint {
                        rule: RULE,
                        path: file.path.clone(),
                        line: Some(piece.line + offset),
                        what: format!("pure code says `{ban}`"),
                        mend,
                    },
                ));
            }
        }
    }
    complaints
}

/// Whether the line says the word, and not a longer one that ends with it.
fn says(line: &str, ban: &str) -> bool {
    line.match_indices(ban)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<Option<usize>> {
        pure_rooms_stay_pure(&Tree::of(&[(path, text)])).into_iter().map(|c| c.line).collect()
    }

    #[test]
    fn a_clock_in_a_practice_is_named_with_its_line() {
        let text = "fn f() {\n    let now = std::time::Instant::now();\n}\n";
        assert_eq!(lines("practices/alerts/src/alert.rs", text), [Some(2)]);
    }

    #[test]
    fn the_same_in_the_server_is_left_to_clippy() {
        assert!(lines("server/src/a.rs", "let now = Instant::now();").is_empty());
    }

    #[test]
    fn tests_comments_and_strings_may_say_it() {
        let text = "// Instant::now\nfn f() -> &'static str { \"Instant::now\" }\n\
                    \n#[cfg(test)]\nmod tests {\n    fn g() { std::fs::read(\"x\"); }\n}\n";
        assert!(lines("kernel/src/time.rs", text).is_empty());
    }

    #[test]
    fn longer_words_are_other_words() {
        assert!(lines("kernel/src/time.rs", "operand::f(); my_env::var();").is_empty());
    }
}
