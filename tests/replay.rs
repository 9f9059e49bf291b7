//! A journal is judged again: by the same scenarios to the same verdicts, by others to others.

#[path = "support/again.rs"]
mod again;
#[path = "replay/changed.rs"]
mod changed;
#[path = "replay/damaged.rs"]
mod damaged;
#[path = "replay/page.rs"]
mod page;
#[path = "support/page.rs"]
mod pages;
#[path = "support/program.rs"]
mod program;
#[path = "support/same.rs"]
mod same;
#[path = "replay/suite.rs"]
mod suite;
