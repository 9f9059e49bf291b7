//! Escapes text for HTML so that nothing in it can act: no markup, no control, no turned direction.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// What every value of a template goes through (`askama.toml`), so that none can be forgotten.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            if is_plain(c) {
                continue;
            }
            dest.write_str(&text[plain..at])?;
            escape(&mut dest, c)?;
            plain = at + c.len_utf8();
        }
        dest.write_str(&text[plain..])
    }

    fn write_escaped_char<W: Write>(&self, mut dest: W, c: char) -> fmt::Result {
        if is_plain(c) { dest.write_char(c) } else { escape(&mut dest, c) }
    }
}

/// The text with everything made visible that would act unseen; markup is left as it is, for
/// places that take text only.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn is_plain(c: char) -> bool {
    !matches!(c, '<' | '>' | '&' | '"' | '\'') && !acts(c)
}

/// Controls, marks that turn the direction of what follows (Unicode UAX 9), what has no width,
/// line ends of other conventions, and what is no character.
fn acts(c: char) -> bool {
    match c {
        ' '..='~' | '\n' | '\t' => false,
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control() || u32::from(c) & 0xfffe == 0xfffe,
    }
}

fn escape(dest: &mut impl Write, c: char) -> fmt::Result {
    match c {
        '<' => dest.write_str("&lt;"),
        '>' => dest.write_str("&gt;"),
        '&' => dest.write_str("&amp;"),
        '"' => dest.write_str("&quot;"),
        '\'' => dest.write_str("&#39;"),
        c => write!(dest, "{}", c.escape_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        let mut shown = String::new();
        let text = "a<b>&\"'\0\x1b[31m\r\n\u{202e}\u{feff}\u{7f}ä→\u{ffff}";
        Visible.write_escaped_str(&mut shown, text).unwrap();
        let expected = "a&lt;b&gt;&amp;&quot;&#39;\\u{0}\\u{1b}[31m\\r\n\\u{202e}\\u{feff}\\u{7f}\
                        ä→\\u{ffff}";
        assert_eq!(shown, expected);
        assert_eq!(visible("<\u{2066}\0>"), "<\\u{2066}\\u{0}>");
        let mut each = String::new();
        text.chars().for_each(|c| Visible.write_escaped_char(&mut each, c).unwrap());
        assert_eq!(each, shown);
    }
}
