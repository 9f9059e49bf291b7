//! Sizes: what is longer is two ideas. Functions are measured by clippy (clippy.toml).

use crate::complaint::Complaint;
use crate::tree::Page;

/// A file is read in one sitting.
const MAX_FILE_LINES: usize = 400;
/// Two files fit beside each other; rustfmt leaves long comments and strings alone, this does not.
const MAX_LINE_CHARACTERS: usize = 100;

pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        if lines > MAX_FILE_LINES {
            let sentence = format!("{lines} lines, {MAX_FILE_LINES} at most: split it by idea");
            complaints.push(Complaint::new(&file.path, lines, sentence));
        }
        for (index, line) in file.text.lines().enumerate() {
            let length = line.chars().count();
            if length > MAX_LINE_CHARACTERS {
                let sentence = format!("{length} characters, {MAX_LINE_CHARACTERS} at most");
                complaints.push(Complaint::new(&file.path, index + 1, sentence));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&[Page::new("src/a.rs", text)]).len()
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert_eq!(count(&"\n".repeat(MAX_FILE_LINES)), 0);
        assert_eq!(count(&"\n".repeat(MAX_FILE_LINES + 1)), 1);
        assert_eq!(count(&"ä".repeat(MAX_LINE_CHARACTERS)), 0);
        assert_eq!(count(&"ä".repeat(MAX_LINE_CHARACTERS + 1)), 1);
    }
}
