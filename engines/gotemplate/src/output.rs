use crate::Value;
use crate::html::State;
use crate::show::{self, Bounded};

/// The text that a rendering has printed so far.
#[derive(Debug)]
pub(crate) struct Output {
    out: Bounded,
    /// Where in a page it ends; without it, it is plain text.
    page: Option<State>,
    /// How much of it is enough: what follows is not run any more.
    enough: Option<usize>,
}

impl Output {
    pub(crate) fn text(bytes_max: usize) -> Output {
        Output { out: Bounded::new(bytes_max), page: None, enough: None }
    }

    pub(crate) fn html(bytes_max: usize) -> Output {
        Output { out: Bounded::new(bytes_max), page: Some(State::default()), enough: None }
    }

    /// Ends the rendering once there are so many bytes.
    pub(crate) fn until(mut self, enough: usize) -> Output {
        self.enough = Some(enough);
        self
    }

    /// Whether all is printed that was asked for.
    pub(crate) fn is_enough(&self) -> bool {
        self.enough.is_some_and(|enough| self.out.text.len() >= enough)
    }

    pub(crate) fn is_html(&self) -> bool {
        self.page.is_some()
    }

    /// Prints a text of the template.
    pub(crate) fn literal(&mut self, text: &str) -> Result<(), String> {
        match &mut self.page {
            Some(state) => {
                let kept = state.literal(text);
                self.out.push(&kept)
            }
            None => self.out.push(text),
        }
    }

    /// Prints a value, of a pipeline that ends in a function.
    pub(crate) fn value(&mut self, value: &Value, last: Option<&str>) -> Result<(), String> {
        match &mut self.page {
            Some(state) => {
                let escaped = state.escaped(value, last, self.out.bytes_max)?;
                self.out.push(&escaped)
            }
            None => show::value(&mut self.out, value),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out.text
    }
}
