//! The front door: load, run, report, exit code.

fn main() {}
