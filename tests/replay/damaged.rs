//! Journals that were damaged or forged: told, or judged as far as they make sense; never a crash.

use std::fs;

use crate::program::{fotarig, seen};

/// Damaged journals that are tried; each takes some ten milliseconds.
const TRIES: u64 = 150;

/// A small journal of a run with power cuts, a transfer and lines.
fn journal() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", "local-update/clean-line", "power-cut/request", "--seed", "3"];
    let output = fotarig(folder.path()).args(run).output().expect("the binary");
    assert_eq!(output.status.code(), Some(0), "{}", seen(&output));
    fs::read_to_string(folder.path().join("reports/latest/journal.jsonl")).expect("a journal")
}

/// Numbers from a seed; xorshift, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % sides.max(1)
    }
}

/// Leaves lines out, doubles them, swaps them, changes their bytes or takes them from elsewhere.
fn damaged(journal: &str, dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = journal.lines().map(|line| line.as_bytes().to_vec()).collect();
    for _ in 0..=dice.roll(8) {
        let (one, other) = (dice.roll(lines.len()), dice.roll(lines.len()));
        match dice.roll(7) {
            0 => drop(lines.remove(one)),
            1 => lines.insert(one, lines[other].clone()),
            2 => lines.swap(one, other),
            3 => lines.truncate(one.max(3)),
            4 => {
                let at = dice.roll(lines[one].len());
                lines[one][at] = b"0123456789\"{}[],:-azAZ"[dice.roll(21)];
            }
            // A clock that jumps, to both sides.
            5 => {
                let text = String::from_utf8_lossy(&lines[one]).into_owned();
                let ns = ["0", "1", "18446744073709551615", "99999999999"][dice.roll(4)];
                if let Some(comma) = text.find(',').filter(|_| text.starts_with("{\"ns\":")) {
                    lines[one] = format!("{{\"ns\":{ns}{}", &text[comma..]).into_bytes();
                }
            }
            _ => {
                let text = String::from_utf8_lossy(&lines[one]).into_owned();
                let forged = text
                    .replace("\"answer\":{", "\"answer\":{\"\\u202e<script>\":[[[]]],")
                    .replace("\"virtual\"", "\"/dev/ttyUSB0\"")
                    .replace("\"sent\":\"AT", "\"sent\":\"\\u0000\u{ff}AT");
                lines[one] = forged.into_bytes();
            }
        }
    }
    lines.join(&b'\n')
}

#[test]
fn nothing_makes_it_panic() {
    let journal = journal();
    let folder = tempfile::tempdir().expect("a folder");
    for seed in 1..=TRIES {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        fs::write(folder.path().join("journal"), damaged(&journal, &mut dice)).unwrap();
        let replay = fotarig(folder.path()).args(["replay", "journal"]).output().unwrap();
        let code = replay.status.code();
        assert!(matches!(code, Some(0..=3 | 130)), "seed {seed}: {code:?}\n{}", seen(&replay));
    }
}

#[test]
fn what_is_no_journal_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let tell = |journal: &str| {
        fs::write(folder.path().join("j"), journal).unwrap();
        let output = fotarig(folder.path()).args(["replay", "j"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", seen(&output));
        seen(&output)
    };
    assert!(tell("").contains("does not start with the header of a journal"));
    assert!(tell("name: x\n").contains("does not start with the header of a journal"));
    let header = r#"{"journal":1,"tool":"t","started":"2026-01-01T00:00:00Z"}"#;
    assert!(tell(&format!("{header}\n")).contains("ends before the run began"));
    assert!(tell(&format!("{header}\nnonsense\n")).contains("line 2 is damaged"));
    let plan = r#"{"ns":0,"is":{"run_started":{"seed":1,"tests":1,"package":{}}}}"#;
    assert!(tell(&format!("{header}\n{plan}\n")).contains("there is no test in"));
    let newer = header.replace("\"journal\":1", "\"journal\":99");
    assert!(tell(&format!("{newer}\n")).contains("version 99"));
    let output = fotarig(folder.path()).args(["replay", "."]).output().unwrap();
    assert!(seen(&output).contains("it is no file"), "{}", seen(&output));
}

#[test]
fn a_package_that_the_journal_has_not_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = "\"package\":{";
    let journal = journal();
    let at = journal.find(plan).expect("the package under test");
    let end = at + journal[at..].find('}').expect("its end");
    let several = [&journal[..at], r#""package":{"name":"3 packages""#, &journal[end..]].concat();
    fs::write(folder.path().join("j"), several).unwrap();
    let output = fotarig(folder.path()).args(["replay", "j"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", seen(&output));
    assert!(seen(&output).contains("too little of the package under test: `3 packages`"));
    assert!(seen(&output).contains("give it with --package"));
}
