//! `docs/history.md` is true: its commands say what it shows, and each command and option is there.

#[path = "support/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;

use page::{blocks, difference, words};
use program::{fotarig, seen};

const PAGE: &str = "docs/history.md";

#[test]
fn the_commands_say_what_the_page_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut commands = 0;
    for block in blocks(PAGE).iter().filter(|block| block.kind == "console") {
        let (command, shown) = block.command();
        let run = fotarig(folder.path()).args(&words(command)[1..]).output().expect("our program");
        let text = seen(&run);
        if let Some(difference) = difference(shown, &text) {
            panic!("`{command}`: {difference}\n{text}");
        }
        commands += 1;
    }
    assert_eq!(commands, 2);
}

#[test]
fn its_commands_options_and_limits_are_there() {
    let text = std::fs::read_to_string(PAGE).expect("the page is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = |command: &[&str]| {
        let run = fotarig(folder.path()).args(command).arg("--help").output().expect("our program");
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    let history = help(&["history"]);
    for command in
        text.split("`fotarig history ").skip(1).filter_map(|it| it.split([' ', '`']).next())
    {
        assert!(history.contains(&format!("  {command} ")), "`fotarig history {command}`");
    }
    let all = [help(&["run"]), help(&["compare"]), history].concat();
    for option in text.split("`--").skip(1).filter_map(|it| it.split([' ', '`', '=']).next()) {
        assert!(all.contains(&format!("--{option}")), "`--{option}`");
    }
    assert!(text.contains(&format!("last {} runs", fotarig::history::USUAL_RUNS)));
    assert!(text.contains(&format!("{} MiB", fotarig::history::MAX_BYTES >> 20)));
}
