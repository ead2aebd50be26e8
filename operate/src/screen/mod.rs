//! What the command line prints: text and colours for people, JSON for programs.

mod paint;
mod table;
mod when;

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::process::exit;

use kernel::Time;
use serde_json::Value;
use spine::World;

pub use paint::{Colour, Paint};
pub use table::{Cell, Table};
pub use when::{age, ago, moment, span};

/// Where output goes, and how.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Programs read it: print JSON.
    pub json: bool,
    /// Colours of the standard output.
    pub paint: Paint,
    /// Colours of the error output.
    pub paint_errors: Paint,
    /// Where time comes from: ages are told as of now.
    pub world: World,
}

impl Screen {
    /// As the terminal, `NO_COLOR` and the flag say.
    pub fn of_process(json: bool) -> Screen {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Screen {
            json,
            paint: Paint(wanted && std::io::stdout().is_terminal()),
            paint_errors: Paint(wanted && std::io::stderr().is_terminal()),
            world: World::system(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// Prints a line to the standard output.
    pub fn say(&self, text: impl Display) {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            // Whoever read has what they wanted: `operate journal list | head`.
            exit(0);
        }
    }

    /// Prints a document, for programs.
    pub fn document(&self, value: &Value) {
        self.say(format_args!("{value:#}"));
    }

    /// Prints a line to the error output: what people should see and programs should not read.
    pub fn note(&self, text: impl Display) {
        // Nothing can be told when even that fails.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Whether somebody sits here who can answer a question.
    pub fn someone_answers(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !self.json
    }

    /// Asks a question; only `y` and `yes` agree.
    pub fn agrees(&self, question: &str) -> bool {
        let _ = write!(std::io::stderr(), "{question} [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
    }
}

/// Text from elsewhere, made harmless: control characters could move the cursor, recolour or
/// retitle the terminal.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The text of a field; empty when there is none. Numbers and truths in words.
pub fn text(value: &Value, field: &str) -> String {
    plain(value.pointer(&pointer(field)).unwrap_or(&Value::Null))
}

/// A value in words.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => clean(&other.to_string()),
    }
}

/// A number of things: `1 alert`, `3 alerts`.
pub fn counted(count: usize, thing: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{end}")
}

/// The entries of a list; none when it is no list.
pub fn items<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.pointer(&pointer(field)).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The time in a field.
pub fn time(value: &Value, field: &str) -> Option<Time> {
    Time::parse(value.pointer(&pointer(field))?.as_str()?).ok()
}

fn pointer(field: &str) -> String {
    format!("/{}", field.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_from_elsewhere_cannot_steer_the_terminal() {
        assert_eq!(clean("disk\u{1b}[2J full\nnow"), "disk\u{fffd}[2J full now");
    }

    #[test]
    fn fields_are_read_by_path_and_absent_ones_are_empty() {
        let value = json!({ "times": { "closed": null, "n": 3 }, "items": ["a", "b"] });
        assert_eq!(text(&value, "times.n"), "3");
        assert_eq!(text(&value, "times.closed"), "");
        assert_eq!(text(&value, "items"), "a, b");
        assert_eq!(time(&value, "times.closed"), None);
    }
}
