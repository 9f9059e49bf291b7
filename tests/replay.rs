//! A journal is judged again: by the same scenarios to the same verdicts, by others to others.

#[path = "support/again.rs"]
mod again;
#[path = "replay/suite.rs"]
mod suite;
