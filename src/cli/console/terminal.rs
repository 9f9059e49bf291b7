//! The line editor of a terminal: typed lines leave by a channel, what comes is shown above them.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, ExternalPrinter, Helper};

use crate::diagnostic::Paint;
use crate::report::dialogue::Show;

/// Under the marks of the lines that were sent: a stamp is this wide.
const PROMPT: &str = "          > ";
/// Lines that are kept: months of work at a bench.
const MAX_HISTORY: usize = 2_000;
/// Commands with a PIN or a password in them, which no file must keep.
const SECRET: [&str; 4] = ["AT+CPIN", "AT+CLCK", "AT+CPWD", "AT+CGAUTH"];

/// What a person has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Line(String),
    /// Ctrl-D, or nobody can type any more.
    End,
}

/// What the editor knows of the person and the module.
pub(crate) struct Manners {
    pub(crate) history: Option<PathBuf>,
    /// Beginnings of lines that Tab completes.
    pub(crate) words: Vec<String>,
    pub(crate) paint: Paint,
}

/// Starts the editor. Returns what is typed, and the way to show a line above it.
pub(crate) fn start(manners: Manners) -> Result<(Receiver<Key>, Show), ReadlineError> {
    let config = Config::builder()
        .max_history_size(MAX_HISTORY)?
        .history_ignore_space(true)
        .completion_type(rustyline::CompletionType::List)
        .build();
    let mut editor: Editor<Words, FileHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Words { words: manners.words, paint: manners.paint }));
    if let Some(history) = &manners.history {
        // The first conversation has none.
        let _ = editor.load_history(history);
    }
    let mut printer = editor.create_external_printer()?;
    let (typed, keys) = mpsc::channel();
    thread::spawn(move || edit(&mut editor, &typed, manners.history.as_deref()));
    let show = move |line: &str| {
        // Nobody is left to be told when the terminal is gone.
        let _ = printer.print(line.to_owned());
    };
    Ok((keys, Box::new(show)))
}

/// Reads lines until the person ends it. Ctrl-C clears the line.
fn edit(editor: &mut Editor<Words, FileHistory>, typed: &Sender<Key>, history: Option<&Path>) {
    loop {
        let key = match editor.readline(PROMPT) {
            Ok(line) => {
                if !is_secret(&line) {
                    let _ = editor.add_history_entry(line.as_str());
                    keep(editor, history);
                }
                Key::Line(line)
            }
            Err(ReadlineError::Interrupted) => continue,
            Err(_) => Key::End,
        };
        let is_end = key == Key::End;
        if typed.send(key).is_err() || is_end {
            return;
        }
    }
}

fn is_secret(line: &str) -> bool {
    let line = line.trim().to_ascii_uppercase();
    SECRET.iter().any(|start| line.starts_with(start))
}

/// After each line, since a conversation may end in any way. A history that cannot be kept hurts
/// nobody.
fn keep(editor: &mut Editor<Words, FileHistory>, history: Option<&Path>) {
    let Some(path) = history else { return };
    if let Some(folder) = path.parent() {
        let _ = fs::create_dir_all(folder);
    }
    let _ = editor.save_history(path);
}

/// Completes and paints.
struct Words {
    words: Vec<String>,
    paint: Paint,
}

impl Helper for Words {}
impl Validator for Words {}

impl Hinter for Words {
    type Hint = String;
}

impl Highlighter for Words {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(
        &'s self,
        prompt: &'p str,
        _is_default: bool,
    ) -> Cow<'b, str> {
        match self.paint {
            Paint::Plain => Cow::Borrowed(prompt),
            Paint::Coloured => Cow::Owned(format!("\x1b[2m{prompt}\x1b[0m")),
        }
    }
}

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let start = line[..at].to_ascii_uppercase();
        let fits = |word: &&String| word.to_ascii_uppercase().starts_with(&start);
        Ok((0, self.words.iter().filter(fits).cloned().collect()))
    }
}

/// The history in the person's state folder, as the XDG base directories have it.
pub(crate) fn usual_history() -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        let path = PathBuf::from(value);
        path.is_absolute().then_some(path)
    };
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")));
    state.map(|state| state.join("fotarig/history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_not_kept() {
        assert!(is_secret(" at+cpin=\"1234\"") && is_secret("AT+CLCK=\"SC\",0,\"1234\""));
        assert!(!is_secret("AT+CGMR") && !is_secret(":power off"));
    }
}
