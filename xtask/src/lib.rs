//! Chores of the project: the tidy rules that every change keeps, and the files that are generated
//! from the code.
//!
//! **Invariant:** a rule of the house that matters is checked here or by a lint; what is only
//! written down decays.

pub mod codegen;
mod complaint;
mod exceptions;
mod rust_text;
pub mod tidy;
mod tree;

pub use complaint::Complaint;
pub use exceptions::Exceptions;
pub use tree::{File, Tree};
