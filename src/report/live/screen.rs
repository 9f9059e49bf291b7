//! Standard error as the live display writes to it: lines that stay, and rows below them that are
//! drawn anew.

use std::io::{self, Write as _};

use console::{Term, measure_text_width};

use crate::report::live::Pace;

pub(super) struct Screen {
    /// Nothing when rows would only be in the way of whoever reads the lines.
    term: Option<Term>,
    /// The rows that stand there now.
    rows: Vec<String>,
}

/// How much fits a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) lines: usize,
    pub(super) columns: usize,
}

impl Screen {
    pub(super) fn of(pace: Pace) -> Screen {
        let term = match pace {
            Pace::Lines => None,
            // What is drawn at once is written at once, so that nothing flickers.
            Pace::Moving => Some(Term::buffered_stderr()),
        };
        Screen { term, rows: Vec::new() }
    }

    pub(super) fn size(&self) -> Size {
        let (lines, columns) = self.term.as_ref().map(Term::size).unwrap_or_default();
        Size { lines: lines.into(), columns: columns.into() }
    }

    /// A line that stays, with its end, or several.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.erase()?;
        match &self.term {
            Some(term) => term.write_str(line).and_then(|()| term.flush()),
            None => io::stderr().write_all(line.as_bytes()),
        }
    }

    /// Draws these rows instead of those before.
    pub(super) fn draw(&mut self, rows: Vec<String>) -> io::Result<()> {
        if rows == self.rows {
            return Ok(());
        }
        self.erase()?;
        let Some(term) = &self.term else { return Ok(()) };
        for row in &rows {
            term.write_line(row)?;
        }
        self.rows = rows;
        term.flush()
    }

    /// A terminal that has become narrower has broken rows into several lines.
    fn erase(&mut self) -> io::Result<()> {
        let Some(term) = &self.term else { return Ok(()) };
        let columns = usize::from(term.size().1).max(1);
        let height = |row: String| measure_text_width(&row).div_ceil(columns).max(1);
        let lines: usize = self.rows.drain(..).map(height).sum();
        if lines > 0 {
            term.move_cursor_up(lines)?;
            term.write_str("\r")?;
            term.clear_to_end_of_screen()?;
        }
        Ok(())
    }
}
