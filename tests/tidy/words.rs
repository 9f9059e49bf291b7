//! Words that have no place in the code, or only one.

use crate::complaint::Complaint;
use crate::names::{is_word, line_of};
use crate::tree::Page;

/// Names that say nothing about a responsibility.
const EMPTY_NAMES: [&str; 8] =
    ["Manager", "Handler", "Helper", "Helpers", "Util", "Utils", "Common", "Commons"];
/// What declares a type.
const DECLARATIONS: [&str; 5] = ["struct ", "enum ", "trait ", "type ", "union "];

/// Code that is allowed in some files only.
struct Word {
    code: &'static str,
    /// The files, or starts of their paths, that may have it.
    home: &'static [&'static str],
    why: &'static str,
}

const TIME: &str = "time is a `Moment` parameter; only the real clock reads it";
const OUTPUT: &str = "output belongs to main, cli and report; all else returns what it has to say";
const CLOCK: &[&str] = &["src/world/real/clock.rs", "tests/", "benches/"];
const PRINTERS: &[&str] =
    &["src/main.rs", "src/cli", "src/report", "build.rs", "tests/", "benches/"];
const NOWHERE: &[&str] = &[];

const WORDS: [Word; 11] = [
    Word { code: "unsafe", home: NOWHERE, why: "a library does it better" },
    Word { code: "todo!", home: NOWHERE, why: "what is missing is written down as an issue" },
    Word { code: "unimplemented!", home: NOWHERE, why: "what is missing is written as an issue" },
    Word { code: "dbg!", home: NOWHERE, why: "it was for one look only" },
    Word { code: "Instant::now", home: CLOCK, why: TIME },
    Word { code: "SystemTime::now", home: CLOCK, why: TIME },
    Word { code: "thread::sleep", home: CLOCK, why: "`World::wait` is the only place that waits" },
    Word { code: "println!", home: PRINTERS, why: OUTPUT },
    Word { code: "eprintln!", home: PRINTERS, why: OUTPUT },
    Word { code: "print!", home: PRINTERS, why: OUTPUT },
    Word { code: "eprint!", home: PRINTERS, why: OUTPUT },
];

pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let checks = [strays, empty_names, allowances, relative_paths];
    files.iter().flat_map(|file| checks.iter().flat_map(|check| check(file))).collect()
}

/// Words outside of their home.
fn strays(file: &Page) -> Vec<Complaint> {
    let strange = WORDS.iter().filter(|word| !at_home(&file.path, word.home));
    strange
        .flat_map(|word| {
            let found = file.code.match_indices(word.code);
            let found = found.filter(|(at, _)| is_word(&file.code, *at, word.code.len()));
            found.map(|(at, _)| say(file, at, format!("no `{}` here: {}", word.code, word.why)))
        })
        .collect()
}

fn at_home(path: &str, home: &[&str]) -> bool {
    home.iter().any(|start| path.starts_with(start))
}

/// Types and files with a name that fits everything.
fn empty_names(file: &Page) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for part in file.path.trim_end_matches(".rs").split(['/', '_']) {
        if EMPTY_NAMES.iter().any(|empty| empty.eq_ignore_ascii_case(part)) {
            complaints.push(say(file, 0, format!("a file called `{part}` has no idea of its own")));
        }
    }
    for declaration in DECLARATIONS {
        for (at, _) in file.code.match_indices(declaration) {
            let name = file.code[at + declaration.len()..].trim_start();
            let end = name.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(name.len());
            let is_declared = is_word(&file.code, at, declaration.len() - 1);
            let empty = EMPTY_NAMES.iter().find(|empty| has_part(&name[..end], empty));
            if let Some(empty) = empty.filter(|_| is_declared) {
                complaints.push(say(file, at, format!("a type called `{empty}` says too little")));
            }
        }
    }
    complaints
}

/// Whether a part of a type's name is this word: `PortManager` has `Manager`, `Utility` no `Util`.
fn has_part(name: &str, part: &str) -> bool {
    let ends = |at: usize| !name[at + part.len()..].starts_with(|it: char| it.is_lowercase());
    name.match_indices(part).any(|(at, _)| ends(at))
}

/// Lints that are switched off without a reason.
fn allowances(file: &Page) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, _) in file.code.match_indices("allow(") {
        let before = file.code[..at].rfind("#[").max(file.code[..at].rfind("#!["));
        let is_attribute = before.is_some_and(|open| !file.code[open..at].contains(']'));
        if is_attribute && is_word(&file.code, at, "allow".len()) {
            let sentence = "write `#[expect(…, reason = \"…\")]` instead of `allow`".to_owned();
            complaints.push(say(file, at, sentence));
        }
    }
    complaints
}

/// Imports that the layers cannot be read from; a module of tests may look at its file.
fn relative_paths(file: &Page) -> Vec<Complaint> {
    let tests = file.code.find("mod tests {").unwrap_or(file.code.len());
    let mut complaints = Vec::new();
    for (at, _) in file.code.match_indices("super::") {
        let from_tests = at > tests && !file.code[at..].starts_with("super::super");
        if is_word(&file.code, at, "super".len()) && !from_tests {
            let sentence = "write `crate::…` instead of `super::`".to_owned();
            complaints.push(say(file, at, sentence));
        }
    }
    complaints
}

fn say(file: &Page, at: usize, sentence: String) -> Complaint {
    Complaint::new(&file.path, line_of(&file.code, at), sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&[Page::new(path, text)]).len()
    }

    #[test]
    fn each_word_is_found_outside_of_its_home() {
        for word in &WORDS {
            let text = format!("fn f() {{\n    {} (1);\n}}", word.code);
            assert_eq!(count("src/run/mod.rs", &text), 1, "{}", word.code);
            for home in word.home {
                assert_eq!(count(&format!("{home}x"), &text), 0, "{} in {home}", word.code);
            }
        }
        assert_eq!(
            count("src/run/mod.rs", "// unsafe\nlet a = \"todo!\"; unsafe_code(); now();"),
            0
        );
    }

    #[test]
    fn names_that_fit_everything() {
        for text in ["pub struct PortManager;", "enum Handler {}", "type  UtilsOf<T> = T;"] {
            assert_eq!(count("src/run/mod.rs", text), 1, "{text}");
        }
        for path in ["src/run/utils.rs", "src/common/mod.rs", "tests/port_helper.rs"] {
            assert_eq!(count(path, ""), 1, "{path}");
        }
        for text in
            ["struct Commonplace;", "enum Handlers1 {}", "fn handler() {}", "substruct Util"]
        {
            assert_eq!(count("src/run/mod.rs", text), 0, "{text}");
        }
    }

    #[test]
    fn lints_are_expected_not_allowed() {
        for text in ["#[allow(dead_code)]", "#![allow(x)]", "#[cfg_attr(unix,\n    allow(x))]"] {
            assert_eq!(count("src/run/mod.rs", text), 1, "{text}");
        }
        let fine = "#[expect(x, reason = \"y\")]\nfn allow(count: usize) {}\nself.allow(3);";
        assert_eq!(count("src/run/mod.rs", fine), 0);
    }

    #[test]
    fn only_tests_look_up() {
        assert_eq!(count("src/run/mod.rs", "use super::*;"), 1);
        assert_eq!(count("src/run/mod.rs", "use super::inbox::Inbox;"), 1);
        assert_eq!(count("src/run/mod.rs", "mod tests {\n    use super::*;\n}"), 0);
        assert_eq!(count("src/run/mod.rs", "mod tests {\n    use super::super::at;\n}"), 1);
        assert_eq!(count("src/run/mod.rs", "pub(super) fn f() {}"), 0);
    }
}
