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
        let text = in_order_of_rigs(&seen(&run));
        if let Some(difference) = difference(shown, &text) {
            panic!("`{command}`: {difference}\n{text}");
        }
    }
    assert_eq!(commands, 2);
}

/// Rigs go side by side, so any of them may be the first to have done its test.
fn in_order_of_rigs(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let of_one_test = |line: &&str| line.ends_with(" s)");
    let ends: Vec<usize> = (0..lines.len()).filter(|at| of_one_test(&lines[*at])).collect();
    if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
        lines[*first..=*last].sort_unstable();
    }
    lines.join("\n") + "\n"
}
