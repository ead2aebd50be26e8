use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ast::{Definition, Parsed};
use crate::error::{LoadError, RenderError};
use crate::output::Output;
use crate::run::Run;
use crate::{Value, check, parse};

/// How much one rendering may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Steps: nodes, operands, and large texts by their length.
    pub steps: usize,
    /// The longest text, in bytes.
    pub output_bytes: usize,
    /// How deep templates and blocks may lie in each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 20_000_000, output_bytes: 8 * 1024 * 1024, depth: 100 }
    }
}

/// Templates that can call each other.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    defined: BTreeMap<String, Definition>,
    limits: Limits,
}

impl Templates {
    /// No templates, with the usual limits.
    pub fn new() -> Templates {
        Templates::default()
    }

    /// No templates.
    pub fn with_limits(limits: Limits) -> Templates {
        Templates { defined: BTreeMap::new(), limits }
    }

    /// Adds the templates that a file defines. They take the place of earlier ones of their name,
    /// except that empty ones do not. Whether they can be used shows in the checks, when all files
    /// are there.
    ///
    /// # Errors
    /// When the file is no template, or uses what is not supported: names the line.
    pub fn add(&mut self, file: &str, source: &str) -> Result<(), LoadError> {
        let parsed = parse::parse(file, source)?;
        merge(&mut self.defined, parsed.defined);
        Ok(())
    }

    /// The names of all templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.defined.keys().map(String::as_str)
    }

    /// What is wrong with the templates beside their spelling: they call others that do not exist.
    pub fn check(&self) -> Vec<LoadError> {
        let bodies = self.defined.values();
        let mut errors: Vec<LoadError> =
            bodies.filter_map(|body| check::calls(&self.defined, body).err()).collect();
        errors.dedup();
        errors
    }

    /// Checks a text that is rendered as plain text. `file` names it in errors.
    ///
    /// # Errors
    /// When it is no template, uses what is not supported, or calls what is not defined.
    pub fn check_text(&self, file: &str, source: &str) -> Result<(), LoadError> {
        let (defined, body) = self.with(file, source)?;
        check::calls(&defined, &body)
    }

    /// Checks a text that is rendered as HTML. `file` names it in errors.
    ///
    /// # Errors
    /// As [`Templates::check_text`], and when a value stands in a script or a style.
    pub fn check_html(&self, file: &str, source: &str) -> Result<(), LoadError> {
        let (defined, body) = self.with(file, source)?;
        check::calls(&defined, &body)?;
        check::page(&defined, &body, self.limits.depth)
    }

    /// Renders a text. `now` is what `since` counts to.
    ///
    /// # Errors
    /// When it does not fit its data or takes too much. There is no text then.
    pub fn render_text(
        &self,
        file: &str,
        source: &str,
        data: &Value,
        now: Timestamp,
    ) -> Result<String, RenderError> {
        if !source.contains("{{") {
            return Ok(source.to_owned());
        }
        self.render(file, source, (data, now), Output::text(self.limits.output_bytes))
    }

    /// Renders the beginning of a text: at least so many bytes when it is longer, and nothing much
    /// beyond. What stands behind is not run, so that it costs nothing and cannot fail.
    ///
    /// # Errors
    /// As [`Templates::render_text`].
    pub fn render_beginning(
        &self,
        file: &str,
        source: &str,
        (data, now): (&Value, Timestamp),
        bytes: usize,
    ) -> Result<String, RenderError> {
        let output = Output::text(self.limits.output_bytes).until(bytes);
        self.render(file, source, (data, now), output)
    }

    /// Renders an HTML page, with every value escaped for its place.
    ///
    /// # Errors
    /// As [`Templates::render_text`], and when a value stands where none can.
    pub fn render_html(
        &self,
        file: &str,
        source: &str,
        data: &Value,
        now: Timestamp,
    ) -> Result<String, RenderError> {
        self.render(file, source, (data, now), Output::html(self.limits.output_bytes))
    }

    fn render(
        &self,
        file: &str,
        source: &str,
        (data, now): (&Value, Timestamp),
        output: Output,
    ) -> Result<String, RenderError> {
        let (defined, body) = self.with(file, source)?;
        let mut run = Run::new(&defined, now, self.limits, output);
        run.template(&body, data)?;
        Ok(run.output.finish())
    }

    /// The templates together with those that a source defines for itself, and its body.
    fn with(
        &self,
        file: &str,
        source: &str,
    ) -> Result<(Cow<'_, BTreeMap<String, Definition>>, Definition), LoadError> {
        let Parsed { body, defined } = parse::parse(file, source)?;
        let mut all = Cow::Borrowed(&self.defined);
        if !defined.is_empty() {
            merge(all.to_mut(), defined);
        }
        Ok((all, body))
    }
}

fn merge(all: &mut BTreeMap<String, Definition>, new: BTreeMap<String, Definition>) {
    for (name, definition) in new {
        if !(definition.is_empty() && all.contains_key(&name)) {
            all.insert(name, definition);
        }
    }
}
