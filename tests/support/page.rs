//! Pages of the documentation, read for what can be held true: their fenced blocks and commands.

use std::fs;

/// What a page writes for lines that it leaves out.
const LEFT_OUT: &str = "…";

/// A fenced block: its language with the words behind it, and its lines.
pub(crate) struct Block {
    pub(crate) kind: String,
    pub(crate) lines: Vec<String>,
}

pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("the page is there");
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some(Block { kind: kind.to_owned(), lines: Vec::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block of {page} is not closed");
    blocks
}

impl Block {
    /// The command of a `console` block, and what the page says that it prints.
    pub(crate) fn command(&self) -> (&str, &[String]) {
        let [command, shown @ ..] = self.lines.as_slice() else { panic!("an empty block") };
        (command.strip_prefix("$ ").expect("a console block starts with a command"), shown)
    }
}

/// The words of a command line, with "quotes" around those that have blanks.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Where a page shows something else than what is said; `…` stands for any lines.
pub(crate) fn difference(shown: &[String], said: &str) -> Option<String> {
    let mut rest = said.lines();
    let mut skipping = false;
    for line in shown {
        if line == LEFT_OUT {
            skipping = true;
            continue;
        }
        let found = if skipping { rest.find(|said| said == line) } else { rest.next() };
        if found != Some(line.as_str()) {
            return Some(format!("the page shows `{line}`, which it does not say there"));
        }
        skipping = false;
    }
    let more = rest.next().filter(|_| !skipping)?;
    Some(format!("it says more than the page shows: `{more}`"))
}
