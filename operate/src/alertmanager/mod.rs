//! In the place of Alertmanager: its flags, its configuration file, its signals; and a look at the
//! file before moving.

mod flags;
mod import;
mod run;
mod values;

#[cfg(test)]
mod tests;

pub use flags::AlertmanagerFlags;
pub use import::{ImportArgs, read};
