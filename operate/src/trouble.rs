//! What went wrong: told to people on the error output, and to scripts by the exit code.

use std::fmt;
use std::process::ExitCode;

use serde_json::{Value, json};

/// The exit codes, as `--help` tells them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  a fault: something failed that should not, or a check found something broken
  2  refused, or the input is wrong
  3  what was named does not exist; with `release check`: no
  4  not signed in, or not allowed
  5  the server cannot be reached
  6  with `plan --detailed-exitcode`: applying would change something";

/// Which exit code a trouble ends with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// Something failed that should not.
    Fault = 1,
    /// The server said no, or the input is wrong.
    Refused = 2,
    /// There is no such thing.
    NotFound = 3,
    /// Not signed in, or not allowed.
    NotAllowed = 4,
    /// No answer.
    NotReachable = 5,
    /// No trouble: a plan that would change something.
    Changes = 6,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code as u8)
    }
}

/// What a command comes to.
pub type Outcome = Result<ExitCode, Trouble>;

/// Something that went wrong: what, where, and how to mend it.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// What the process ends with.
    pub code: Code,
    /// What went wrong, one sentence.
    pub what: String,
    /// The field that is wrong, when it is one.
    pub field: Option<String>,
    /// How to mend it.
    pub remedy: Option<String>,
    /// Finds the line in the log of the server.
    pub reference: Option<String>,
}

impl Trouble {
    /// A trouble without more to say about it.
    pub fn new(code: Code, what: impl Into<String>) -> Trouble {
        Trouble { code, what: what.into(), field: None, remedy: None, reference: None }
    }

    /// Something failed that should not.
    pub fn fault(what: impl Into<String>) -> Trouble {
        Trouble::new(Code::Fault, what)
    }

    /// The input is wrong.
    pub fn wrong(what: impl Into<String>) -> Trouble {
        Trouble::new(Code::Refused, what)
    }

    /// A file cannot be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Trouble {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            std::io::ErrorKind::AlreadyExists => Code::Refused,
            _ => Code::Fault,
        };
        Trouble::new(code, format!("{}: {error}", path.display()))
    }

    /// Says how to mend it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Trouble {
        self.remedy = Some(remedy.into());
        self
    }

    /// As JSON, for programs.
    pub fn json(&self) -> Value {
        json!({ "error": {
            "exit_code": self.code as u8,
            "detail": self.what,
            "field": self.field,
            "remedy": self.remedy,
            "reference": self.reference,
        }})
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.what)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  remedy: {remedy}")?;
        }
        if let Some(reference) = &self.reference {
            write!(f, "\n  the log of the server has more under {reference}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

impl From<spine::Fault> for Trouble {
    fn from(fault: spine::Fault) -> Trouble {
        match &fault {
            fault if fault.outage() => Trouble::new(Code::NotReachable, fault.chain())
                .remedy("start the database, or name another one with --database or --data"),
            spine::Fault::NewerSchema { .. } => Trouble::wrong(fault.to_string()),
            fault => Trouble::fault(fault.chain()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_says_where_what_and_how_to_mend_it() {
        let mut trouble = Trouble::wrong("this list cannot be sorted by `size`");
        trouble.field = Some("sort".to_owned());
        let trouble = trouble.remedy("sort by one of: number, title");
        insta::assert_snapshot!(trouble, @"
        sort: this list cannot be sorted by `size`
          remedy: sort by one of: number, title
        ");
    }
}
