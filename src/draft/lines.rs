//! The lines that came behind a deed, as an `expect` with what was observed beside each.

use std::time::Duration;

use crate::at::Kind;
use crate::draft::pattern::{Counted, Patterns, escaped};
use crate::draft::timing::bound;
use crate::draft::{Deed, Heard, What};
use crate::duration::show;
use crate::profile::Profile;

/// A longer line is met by its beginning.
const MAX_PATTERN_BYTES: usize = 120;

/// One item of an `expect`.
pub(crate) struct Item {
    /// `'^OK$'`, or a mapping with `until` or `count`.
    pub(crate) yaml: String,
    /// What was observed: when, and what it means.
    pub(crate) remark: String,
    /// How long after the deed its last line came.
    pub(crate) after: Duration,
    pub(crate) kind: Kind,
}

/// Makes items of the lines that may be expected again.
pub(crate) fn items(
    deed: &Deed,
    lines: &[Heard],
    profile: &Profile,
    patterns: &Patterns<'_>,
) -> Vec<Item> {
    let command = match &deed.what {
        What::Command(command) => command.as_str(),
        What::Beginning | What::File(_) | What::Raw(_) | What::Call { .. } | What::Note(_) => "",
    };
    let texts: Vec<(&Heard, String)> = lines.iter().filter_map(expected).collect();
    let mut items = Vec::new();
    let mut rest = texts.as_slice();
    while let Some(((line, text), _)) = rest.split_first() {
        let (yaml, taken) = match line.kind {
            Kind::Information => (quoted(&bounded(text, patterns.information(command, text))), 1),
            Kind::Urc | Kind::Echo | Kind::Final | Kind::Prompt | Kind::Text => {
                together(rest, patterns)
            }
        };
        let (last, words) = &rest[taken - 1];
        let came = show(rounded(last.at.since(deed.at)));
        let meaning = profile.glossary.brief(words).map(|meaning| format!(": {meaning}"));
        let remark = format!("{came}{}", meaning.unwrap_or_default());
        items.push(Item { yaml, remark, after: last.at.since(deed.at), kind: line.kind });
        rest = &rest[taken..];
    }
    items
}

/// A line that a scenario can expect: noise and what nobody asked for is not.
fn expected(line: &Heard) -> Option<(&Heard, String)> {
    let is_said = matches!(line.kind, Kind::Information | Kind::Urc);
    let is_text = line.text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = String::from_utf8_lossy(&line.text).into_owned();
    (is_said && is_text).then_some((line, text))
}

/// The first of these lines with those behind it that say the same, or count on: the item, and how
/// many lines it takes.
fn together(lines: &[(&Heard, String)], patterns: &Patterns<'_>) -> (String, usize) {
    let first = &lines[0].1;
    let equal = lines.iter().take_while(|(line, text)| line.kind == Kind::Urc && text == first);
    let equal = equal.count();
    if equal > 1 {
        let pattern = quoted(&bounded(first, patterns.urc(first)));
        return (format!("{{ line: {pattern}, count: {equal} }}"), equal);
    }
    let counted = lines.iter().map_while(|(_, text)| patterns.counted(text));
    let mut run: Vec<Counted> = Vec::new();
    for one in counted {
        let goes_on =
            run.last().is_none_or(|last| last.pattern == one.pattern && last.number < one.number);
        if !goes_on {
            break;
        }
        run.push(one);
    }
    match run.last() {
        Some(last) if run.len() > 1 => {
            let (pattern, name, number) = (quoted(&last.pattern), &last.name, last.number);
            let is_end = (name.as_str(), number) == ("percent", 100);
            let sign = if is_end { "==" } else { ">=" };
            (format!("{{ line: {pattern}, until: {name} {sign} {number} }}"), run.len())
        }
        Some(_) | None => (quoted(&bounded(first, patterns.urc(first))), 1),
    }
}

/// A long line is met by its beginning.
fn bounded(text: &str, pattern: String) -> String {
    if text.len() <= MAX_PATTERN_BYTES {
        return pattern;
    }
    format!("^{}", escaped(&text[..MAX_PATTERN_BYTES]))
}

/// In single quotes, as patterns are written.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The rows of an `expect` with its bound, at an indentation of four.
pub(crate) fn rows(items: &[Item], unlimited: Unlimited) -> Vec<String> {
    let mut rows = Vec::new();
    match items {
        [] => return rows,
        [one] => rows.push(with_remark(&format!("    expect: {}", one.yaml), &one.remark)),
        several => {
            rows.push("    expect:".to_owned());
            for item in several {
                rows.push(with_remark(&format!("      - {}", item.yaml), &item.remark));
            }
        }
    }
    let is_answer = items.iter().all(|item| item.kind == Kind::Information);
    let latest = items.iter().map(|item| item.after).max().unwrap_or_default();
    if !(is_answer && unlimited == Unlimited::Answers) {
        rows.push(format!("    within: {}", bound(latest)));
    }
    rows
}

/// What needs no bound of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlimited {
    /// An answer has that of its command.
    Answers,
    Nothing,
}

/// A remark stands in a column of its own where there is room.
pub(crate) fn with_remark(row: &str, remark: &str) -> String {
    const COLUMN: usize = 42;
    if remark.is_empty() { row.to_owned() } else { format!("{row:<COLUMN$} # {remark}") }
}

/// Three figures at most, and no microseconds.
pub(crate) fn rounded(length: Duration) -> Duration {
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(millis)
}
