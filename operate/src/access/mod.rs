//! `operate user`, `token`, `key`: who may do what.

mod issued;
mod user;

pub use issued::{KeyArgs, TokenArgs};
pub use user::UserArgs;
