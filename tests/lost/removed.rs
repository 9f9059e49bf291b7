//! Reports whose places go away while the run goes on: what can be saved is, and the rest is told.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use tempfile::TempDir;

use crate::program::{fotarig, seen};
use crate::{JOURNAL, held, write};

/// Long enough that somebody can clean up meanwhile.
const LONG: &str = r#"
name: a long one
steps:
  - script: |
      for n in 0..8000 { send("AT") }
"#;

/// A run whose journal has begun to grow.
fn started() -> (TempDir, Child) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "long.yaml", LONG);
    let mut run = fotarig(folder.path());
    run.args(["run", "long.yaml"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = run.spawn().expect("our own program");
    let journal = folder.path().join(JOURNAL);
    while !fs::read(&journal).is_ok_and(|bytes| bytes.len() > 10_000) {
        assert_eq!(run.try_wait().expect("it is ours"), None, "it ended too soon");
        std::thread::yield_now();
    }
    (folder, run)
}

/// Lets it come to its end: its verdict is told in any case.
fn ended(run: Child, code: i32) -> (Output, String) {
    let output = run.wait_with_output().expect("it ends");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{text}");
    (output, text)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    let mut names: Vec<String> = names.map(|name| name.expect("a plain name")).collect();
    names.sort();
    names
}

#[test]
fn a_folder_that_was_removed_is_made_again_with_all_that_was_in_it() {
    let (folder, run) = started();
    fs::remove_dir_all(folder.path().join("reports")).expect("somebody cleans up");
    let (_, text) = ended(run, 0);
    let words = "`reports/latest/journal.jsonl` was removed while the run went on; it is saved";
    assert!(text.contains(words), "{text}");
    let held = held(&folder.path().join(JOURNAL)).expect("the journal is whole");
    assert!(held.is_at_end && held.ended == 1, "{held:?}");
    let names = names(&folder.path().join("reports/latest"));
    assert!(names.contains(&"junit.xml".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
}

#[test]
fn a_journal_in_whose_place_is_another_is_saved_beside_it() {
    let (folder, run) = started();
    let place = folder.path().join(JOURNAL);
    fs::remove_file(&place).expect("somebody cleans up");
    fs::write(&place, "not ours").expect("a file");
    let beside = format!("reports/latest/journal-{}.jsonl", run.id());
    let (_, text) = ended(run, 0);
    assert!(text.contains(&format!("it is saved as `{beside}`")), "{text}");
    assert!(held(&folder.path().join(beside)).expect("the journal is whole").is_at_end);
    assert_eq!(fs::read_to_string(&place).expect("it is there"), "not ours");
}

#[test]
fn a_place_that_cannot_be_made_again_is_told() {
    let (folder, run) = started();
    let reports = folder.path().join("reports");
    fs::remove_dir_all(&reports).expect("somebody cleans up");
    fs::write(&reports, "a file").expect("a file");
    let (_, text) = ended(run, 3);
    for words in [
        "error: the journal `reports/latest/journal.jsonl` was removed while the run went on",
        "error: cannot write `reports/latest/junit.xml`: ",
    ] {
        assert!(text.contains(words), "{words} in:\n{text}");
    }
}

#[test]
fn a_report_whose_place_became_a_folder_can_be_made_from_the_journal() {
    let (folder, run) = started();
    let folder = folder.path();
    let place = folder.join("reports/latest/junit.xml");
    fs::create_dir(&place).expect("a folder");
    let (_, text) = ended(run, 3);
    assert!(text.contains("error: cannot write `reports/latest/junit.xml`: "), "{text}");
    assert!(held(&folder.join(JOURNAL)).expect("the journal is whole").is_at_end);
    fs::remove_dir(&place).expect("an empty folder");
    let told = text.split_once("then: fotarig ").expect("what to do").1;
    let words = told.lines().next().unwrap_or_default().split_whitespace();
    let output = fotarig(folder).args(words).output().expect("our own program");
    assert!(output.status.success(), "{}", seen(&output));
    assert!(place.is_file());
}
