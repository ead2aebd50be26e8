use std::fmt::Write;
use std::sync::Arc;

use crate::Value;
use crate::value::{Bulk, Object, Texts};

/// Values in a row, of bounded depth and weight.
#[derive(Clone, Debug, Default)]
pub struct List {
    items: Arc<[Value]>,
    bulk: Bulk,
}

impl List {
    /// Keeps the values.
    ///
    /// # Errors
    /// When they lie too deep in each other or are too many.
    pub fn new(items: Vec<Value>) -> Result<List, String> {
        let list = List::trusted(items);
        list.bulk.check()?;
        Ok(list)
    }

    /// Keeps values that come from the program, not from a template.
    pub fn trusted(items: Vec<Value>) -> List {
        let bulk = Bulk::around(&items);
        List { items: items.into(), bulk }
    }

    /// The values.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    pub(crate) fn bulk(&self) -> Bulk {
        self.bulk
    }

    pub(crate) fn kind(&self) -> &'static str {
        let texts = self.items.iter().all(|item| matches!(item, Value::Text(_)));
        if texts { "[]string" } else { "[]interface {}" }
    }
}

/// Names with texts in the order in which they are shown: `alertname` first, then by name.
#[derive(Debug)]
pub(crate) struct Pairs {
    names: Vec<String>,
    texts: Vec<String>,
    items: List,
}

/// One of them.
#[derive(Debug)]
struct Pair {
    name: String,
    text: String,
}

impl Pairs {
    pub(crate) fn sorted(texts: &Texts) -> Pairs {
        let first = texts.get_key_value("alertname");
        let rest = texts.iter().filter(|(name, _)| *name != "alertname");
        let (names, texts): (Vec<String>, Vec<String>) =
            first.into_iter().chain(rest).map(|(name, text)| (name.clone(), text.clone())).unzip();
        let pair = |(name, text): (&String, &String)| -> Value {
            Value::Object(Arc::new(Pair { name: name.clone(), text: text.clone() }))
        };
        let items = List::trusted(names.iter().zip(&texts).map(pair).collect());
        Pairs { names, texts, items }
    }

    pub(crate) fn names(&self) -> Value {
        Value::texts(self.names.iter().map(String::as_str))
    }

    pub(crate) fn texts(&self) -> Value {
        Value::texts(self.texts.iter().map(String::as_str))
    }
}

impl Object for Pairs {
    fn kind(&self) -> &'static str {
        "template.Pairs"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let result = match name {
            "Names" => self.names(),
            "Values" => self.texts(),
            "String" => {
                let pairs = self.names.iter().zip(&self.texts);
                let shown: Vec<String> = pairs.map(|(n, v)| format!("{n}={v}")).collect();
                Value::text(shown.join(", "))
            }
            _ => return None,
        };
        Some(if arguments.is_empty() { Ok(result) } else { Err("takes no arguments".to_owned()) })
    }

    fn items(&self) -> Option<&List> {
        Some(&self.items)
    }

    fn json(&self) -> String {
        let mut out = "[".to_owned();
        for (index, (name, text)) in self.names.iter().zip(&self.texts).enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let (name, text) = (serde_json::json!(name), serde_json::json!(text));
            let _ = write!(out, "{comma}{{\"Name\":{name},\"Value\":{text}}}");
        }
        out.push(']');
        out
    }
}

impl Object for Pair {
    fn kind(&self) -> &'static str {
        "template.Pair"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Name" => Some(Value::text(&self.name)),
            "Value" => Some(Value::text(&self.text)),
            _ => None,
        }
    }

    fn parts(&self) -> Vec<Value> {
        vec![Value::text(&self.name), Value::text(&self.text)]
    }

    fn json(&self) -> String {
        serde_json::json!({ "Name": self.name, "Value": self.text }).to_string()
    }
}
