//! What lines, errors and commands of a module family mean, read from its glossary file.
//!
//! An entry stands for a text or, with `<words>` in it, for many. Of all entries that fit a text,
//! the one with most letters of its own is meant: `AT+WDSR=4` before `AT+WDSR`.

mod load;

use regex::Regex;

pub use load::load;

/// A meaning stands beside its line, so that it is cut where it gets longer, in bytes.
const MAX_BRIEF: usize = 84;

/// Everything that is known of one module family's words.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    pub indications: Vec<Entry>,
    pub errors: Vec<Entry>,
    /// Other lines and bytes that a module sends.
    pub lines: Vec<Entry>,
    pub commands: Vec<Entry>,
}

/// One text with its meaning.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As a module or a host writes it, with `<words>` for what differs.
    pub text: String,
    pub means: String,
    /// What a host does next; nothing where nothing follows.
    pub next: Option<String>,
    /// Which document says so, with its section.
    pub see: String,
    /// Fits texts without blanks.
    shape: Regex,
    /// The names of the shape's groups, as written.
    words: Vec<String>,
}

/// What one text means, with its own values filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub text: String,
    pub means: String,
    pub next: Option<String>,
    pub see: String,
}

impl Glossary {
    /// What a text means. A bare number may be an error and an indication, so that there may be
    /// two answers; blanks, the case of letters and a missing `AT` or `+` do not matter.
    pub fn explain(&self, text: &str) -> Vec<Explanation> {
        let text = text.trim();
        let exact: Vec<_> = self.nearest(text).into_iter().collect();
        if !exact.is_empty() {
            return exact;
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let starts: &[&str] =
            if is_number { &["+CME ERROR: ", "+WDSI: "] } else { &["+", "AT", "AT+", "+CME "] };
        starts.iter().filter_map(|start| self.nearest(&format!("{start}{text}"))).collect()
    }

    /// What a line of a module means, in a few words that stand behind it.
    pub fn brief(&self, line: &str) -> Option<String> {
        if !line.starts_with('+') {
            return None;
        }
        let found = self.explain(line).into_iter().next()?;
        let clause = found.means.split(';').next().unwrap_or_default();
        let end = clause.char_indices().map(|(at, _)| at).find(|at| *at >= MAX_BRIEF);
        let Some(end) = end else { return Some(clause.to_owned()) };
        let cut = clause[..end].rfind(' ').unwrap_or(end);
        Some(format!("{} …", clause[..cut].trim_end_matches(',')))
    }

    /// The entry of a line of a module: its text tells which parts of the line may differ.
    pub fn shape_of(&self, line: &str) -> Option<&str> {
        let plain: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        let fitting = self.entries().filter(|entry| entry.shape.is_match(&plain));
        fitting.max_by_key(|entry| entry.own_letters()).map(|entry| entry.text.as_str())
    }

    /// What a final result code says about the cause of an error.
    pub fn error(&self, result: &str) -> Option<Explanation> {
        best(self.errors.iter(), result)
    }

    /// All entries, topic by topic.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        [&self.indications, &self.errors, &self.lines, &self.commands].into_iter().flatten()
    }

    fn nearest(&self, text: &str) -> Option<Explanation> {
        best(self.entries(), text)
    }
}

fn best<'e>(entries: impl Iterator<Item = &'e Entry>, text: &str) -> Option<Explanation> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fitting = entries.filter(|entry| entry.shape.is_match(&plain));
    Some(fitting.max_by_key(|entry| entry.own_letters())?.filled(text, &plain))
}

impl Entry {
    fn new(text: String, means: String, next: Option<String>, see: String) -> Entry {
        let (shape, words) = shape(&text);
        Entry { text, means, next, see, shape, words }
    }

    /// Letters that a text must have to fit.
    fn own_letters(&self) -> usize {
        self.text.len() - self.words.iter().map(|word| word.len() + 2).sum::<usize>()
    }

    fn filled(&self, text: &str, plain: &str) -> Explanation {
        let found = self.shape.captures(plain);
        let fill = |sentence: &str| {
            let mut sentence = sentence.to_owned();
            for (index, word) in self.words.iter().enumerate() {
                let value = found.as_ref().and_then(|found| found.get(index + 1));
                let value = value.map_or("", |value| value.as_str());
                sentence = sentence.replace(&format!("<{word}>"), value);
            }
            sentence
        };
        Explanation {
            text: text.to_owned(),
            means: fill(&self.means),
            next: self.next.as_deref().map(fill),
            see: self.see.clone(),
        }
    }
}

/// The shape of texts that an entry stands for, and the names of its groups.
fn shape(text: &str) -> (Regex, Vec<String>) {
    let mut pattern = String::from("(?i)^");
    let mut words = Vec::new();
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = plain.as_str();
    while let Some((before, inside)) = rest.split_once('<') {
        let Some((word, behind)) = inside.split_once('>') else { break };
        pattern += &regex::escape(before);
        pattern += "(.+)";
        words.push(word.to_owned());
        rest = behind;
    }
    pattern += &regex::escape(rest);
    if text.starts_with("AT") && !text.contains(['=', '?']) {
        // All forms of a command.
        pattern += r"(?:\?|=.*)?";
    }
    let shape = Regex::new(&(pattern + "$")).expect("quoted text and groups are a valid pattern");
    (shape, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let entry = |text: &str| {
            Entry::new(text.to_owned(), format!("means {text}"), None, "nowhere".to_owned())
        };
        let entries = |texts: &[&str]| texts.iter().map(|text| entry(text)).collect();
        Glossary {
            indications: entries(&["+WDSI: 3", "+WDSI: 18", "+WDSI: 18,<percent>"]),
            errors: entries(&["+CME ERROR: 3"]),
            commands: entries(&["AT+WDSR", "AT+WDSR=4", "AT+WDSR=5,<n>"]),
            ..Glossary::default()
        }
    }

    fn means(text: &str) -> Vec<String> {
        glossary().explain(text).into_iter().map(|found| found.means).collect()
    }

    #[test]
    fn the_nearest_entry_is_meant() {
        assert_eq!(means("AT+WDSR=4"), ["means AT+WDSR=4"]);
        assert_eq!(means("at+wdsr=5, 30"), ["means AT+WDSR=5,30"]);
        for form in ["AT+WDSR", "AT+WDSR?", "AT+WDSR=?", "AT+WDSR=9"] {
            assert_eq!(means(form), ["means AT+WDSR"], "{form}");
        }
        assert_eq!(means("AT+WDSRX"), [""; 0]);
    }

    #[test]
    fn what_is_left_out_is_put_in() {
        assert_eq!(means("3"), ["means +CME ERROR: 3", "means +WDSI: 3"]);
        assert_eq!(means("WDSI:18 , 40"), ["means +WDSI: 18,40"]);
        assert_eq!(means("ERROR: 3"), ["means +CME ERROR: 3"]);
        assert_eq!(means("+WDSR=4"), ["means AT+WDSR=4"]);
        assert_eq!(means(""), [""; 0]);
    }
}
