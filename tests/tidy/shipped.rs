//! Shipped scenarios: each says what it is about, since people read it in lists and reports.

use crate::complaint::Complaint;
use crate::tree::Page;

/// Complains of a scenario or fragment without its sentence.
pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let silent = files.iter().filter(|file| !file.text.lines().any(says_something));
    silent
        .map(|file| Complaint::new(&file.path, 1, "has no `about:` that says what it is for"))
        .collect()
}

/// A folded text (`about: >`) begins on the next line, so its mark is enough.
fn says_something(line: &str) -> bool {
    line.strip_prefix("about:").is_some_and(|about| !about.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told() {
        let count = |text| check(&[Page::new("scenarios/a.yaml", text)]).len();
        assert_eq!(count("name: a\nabout: App note 9.5.\nsteps: []"), 0);
        assert_eq!(count("name: a\nabout: >\n  App note 9.5."), 0);
        assert_eq!(count("name: a\nsteps:\n  - log: x\n    about: y"), 1);
        assert_eq!(count("name: a\nabout:"), 1);
    }
}
