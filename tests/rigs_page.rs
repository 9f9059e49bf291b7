//! `docs/rigs.md` is true: its rig files are taken, its scenario passes, its keys are the schema's.

#[path = "support/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fotarig::schema::FileKind;
use page::{blocks, difference, words};
use program::{fotarig, seen};
use serde_json::Value;

const PAGE: &str = "docs/rigs.md";

/// What the table of all keys calls the parts of the schema that have a row. The keys of a virtual
/// module stand in `docs/simulate.md`.
const PARTS: [(&str, &str); 6] = [
    ("", "a rig"),
    ("Port", "`port`"),
    ("Usb", "`usb`"),
    ("Identity", "`identity`"),
    ("Role", "a role"),
    ("Power", "`power`"),
];

/// Blocks of a kind, with the name in their first line.
fn files(kind: &str) -> Vec<(String, String)> {
    let found = blocks(PAGE).into_iter().filter(|block| block.kind == kind);
    found
        .map(|block| {
            let name = block.lines[0].strip_prefix("# ").expect("a block begins with its name");
            (name.to_owned(), block.lines.join("\n") + "\n")
        })
        .collect()
}

fn is_taken(folder: &Path, arguments: &[&str]) {
    let mut command = fotarig(folder);
    let output = command.args(arguments).env("AV_TOKEN", "a token").output().expect("our program");
    assert!(output.status.success(), "{arguments:?}:\n{}", seen(&output));
}

#[test]
fn each_rig_file_is_taken() {
    let rigs = files("yaml rig");
    assert!(rigs.len() > 4, "only {} rig files were found", rigs.len());
    for (name, text) in rigs {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(&name), text).expect("a file");
        is_taken(folder.path(), &["run", "connect/identity", "--dry-run", "--rig", &name]);
    }
}

#[test]
fn the_commands_say_what_the_page_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files("yaml rig") {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    for block in blocks(PAGE).iter().filter(|block| block.kind == "console") {
        let (command, shown) = block.command();
        let output = fotarig(folder.path()).args(&words(command)[1..]).output().expect("it runs");
        if let Some(difference) = difference(shown, &seen(&output)) {
            panic!("`{command}`: {difference}\n{}", seen(&output));
        }
    }
}

#[test]
fn the_scenario_passes() {
    for (name, text) in files("yaml scenario") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(&name), text).expect("a file");
        is_taken(folder.path(), &["run", &name]);
    }
}

#[test]
fn the_table_has_the_keys_of_the_schema() {
    let schema: Value = serde_json::from_str(&FileKind::Rig.schema()).expect("a schema is JSON");
    let written = table();
    for (part, word) in PARTS {
        let known = keys(&schema, part);
        // What all roles have is said once.
        let of_roles = if part == "Power" { keys(&schema, "Role") } else { BTreeSet::new() };
        let known: BTreeSet<_> = known.difference(&of_roles).cloned().collect();
        assert!(!known.is_empty(), "the schema has no part `{part}`");
        assert_eq!(written.get(word), Some(&known), "{word} in {PAGE} (left) is not true");
    }
}

/// The keys of a part: its properties, also those of its alternatives.
fn keys(schema: &Value, part: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let part = if part.is_empty() { schema } else { &schema["definitions"][part] };
    collect(part, &mut found);
    found
}

fn collect(part: &Value, found: &mut BTreeSet<String>) {
    found.extend(part["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()));
    for either in ["anyOf", "oneOf", "allOf"] {
        for choice in part[either].as_array().into_iter().flatten() {
            collect(choice, found);
        }
    }
}

/// The words in backticks of the second column; an empty first column belongs to the row above.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(PAGE).expect("the page is there");
    let rows = text.lines().skip_while(|line| !line.starts_with("| in | key |")).skip(2);
    let (mut part, mut table) = (String::new(), BTreeMap::<String, BTreeSet<String>>::new());
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if !cells[1].is_empty() {
            cells[1].clone_into(&mut part);
        }
        let keys = cells[2].split('`').skip(1).step_by(2).map(str::to_owned);
        table.entry(part.clone()).or_default().extend(keys);
    }
    table
}

#[test]
fn the_page_links_to_what_is_there() {
    let text = fs::read_to_string(PAGE).expect("the page is there");
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = link.split('#').next().unwrap_or(link);
        let there = link.starts_with("https://") || Path::new("docs").join(path).exists();
        assert!(there, "`{link}` is not there");
    }
}
