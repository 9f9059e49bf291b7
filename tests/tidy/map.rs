//! ARCHITECTURE.md: its table of layers is the one that is held, and what it names is there.

use std::collections::BTreeSet;

use crate::complaint::Complaint;
use crate::layers::LAYERS;
use crate::names::line_of;
use crate::tree::{Page, exists};

/// Endings of files that the map may name; other words with a dot are code.
const ENDINGS: [&str; 6] = [".rs", ".md", ".toml", ".yaml", ".txt", ".json"];

/// Complains of rows that are wrong, modules that are missing, and files that are not there.
pub(crate) fn check(map: &Page, modules: &BTreeSet<String>) -> Vec<Complaint> {
    let mut complaints = rows(map);
    for module in modules {
        if !quotes(&map.text).any(|(_, word)| word == module) {
            let sentence = format!("`src/{module}` is not on the map: give it a row");
            complaints.push(Complaint::new(&map.path, 1, sentence));
        }
    }
    for module in LAYERS.iter().flat_map(|layer| layer.modules) {
        if !modules.contains(*module) {
            let sentence = format!("`src/{module}` is gone: take it out of the table of layers");
            complaints.push(Complaint::new(&map.path, 1, sentence));
        }
    }
    for (at, word) in quotes(&map.text) {
        if names_a_file(word) && !exists(word) {
            let sentence = format!("`{word}` is not there");
            complaints.push(Complaint::new(&map.path, line_of(&map.text, at), sentence));
        }
    }
    complaints
}

/// Compares the rows `| 0 words | `moment` | … |` with the layers, in their order.
fn rows(map: &Page) -> Vec<Complaint> {
    let lines = map.text.lines().enumerate();
    let found: Vec<_> = lines.filter_map(|(index, line)| Some((index + 1, row(line)?))).collect();
    let held = LAYERS.iter().flat_map(|layer| {
        let name = format!("{} {}", layer.height, layer.name);
        layer.modules.iter().map(move |module| (name.clone(), (*module).to_owned()))
    });
    let mut found = found.into_iter();
    let mut last = 1;
    for (layer, module) in held {
        let next = found.next();
        if next.as_ref().is_some_and(|(_, row)| *row == (layer.clone(), module.clone())) {
            last = next.map_or(last, |(line, _)| line);
            continue;
        }
        let line = next.map_or(last, |(line, _)| line);
        let sentence = format!("expected the row of `{module}` in layer {layer} here");
        return vec![Complaint::new(&map.path, line, sentence)];
    }
    found.map(|(line, _)| Complaint::new(&map.path, line, "this row is in no layer")).collect()
}

/// Layer and module of a row; other tables do not begin with a height.
fn row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let layer = cells.next().filter(|cell| cell.starts_with(|it: char| it.is_ascii_digit()))?;
    Some((layer.to_owned(), cells.next()?.trim_matches('`').to_owned()))
}

/// What stands between back quotes on one line, with its place.
fn quotes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n').scan(0, |start, line| {
        let own = *start;
        *start += line.len();
        Some((own, line))
    });
    lines.flat_map(|(start, line)| {
        let mut at = start;
        let parts = line.split('`').map(move |part| {
            let own = at;
            at += part.len() + 1;
            (own, part)
        });
        parts.skip(1).step_by(2)
    })
}

fn names_a_file(word: &str) -> bool {
    let is_path = ENDINGS.iter().any(|ending| word.ends_with(ending)) || word.ends_with('/');
    is_path && !word.contains(['<', '*', ' ', '{'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> String {
        let rows = LAYERS.iter().flat_map(|layer| {
            let row = |module| format!("| {} {} | `{module}` | x |\n", layer.height, layer.name);
            layer.modules.iter().map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }

    fn modules() -> BTreeSet<String> {
        let modules = LAYERS.iter().flat_map(|layer| layer.modules);
        modules.map(|module| (*module).to_owned()).collect()
    }

    fn sentences(text: &str) -> Vec<String> {
        let complaints = check(&Page::new("ARCHITECTURE.md", text), &modules());
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_true_table_is_true() {
        assert!(sentences(&table()).is_empty());
        assert!(sentences(&format!("| a | b |\n|---|---|\n{}", table())).is_empty());
    }

    #[test]
    fn wrong_rows_are_told() {
        let short = table().replace("| 1 languages | `journal` | x |\n", "");
        let expected = "ARCHITECTURE.md:8: expected the row of `journal` in layer 1 languages here";
        assert_eq!(sentences(&short)[0], expected);
        assert_eq!(sentences(&table().replace("2 wishes", "2 hopes")).len(), 1);
        assert_eq!(sentences(&format!("{}| 7 roof | `moss` | x |\n", table())).len(), 1);
    }

    #[test]
    fn map_and_modules_are_the_same() {
        let count = |modules| check(&Page::new("ARCHITECTURE.md", &table()), &modules).len();
        assert_eq!(count(modules()), 0);
        let mut gone = modules();
        gone.remove("at");
        assert_eq!(count(gone), 1);
        let mut added = modules();
        added.insert("attic".to_owned());
        assert_eq!(count(added), 1);
    }

    #[test]
    fn files_must_be_there() {
        let text = format!("{}\n`src/lib.rs` and `src/attic.rs`\nin `src/attic/`\n", table());
        let line = table().lines().count() + 2;
        let expected = [
            format!("ARCHITECTURE.md:{line}: `src/attic.rs` is not there"),
            format!("ARCHITECTURE.md:{}: `src/attic/` is not there", line + 1),
        ];
        assert_eq!(sentences(&text), expected);
    }
}
