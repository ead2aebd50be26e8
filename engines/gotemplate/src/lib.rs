//! Templates in the language of Go's `text/template` and `html/template`, with the functions that
//! Alertmanager adds: what people have written for their notifications renders here as there.
//!
//! [`Templates`] holds what files define and renders texts over a [`Value`]. What is not supported
//! is refused when it is loaded, with file, line and what to write instead; a rendering gives all
//! of its text or an error, never a part.
//!
//! **Invariants.** Nothing here reads a clock: the time is an argument. Any source and any data
//! end in a text or an error within [`Limits`]: nesting is bounded where sources are read, steps,
//! depth and bytes where they run, and the size of lists and of patterns where they are made.
//!
//! Deliberately not done: `call`, complex numbers, values in scripts and `<style>` elements of
//! HTML, a local time zone. HTML is escaped while it is printed, by its place in the page
//! (`html.rs`), and not by rewriting the template as Go does; comments in HTML are left out, as in
//! Go.

mod ast;
mod check;
mod compare;
mod error;
mod escape;
mod format;
mod functions;
mod html;
mod layout;
mod lex;
mod list;
mod literal;
mod output;
mod parse;
mod parse_pipe;
mod patterns;
mod run;
mod show;
mod templates;
mod time;
mod token;
mod value;

pub use error::{LoadError, Place, RenderError};
pub use list::List;
pub use templates::{Limits, Templates};
pub use value::{Map, Object, Safe, Texts, Value};
