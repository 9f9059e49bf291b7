//! `docs/running.md` is true: its commands say what it shows, its file is taken.

#[path = "support/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;

use std::fs;

use page::{blocks, difference, words};
use program::{fotarig, seen};

const PAGE: &str = "docs/running.md";

#[test]
fn the_commands_say_what_the_page_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    fs::create_dir(folder.path().join("rigs")).expect("a folder");
    for rig in ["desk-1", "desk-2"] {
        write(&format!("rigs/{rig}.yaml"), &format!("name: {rig}\nport: {{ virtual: {{}} }}\n"));
    }
    let mut commands = 0;
    for block in blocks(PAGE) {
        if block.kind == "yaml quarantine" {
            write("quarantine.yaml", &(block.lines.join("\n") + "\n"));
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
    assert_eq!(commands, 2);
}
