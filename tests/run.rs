//! `fotarig` as a person uses it: what it runs, what it writes, how it ends.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::Output;

use program::{fotarig, seen};
use tempfile::TempDir;

const PASSES: &str = "name: a quick look\ntags: [quick]\nsteps: [ send: AT+CGMM ]\n";
const FAILS: &str = "name: a failure\ntags: [slow]\nsteps: [ send: AT+NONSENSE ]\n";
const BROKEN: &str = "name: a broken one\nsteps: [ script: 'loop {}' ]\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    fotarig(folder).args(arguments).output().unwrap()
}

/// Runs and checks the exit code; returns what a person sees.
fn see(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{seen}");
    seen
}

fn junit(folder: &Path) -> String {
    fs::read_to_string(folder.join("reports/latest/junit.xml")).unwrap()
}

#[test]
fn an_empty_folder_is_enough() {
    let folder = folder(&[]);
    let text = see(folder.path(), &["run"], 0);
    assert!(text.contains(" passed; ") && !text.contains(" failed"), "{text}");
    let named = "latest/report.html\nreports/latest/junit.xml\nreports/latest/journal.jsonl\n";
    assert!(text.ends_with(named), "{text}");
    assert!(junit(folder.path()).contains(r#"failures="0" errors="0""#));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "only the reports: {names:?}");
}

#[test]
fn a_folder_of_scenarios_comes_before_the_built_in_ones() {
    let folder = folder(&[
        ("scenarios/own/look.yaml", PASSES),
        ("scenarios/own/uses.yaml", "name: x\nsteps: [ use: fragments/prepare.yaml ]\n"),
        ("scenarios/fragments/not-a-scenario.yaml", "steps: [ send: AT ]\n"),
    ]);
    let text = see(folder.path(), &["run"], 0);
    assert!(text.contains("own/look") && text.contains("own/uses"), "{text}");
    assert!(text.contains("2 passed"), "fragments are built in as well, and no scenarios: {text}");
}

#[test]
fn scenarios_are_named_by_path_or_by_id() {
    let folder = folder(&[("mine.yaml", PASSES), ("more/of/them.yml", PASSES)]);
    let text = see(folder.path(), &["run", "mine.yaml", "more", "connect/apn", "mine.yaml"], 0);
    assert!(text.contains("3 passed"), "{text}");
    for id in ["passed      mine ", "passed      of/them ", "passed      connect/apn "] {
        assert!(text.contains(id), "{id} in {text}");
    }
    let text = see(folder.path(), &["run", "connect"], 0);
    let others = ["passed      update/", "passed      errors/"];
    assert!(text.contains("connect/second-start[again=3] "), "a folder of built-in ones: {text}");
    assert!(others.iter().all(|other| !text.contains(other)), "and no other: {text}");
    let text = see(folder.path(), &["run", "connect/opne-close"], 2);
    assert!(text.contains("there is no scenario `connect/opne-close`"), "{text}");
    assert!(text.contains("did you mean `connect/open-close`?"), "{text}");
}

#[cfg(unix)]
#[test]
fn each_file_runs_once_however_it_is_named() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("a.yaml", PASSES), ("d/b.yaml", PASSES), ("scenarios/x.txt", "")]);
    let path = folder.path();
    symlink("a.yaml", path.join("link.yaml")).unwrap();
    symlink(".", path.join("d/self")).unwrap();
    let whole = path.join("a.yaml");
    let names = ["run", "a.yaml", "./a.yaml", whole.to_str().unwrap(), "link.yaml", "d/../a.yaml"];
    assert!(see(path, &names, 0).contains("1 passed; "));
    assert!(see(path, &["run", "d", "d/self/self/b.yaml", "d/self"], 0).contains("1 passed; "));
    let text = see(path, &["list"], 0);
    assert!(text.contains("connect/apn "), "an empty folder of scenarios is none: {text}");
}

#[test]
fn ids_that_are_not_here_are_built_in() {
    let folder = folder(&[("scenarios/mine.yaml", PASSES), ("scenarios/x/y.yaml", PASSES)]);
    let text = see(folder.path(), &["run", "connect/apn", "mine", "x"], 0);
    assert!(text.contains("connect/apn ") && text.contains("3 passed; "), "{text}");
    let text = see(folder.path(), &["run", "connect/apm"], 2);
    assert!(text.contains("did you mean `connect/apn`?"), "{text}");
}

#[test]
fn files_whose_whole_paths_look_alike_keep_apart() {
    let folder = folder(&[("x/a.yaml", PASSES), ("x/a.yml", PASSES), ("y/a.yaml", PASSES)]);
    let whole = folder.path().join("x/a.yaml");
    let inner = folder.path().join(whole.strip_prefix("/").unwrap_or(Path::new("inner.yaml")));
    fs::create_dir_all(inner.parent().unwrap()).unwrap();
    fs::write(&inner, PASSES).unwrap();
    let inner = inner.strip_prefix(folder.path()).unwrap().to_str().unwrap();
    let text = see(folder.path(), &["list", whole.to_str().unwrap(), inner, "x/a.yml", "y"], 0);
    let ids: Vec<_> = text.lines().map(|line| line.split("  ").next()).collect();
    assert_eq!(ids.len(), 4, "{text}");
    assert!((1..4).all(|at| !ids[..at].contains(&ids[at])), "{text}");
}

#[test]
fn two_files_of_one_name_keep_apart() {
    let folder = folder(&[("a/same.yaml", PASSES), ("b/same.yaml", PASSES)]);
    let text = see(folder.path(), &["run", "a/same.yaml", "b/same.yaml"], 0);
    assert!(text.contains("a/same ") && text.contains("b/same "), "{text}");
}

#[test]
fn tests_are_chosen_by_text_and_by_tags() {
    let folder = folder(&[]);
    let text = see(folder.path(), &["run", "--filter", "again=3"], 0);
    assert!(text.contains("1 passed"), "{text}");
    let text = see(folder.path(), &["run", "--tag", "update and not agreements"], 0);
    assert!(text.contains("passed      update/automatic"), "{text}");
    assert!(!text.contains("update/agreements"), "{text}");
    let text = see(folder.path(), &["run", "--filter", "no such thing"], 2);
    assert!(text.contains("no test fits"), "{text}");
    let text = see(folder.path(), &["run", "--tag", "update and"], 2);
    assert!(text.contains("a tag is missing at the end"), "{text}");
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let folder = folder(&[("passes.yaml", PASSES), ("fails.yaml", FAILS), ("b.yaml", BROKEN)]);
    see(folder.path(), &["run", "passes.yaml"], 0);
    see(folder.path(), &["run", "passes.yaml", "fails.yaml"], 1);
    see(folder.path(), &["run", "passes.yaml", "b.yaml"], 3);
    see(folder.path(), &["run", "fails.yaml", "b.yaml"], 3);
    see(folder.path(), &["run", "--no-such-option"], 2);
    see(folder.path(), &["walk"], 2);
    see(folder.path(), &[], 2);
    see(folder.path(), &["--help"], 0);
    see(folder.path(), &["--version"], 0);
}

#[test]
fn a_rig_that_breaks_in_the_teardown_of_a_failure_counts() {
    let both = "name: x\nsteps: [ send: AT+NONSENSE ]\nteardown: [ script: 'loop {}' ]\n";
    let folder = folder(&[("both.yaml", both)]);
    let text = see(folder.path(), &["run", "both.yaml"], 3);
    assert!(text.contains("failed      both"), "{text}");
    let journal = fs::read_to_string(folder.path().join("reports/latest/journal.jsonl")).unwrap();
    let last = journal.lines().last().unwrap();
    assert!(last.contains(r#"{"run_ended":{"verdict":"broken"}}"#), "{last}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_said_is_missed() {
    let folder = folder(&[("passes.yaml", PASSES)]);
    for arguments in [&["run", "passes.yaml"][..], &["list"], &["completions", "bash"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = fotarig(folder.path()).args(arguments).stdout(full).output().unwrap();
        let text = seen(&output);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains("standard output cannot be written"), "{text}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = fotarig(folder.path()).args(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "a reader that has gone: {}", seen(&output));
    }
}

#[test]
fn fail_fast_leaves_out_the_rest() {
    let folder = folder(&[("1.yaml", PASSES), ("2.yaml", FAILS), ("3.yaml", PASSES)]);
    let text = see(folder.path(), &["run", "1.yaml", "2.yaml", "3.yaml", "--fail-fast"], 1);
    assert!(text.contains("1 passed, 1 failed, 1 skipped"), "{text}");
    assert!(text.contains("skipped     3: an earlier test did not pass"), "{text}");
}

#[test]
fn a_dry_run_touches_nothing() {
    let folder = folder(&[("1.yaml", PASSES), ("2.yaml", FAILS)]);
    let wanted = ["run", "1.yaml", "2.yaml", "--dry-run", "--report", "junit=new/report.xml"];
    let text = see(folder.path(), &wanted, 0);
    assert!(text.ends_with("2 tests: at most 12 s; nothing was moved\n"), "{text}");
    assert!(!folder.path().join("reports").exists() && !folder.path().join("new").exists());
}

#[test]
fn list_and_check_say_what_there_is() {
    let folder = folder(&[("1.yaml", PASSES), ("wrong.yaml", "name: x\nstesp: []\n")]);
    let text = see(folder.path(), &["list"], 0);
    assert!(text.contains("connect/second-start") && text.contains("(3 tests)"), "{text}");
    let text = see(folder.path(), &["list", "1.yaml"], 0);
    assert_eq!(text, "1  a quick look  [quick]\n");
    let text = see(folder.path(), &["check"], 0);
    assert!(text.contains(" scenarios with ") && text.contains(": no mistakes\n"), "{text}");
    let text = see(folder.path(), &["check", "1.yaml", "wrong.yaml"], 2);
    assert!(text.contains("wrong.yaml:2:1") && text.contains("did you mean `steps`?"), "{text}");
    assert!(!folder.path().join("reports").exists());
}

#[test]
fn reports_are_made_again_from_a_journal() {
    let folder = folder(&[("1.yaml", PASSES), ("2.yaml", FAILS)]);
    let first = run(folder.path(), &["run", "1.yaml", "2.yaml", "--report", "junit=a/b.xml"]);
    fs::remove_file(folder.path().join("1.yaml")).unwrap();
    let again = ["report", "reports/latest/journal.jsonl", "--report", "junit=again.xml"];
    let text = see(folder.path(), &again, 1);
    assert!(String::from_utf8(first.stdout).unwrap().starts_with(&text), "{text}");
    for copy in ["a/b.xml", "again.xml"] {
        assert_eq!(fs::read_to_string(folder.path().join(copy)).unwrap(), junit(folder.path()));
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let folder = folder(&[]);
    let journal = |seed: &str, place: &str| {
        see(folder.path(), &["run", "connect", "--seed", seed, "--reports", place], 0);
        let text = fs::read_to_string(folder.path().join(place).join("journal.jsonl")).unwrap();
        // The first line says when, where and how the run was called.
        let (_, events) = text.split_once('\n').unwrap();
        events.to_owned()
    };
    let first = journal("5", "one");
    assert!(first == journal("5", "two"), "the journals differ");
    assert!(first != journal("6", "three"), "another seed, the same journal");
}

#[test]
fn completions_are_for_a_shell() {
    let folder = folder(&[]);
    let text = see(folder.path(), &["completions", "bash"], 0);
    assert!(text.contains("complete -F _fotarig"), "{text}");
}

#[test]
fn the_smallest_failure_of_a_sweep_can_be_run_again_as_told() {
    let sweep = "name: a sweep\nparams: { n: [12, 3, 100, 4] }\nsteps:\n  - script: |\n      \
                 if n > 3 { fail(\"too large\") }\n";
    let folder = folder(&[("it's a sweep.yaml", sweep)]);
    let text = see(folder.path(), &["run", "it's a sweep.yaml", "--seed", "7"], 1);
    assert!(text.contains(": 3 of 4 tests failed, the smallest with n=4\n"), "{text}");
    let again = text.lines().find_map(|line| line.trim().strip_prefix("again: fotarig "));
    let again = again.expect("the command is told").replace(r"'\''", "’").replace('\'', "\"");
    let words: Vec<String> = again
        .split('"')
        .enumerate()
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.replace('’', "'")],
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let text = see(folder.path(), &words, 1);
    assert!(text.contains("0 passed, 1 failed; ") && text.contains("seed 7"), "{text}");
}

const CARRIES: &str = r"
name: carries a file and boots
timeout: 20min
steps:
  - { send: AT+WDSI=4479, label: begun }
  - { send: 'AT+WDSD=${package.size}', answer: prompt }
  - { transfer: package, blocks: 128, corrupt_block: 2, repeat_block: 4, save: line }
  - { measure: carrying, value: line.seconds, at_most: 20, marginal: 90% }
  - repeat: 2
    steps: [{ power: off }, { power: on }, { reboot: 1min, label: up }]
  - { measure: the whole, from: begun, to: up, unit: ms, at_most: 1 }
";

#[test]
fn a_journal_with_bytes_of_a_file_makes_the_same_report() {
    let folder = folder(&[("carries.yaml", CARRIES)]);
    let first = see(folder.path(), &["run", "carries.yaml"], 1);
    assert!(first.contains("the whole is"), "{first}");
    let told = junit(folder.path());
    let again = ["report", "reports/latest/journal.jsonl", "--report", "junit=again.xml"];
    see(folder.path(), &again, 1);
    assert_eq!(fs::read_to_string(folder.path().join("again.xml")).unwrap(), told);
}

/// Whoever opens a pipe waits until somebody writes into it.
#[cfg(unix)]
#[test]
fn a_pipe_is_not_sent() {
    let pipe = "name: a pipe\nvars: { pipe: pipe }\nsteps:\n  - transfer: ${pipe}\n";
    let folder = folder(&[("pipe.yaml", pipe)]);
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.unwrap().success());
    let text = see(folder.path(), &["run", "pipe.yaml"], 3);
    assert!(text.contains("`pipe` cannot be sent: it is no file"), "{text}");
}
