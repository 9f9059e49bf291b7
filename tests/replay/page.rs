//! `docs/replay.md` is true: its scenario is run, changed and replayed as it says.

use std::fs;

use crate::pages::{blocks, difference, words};
use crate::program::{fotarig, seen};

const PAGE: &str = "docs/replay.md";

#[test]
fn the_commands_say_what_the_page_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut commands = 0;
    for block in blocks(PAGE) {
        if block.kind == "yaml scenario" {
            let text = block.lines.join("\n") + "\n";
            fs::write(folder.path().join("session.yaml"), text).expect("a file");
        }
        if block.kind != "console" {
            continue;
        }
        commands += 1;
        let (command, shown) = block.command();
        let run = fotarig(folder.path()).args(&words(command)[1..]).output().expect("our program");
        let text = seen(&run);
        if let Some(difference) = difference(shown, &text) {
            panic!("`{command}`: {difference}\n{text}");
        }
    }
    assert_eq!(commands, 3);
}
