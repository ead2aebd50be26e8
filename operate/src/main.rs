//! operate
fn main() {}
