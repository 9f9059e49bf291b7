//! README and docs are true: their commands are run and their files are checked.

#[path = "support/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use page::{blocks, difference, words};
use program::{fotarig, seen};

/// A mistaken scenario that the README shows.
const BROKEN: &str = "name: broken
steps:
  - send: AT
    expect: '^x$'
    wihtin: 10s
  - expect: '^+WDSI: 16$'
";

/// What our program says, and whether it was content.
fn answer(folder: &Path, arguments: &[String]) -> (bool, String) {
    let output = fotarig(folder).args(arguments).output().expect("our own program can be started");
    (output.status.success(), seen(&output))
}

#[test]
fn the_commands_say_what_the_readme_shows() {
    let mut commands = 0;
    for block in blocks("README.md").iter().filter(|block| block.kind == "console") {
        let (command, shown) = block.command();
        if command == "cargo test" {
            continue; // It is running now.
        }
        let command = command.replace("cargo run --release -- ", "fotarig ");
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("broken.yaml"), BROKEN).expect("a scenario file");
        let (_, text) = answer(folder.path(), &words(&command)[1..]);
        if let Some(difference) = difference(shown, &text) {
            panic!("`{command}`: {difference}\n{text}");
        }
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
    let (valid, text) = answer(folder.path(), &check.map(str::to_owned));
    assert!(valid, "{text}");
    let (passed, text) = answer(folder.path(), &["run", "scenario.yaml"].map(str::to_owned));
    assert!(passed, "{text}");
}

#[test]
fn the_rig_file_of_the_virtual_module_is_valid() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = blocks("docs/simulate.md");
    let rig = page.iter().find(|block| block.kind == "yaml rig").expect("a rig file");
    fs::write(folder.path().join("rig.yaml"), rig.lines.join("\n")).expect("a file");
    let check = ["check", "--rig", "rig.yaml"].map(str::to_owned);
    let (valid, text) = answer(folder.path(), &check);
    assert!(valid, "{text}");
}

#[test]
fn the_rig_files_of_labs_are_valid() {
    for page in ["docs/labs.md", "plugins/labgrid/README.md"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let blocks = blocks(page);
        let rig = blocks.iter().find(|block| block.kind == "yaml rig").expect("a rig file");
        fs::write(folder.path().join("rig.yaml"), rig.lines.join("\n")).expect("a file");
        let check = ["check", "--rig", "rig.yaml"].map(str::to_owned);
        let (valid, text) = answer(folder.path(), &check);
        assert!(valid, "{page}: {text}");
    }
}

#[test]
fn the_readme_names_only_files_that_are_there() {
    let text = fs::read_to_string("README.md").expect("the README is there");
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(link.starts_with("https://") || Path::new(link).exists(), "`{link}` is not there");
    }
}
