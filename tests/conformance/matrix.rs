//! A matrix: one entry for each of its cells.
//!
//! The first row names a kind and the columns, the first column the rows. A cell brings its row
//! about by the piece `KIND ROW`, then does what its column says (a command, or a piece of that
//! name), and then holds the piece `ROW: CELL` or `CELL` if there is one, or else the lines in the
//! cell.

use crate::table::Line;

/// After what a cell wants, nothing else may come for so long.
const AFTERWARDS: &str = "..quiet 1 s";

pub(crate) struct Cell {
    line: Line,
    kind: String,
    row: String,
    column: String,
    text: String,
}

/// The cells of a matrix, without those that are empty or `n/a`.
pub(crate) fn cells(rows: &[Line]) -> Result<Vec<Cell>, String> {
    let (head, rows) = rows.split_first().expect("a matrix has rows");
    let columns = columns(head);
    let mut cells = Vec::new();
    for line in rows {
        let texts = self::columns(line);
        if texts.len() != columns.len() {
            let (has, wants) = (texts.len(), columns.len());
            return Err(line.wrong(format!("it has {has} columns instead of {wants}")));
        }
        for (column, text) in columns.iter().zip(&texts).skip(1) {
            if text.is_empty() || text == "n/a" {
                continue;
            }
            cells.push(Cell {
                line: line.clone(),
                kind: columns[0].clone(),
                row: texts[0].clone(),
                column: column.clone(),
                text: text.clone(),
            });
        }
    }
    Ok(cells)
}

fn columns(line: &Line) -> Vec<String> {
    line.text.trim_matches('|').split('|').map(|column| column.trim().to_owned()).collect()
}

impl Cell {
    /// `IDLE × AT+WDSS=1,1`
    pub(crate) fn name(&self) -> String {
        format!("{} × {}", self.row, self.column)
    }

    /// The conversation of this cell.
    pub(crate) fn lines(&self, is_piece: impl Fn(&str) -> bool) -> Vec<Line> {
        let mut lines = vec![format!("do {} {}", self.kind, self.row)];
        let sign = if self.column.starts_with("AT") { ">" } else { "do" };
        lines.push(format!("{sign} {}", self.column));
        let pieces = [format!("{}: {}", self.row, self.text), self.text.clone()];
        if let Some(judge) = pieces.iter().find(|name| is_piece(name)) {
            lines.push(format!("do {judge}"));
        } else {
            let wanted = self.text.split(" / ").map(str::trim).filter(|line| *line != "-");
            lines.extend(wanted.map(|line| format!("..{}", long(line))));
            lines.push(AFTERWARDS.to_owned());
        }
        lines.into_iter().map(|text| self.line.with(text)).collect()
    }
}

/// `E3` is an error, a number is an event; anything else stands as it is.
fn long(line: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match line.strip_prefix('E') {
        Some(number) if is_number(number) => format!("+CME ERROR: {number}"),
        _ if is_number(line.split(',').next().unwrap_or_default()) => format!("+WDSI: {line}"),
        _ => line.to_owned(),
    }
}
