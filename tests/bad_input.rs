//! What is wrong is said at once, in words, with exit code 2, and nothing is run.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{fotarig, seen};
use tempfile::TempDir;

const SCENARIO: &str = "name: a quick look\nsteps: [ send: AT+CGMM ]\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), SCENARIO).unwrap();
    folder
}

/// The command is refused, with these words; no journal tells of a run.
fn refused(folder: &Path, arguments: &[&str], words: &[&str]) {
    let output = fotarig(folder).args(arguments).output().unwrap();
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{text}");
    assert_eq!(output.stdout, b"", "{arguments:?}");
    for word in words {
        assert!(text.contains(word), "{word} in:\n{text}");
    }
    let journal = fs::read(folder.join("reports/latest/journal.jsonl")).unwrap_or_default();
    assert!(journal.is_empty(), "{arguments:?} ran something");
}

#[test]
fn a_report_that_cannot_be_written_fails_before_anything_runs() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("a_folder")).unwrap();
    let cases = [
        ("junit=a_folder", "cannot write `a_folder`: it is a folder"),
        ("junit=good.yaml/report.xml", "cannot write `good.yaml/report.xml`"),
        ("junit=good.yaml/deep/report.xml", "cannot write `good.yaml/deep/report.xml`"),
        ("junit=", "has no path"),
        ("junit", "has no path"),
        ("", "there is no format ``"),
        ("pdf=report.pdf", "there is no format `pdf`"),
        ("report.xml", "there is no format `report.xml`"),
    ];
    for (report, words) in cases {
        refused(path, &["run", "good.yaml", "--report", report], &[words, "help: "]);
    }
    refused(path, &["run", "good.yaml", "--reports", "good.yaml"], &["cannot write `good.yaml/"]);
    fs::create_dir_all(path.join("taken/journal.jsonl")).unwrap();
    refused(path, &["run", "good.yaml", "--reports", "taken"], &["taken/journal.jsonl"]);
    let left = fs::read_dir(path.join("reports/latest")).into_iter().flatten();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "unfinished reports are removed: {left:?}");
}

#[test]
fn a_report_takes_no_other_files_place() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("rig.yaml"), "name: desk\nport: { virtual: {} }\n").unwrap();
    let cases = [
        ("good.yaml", "it is a scenario"),
        ("./new/../good.yaml", "it is a scenario"),
        ("rig.yaml", "it is the rig file"),
        ("reports/latest/journal.jsonl", "it is the journal of this run"),
        ("reports/latest/junit.xml", "it is another report of this command"),
    ];
    for (report, words) in cases {
        let report = format!("junit={report}");
        let arguments = ["run", "good.yaml", "--rig", "rig.yaml", "--report", &report];
        refused(path, &arguments, &[words, "a path of its own"]);
    }
    let twice = ["run", "good.yaml", "--report", "junit=a.xml", "--report", "junit=./a.xml"];
    refused(path, &twice, &["it is another report of this command"]);
    assert_eq!(fs::read_to_string(path.join("good.yaml")).unwrap(), SCENARIO);

    assert!(fotarig(path).args(["run", "good.yaml"]).output().unwrap().status.success());
    let journal = "reports/latest/journal.jsonl";
    let before = fs::read(path.join(journal)).unwrap();
    let report = format!("junit={journal}");
    let output = fotarig(path).args(["report", journal, "--report", &report]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", seen(&output));
    assert_eq!(fs::read(path.join(journal)).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_report_stays() {
    let folder = folder();
    let path = folder.path();
    std::os::unix::fs::symlink("there/real.xml", path.join("link.xml")).unwrap();
    for _ in 0..2 {
        let arguments = ["run", "good.yaml", "--report", "junit=link.xml"];
        assert!(fotarig(path).args(arguments).output().unwrap().status.success());
        assert!(path.join("link.xml").is_symlink());
        assert!(fs::read_to_string(path.join("there/real.xml")).unwrap().contains("testsuites"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_stays_a_device() {
    let folder = folder();
    let run = |report: &str| {
        let arguments = ["run", "good.yaml", "--report", report];
        fotarig(folder.path()).args(arguments).output().unwrap()
    };
    let full = run("junit=/dev/full");
    let text = seen(&full);
    assert_eq!(full.status.code(), Some(3), "{text}");
    assert!(text.contains("cannot write `/dev/full`: No space left on device"), "{text}");
    assert!(text.contains("1 passed"), "the verdicts are there all the same: {text}");
    let stdout = run("junit=/dev/stdout");
    let text = seen(&stdout);
    assert!(stdout.status.success(), "{text}");
    assert!(text.contains("<testsuites ") && text.contains("1 passed"), "{text}");
    assert!(!Path::new("/dev/full").is_file(), "it is a device still");
}

#[test]
fn a_file_that_cannot_be_a_scenario_is_refused() {
    let folder = folder();
    let path = folder.path();
    let huge = fs::File::create(path.join("huge.yaml")).unwrap();
    huge.set_len(100 << 20).unwrap();
    refused(path, &["run", "huge.yaml"], &["`huge.yaml`: it is larger than 1024 KiB"]);
    fs::write(path.join("binary.yaml"), b"\x7fELF\x02\x01\xff\xfe\x00").unwrap();
    refused(path, &["run", "binary.yaml"], &["`binary.yaml`: byte 6 is not UTF-8"]);
    fs::write(path.join("zeros.yaml"), [0; 100]).unwrap();
    refused(path, &["run", "zeros.yaml"], &["zeros.yaml"]);
    fs::create_dir(path.join("nothing")).unwrap();
    refused(path, &["run", "nothing"], &["there are no scenarios in `nothing`", ".yaml"]);
    refused(path, &["run", "missing.yaml"], &["there is no scenario `missing.yaml`"]);
    let all = ["run", "huge.yaml", "missing.yaml", "binary.yaml"];
    refused(path, &all, &["huge.yaml", "missing.yaml", "binary.yaml"]);
    for option in ["--rig", "--package"] {
        refused(path, &["run", option, "missing.yaml"], &["cannot read `missing.yaml`"]);
        refused(path, &["run", option, "huge.yaml"], &["larger than"]);
        refused(path, &["run", option, "zeros.yaml"], &["zeros.yaml"]);
    }
    refused(path, &["run", "--rig", "nothing"], &["no rig files in `nothing`"]);
    refused(path, &["run", "--package", "nothing"], &["no package in the folder `nothing`"]);
}

#[test]
fn what_is_no_journal_is_refused() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("empty"), b"").unwrap();
    fs::write(path.join("binary"), [0xff; 5000]).unwrap();
    fs::File::create(path.join("huge")).unwrap().set_len(100 << 20).unwrap();
    for file in ["good.yaml", "empty", "binary", "huge"] {
        let words = format!("`{file}` cannot be read as a journal");
        refused(path, &["report", file, "--report", "junit=x.xml"], &[&words, "journal.jsonl"]);
        assert!(!path.join("x.xml").exists());
    }
    refused(path, &["report", "missing"], &["cannot read `missing`"]);
    refused(path, &["report", "."], &["`.`"]);
}

#[test]
fn numbers_are_numbers() {
    let folder = folder();
    for seed in ["-1", "x", "18446744073709551616", ""] {
        let seed = format!("--seed={seed}");
        refused(folder.path(), &["run", "good.yaml", &seed], &["--seed <N>"]);
    }
}
