//! Regular expressions as Alertmanager means them: those of Go, of the whole value.

use regex::{Regex, RegexBuilder};

/// Longest expression as written, in bytes.
const WRITTEN_BYTES_MAX: usize = 64 * 1024;

/// Largest compiled expression, in bytes: a hostile one is refused instead of filling the memory.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;

/// Most memory for what an expression remembers while it is used, in bytes.
const CACHE_BYTES_MAX: usize = 512 * 1024;

/// An expression that has to match the whole of a value.
#[derive(Debug)]
pub(crate) struct Pattern {
    expression: Regex,
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// A sentence, when it is none or too large.
    pub(crate) fn new(written: &str) -> Result<Pattern, String> {
        if written.len() > WRITTEN_BYTES_MAX {
            return Err(format!("it is longer than {WRITTEN_BYTES_MAX} bytes"));
        }
        let expression = RegexBuilder::new(&format!("^(?:{written})$"))
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(CACHE_BYTES_MAX)
            .build()
            .map_err(|error| short(&error))?;
        Ok(Pattern { expression })
    }

    /// Whether the whole value fits.
    pub(crate) fn fits(&self, value: &str) -> bool {
        self.expression.is_match(value)
    }
}

/// The last line of what the library says: the ones above it draw the expression.
fn short(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("compiled it is larger than {limit} bytes")
        }
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}
