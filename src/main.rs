//! The `ridgewalk` program.

fn main() {}
