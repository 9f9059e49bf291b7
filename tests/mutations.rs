//! Scenarios that were damaged at random are refused or run; nothing that a person can write is a
//! panic.

use std::fs;
use std::path::{Path, PathBuf};

use fotarig::diagnostic::{Paint, draw_all};
use fotarig::journal::Journal;
use fotarig::scenario;
use fotarig::source::Source;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;
use rand_xoshiro::Xoshiro256StarStar;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Damaged copies of each file; more are tried with `MUTATIONS=1000 cargo test --test mutations`.
const COPIES: u64 = 20;
/// What is put in somewhere: what has a meaning in YAML, templates, patterns or scripts.
const PIECES: [&str; 24] = [
    "\n",
    " ",
    "  ",
    ": ",
    "- ",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "${",
    "$${",
    "|",
    ">",
    "&a ",
    "*a",
    "#",
    "\t",
    "\0",
    "é",
    "(?<n>",
    "\\",
    "99999999999999999999",
];

#[test]
fn no_damaged_scenario_is_a_panic() {
    let copies = std::env::var("MUTATIONS").ok().and_then(|text| text.parse().ok());
    let desk = Desk::load(None, None).expect("the built-in desk is right");
    for path in files() {
        let whole = fs::read_to_string(&path).expect("a case is text");
        for seed in 0..copies.unwrap_or(COPIES) {
            let text = damaged(&whole, &mut Xoshiro256StarStar::seed_from_u64(seed));
            // A panic names its file and seed by this line, which is shown only then.
            println!("{} with seed {seed}:\n{text}", path.display());
            try_it(&desk, &path, text);
        }
    }
}

/// All scenario files of the cases and those that are shipped.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("tests/cases"), PathBuf::from("scenarios")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the repository is complete") {
            let path = entry.expect("the repository is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One to four changes: a piece put in, a stretch taken out, a line moved, the end cut off.
fn damaged(whole: &str, chance: &mut Xoshiro256StarStar) -> String {
    let mut below = |end: usize| {
        usize::try_from(chance.next_u64() % (end as u64).max(1)).expect("below a usize")
    };
    let mut text = whole.to_owned();
    for _ in 0..=below(4) {
        let at = floor(&text, below(text.len() + 1));
        match below(4) {
            0 => text.insert_str(at, PIECES[below(PIECES.len())]),
            1 => drop(text.drain(at..floor(&text, at + below(12)))),
            2 => {
                let mut lines: Vec<&str> = text.lines().collect();
                let (from, to) = (below(lines.len()), below(lines.len()));
                if from < lines.len() {
                    let line = lines.remove(from);
                    lines.insert(to.min(lines.len()), line);
                }
                text = lines.join("\n");
            }
            _ => text.truncate(floor(&text, text.len() - below(text.len() / 4 + 1))),
        }
    }
    text
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let end = at.min(text.len());
    (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Loads it as the file that it was, and runs what is still a scenario.
fn try_it(desk: &Desk, path: &Path, text: String) {
    let source = Source::new(path.display().to_string(), text);
    match scenario::load(&[("damaged".to_owned(), source)]) {
        Err(mistakes) => assert!(!draw_all(&mistakes, Paint::Coloured).is_empty()),
        Ok(scenarios) => {
            let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
            let tests = match suite::tests(&scenarios, desk, &Selection::default(), occasion) {
                Ok(tests) => tests,
                Err(mistakes) => {
                    assert!(!draw_all(&mistakes, Paint::Coloured).is_empty());
                    return;
                }
            };
            let (patience, clock) = (Patience::StopAtFirst, Clock::start());
            let interrupts = Interrupts::default();
            let conduct = Conduct { desk, seed: 1, patience, clock, interrupts };
            drop(conduct.run(&tests[..tests.len().min(2)], Journal::nowhere()));
        }
    }
}
