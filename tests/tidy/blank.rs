//! Rust without its comments and literals, so that a search finds code only.
//!
//! Every character of a comment and of the inside of a literal becomes a space; line ends stay.
//! So what is found has the line and column that it has in the file.

/// Blanks a source text. What is not Rust gives some text of the same length, never a panic.
pub(crate) fn blank(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let hidden = hidden(&letters, at);
        let end = (at + hidden.length).min(letters.len());
        let (open, close) = (at + hidden.kept, end.saturating_sub(hidden.kept));
        for (index, letter) in letters[at..end].iter().enumerate() {
            let inside = (open..close).contains(&(at + index));
            out.push(if inside && *letter != '\n' { ' ' } else { *letter });
        }
        at = end;
    }
    out
}

/// How many characters belong together, and how many at each end of them are shown.
struct Hidden {
    length: usize,
    kept: usize,
}

fn hidden(letters: &[char], at: usize) -> Hidden {
    let rest = &letters[at..];
    let shown = Hidden { length: 1, kept: 1 };
    match rest {
        ['/', '/', ..] => Hidden { length: until(rest, '\n'), kept: 0 },
        ['/', '*', ..] => Hidden { length: comment(rest), kept: 0 },
        ['"', ..] => Hidden { length: quoted(rest, '"'), kept: 1 },
        ['r', '"' | '#', ..] if starts_a_literal(letters, at) => match raw(rest) {
            Some(length) => Hidden { length, kept: 1 },
            None => shown,
        },
        ['\'', '\\', ..] => Hidden { length: quoted(rest, '\''), kept: 1 },
        ['\'', _, '\'', ..] => Hidden { length: 3, kept: 1 },
        _ => shown,
    }
}

/// Whether the `r` here is no end of a longer word, except of the prefixes `br` and `cr`.
fn starts_a_literal(letters: &[char], at: usize) -> bool {
    let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let before = letters[..at].iter().rev().take_while(|letter| is_word(letter)).count();
    match &letters[at - before..at] {
        [] | ['b' | 'c'] => true,
        [_, ..] => false,
    }
}

fn until(letters: &[char], end: char) -> usize {
    letters.iter().position(|letter| *letter == end).unwrap_or(letters.len())
}

/// Length of a block comment; they nest.
fn comment(letters: &[char]) -> usize {
    let (mut deep, mut at) = (0_usize, 0);
    while at < letters.len() {
        match &letters[at..] {
            ['/', '*', ..] => (deep, at) = (deep + 1, at + 2),
            ['*', '/', ..] => (deep, at) = (deep - 1, at + 2),
            _ => at += 1,
        }
        if deep == 0 {
            break;
        }
    }
    at
}

/// Length of a literal with escapes, with its quotes.
fn quoted(letters: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < letters.len() && letters[at] != quote {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Length of a raw string from its `r`; nothing when this is a raw identifier.
fn raw(letters: &[char]) -> Option<usize> {
    let marks = letters[1..].iter().take_while(|letter| **letter == '#').count();
    let open = 1 + marks;
    if letters.get(open) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| {
        let behind = &letters[*at..];
        behind[0] == '"' && behind[1..].iter().take(marks).filter(|it| **it == '#').count() == marks
    };
    let close = (open + 1..letters.len()).find(closes);
    Some(close.map_or(letters.len(), |close| close + marks + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_go() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x\"y") z"#, r#"f("    ") z"#),
            (r##"r#"a"b"# c"##, r"r      # c"),
            ("br\"\\\" c", "br  \" c"),
            ("'a' '\\'' b\"x\"", "' ' '  ' b\" \""),
        ];
        for (text, code) in cases {
            assert_eq!(blank(text), code);
        }
    }

    #[test]
    fn code_stays() {
        for code in ["&'a str", "fn f<'a>(b: &'a u8)", "r#type", "for_r(\"\")", "attr#x", "a / b"] {
            assert_eq!(blank(code), code);
        }
    }

    #[test]
    fn what_never_ends_is_no_panic() {
        for text in ["\"a", "'\\", "r#\"a", "/* a", "r#", "'", "//"] {
            assert_eq!(blank(text).chars().count(), text.chars().count());
        }
    }
}
