//! Sentences of ours, whose `names in backticks` are set as code.

/// A piece of a sentence.
pub(super) enum Word {
    Plain(String),
    Code(String),
}

/// The pieces of a sentence; a backtick without its other half is a character like any other.
pub(super) fn words(sentence: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sentence;
    while let Some((before, behind)) = rest.split_once('`') {
        let Some((code, after)) = behind.split_once('`') else { break };
        if !before.is_empty() {
            words.push(Word::Plain(before.to_owned()));
        }
        words.push(Word::Code(code.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        words.push(Word::Plain(rest.to_owned()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code() {
        let told = |sentence: &str| {
            let each = words(sentence).into_iter().map(|word| match word {
                Word::Plain(text) => text,
                Word::Code(text) => format!("[{text}]"),
            });
            each.collect::<Vec<_>>().join("|")
        };
        assert_eq!(told("`OK` came, not `+CEREG: 1`"), "[OK]| came, not |[+CEREG: 1]");
        assert_eq!(told("a ` alone"), "a ` alone");
        assert_eq!(told(""), "");
    }
}
