//! Opening sentences: a file says what it is responsible for, and no two say the same.

use std::collections::BTreeMap;

use crate::complaint::Complaint;
use crate::tree::Page;

pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for file in files {
        let opening = opening(&file.text);
        let sentence = if opening.is_empty() {
            "does not open with a `//!` sentence that says its responsibility".to_owned()
        } else if !opening.ends_with(['.', ':']) {
            "the opening sentence has no full stop".to_owned()
        } else if let Some(other) = known.insert(opening, &file.path) {
            format!("opens like {other}: they have one responsibility, or one sentence is wrong")
        } else {
            continue;
        };
        complaints.push(Complaint::new(&file.path, 1, sentence));
    }
    complaints
}

/// The first paragraph of the file's own documentation, on one line.
fn opening(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(texts: &[&str]) -> usize {
        let files: Vec<Page> = texts.iter().map(|text| Page::new("src/a.rs", text)).collect();
        check(&files).len()
    }

    #[test]
    fn a_sentence_is_a_sentence() {
        assert_eq!(count(&["//! Says it.\n\nfn f() {}", "//! Says\n//! more.\n//!\n//! So"]), 0);
        assert_eq!(count(&["//! Says it"]), 1);
        assert_eq!(count(&["fn f() {}"]), 1);
        assert_eq!(count(&["\n//! Too late."]), 1);
        assert_eq!(count(&["//!\n//! Too late."]), 1);
    }

    #[test]
    fn no_two_files_say_the_same() {
        assert_eq!(count(&["//! Says it.", "//! Says it.\n\nfn f() {}"]), 1);
    }
}
