//! Lines and patterns as a person reads them: bytes that are no text, meanings, plain words.

use std::fmt::Write as _;

use crate::at::Kind;
use crate::journal::readable;
use crate::profile::Profile;

/// How much of a line is shown, in bytes.
pub(crate) const MAX_SHOWN: usize = 160;
/// Equal bytes in a row, of those that are no text, that are shown one by one.
const MAX_EQUAL: usize = 4;

/// As a person reads bytes: what is no text is shown as escapes, and what is long is cut.
pub(crate) fn shortened(bytes: &[u8]) -> String {
    let mut text = String::new();
    for run in bytes[..bytes.len().min(MAX_SHOWN)].chunk_by(|one, other| one == other) {
        let is_text = run[0].is_ascii_graphic() || run[0] == b' ';
        if is_text || run.len() <= MAX_EQUAL {
            text += &readable(run);
        } else {
            let _ = write!(text, "{}×{} ", readable(&run[..1]), run.len());
        }
    }
    let text = text.trim_end();
    if bytes.len() > MAX_SHOWN { format!("{text}…") } else { text.to_owned() }
}

/// A line, or the name of a byte that asks for data.
pub(crate) fn word(kind: Kind, text: &[u8]) -> String {
    match (kind, text) {
        (Kind::Prompt, [0x15]) => "NAK".to_owned(),
        (_, bytes) => shortened(bytes),
    }
}

/// What a line means in a few words, when the profile's glossary knows it.
pub(crate) fn meaning(line: &str, profile: &Profile) -> Option<String> {
    profile.glossary.brief(line)
}

/// A pattern as the line that it stands for: `^\+WDSI: 18,(?<percent>\d+)$` is
/// `+WDSI: 18,<percent>`. One with a choice stays as it is.
pub(crate) fn plain(pattern: &str) -> String {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    inner
        .filter(|inner| !inner.ends_with('\\'))
        .and_then(words)
        .unwrap_or_else(|| pattern.to_owned())
}

/// Nothing for a pattern that needs to be read as one.
fn words(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let mut behind = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = behind.chars().next()?;
                behind = &behind[escaped.len_utf8()..];
                match escaped {
                    'd' => {
                        text += "<number>";
                        behind = behind.strip_prefix(['+', '*']).unwrap_or(behind);
                    }
                    other if other.is_ascii_punctuation() => text.push(other),
                    _ => return None,
                }
            }
            '(' => {
                let (name, inside) = behind.strip_prefix("?<")?.split_once('>')?;
                let end = closing(inside)?;
                let within = words(&inside[..end]).filter(|words| !words.contains(['<', '…']));
                text += &within.unwrap_or_else(|| format!("<{name}>"));
                behind = &inside[end + 1..];
            }
            '.' => {
                behind = behind.strip_prefix(['+', '*'])?;
                text.push('…');
            }
            '[' | ']' | '{' | '}' | '|' | '?' | '*' | '+' | '^' | '$' | ')' => return None,
            other => text.push(other),
        }
        rest = behind;
        if rest.starts_with(['?', '*', '+', '{']) {
            return None;
        }
    }
    Some(text)
}

/// Where the group ends that was opened before `inside`.
fn closing(inside: &str) -> Option<usize> {
    let mut open = 1;
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '(' => open += 1,
            ')' if open == 1 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_are_plain_words() {
        assert_eq!(plain(r"^\+WDSI: 16$"), "+WDSI: 16");
        assert_eq!(plain(r"^\+WDSI: 18,(?<percent>\d+)$"), "+WDSI: 18,<percent>");
        assert_eq!(plain(r"^\+WDSI: (?<said>16)$"), "+WDSI: 16");
        assert_eq!(plain(r"^\+WDSI: 9,\d+$"), "+WDSI: 9,<number>");
        assert_eq!(plain(r"^\+CPIN: (?<sim>.*)$"), "+CPIN: <sim>");
        assert_eq!(plain("^OK$"), "OK");
    }

    #[test]
    fn a_pattern_with_a_choice_stays_as_it_is() {
        for pattern in
            [r"^\+WDSI: (1[135]|11,.*)$", "OK", "^a?$", r"^\+WDSI: \d{1,3}$", "^(a|b)$", r"^a\$"]
        {
            assert_eq!(plain(pattern), pattern);
        }
    }

    #[test]
    fn equal_bytes_are_counted() {
        assert_eq!(shortened(&[0; 100]), r"\x00×100");
        assert_eq!(shortened(b"a\x00\x00b"), r"a\x00\x00b");
        assert_eq!(shortened(b"aaaaaaa \xff\xff\xff\xff\xff\xff!"), r"aaaaaaa \xff×6 !");
        assert!(shortened(&[0; 300]).ends_with("…"));
    }
}
