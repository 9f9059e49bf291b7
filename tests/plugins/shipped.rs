//! Every plugin in `plugins/`, and what `fotarig plugin new` writes, passes `fotarig plugin check`.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::lab::end;

const PLUGINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/plugins");

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for entry in fs::read_dir(PLUGINS).expect("the shipped plugins").flatten() {
        let (name, folder) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        if folder.join("plugin.yaml").is_file() {
            trials.push(Trial::test(format!("shipped::{name}"), move || shipped(&folder)));
        }
    }
    for language in ["python", "sh", "rust"] {
        let name = format!("new::{language}");
        trials.push(Trial::test(name, move || begun(language)));
    }
    trials.push(Trial::test("new::refused", refused));
    trials.push(Trial::test("check::finds_faults", faults));
    trials.push(Trial::test("list", list));
    trials
}

fn fotarig(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fotarig"));
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments);
    command
}

/// Says loudly what cannot be tried here.
fn is_missing(program: &str, argument: &str) -> bool {
    let is_there = Command::new(program).arg(argument).output().is_ok();
    if !is_there {
        eprintln!("SKIPPED: `{program}` is not installed");
    }
    !is_there
}

fn shipped(folder: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(folder.join("plugin.yaml"))?;
    let needs_labgrid = text.contains("name: labgrid\n");
    if is_missing("python3", "-V") || needs_labgrid && is_missing("labgrid-client", "--help") {
        return Ok(());
    }
    let ended = end(fotarig(folder, &["plugin", "check", "."]));
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(!ended.text.contains("left out"), "{}", ended.text);
    Ok(())
}

fn begun(language: &str) -> Result<(), Failed> {
    if language == "python" && is_missing("python3", "-V") {
        return Ok(());
    }
    let lab = tempfile::tempdir()?;
    for (name, role) in [("my-relay", "power"), ("my-cell", "network")] {
        let new = ["plugin", "new", name, "--language", language, "--role", role];
        let ended = end(fotarig(lab.path(), &new));
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        let folder = format!("plugins/{name}");
        if language == "rust" {
            // Alone, as the README of the new plugin says, but without cargo's cache.
            let build = lab.path().join(&folder);
            fs::create_dir_all(build.join("target/release"))?;
            let mut rustc = Command::new("rustc");
            rustc.args(["--edition", "2021", "-D", "warnings", "plugin.rs", "-o"]);
            rustc.arg(format!("target/release/{name}")).current_dir(build);
            let built = end(rustc);
            assert_eq!(built.code, Some(0), "{}", built.text);
        }
        let ended = end(fotarig(lab.path(), &["plugin", "check", &folder]));
        assert_eq!(ended.code, Some(0), "{}", ended.text);
        assert!(ended.text.contains(&format!("line 4 {role}.")), "{}", ended.text);
    }
    Ok(())
}

/// Nothing of somebody is replaced, and a name leads nowhere else.
fn refused() -> Result<(), Failed> {
    let lab = tempfile::tempdir()?;
    fs::create_dir_all(lab.path().join("plugins/mine"))?;
    fs::write(lab.path().join("plugins/mine/notes"), "mine")?;
    for (name, words) in [
        ("mine", "is not empty"),
        ("../x", "cannot be the name of a plugin"),
        ("Relay", "cannot be the name of a plugin"),
        ("", "cannot be the name of a plugin"),
    ] {
        let ended = end(fotarig(lab.path(), &["plugin", "new", name, "--language", "sh"]));
        assert_eq!(ended.code, Some(2), "{}", ended.text);
        assert!(ended.text.contains(words), "{}", ended.text);
    }
    let ended = end(fotarig(lab.path(), &["plugin", "check", "plugins/mine"]));
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    assert!(ended.text.contains("there is no `plugins/mine/plugin.yaml`"), "{}", ended.text);
    Ok(())
}

/// A good plugin that is damaged in one place: what is changed, and what is then said.
const FAULTS: [(&str, &str, &str); 8] = [
    ("refuse -32601", "answer null; : ", "it answers as if nothing were wrong"),
    ("refuse -32601", "refuse -32000", "its error has the code -32000, not `-32601`"),
    ("refuse -32602", "exit 9; : ", "ended with status 9"),
    ("id=null; refuse -32700", "exit 8; : ", "read line by line, and answer each line"),
    ("id=null; refuse -32700", ": ", "did not answer within 1 s"),
    ("exit 0\n", "sleep 1000\n", "did not end within 1 s"),
    ("exit 0\n", "exit 3\n", "it ends with exit status: 3"),
    ("exit 0\n", "sleep 1000 & exit 0\n", "a process that it has started is left over"),
];

fn faults() -> Result<(), Failed> {
    let lab = tempfile::tempdir()?;
    end(fotarig(lab.path(), &["plugin", "new", "sick", "--language", "sh"]));
    let path = |name: &str| lab.path().join("plugins/sick").join(name);
    let manifest = fs::read_to_string(path("plugin.yaml"))?;
    fs::write(path("plugin.yaml"), manifest + "answer_within: 1s\nfinish_within: 1s\n")?;
    let good = fs::read_to_string(path("plugin.sh"))?;
    for (from, to, words) in FAULTS {
        assert!(good.contains(from), "{from}");
        fs::write(path("plugin.sh"), good.replace(from, to))?;
        let ended = end(fotarig(lab.path(), &["plugin", "check", "plugins/sick"]));
        assert_eq!(ended.code, Some(1), "{from} as {to}\n{}", ended.text);
        assert!(ended.text.contains(words), "{from} as {to}: {words}\n{}", ended.text);
    }
    fs::write(path("plugin.sh"), &good)?;
    let script = fs::read_to_string(path("transcript.yaml"))?;
    for (from, to, words) in [
        ("answer: null", "answer: { power: off }", "it answers null, and {\"power\":\"off\"} is"),
        ("is gone", "is dead", "it answers another error: the device is gone"),
        ("[relay off 0]", "[relay off 7]", "the device did not get `relay off 7`"),
        ("tell: unplug", "tell: nothing", "it answers null, and an error is awaited"),
    ] {
        assert!(script.contains(from), "{from}");
        fs::write(path("transcript.yaml"), script.replacen(from, to, 1))?;
        let ended = end(fotarig(lab.path(), &["plugin", "check", "plugins/sick"]));
        assert_eq!(ended.code, Some(1), "{from} as {to}\n{}", ended.text);
        assert!(ended.text.contains(words), "{from} as {to}: {words}\n{}", ended.text);
        assert!(ended.text.contains("transcript.yaml:"), "it has its place\n{}", ended.text);
    }
    Ok(())
}

fn list() -> Result<(), Failed> {
    let lab = tempfile::tempdir()?;
    end(fotarig(lab.path(), &["plugin", "new", "my-relay", "--language", "sh"]));
    let ended = end(fotarig(lab.path(), &["plugin", "list"]));
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    for words in ["my-relay ", "(plugins/my-relay)", "virtual ", "(built in)"] {
        assert!(ended.text.contains(words), "{words}\n{}", ended.text);
    }
    assert!(!ended.text.contains("hl78xx"), "a profile fills no role\n{}", ended.text);
    Ok(())
}
