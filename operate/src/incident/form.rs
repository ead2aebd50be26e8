//! The form of a command, as the server offers it: no rule about incidents is known here.

use serde_json::{Map, Value, json};

use crate::screen::{items, text};
use crate::trouble::Trouble;

/// A command that an incident takes now.
#[derive(Clone, Debug)]
pub struct Form<'v> {
    offer: &'v Value,
    /// What it is asked of, as the command line calls it: `incident`, `page`.
    of: &'static str,
}

/// Flags that are not fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// Tell the fields instead of asking.
    pub help: bool,
    /// Print JSON.
    pub json: bool,
}

impl Wants {
    /// Takes the flags that are not fields out of the words.
    pub fn take(words: &[String]) -> (Vec<String>, Wants) {
        let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let wants = Wants { help: has(&["--help", "-h"]), json: has(&["--json"]) };
        let rest = words.iter().filter(|word| *word != "--json").cloned().collect();
        (rest, wants)
    }
}

/// `payments` as an item of a kind: `team/payments`. What has a kind already keeps it.
pub fn named(kind: &str, name: &str) -> String {
    if name.is_empty() || name.contains('/') { name.to_owned() } else { format!("{kind}/{name}") }
}

impl<'v> Form<'v> {
    /// Finds a command among those that the incident takes now.
    ///
    /// # Errors
    /// When it does not take it: tells what it takes.
    pub fn find(incident: &'v Value, name: &str) -> Result<Form<'v>, Trouble> {
        Form::of("incident", &text(incident, "number"), incident, name)
    }

    /// Finds a command among those that a record takes now.
    ///
    /// # Errors
    /// When it does not take it: tells what it takes.
    pub fn of(
        of: &'static str,
        number: &str,
        record: &'v Value,
        name: &str,
    ) -> Result<Form<'v>, Trouble> {
        let name = name.replace('-', "_");
        let allowed = items(record, "allowed");
        if let Some(offer) = allowed.iter().find(|offer| offer["command"] == name.as_str()) {
            return Ok(Form { offer, of });
        }
        let names: Vec<String> = allowed.iter().map(|offer| text(offer, "command")).collect();
        let stage = text(record, "stage").replace('_', " ");
        let what = match of {
            "page" => format!("the page of incident {number} is {stage} and takes no `{name}` now"),
            of => format!("{of} {number} is {stage} and takes no `{name}` now"),
        };
        let remedy = match names.is_empty() {
            true => "it takes nothing".to_owned(),
            false => format!("it takes: {}", names.join(", ")),
        };
        Err(Trouble::wrong(what).remedy(remedy))
    }

    /// The command with its fields from flags: `--note text`, `--note=text`.
    ///
    /// # Errors
    /// When a flag is no field, has no value, or a required field is missing.
    pub fn fill(&self, flags: &[String]) -> Result<Value, Trouble> {
        let mut command = Map::new();
        command.insert("command".to_owned(), self.offer["command"].clone());
        let mut words = flags.iter();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--") else {
                let what = format!("`{word}` belongs to no flag");
                return Err(Trouble::wrong(what).remedy(self.usage()));
            };
            let (flag, value) = match flag.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (flag, None),
            };
            let field = self.field(flag)?;
            if text(field, "kind") == "boolean" {
                let no = value.as_deref() == Some("false");
                command.insert(text(field, "name"), json!(!no));
                continue;
            }
            let value = value.or_else(|| words.next().cloned()).ok_or_else(|| {
                Trouble::wrong(format!("--{flag} needs a value")).remedy(self.usage())
            })?;
            command.insert(text(field, "name"), read(field, &value)?);
        }
        for field in self.fields().filter(|field| field["required"] == true) {
            let name = text(field, "name");
            if !command.contains_key(&name) {
                let what = format!("--{} is missing: {}", dashed(&name), label(field));
                return Err(Trouble::wrong(what).remedy(self.usage()));
            }
        }
        Ok(Value::Object(command))
    }

    fn fields(&self) -> impl Iterator<Item = &'v Value> {
        items(self.offer, "fields").iter()
    }

    fn field(&self, flag: &str) -> Result<&'v Value, Trouble> {
        let name = flag.replace('-', "_");
        self.fields().find(|field| field["name"] == name.as_str()).ok_or_else(|| {
            let what = format!("{} has no field `{flag}`", text(self.offer, "command"));
            Trouble::wrong(what).remedy(self.usage())
        })
    }

    /// Names of the fields that hold incidents.
    pub fn incidents(&self) -> Vec<&'v str> {
        let fields = self.fields().filter(|field| field["kind"] == "incident");
        fields.filter_map(|field| field["name"].as_str()).collect()
    }

    /// The command with its flags, in one line.
    fn usage(&self) -> String {
        let command = text(self.offer, "command").replace('_', "-");
        let mut line = format!("operate {} {command} INCIDENT", self.of);
        for field in self.fields() {
            let flag = written(field);
            let required = field["required"] == true;
            line.push_str(&if required { format!(" {flag}") } else { format!(" [{flag}]") });
        }
        line
    }

    /// What it does and what it asks for.
    pub fn help(&self) -> String {
        let usage = format!("Usage: {}", self.usage());
        let mut lines = vec![text(self.offer, "help"), String::new(), usage];
        if self.fields().next().is_some() {
            lines.push(String::new());
        }
        for field in self.fields() {
            let flag = written(field);
            lines.push(format!("  {flag:<32} {}", label(field)));
            for option in items(field, "options") {
                let (value, label) = (text(option, "value"), text(option, "label"));
                lines.push(format!("      {value:<28} {label}"));
            }
        }
        lines.join("\n")
    }
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

fn label(field: &Value) -> String {
    text(field, "label")
}

/// The flag of a field, with what stands for its value.
fn written(field: &Value) -> String {
    let flag = format!("--{}", dashed(&text(field, "name")));
    match text(field, "kind").as_str() {
        "boolean" => flag,
        "longtext" => format!("{flag} TEXT"),
        kind => format!("{flag} {}", kind.to_uppercase()),
    }
}

/// A value as the field wants it.
fn read(field: &Value, value: &str) -> Result<Value, Trouble> {
    let options = items(field, "options");
    match text(field, "kind").as_str() {
        "number" => value.parse::<u64>().map(Value::from).map_err(|_| {
            Trouble::wrong(format!("--{} takes a number", dashed(&text(field, "name"))))
        }),
        _ if value.is_empty() => Ok(Value::Null),
        kind @ ("team" | "person") => Ok(named(kind, value).into()),
        "choice" if !options.is_empty() => {
            // `accepted-risk` as well as `accepted_risk`; `p2` as well as `P2`.
            let same = |option: &&Value| {
                let known = text(option, "value").replace('_', "-");
                known.eq_ignore_ascii_case(&value.replace('_', "-"))
            };
            let found = options.iter().find(same).map(|option| option["value"].clone());
            found.ok_or_else(|| {
                let known: Vec<String> = options.iter().map(|o| text(o, "value")).collect();
                let flag = dashed(&text(field, "name"));
                Trouble::wrong(format!("--{flag} cannot be `{value}`"))
                    .remedy(format!("one of: {}", known.join(", ")))
            })
        }
        _ => Ok(json!(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident() -> Value {
        json!({ "number": 7, "stage": "on_hold", "allowed": [
            { "command": "resume", "label": "Resume", "help": "Go on.", "fields": [] },
            { "command": "assign", "label": "Assign", "help": "Charge somebody.", "fields": [
                { "name": "team", "kind": "team", "required": false, "label": "Team" },
                { "name": "even_if_away", "kind": "boolean", "required": false,
                  "label": "Even if they are away" } ] },
            { "command": "set_affected", "label": "Affected", "help": "Who.", "fields": [
                { "name": "users", "kind": "number", "required": false, "label": "Users" } ] },
            { "command": "merge", "label": "Merge", "help": "The same.", "fields": [
                { "name": "into", "kind": "incident", "required": true, "label": "Into" } ] },
            { "command": "resolve", "label": "Resolve", "help": "The work is done.", "fields": [
                { "name": "cause_class", "kind": "choice", "required": true, "label": "Cause",
                  "options": [ { "value": "technology", "label": "A machine failed" },
                               { "value": "unauthorised_change", "label": "A change" } ] },
                { "name": "note", "kind": "longtext", "required": false, "label": "Note" } ] } ] })
    }

    fn fill(name: &str, flags: &str) -> Result<Value, Trouble> {
        let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        Form::find(&incident(), name)?.fill(&flags)
    }

    #[test]
    fn flags_become_the_fields_of_the_command() {
        assert_eq!(
            fill("resolve", "--cause-class=unauthorised-change --note done").unwrap(),
            json!({ "command": "resolve", "cause_class": "unauthorised_change", "note": "done" })
        );
        let assigned = fill("assign", "--team payments").unwrap();
        assert_eq!(assigned, json!({ "command": "assign", "team": "team/payments" }));
        let anyway = fill("assign", "--even-if-away --team payments").unwrap();
        assert_eq!(anyway["even_if_away"], true);
        assert_eq!(anyway["team"], "team/payments", "a flag takes no word that follows it");
        assert_eq!(fill("assign", "--even-if-away=false").unwrap()["even_if_away"], false);
        assert!(Form::find(&incident(), "assign").unwrap().help().contains("[--even-if-away]"));
        assert_eq!(fill("set-affected", "--users 300").unwrap()["users"], 300);
    }

    #[test]
    fn what_is_wrong_comes_with_the_way_to_write_it() {
        let told = |name, flags| fill(name, flags).unwrap_err().to_string();
        insta::assert_snapshot!(told("close", ""), @"
        incident 7 is on hold and takes no `close` now
          remedy: it takes: resume, assign, set_affected, merge, resolve
        ");
        insta::assert_snapshot!(told("resolve", "--note x"), @"
        --cause-class is missing: Cause
          remedy: operate incident resolve INCIDENT --cause-class CHOICE [--note TEXT]
        ");
        insta::assert_snapshot!(told("resolve", "--cause-class bad"), @"
        --cause-class cannot be `bad`
          remedy: one of: technology, unauthorised_change
        ");
        insta::assert_snapshot!(told("resume", "--note x"), @"
        resume has no field `note`
          remedy: operate incident resume INCIDENT
        ");
        insta::assert_snapshot!(told("set_affected", "--users many"), @"--users takes a number");
    }

    #[test]
    fn help_tells_every_field_and_its_choices() {
        let incident = incident();
        let form = Form::find(&incident, "resolve").unwrap();
        insta::assert_snapshot!(form.help(), @"
        The work is done.

        Usage: operate incident resolve INCIDENT --cause-class CHOICE [--note TEXT]

          --cause-class CHOICE             Cause
              technology                   A machine failed
              unauthorised_change          A change
          --note TEXT                      Note
        ");
    }

    #[test]
    fn fields_that_hold_incidents_are_known() {
        let incident = incident();
        assert_eq!(Form::find(&incident, "merge").unwrap().incidents(), ["into"]);
    }
}
