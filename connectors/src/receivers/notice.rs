use std::collections::BTreeMap;
use std::fmt;

use gotemplate::{RenderError, Templates, Value};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Secret, TemplateData};

/// What is to be told to a receiver, and what telling it needs.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    data: &'a TemplateData,
    value: Value,
    group_key: &'a str,
    now: Timestamp,
    templates: &'a Templates,
    files: &'a BTreeMap<String, String>,
}

/// A notification for which there are no calls: a template failed, or a secret is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotSent {
    /// The field of the receiver's configuration.
    pub field: String,
    /// What went wrong. Holds no secret.
    pub problem: String,
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for NotSent {}

impl NotSent {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> NotSent {
        NotSent { field: field.into(), problem: problem.into() }
    }
}

impl<'a> Notice<'a> {
    /// Prepares what is to be told. `group_key` names the group, the same as long as it lives;
    /// `files` holds the contents of the files that [`super::Integration::files`] asks for.
    pub fn new(
        data: &'a TemplateData,
        group_key: &'a str,
        now: Timestamp,
        templates: &'a Templates,
        files: &'a BTreeMap<String, String>,
    ) -> Notice<'a> {
        Notice { data, value: data.value(), group_key, now, templates, files }
    }

    pub(super) fn data(&self) -> &TemplateData {
        self.data
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn group_key(&self) -> &str {
        self.group_key
    }

    /// The group's key as services can take it: of 64 letters and digits.
    pub(super) fn group_hash(&self) -> String {
        kernel::hex(&Sha256::digest(self.group_key.as_bytes()))
    }

    /// Renders a field.
    pub(super) fn text(&self, field: &str, source: &str) -> Result<String, NotSent> {
        let rendered = self.templates.render_text(field, source, &self.value, self.now);
        rendered.map_err(|error| failed(field, &error))
    }

    /// Renders a field, cut to so many characters.
    pub(super) fn cut(&self, field: &str, source: &str, most: usize) -> Result<String, NotSent> {
        let bytes = most.saturating_add(1).saturating_mul(4);
        Ok(cut(&self.beginning(field, source, bytes)?, most))
    }

    /// Renders a field as far as so many bytes, or a little further.
    pub(super) fn beginning(
        &self,
        field: &str,
        source: &str,
        bytes: usize,
    ) -> Result<String, NotSent> {
        let over = (&self.value, self.now);
        let rendered = self.templates.render_beginning(field, source, over, bytes);
        rendered.map_err(|error| failed(field, &error))
    }

    /// Renders a field as HTML.
    pub(super) fn html(&self, field: &str, source: &str) -> Result<String, NotSent> {
        let rendered = self.templates.render_html(field, source, &self.value, self.now);
        rendered.map_err(|error| failed(field, &error))
    }

    /// Renders the values of a map, each as far as so many bytes or a little further.
    pub(super) fn beginnings(
        &self,
        field: &str,
        sources: &BTreeMap<String, String>,
        bytes: usize,
    ) -> Result<BTreeMap<String, String>, NotSent> {
        let render = |(name, source): (&String, &String)| {
            Ok((name.clone(), self.beginning(&format!("{field}.{name}"), source, bytes)?))
        };
        sources.iter().map(render).collect()
    }

    /// The same about a part of the group.
    pub(super) fn about<'b>(&self, part: &'b TemplateData) -> Notice<'b>
    where
        'a: 'b,
    {
        Notice { data: part, value: part.value(), ..*self }
    }

    /// Renders the values of a map.
    pub(super) fn texts(
        &self,
        field: &str,
        sources: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, NotSent> {
        let render = |(name, source): (&String, &String)| {
            Ok((name.clone(), self.text(&format!("{field}.{name}"), source)?))
        };
        sources.iter().map(render).collect()
    }

    /// The content of a file, without the line end that editors add.
    pub(super) fn file(&self, path: &str) -> Result<&str, NotSent> {
        let content = self.files.get(path).map(|content| content.trim());
        content.ok_or_else(|| NotSent::new(path, "this file could not be read"))
    }

    /// A secret, or what a file holds.
    pub(super) fn secret<'s>(
        &'s self,
        secret: &'s Secret,
        file: &Option<String>,
    ) -> Result<&'s str, NotSent> {
        match file {
            Some(path) => self.file(path),
            None => Ok(secret.reveal()),
        }
    }
}

fn failed(field: &str, error: &RenderError) -> NotSent {
    if error.place.file == field {
        let (line, column) = (error.place.line, error.place.column);
        return NotSent::new(field, format!("line {line}, column {column}: {}", error.problem));
    }
    NotSent::new(field, error.to_string())
}

/// The text, or its beginning with an ellipsis when it has more characters than fit.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…'].into_iter().take(most)).collect()
}

/// The text, or its beginning with an ellipsis when it has more bytes than fit.
pub(super) fn cut_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub('…'.len_utf8());
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}
