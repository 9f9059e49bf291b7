//! Reads the table: entries with their headings, shared pieces, variants and matrices.
//!
//! README.md beside this file says what a table looks like. Everything that is wrong in a file is
//! told with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::matrix;
use crate::step::{self, Step};

/// Pieces may be made of pieces, but not of themselves.
const MAX_DEPTH: usize = 8;

/// A line of a table, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) file: String,
    /// Counts from 1.
    pub(crate) number: usize,
    pub(crate) text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`", self.file, self.number, self.text)
    }
}

impl Line {
    pub(crate) fn with(&self, text: impl Into<String>) -> Line {
        Line { text: text.into(), ..self.clone() }
    }

    pub(crate) fn wrong(&self, why: impl fmt::Display) -> String {
        format!("{self}: {why}")
    }
}

/// One test: an entry, or one variant or matrix cell of it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `session: F03 the host's session`
    pub(crate) name: String,
    pub(crate) givens: Vec<Line>,
    pub(crate) steps: Vec<(Line, Step)>,
    /// Why it cannot be played over a PTY.
    pub(crate) only_in_process: Option<String>,
}

/// What stands between two headings.
#[derive(Clone, Debug)]
struct Block {
    heading: Line,
    body: Vec<Line>,
}

#[derive(Default)]
pub(crate) struct Table {
    pub(crate) cases: Vec<Case>,
    pieces: BTreeMap<String, Vec<Line>>,
}

impl Table {
    /// Reads every `*.txt` of a folder; the mistakes of all files at once.
    pub(crate) fn load(folder: &Path) -> Result<Table, Vec<String>> {
        let mut table = Table::default();
        let mut entries = Vec::new();
        let mut mistakes = Vec::new();
        for (file, text) in texts(folder) {
            for block in blocks(&file, &text, &mut mistakes) {
                match block.heading.text.strip_prefix("-- ") {
                    Some(name) => {
                        if table.pieces.insert(name.trim().to_owned(), block.body).is_some() {
                            mistakes.push(block.heading.wrong("there is such a piece already"));
                        }
                    }
                    None => entries.push(block),
                }
            }
        }
        for entry in entries {
            match table.cases_of(&entry) {
                Ok(cases) => table.cases.extend(cases),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let mut names = BTreeMap::new();
        for case in &table.cases {
            *names.entry(&case.name).or_insert(0) += 1;
        }
        let doubled = names.iter().filter(|(_, count)| **count > 1);
        mistakes.extend(doubled.map(|(name, _)| format!("two entries are called `{name}`")));
        if mistakes.is_empty() { Ok(table) } else { Err(mistakes) }
    }

    fn cases_of(&self, entry: &Block) -> Result<Vec<Case>, String> {
        let heading = entry.heading.text.trim_start_matches("== ");
        let Some((title, _sections)) = heading.split_once("  (") else {
            return Err(entry.heading.wrong("the heading has no `  (section; marks)`"));
        };
        let stem = Path::new(&entry.heading.file).file_stem().unwrap_or_default();
        let name = format!("{}: {}", stem.display(), title.trim());
        let (rows, body): (Vec<Line>, Vec<Line>) =
            entry.body.iter().cloned().partition(|line| line.text.starts_with('|'));
        let mut cases = Vec::new();
        for (variant, body) in variants(&body)? {
            let name = format!("{name}{variant}");
            if rows.is_empty() {
                cases.push(self.case(name, &body)?);
                continue;
            }
            for cell in matrix::cells(&rows)? {
                let mut body = body.clone();
                body.extend(cell.lines(|piece| self.pieces.contains_key(piece)));
                cases.push(self.case(format!("{name}: {}", cell.name()), &body)?);
            }
        }
        Ok(cases)
    }

    fn case(&self, name: String, body: &[Line]) -> Result<Case, String> {
        let mut case = Case { name, givens: Vec::new(), steps: Vec::new(), only_in_process: None };
        self.fill(&mut case, body, 0)?;
        if case.steps.is_empty() {
            return Err(format!("`{}` does nothing", case.name));
        }
        Ok(case)
    }

    fn fill(&self, case: &mut Case, body: &[Line], depth: usize) -> Result<(), String> {
        for line in body {
            let text = line.text.as_str();
            if let Some(given) = text.strip_prefix("given ") {
                case.givens.push(line.with(given.trim()));
            } else if let Some(reason) = text.strip_prefix("only in process:") {
                case.only_in_process = Some(reason.trim().to_owned());
            } else if let Some(piece) = text.strip_prefix("do ") {
                let Some(piece) = self.pieces.get(piece.trim()) else {
                    return Err(line.wrong("there is no such piece"));
                };
                if depth == MAX_DEPTH {
                    return Err(line.wrong("pieces go too deep"));
                }
                self.fill(case, piece, depth + 1)?;
            } else {
                let steps = step::parse(text).map_err(|why| line.wrong(why))?;
                case.steps.extend(steps.into_iter().map(|step| (line.clone(), step)));
            }
        }
        Ok(())
    }
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder of the tables is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().display();
            (format!("tests/conformance/{name}"), fs::read_to_string(&path).expect("it is text"))
        })
        .collect();
    texts.sort();
    texts
}

/// Cuts a file at its headings; comments and blank lines go.
fn blocks(file: &str, text: &str, mistakes: &mut Vec<String>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (at, text) in text.lines().enumerate() {
        let text = text.split("  #").next().unwrap_or_default().trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let line = Line { file: file.to_owned(), number: at + 1, text: text.to_owned() };
        if text.starts_with("== ") || text.starts_with("-- ") {
            blocks.push(Block { heading: line, body: Vec::new() });
        } else if let Some(block) = blocks.last_mut() {
            block.body.push(line);
        } else {
            mistakes.push(line.wrong("it stands before the first heading"));
        }
    }
    blocks
}

/// `with T = 1 s | 2 s` makes a body for each value, in which `{T}` is that value.
fn variants(body: &[Line]) -> Result<Vec<(String, Vec<Line>)>, String> {
    let mut variants = vec![(String::new(), Vec::new())];
    for line in body {
        let Some(rest) = line.text.strip_prefix("with ") else {
            for (_, body) in &mut variants {
                body.push(line.clone());
            }
            continue;
        };
        let Some((name, values)) = rest.split_once(" = ") else {
            return Err(line.wrong("write `with NAME = a | b`"));
        };
        let mark = format!("{{{}}}", name.trim());
        variants = variants
            .iter()
            .flat_map(|(title, before)| {
                values.split(" | ").map(move |value| (title, before, value.trim()))
            })
            .map(|(title, before, value)| {
                let mut body = before.clone();
                body.push(line.with(format!("with {mark} = {value}")));
                (format!("{title} ({value})"), body)
            })
            .collect();
    }
    Ok(variants.into_iter().map(|(title, body)| (title, filled_in(body))).collect())
}

/// Puts the values of `with {T} = 1 s` in the place of `{T}`.
fn filled_in(body: Vec<Line>) -> Vec<Line> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut filled = Vec::new();
    for line in body {
        if let Some(value) = line.text.strip_prefix("with ") {
            let (mark, value) = value.split_once(" = ").expect("made by `variants`");
            values.push((mark.to_owned(), value.to_owned()));
            continue;
        }
        let text =
            values.iter().fold(line.text.clone(), |text, (mark, value)| text.replace(mark, value));
        filled.push(line.with(text));
    }
    filled
}
