//! A text that needs no files: what they hold is written into it.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Place, Wrong};
use super::node::{Node, Value};
use super::{folder, kept, told, walk};

/// A text that names no files any more.
#[derive(Clone, PartialEq, Debug)]
pub struct Inlined {
    /// The text, with what the files hold.
    pub text: String,
    /// The fields that named files, and what they became.
    pub fields: Vec<(String, String)>,
}

/// Writes what files hold into the text of a configuration file. `read` reads a file; `name` is the
/// path of the configuration file. Sections of templates are taken out, since templates stand
/// beside a text that is kept.
///
/// # Errors
/// Every file that cannot be read, and what is written in a way in which it cannot be changed.
pub fn inlined(
    text: &str,
    name: &str,
    read: &dyn Fn(&Path) -> Result<String, String>,
) -> Result<Inlined, Vec<ConfigError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let documents = Node::documents(text).map_err(|wrong| told(vec![wrong], name))?;
    let Some(document) = documents.into_iter().next() else {
        return Err(told(vec![super::no_route()], name));
    };
    let mut work =
        Work { text, folder: folder(name), edits: Vec::new(), wrongs: Vec::new(), fields: vec![] };
    walk::fields(&document, &mut |field| {
        if !field.free {
            work.field(&field, read);
        }
    });
    let Work { edits, mut wrongs, fields, .. } = work;
    let changed = walk::changed(text, edits);
    let changed = without_templates(&changed, &document);
    if wrongs.is_empty()
        && let Err(mut left) = kept::names_no_files(&changed, name)
    {
        left.retain(|error| error.line > 0);
        let place = left.first().map(|e| Place { line: e.line, column: e.column });
        let problem = "a file is named in a way that cannot be changed here";
        let wrong = Wrong::new(problem, "write its contents into the file by hand");
        wrongs.push(wrong.at(place.unwrap_or_default()));
    }
    if wrongs.is_empty() { Ok(Inlined { text: changed, fields }) } else { Err(told(wrongs, name)) }
}

struct Work<'t> {
    text: &'t str,
    folder: &'t Path,
    edits: Vec<(std::ops::Range<usize>, String)>,
    wrongs: Vec<Wrong>,
    fields: Vec<(String, String)>,
}

impl Work<'_> {
    fn field(&mut self, field: &walk::Field<'_>, read: &dyn Fn(&Path) -> Result<String, String>) {
        let name = field.key.name.as_str();
        let plain = match name.strip_suffix("_file") {
            Some(plain) => plain,
            None if kept::is_files(&field.path) => "secrets",
            None => return,
        };
        let files: Vec<&Node> = match &field.value.value {
            Value::List(list) => list.iter().collect(),
            Value::Null => return,
            _ => vec![field.value],
        };
        let Some(at) = offset(self.text, field.key.place, name) else {
            let wrong = Wrong::new("this field cannot be changed here", "write it in one word");
            self.wrongs.push(wrong.at(field.key.place).within(&field.path));
            return;
        };
        self.edits.push((at..at + name.len(), plain.to_owned()));
        for node in files {
            let (Value::Plain(file) | Value::Quoted(file)) = &node.value else { continue };
            match self.places(file).iter().map(|path| read(path)).reduce(Result::or) {
                Some(Ok(held)) => {
                    let held = walk::on_one_line(held.trim());
                    self.edits.push((walk::written(self.text, node), held));
                }
                Some(Err(why)) => {
                    let wrong = Wrong::new(why, "run it where the file can be read");
                    self.wrongs.push(wrong.at(node.place).within(&field.path));
                }
                None => {}
            }
        }
        self.fields.push((field.path.clone(), plain.to_owned()));
    }

    /// Where a file may be: beside the configuration file, or in the working directory.
    fn places(&self, file: &str) -> Vec<PathBuf> {
        let mut places = vec![self.folder.join(file), PathBuf::from(file)];
        places.dedup();
        places
    }
}

/// Where a key stands in a text, in bytes.
fn offset(text: &str, place: Place, name: &str) -> Option<usize> {
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if number == place.line {
            let column = usize::try_from(place.column).ok()?.saturating_sub(1);
            let (at, _) = line.char_indices().nth(column)?;
            // A key in quotes begins a letter later.
            return (0..2)
                .map(|more| start + at + more)
                .find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(name)));
        }
        start += line.len();
    }
    None
}

/// Turns the section of templates into comments, line for line.
fn without_templates(text: &str, document: &Node) -> String {
    let Value::Map(map) = &document.value else { return text.to_owned() };
    let Some(at) = map.iter().position(|(key, _)| key.name == "templates") else {
        return text.to_owned();
    };
    let from = map[at].0.place;
    let until = map.get(at + 1).map_or(u32::MAX, |(key, _)| key.place.line);
    if from.column != 1 || from.line >= until {
        return text.to_owned();
    }
    let lines = (1_u32..).zip(text.split_inclusive('\n'));
    let line = |(number, line): (u32, &str)| {
        let bare = line.trim();
        let inside = (from.line..until).contains(&number);
        if inside && !bare.is_empty() && !bare.starts_with('#') {
            format!("# {line}")
        } else {
            line.to_owned()
        }
    };
    lines.map(line).collect()
}
