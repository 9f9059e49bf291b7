//! Dependencies: each one is a decision, and its reason stands beside it.

use crate::complaint::Complaint;
use crate::tree::Page;

/// A reason has at least a word that is longer than this; `# x` is none.
const MIN_REASON_CHARACTERS: usize = 8;

/// Complains of every dependency of a Cargo.toml without a comment behind it.
pub(crate) fn check(cargo: &Page) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut section = Section::Other;
    for (index, line) in cargo.text.lines().enumerate() {
        let mut complain = |sentence: String| {
            complaints.push(Complaint::new(&cargo.path, index + 1, sentence));
        };
        if line.starts_with('[') {
            section = Section::of(line);
            if section == Section::OneDependency {
                complain("write a dependency on one line, with its reason".to_owned());
            }
        } else if section == Section::Dependencies
            && let Some(name) = key(line)
            && reason(line).chars().count() < MIN_REASON_CHARACTERS
        {
            complain(format!("`{name}` has no reason: write `# why` behind it"));
        }
    }
    complaints
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    /// `[dependencies]`, `[dev-dependencies]`, `[target.'cfg(unix)'.dependencies]`
    Dependencies,
    /// `[dependencies.regex]`
    OneDependency,
    Other,
}

impl Section {
    fn of(line: &str) -> Section {
        let name = line.trim_start_matches('[').split(']').next().unwrap_or_default();
        if name.ends_with("dependencies") {
            Section::Dependencies
        } else if name.contains("dependencies.") {
            Section::OneDependency
        } else {
            Section::Other
        }
    }
}

/// `regex` of `regex = "1"`; a line inside of a longer value has no key.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let is_key = !line.starts_with([' ', '\t', '#']);
    is_key.then(|| key.trim())
}

/// What stands behind the first `#` outside of quotes.
fn reason(line: &str) -> &str {
    let mut quoted = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted => return line[at + 1..].trim(),
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Page::new("Cargo.toml", text)).iter().map(|complaint| complaint.line).collect()
    }

    #[test]
    fn every_kind_of_dependency_needs_a_reason() {
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        for table in tables.into_iter().chain(["target.'cfg(unix)'.dependencies"]) {
            assert_eq!(lines(&format!("[{table}]\nregex = \"1\"")), [2], "{table}");
            assert!(lines(&format!("[{table}]\nregex = \"1\" # linear time")).is_empty());
        }
    }

    #[test]
    fn what_is_no_reason() {
        assert_eq!(lines("[dependencies]\nx = { path = \"a#because of b\" }\ny = \"1\" #"), [2, 3]);
        assert_eq!(lines("[dependencies.regex]\nversion = \"1\""), [1]);
        assert!(lines("[package]\nname = \"x\"\n[dependencies]\n# only a remark = 1").is_empty());
    }
}
