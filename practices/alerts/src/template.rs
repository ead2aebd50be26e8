use crate::Signal;

/// The item that a rule names, with places for the signal's own words: `service/{labels.app}`.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, PartialEq, Debug)]
enum Part {
    Text(String),
    Label(String),
    Annotation(String),
    Source,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) =
                after.split_once('}').ok_or_else(|| format!("`{text}`: a {{ is never closed"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(place(name.trim())?);
            rest = after;
        }
        if rest.contains('}') {
            return Err(format!("`{text}`: a }} was never opened"));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if parts.is_empty() {
            return Err("name an item, for example service/{labels.service}".to_owned());
        }
        Ok(Template(parts))
    }

    /// The text for this signal; `None` when it lacks something that the template names.
    pub(crate) fn fill(&self, signal: &Signal) -> Option<String> {
        self.0.iter().try_fold(String::new(), |text, part| {
            let value = match part {
                Part::Text(text) => text.as_str(),
                Part::Label(name) => signal.labels.get(name)?,
                Part::Annotation(name) => signal.annotations.get(name)?,
                Part::Source => &signal.source,
            };
            Some(text + value)
        })
    }
}

fn place(name: &str) -> Result<Part, String> {
    let filled = |name: &str| !name.is_empty() && !name.contains('.');
    match name.split_once('.') {
        Some(("labels", name)) if filled(name) => Ok(Part::Label(name.to_owned())),
        Some(("annotations", name)) if filled(name) => Ok(Part::Annotation(name.to_owned())),
        None if name == "source" => Ok(Part::Source),
        _ => Err(format!(
            "`{{{name}}}` is unknown; write {{labels.NAME}}, {{annotations.NAME}} or {{source}}"
        )),
    }
}
