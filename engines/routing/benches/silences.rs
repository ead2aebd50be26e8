//! `cargo bench -p routing --bench silences`

fn main() {}
