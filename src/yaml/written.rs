//! Where a character of a text stands in the file, whatever YAML style it was written in.
//!
//! Styles differ in blanks, line ends and escapes only: the characters between the blanks are the
//! same on both sides, in the same order. So the fifth of them in the text is the fifth of them in
//! the file.

use std::ops::Range;

use crate::source::Place;

/// How the characters of a text are written.
#[derive(Clone, Copy)]
enum Style {
    /// As they are: plain, or in a block.
    Bare,
    /// 'It''s': a quote is doubled.
    Single,
    /// "\u00e9": with escapes.
    Double,
}

/// The place of the character of `text` at a byte offset, when `text` was written at `place`.
/// Behind the text, or in its blanks, it is the place behind the last character before. Nothing
/// when the text was not written there; an alias stands for a text of another place.
pub fn locate(place: &Place, text: &str, offset: usize) -> Option<Place> {
    let quoted = match place.text().chars().next() {
        Some('\'') => Some(Style::Single),
        Some('"') => Some(Style::Double),
        Some(_) | None => None,
    };
    // A quote may also be the first character of a block.
    let styles = quoted.into_iter().chain([Style::Bare]);
    let mut found = styles.filter_map(|style| find(style, place.text(), (text, offset)));
    found.next().map(|range| place.part(range))
}

/// The bytes of one character of the text, or of what is behind the last one before it.
fn find(style: Style, written: &str, (text, offset): (&str, usize)) -> Option<Range<usize>> {
    let mut characters = characters(style, written).filter(|(c, _)| !c.is_whitespace());
    let mut found = 0..0;
    for (at, wanted) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let (_, range) = characters.next().filter(|(c, _)| *c == wanted)?;
        if at == offset {
            found = range;
        } else if at < offset {
            found = range.end..range.end;
        }
    }
    Some(found)
}

/// The characters that are meant, each with the bytes that it is written with.
fn characters(style: Style, written: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut at = match style {
        Style::Bare => 0,
        Style::Single | Style::Double => 1,
    };
    std::iter::from_fn(move || {
        let rest = &written[at..];
        let first = rest.chars().next()?;
        let (meant, length) = match (style, first) {
            (Style::Single, '\'') if rest.starts_with("''") => ('\'', 2),
            (Style::Single, '\'') | (Style::Double, '"') => return None,
            (Style::Double, '\\') => escape(rest),
            (Style::Bare | Style::Single | Style::Double, _) => (first, first.len_utf8()),
        };
        let start = at;
        at += length;
        Some((meant, start..at))
    })
}

/// What an escape stands for, and its length; see section 5.7 of YAML 1.2.
fn escape(rest: &str) -> (char, usize) {
    let Some(kind) = rest[1..].chars().next() else { return ('\\', 1) };
    let coded = |digits: usize| {
        let code = rest.get(2..2 + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        code.and_then(char::from_u32).map_or(('\\', 1), |meant| (meant, 2 + digits))
    };
    let meant = match kind {
        'x' => return coded(2),
        'u' => return coded(4),
        'U' => return coded(8),
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    };
    (meant, 1 + kind.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::yaml::{Tree, parse};

    /// Line and column of the `!` of a text that is written so.
    fn found(written: &str) -> Option<(usize, usize)> {
        let source = Source::new("t.yaml", format!("a: {written}\n"));
        let node = parse(&source).unwrap();
        let Tree::Map(entries) = node.tree else { panic!("a mapping") };
        let (text, place) = (entries[0].value.text().unwrap(), &entries[0].value.place);
        let place = locate(place, text, text.find('!')?)?;
        Some(source.line_column(place.range.start))
    }

    #[test]
    fn every_style_has_its_places() {
        assert_eq!(found("x = é !"), Some((1, 10)));
        assert_eq!(found("x =\n   é !"), Some((2, 6)));
        assert_eq!(found("'it''s é !'"), Some((1, 13)));
        assert_eq!(found("'it''s\n\n   é !'"), Some((3, 6)));
        assert_eq!(found(r#""\"\x41\u00e9\n\t\\ !""#), Some((1, 24)));
        assert_eq!(found("\"é \\\n   !\""), Some((2, 4)));
        assert_eq!(found("|\n  é\n   !"), Some((3, 4)));
        assert_eq!(found("|\n\n\n  é\n\n  !"), Some((6, 3)));
        assert_eq!(found(">-\n  é\n  x !\n\n  y"), Some((3, 5)));
        assert_eq!(found("|\n  \"é\"\n  'x !"), Some((3, 6)));
        assert_eq!(found("|2\n    é\n   !"), Some((3, 4)));
    }

    #[test]
    fn behind_the_end_is_behind_the_last_character() {
        let source = Source::new("t", "'a b'");
        let place = Place::new(&source, 0..5);
        let at = |text: &str, offset| locate(&place, text, offset).map(|place| place.range);
        assert_eq!(at("a b", 3), Some(4..4));
        assert_eq!(at("a b", 1), Some(2..2));
        assert_eq!(at("a c", 2), None);
    }
}
