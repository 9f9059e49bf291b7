//! A disk that is full or read-only: the run is finished, and says what is lost and what is kept.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::program::seen;
use crate::{JOURNAL, MANY, MANY_CAME_TO, held, run, write};

/// Runs the scenario on a disk of its own with these options, in a name space of its own, and
/// brings the reports out of it; nothing where this host does not permit it.
fn on_a_disk(folder: &Path, options: &str) -> Option<Output> {
    let script = format!(
        "mount -t tmpfs -o {options} tmpfs disk || exit 99
         cd disk && $FOTARIG run --no-history ../many.yaml
         code=$?
         cp -r reports ../
         exit $code"
    );
    write(folder, "many.yaml", MANY);
    fs::create_dir(folder.join("disk")).expect("a folder");
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    let unshare = unshare.current_dir(folder).env("FOTARIG", env!("CARGO_BIN_EXE_fotarig"));
    let output = unshare.env("NO_COLOR", "1").env("SOURCE_DATE_EPOCH", "0").output();
    let permitted = output.ok().filter(|output| !matches!(output.status.code(), Some(1 | 99)));
    if permitted.is_none() {
        eprintln!("SKIPPED on a disk with {options}: this host permits no name space with a mount");
    }
    permitted
}

#[test]
fn a_full_disk_costs_the_journal_but_no_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let Some(output) = on_a_disk(folder, "size=64k") else { return };
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains(MANY_CAME_TO), "{text}");
    for words in [
        "the journal cannot be written, the run goes on without it: No space left on device",
        "error: the journal `reports/latest/journal.jsonl` is cut short: No space left on device",
        "whole tests; the run went on without it, and its verdicts hold",
        "make room there",
        "error: cannot write `reports/latest/junit.xml`: No space left on device",
        "fotarig report reports/latest/journal.jsonl --report junit=reports/latest/junit.xml",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
    let held = held(&folder.join(JOURNAL)).expect("it has its header");
    assert!(held.ended > 1 && held.ended < 40 && !held.is_at_end, "{held:?}");
    assert!(text.contains(&format!("it has {} whole tests", held.ended)), "{text}");
    let (code, again) = run(folder, &["report", JOURNAL, "--report", "junit=again.xml"]);
    assert_eq!(code, Some(130), "{}", seen(&again));
    assert!(folder.join("again.xml").is_file());
}

#[test]
fn a_disk_that_cannot_be_written_is_refused_before_anything_runs() {
    for (options, words) in [("ro", "Read-only file system"), ("nr_inodes=2", "No space left")] {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(output) = on_a_disk(folder.path(), options) else { return };
        let text = seen(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("error: cannot write `reports/latest/journal.jsonl`"), "{text}");
        assert!(text.contains(words), "{text}");
        assert!(text.contains("--reports DIR"), "{text}");
        assert_eq!(output.stdout, b"", "nothing was run");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_nobody_can_write_to_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "many.yaml", MANY);
    // Also root can make nothing there.
    let (code, output) = run(folder.path(), &["run", "many.yaml", "--reports", "/sys/kernel/x"]);
    let text = seen(&output);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("cannot write `/sys/kernel/x/journal.jsonl`: "), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_takes_nothing_costs_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "many.yaml", MANY);
    let full = fs::File::options().write(true).open("/dev/full").expect("a device");
    let mut run = crate::fotarig(folder);
    let output = run.args(["run", "many.yaml"]).stdout(full).output().expect("our own program");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("standard output cannot be written: No space left"), "{text}");
    assert!(fs::read_to_string(folder.join("reports/latest/junit.xml")).is_ok());
    assert!(held(&folder.join(JOURNAL)).expect("a journal").is_at_end);
}
