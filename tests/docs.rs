//! README and docs are true: their commands are run and their files are checked.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A mistaken scenario that the README shows.
const BROKEN: &str = "name: broken
steps:
  - send: AT
    expect: '^x$'
    wihtin: 10s
  - expect: '^+WDSI: 16$'
";

/// A fenced block: its language with the word behind it, and its lines.
struct Block {
    kind: String,
    lines: Vec<String>,
}

fn blocks(page: &str) -> Vec<Block> {
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

fn fotarig(folder: &Path, arguments: &[String]) -> (bool, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_fotarig"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("our own program can be started");
    let text = [run.stderr, run.stdout].concat();
    (run.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The words of a command line, with "quotes" around those that have blanks.
fn words(command: &str) -> Vec<String> {
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

#[test]
fn the_commands_say_what_the_readme_shows() {
    let mut commands = 0;
    for block in blocks("README.md").iter().filter(|block| block.kind == "console") {
        let [command, shown @ ..] = block.lines.as_slice() else { panic!("an empty block") };
        let command = command.strip_prefix("$ ").expect("a console block starts with a command");
        if command == "cargo test" {
            continue; // It is running now.
        }
        let command = command.replace("cargo run --release -- ", "fotarig ");
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("broken.yaml"), BROKEN).expect("a scenario file");
        let (_, text) = fotarig(folder.path(), &words(&command)[1..]);
        let mut rest = text.lines();
        let mut skipping = false;
        for line in shown {
            if line == "…" {
                skipping = true;
                continue;
            }
            let found = if skipping { rest.find(|said| said == line) } else { rest.next() };
            assert_eq!(found, Some(line.as_str()), "`{command}` says:\n{text}");
            skipping = false;
        }
        assert_eq!(rest.next(), None, "`{command}` says more than the README shows:\n{text}");
        commands += 1;
    }
    assert!(commands >= 3, "only {commands} commands were found");
}

#[test]
fn the_files_of_the_readme_are_valid_and_the_scenario_passes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for block in blocks("README.md") {
        if let Some(name) = block.kind.strip_prefix("yaml ") {
            let path = folder.path().join(format!("{name}.yaml"));
            fs::write(path, block.lines.join("\n")).expect("a file");
        }
    }
    let check = ["check", "scenario.yaml", "--rig", "rig.yaml", "--package", "package.yaml"];
    let (valid, text) = fotarig(folder.path(), &check.map(str::to_owned));
    assert!(valid, "{text}");
    let (passed, text) = fotarig(folder.path(), &["run", "scenario.yaml"].map(str::to_owned));
    assert!(passed, "{text}");
}

#[test]
fn the_rig_file_of_the_virtual_module_is_valid() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = blocks("docs/simulate.md");
    let rig = page.iter().find(|block| block.kind == "yaml rig").expect("a rig file");
    fs::write(folder.path().join("rig.yaml"), rig.lines.join("\n")).expect("a file");
    let check = ["check", "--rig", "rig.yaml"].map(str::to_owned);
    let (valid, text) = fotarig(folder.path(), &check);
    assert!(valid, "{text}");
}

#[test]
fn the_readme_names_only_files_that_are_there() {
    let text = fs::read_to_string("README.md").expect("the README is there");
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(link.starts_with("https://") || Path::new(link).exists(), "`{link}` is not there");
    }
}
