use crate::{Complaint, Tree};

/// The list of files that may break a rule.
#[derive(Debug)]
pub struct Exceptions {
    listed: Vec<Exception>,
    most: i64,
}

#[derive(Debug)]
struct Exception {
    rule: String,
    path: String,
    reason: String,
}

const PATH: &str = "xtask/exceptions.toml";

impl Exceptions {
    /// Reads `xtask/exceptions.toml`; what does not parse excuses nothing.
    pub fn of(tree: &Tree) -> Exceptions {
        let text = tree.file(PATH).map_or("", |file| file.text.as_str());
        let table: toml::Table = text.parse().unwrap_or_default();
        let most = table.get("most").and_then(toml::Value::as_integer).unwrap_or(0);
        let field = |row: &toml::Value, name: &str| {
            row.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
        };
        let rows = table.get("exception").and_then(toml::Value::as_array);
        let listed = rows.into_iter().flatten().map(|row| Exception {
            rule: field(row, "rule"),
            path: field(row, "path"),
            reason: field(row, "reason"),
        });
        Exceptions { listed: listed.collect(), most }
    }

    /// Takes away what is excused.
    pub fn excuse(&self, complaints: Vec<Complaint>) -> Vec<Complaint> {
        let excused =
            |complaint: &Complaint| self.listed.iter().any(|listed| listed.excuses(complaint));
        complaints.into_iter().filter(|complaint| !excused(complaint)).collect()
    }

    /// What is wrong with the list: exceptions that excuse nothing of what all rules complain of,
    /// exceptions without a reason, and a list that has grown.
    pub fn complaints(&self, all: &[Complaint]) -> Vec<Complaint> {
        let idle =
            self.listed.iter().filter(|listed| !all.iter().any(|found| listed.excuses(found)));
        let idle = idle.map(|exception| {
            complain(
                format!("{} no longer breaks {}", exception.path, exception.rule),
                "take the exception out and lower `most`",
            )
        });
        idle.chain(self.faults()).collect()
    }

    /// What is wrong with the list itself.
    fn faults(&self) -> Vec<Complaint> {
        let mut faults = Vec::new();
        if i64::try_from(self.listed.len()).unwrap_or(i64::MAX) != self.most {
            faults.push(complain(
                format!("{} exceptions, but `most` says {}", self.listed.len(), self.most),
                "keep the rule instead of adding an exception; lower `most` when one goes",
            ));
        }
        faults.extend(self.listed.iter().filter(|exception| exception.reason.is_empty()).map(
            |exception| {
                complain(
                    format!(
                        "{} is excused from {} without a reason",
                        exception.path, exception.rule
                    ),
                    "say in `reason` why the rule makes this file worse",
                )
            },
        ));
        faults
    }
}

impl Exception {
    fn excuses(&self, complaint: &Complaint) -> bool {
        self.rule == complaint.rule && self.path == complaint.path
    }
}

fn complain(what: String, mend: &'static str) -> Complaint {
    Complaint { rule: "exceptions", path: PATH.to_owned(), line: None, what, mend }
}
