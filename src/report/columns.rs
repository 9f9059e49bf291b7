//! Lines in columns, for the terminal: each as wide as its widest cell.

use std::fmt::Write as _;

use crate::diagnostic::printable;

/// Writes rows with two blanks between their cells; the last cell is as long as it is. Whatever
/// cannot be printed on a terminal is written as an escape.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|cell| printable(cell))).collect();
    let mut wide = [0; N];
    for row in &rows {
        for (wide, cell) in wide.iter_mut().zip(row) {
            *wide = cell.chars().count().max(*wide);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, wide) in row.iter().zip(wide) {
            if wide > 0 {
                let _ = write!(line, "{cell:<wide$}  ");
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_each_other() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let text = columns(&[row(["1", "", "→ a"]), row(["12", "", "b\u{1b}"])]);
        assert_eq!(text, "1   → a\n12  b\\u{1b}\n");
    }
}
