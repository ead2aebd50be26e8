//! Where in an HTML page a text ends: what decides how a value that follows is escaped.
//!
//! A small reader of HTML goes along with what is printed. Values never move it, since their
//! escaped form cannot leave the place in which it stands; so it can go through a template before
//! there is any data, and say where a value would stand in a script.

use crate::escape;
use crate::value::Safe;
use crate::{Value, show};

/// Longest name of an attribute that is told from others.
const NAME_LENGTH_MAX: usize = 40;

/// A place in a page.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct State {
    place: Place,
    /// The element whose start tag is read, when its content is no HTML.
    raw: Option<Raw>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
enum Place {
    #[default]
    Text,
    Comment,
    /// Behind `<`, with what is known of the name.
    Name(String),
    /// In a tag, outside attributes.
    Tag,
    /// In the name of an attribute.
    Attribute(String),
    /// Behind the name of an attribute.
    Named(Kind),
    /// Behind its `=`.
    Equals(Kind),
    /// In its value.
    Value(Kind, Quote),
    /// In an element whose content is no HTML.
    Inside(Raw),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Raw {
    Script,
    Style,
    Textarea,
    Title,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Quote {
    Double,
    Single,
    None,
}

/// What an attribute holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Plain,
    Url(UrlPart),
    /// A style, with its open parentheses; 255 behind a quote or an escape.
    Style(u8),
    /// A script, a page or a list of addresses.
    Code,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum UrlPart {
    Start,
    Path,
    Query,
}

const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];
const LOST: u8 = u8::MAX;

impl Raw {
    fn name(self) -> &'static str {
        match self {
            Raw::Script => "script",
            Raw::Style => "style",
            Raw::Textarea => "textarea",
            Raw::Title => "title",
        }
    }

    fn named(name: &str) -> Option<Raw> {
        [Raw::Script, Raw::Style, Raw::Textarea, Raw::Title]
            .into_iter()
            .find(|raw| raw.name().eq_ignore_ascii_case(name))
    }
}

impl State {
    /// Goes over a text of the template; gives what of it is printed: all but comments.
    pub(crate) fn literal(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            rest = self.stretch(rest, &mut out);
        }
        out
    }

    /// Goes over a stretch of one kind; gives what is left.
    fn stretch<'t>(&mut self, rest: &'t str, out: &mut String) -> &'t str {
        match &self.place {
            Place::Comment => match rest.find("-->") {
                Some(end) => {
                    self.place = Place::Text;
                    &rest[end + 3..]
                }
                None => "",
            },
            Place::Text if rest.starts_with("<!--") => {
                self.place = Place::Comment;
                &rest[4..]
            }
            Place::Inside(raw) => {
                let close = format!("</{}", raw.name());
                let end = rest.to_ascii_lowercase().find(&close);
                let (inside, after) = rest.split_at(end.unwrap_or(rest.len()));
                out.push_str(inside);
                if end.is_some() {
                    out.push_str(&after[..close.len()]);
                    (self.place, self.raw) = (Place::Tag, None);
                    return &after[close.len()..];
                }
                after
            }
            _ => {
                let Some(character) = rest.chars().next() else { return "" };
                out.push(character);
                self.step(character);
                &rest[character.len_utf8()..]
            }
        }
    }

    fn step(&mut self, c: char) {
        let place = std::mem::take(&mut self.place);
        self.place = match place {
            Place::Text if c == '<' => Place::Name(String::new()),
            Place::Name(name) => self.name(name, c),
            Place::Tag if c == '>' => self.tag_ends(),
            Place::Tag if SPACE.contains(&c) || c == '/' => Place::Tag,
            Place::Tag => Place::Attribute(c.to_ascii_lowercase().to_string()),
            Place::Attribute(name) if c == '=' => Place::Equals(kind(&name)),
            Place::Attribute(_) if c == '>' => self.tag_ends(),
            Place::Attribute(_) if c == '/' => Place::Tag,
            Place::Attribute(name) if SPACE.contains(&c) => Place::Named(kind(&name)),
            Place::Attribute(mut name) => {
                if name.len() < NAME_LENGTH_MAX {
                    name.push(c.to_ascii_lowercase());
                }
                Place::Attribute(name)
            }
            Place::Named(kind) if c == '=' => Place::Equals(kind),
            Place::Named(_) if c == '>' => self.tag_ends(),
            Place::Named(kind) if SPACE.contains(&c) => Place::Named(kind),
            Place::Named(_) if c == '/' => Place::Tag,
            Place::Named(_) => Place::Attribute(c.to_ascii_lowercase().to_string()),
            Place::Equals(kind) if SPACE.contains(&c) => Place::Equals(kind),
            Place::Equals(_) if c == '>' => self.tag_ends(),
            Place::Equals(kind) if c == '"' => Place::Value(kind, Quote::Double),
            Place::Equals(kind) if c == '\'' => Place::Value(kind, Quote::Single),
            Place::Equals(kind) => Place::Value(inside(kind, c), Quote::None),
            Place::Value(_, Quote::Double) if c == '"' => Place::Tag,
            Place::Value(_, Quote::Single) if c == '\'' => Place::Tag,
            Place::Value(_, Quote::None) if c == '>' => self.tag_ends(),
            Place::Value(_, Quote::None) if SPACE.contains(&c) => Place::Tag,
            Place::Value(kind, quote) => Place::Value(inside(kind, c), quote),
            other => other,
        };
    }

    fn name(&mut self, mut name: String, c: char) -> Place {
        let begins = name.is_empty() && !(c.is_ascii_alphabetic() || "/!?".contains(c));
        if begins {
            // A `<` before anything else is text.
            return if c == '<' { Place::Name(name) } else { Place::Text };
        }
        if c == '>' || SPACE.contains(&c) || (c == '/' && !name.is_empty()) {
            self.raw = Raw::named(&name);
            return if c == '>' { self.tag_ends() } else { Place::Tag };
        }
        if name.len() < NAME_LENGTH_MAX {
            name.push(c);
        }
        Place::Name(name)
    }

    fn tag_ends(&mut self) -> Place {
        self.raw.take().map_or(Place::Text, Place::Inside)
    }

    /// A value stands here; the error says why it may not.
    pub(crate) fn value_stands(&mut self) -> Result<(), String> {
        if let Place::Equals(kind) = self.place {
            self.place = Place::Value(kind, Quote::None);
        }
        let problem = match &self.place {
            Place::Text | Place::Comment | Place::Inside(Raw::Textarea | Raw::Title) => {
                return Ok(());
            }
            Place::Value(Kind::Plain | Kind::Url(_) | Kind::Style(0), _) => return Ok(()),
            Place::Inside(Raw::Script) | Place::Value(Kind::Code, _) => {
                "a value cannot stand in a script: mail programs run none, so leave the script out"
            }
            Place::Inside(_) => {
                "a value cannot stand in a <style> element: write it in the `style` attribute of \
                 an element"
            }
            Place::Value(..) => {
                "a value cannot stand behind a quote or in parentheses of a style: write it in \
                 an earlier declaration"
            }
            _ => {
                "a value cannot stand in a tag outside the value of an attribute: write it as \
                  `attribute=\"{{ … }}\"`"
            }
        };
        Err(problem.to_owned())
    }

    /// The value as it is printed here. `last` is the function that its pipeline ends in.
    pub(crate) fn escaped(
        &mut self,
        value: &Value,
        last: Option<&str>,
        bytes_max: usize,
    ) -> Result<String, String> {
        self.value_stands()?;
        if matches!(value, Value::Nil) || self.place == Place::Comment {
            return Ok(String::new());
        }
        let mut printed = show::Bounded::new(bytes_max);
        show::value(&mut printed, value)?;
        let text = printed.text;
        let (kind, quote) = match (&self.place, value) {
            (Place::Text, Value::Safe(Safe::Html, _)) => return Ok(text),
            (Place::Value(kind, quote), _) => (*kind, *quote),
            _ => return Ok(escape::page(&text)),
        };
        let safe = matches!(value, Value::Safe(Safe::Url, _));
        let text = match kind {
            Kind::Url(UrlPart::Start) if !safe && !escape::is_safe_url(&text) => {
                "#unsafe-address".to_owned()
            }
            Kind::Url(UrlPart::Query) if last != Some("urlquery") && !safe => {
                escape::url_part(&text)
            }
            Kind::Url(_) => escape::url_normal(&text),
            Kind::Style(_) if !escape::is_safe_style(&text) => "unsafe-style".to_owned(),
            _ => text,
        };
        Ok(if quote == Quote::None { escape::unquoted(&text) } else { escape::page(&text) })
    }
}

/// What an attribute of this name holds.
fn kind(name: &str) -> Kind {
    let own = name.strip_prefix("data-").unwrap_or(name);
    let own = own.rsplit(':').next().unwrap_or(own);
    match own {
        "style" => Kind::Style(0),
        "srcset" | "srcdoc" | "content" | "http-equiv" => Kind::Code,
        "action" | "archive" | "background" | "cite" | "classid" | "codebase" | "data"
        | "formaction" | "href" | "icon" | "longdesc" | "manifest" | "ping" | "poster"
        | "profile" | "src" | "usemap" | "xmlns" => Kind::Url(UrlPart::Start),
        _ if own.starts_with("on") => Kind::Code,
        _ if ["src", "uri", "url"].iter().any(|part| own.contains(part)) => {
            Kind::Url(UrlPart::Start)
        }
        _ => Kind::Plain,
    }
}

/// The value of an attribute goes on with a character of the template.
fn inside(kind: Kind, c: char) -> Kind {
    match kind {
        Kind::Url(_) if matches!(c, '?' | '#') => Kind::Url(UrlPart::Query),
        Kind::Url(UrlPart::Start) if !SPACE.contains(&c) => Kind::Url(UrlPart::Path),
        Kind::Style(LOST) => Kind::Style(LOST),
        Kind::Style(_) if matches!(c, '"' | '\'' | '\\' | '/') => Kind::Style(LOST),
        Kind::Style(open) if c == '(' => Kind::Style((open + 1).min(LOST - 1)),
        Kind::Style(open) if c == ')' => Kind::Style(open.saturating_sub(1)),
        other => other,
    }
}
