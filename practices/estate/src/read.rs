//! From files and JSON to resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::mistake::{Mistake, Place, Wrong};
use crate::node::{Key, Node, Value};
use crate::suggest::did_you_mean;
use crate::{API_VERSION, Kind, Metadata, Resource, RouteSpec, Spec};

/// Largest file, in bytes.
const BYTES_MAX: usize = 8 << 20;
/// Most mistakes that are told at once: nobody reads more.
const MISTAKES_MAX: usize = 100;

/// The text of a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceFile {
    /// What mistakes call it: a path.
    pub name: String,
    /// What it holds: YAML, any number of documents.
    pub text: String,
}

/// What somebody wants the estate to be, with the places where they said so.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    pub(crate) entries: Vec<Declared>,
}

/// A resource and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    pub resource: Resource,
    pub file: Arc<str>,
    places: BTreeMap<String, Place>,
}

/// Reads files. Tells all mistakes that can be found without looking beyond one document;
/// [`crate::plan`] finds the others. At most a hundred are told.
pub fn read(files: &[SourceFile]) -> Result<Desired, Vec<Mistake>> {
    let mut desired = Desired::default();
    let mut mistakes = Vec::new();
    for file in files {
        match documents(&file.text) {
            Ok(documents) => {
                for document in documents {
                    match declared(&document, &file.name) {
                        Ok(declared) => desired.entries.push(declared),
                        Err(found) => mistakes.extend(found),
                    }
                }
            }
            Err(wrong) => mistakes.push(wrong.in_file(&file.name)),
        }
    }
    mistakes.truncate(MISTAKES_MAX);
    if mistakes.is_empty() { Ok(desired) } else { Err(mistakes) }
}

/// Reads one document from JSON. Tells the first mistake.
pub fn from_json(document: &serde_json::Value) -> Result<Resource, Mistake> {
    resource(&Node::from(document)).map_err(|mut wrong| wrong.swap_remove(0).in_file(""))
}

impl Desired {
    /// Resources that were not written in files: from the API, or made by a program.
    pub fn from_resources(resources: impl IntoIterator<Item = Resource>) -> Desired {
        let declare = |resource| Declared { resource, file: "".into(), places: BTreeMap::new() };
        Desired { entries: resources.into_iter().map(declare).collect() }
    }

    /// The resources, in the order in which they were written.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &Resource> {
        self.entries.iter().map(|declared| &declared.resource)
    }

    /// Lets whoever evaluates routes check them. `check` gives the field (`when` or `item`) and
    /// what is wrong with it, best followed by a semicolon and the remedy.
    pub fn check_routes(
        &self,
        check: impl Fn(&Metadata, &RouteSpec) -> Result<(), (&'static str, String)>,
    ) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for declared in &self.entries {
            let Spec::Route(route) = &declared.resource.spec else { continue };
            if let Err((field, text)) = check(&declared.resource.metadata, route) {
                let (message, remedy) = text.split_once("; ").unwrap_or((&text, ""));
                let wrong = Wrong::new(&format!("spec.{field}"), message, remedy);
                mistakes.push(declared.mistake(wrong));
            }
        }
        mistakes
    }
}

impl Declared {
    /// Points something wrong at the place of its field, or of what holds it.
    pub fn mistake(&self, wrong: Wrong) -> Mistake {
        let mut path = wrong.field.as_str();
        let place = loop {
            match (self.places.get(path), path.rfind(['.', '['])) {
                (Some(place), _) => break *place,
                (None, Some(end)) => path = &path[..end],
                (None, None) => break self.place(),
            }
        };
        wrong.at(place).in_file(&self.file)
    }

    /// Where the document begins.
    pub fn place(&self) -> Place {
        self.places.get("").copied().unwrap_or_default()
    }
}

fn documents(text: &str) -> Result<Vec<Node>, Wrong> {
    if text.len() > BYTES_MAX {
        let message = format!("the file is larger than {} MiB", BYTES_MAX >> 20);
        return Err(Wrong::new("", message, "split it into several files"));
    }
    Node::documents(text)
}

fn declared(document: &Node, file: &str) -> Result<Declared, Vec<Mistake>> {
    let in_file = |wrong: Wrong| wrong.at(document.place).in_file(file);
    let resource =
        resource(document).map_err(|wrong| wrong.into_iter().map(in_file).collect::<Vec<_>>())?;
    Ok(Declared { resource, file: file.into(), places: document.places() })
}

/// Reads a resource, or tells at least one thing that is wrong with it.
fn resource(document: &Node) -> Result<Resource, Vec<Wrong>> {
    let Value::Map(fields) = &document.value else {
        let remedy = "write apiVersion, kind, metadata and spec";
        return Err(vec![Wrong::new("", "this is no resource", remedy).at(document.place)]);
    };
    let mut wrong: Vec<Wrong> = fields.iter().filter_map(|(key, _)| unknown_field(key)).collect();
    wrong.extend(api_version(fields).err());
    let metadata = field(fields, "metadata").and_then(metadata);
    let spec = kind(fields).and_then(|kind| spec(kind, fields));
    match (metadata, spec) {
        (Ok(metadata), Ok(spec)) if wrong.is_empty() => match Resource::new(metadata, spec) {
            Some(resource) => return Ok(resource),
            None => wrong.extend(field(fields, "metadata").map(odd_name)),
        },
        (metadata, spec) => {
            wrong.extend(metadata.err());
            wrong.extend(spec.err());
        }
    }
    let mut wrong: Vec<Wrong> = wrong.into_iter().map(|wrong| wrong.at(document.place)).collect();
    wrong.sort_by_key(|wrong| wrong.place);
    Err(wrong)
}

const FIELDS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

fn unknown_field(key: &Key) -> Option<Wrong> {
    if FIELDS.contains(&key.name.as_str()) {
        return None;
    }
    let wrong = <Wrong as serde::de::Error>::unknown_field(&key.name, &FIELDS);
    Some(wrong.within(&key.name).at(key.place))
}

fn field<'n>(fields: &'n [(Key, Node)], name: &'static str) -> Result<&'n Node, Wrong> {
    let found = fields.iter().find(|(key, _)| key.name == name).map(|(_, node)| node);
    found.ok_or_else(|| <Wrong as serde::de::Error>::missing_field(name))
}

fn api_version(fields: &[(Key, Node)]) -> Result<(), Wrong> {
    let node = field(fields, "apiVersion")?;
    match &node.value {
        Value::Text(text) if text == API_VERSION => Ok(()),
        _ => {
            let message = "this apiVersion is not known";
            Err(Wrong::new("apiVersion", message, format!("write {API_VERSION}")).at(node.place))
        }
    }
}

fn kind(fields: &[(Key, Node)]) -> Result<Kind, Wrong> {
    let node = field(fields, "kind")?;
    let Value::Text(text) = &node.value else {
        return Err(Wrong::new("kind", "expected a kind", "write a word here").at(node.place));
    };
    let found = Kind::ALL.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| {
        let text: String = text.chars().take(64).collect();
        let words = Kind::ALL.map(Kind::word);
        let remedy = did_you_mean(&text, words, || format!("write one of {}", words.join(", ")));
        Wrong::new("kind", format!("unknown kind `{text}`"), remedy).at(node.place)
    })
}

fn metadata(node: &Node) -> Result<Metadata, Wrong> {
    Metadata::deserialize(node).map_err(|wrong| wrong.within("metadata"))
}

fn spec(kind: Kind, fields: &[(Key, Node)]) -> Result<Spec, Wrong> {
    let node = field(fields, "spec")?;
    let empty = Node { place: node.place, value: Value::Map(Vec::new()) };
    let node = if matches!(node.value, Value::Null) { &empty } else { node };
    Spec::read(kind, node).map_err(|wrong| wrong.at(node.place).within("spec"))
}

fn odd_name(metadata: &Node) -> Wrong {
    let place = metadata.places().get("name").copied().unwrap_or(metadata.place);
    let remedy = "use letters, digits, `-`, `_` and `.`, at most 180 of them";
    Wrong::new("metadata.name", "this name cannot be used", remedy).at(place)
}
