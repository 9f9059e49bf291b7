//! `fotarig check`: the mistakes that people see drawn, programs get as one JSON document.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{fotarig, seen};
use serde_json::Value;

/// Files and folders of a case that are given by an option of their own.
const OPTIONS: [(&str, &str); 3] =
    [("rig.yaml", "--rig"), ("package.yaml", "--package"), ("packages", "--package")];

/// What `check` says of the files in a folder, with its exit code; relative names are the folder's.
fn check(folder: &Path, format: &str) -> (Option<i32>, String, String) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    let mut command = fotarig(folder);
    command.args(["check", "--format", format]);
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let ending = path.extension().and_then(|ending| ending.to_str());
        match (OPTIONS.iter().find(|(file, _)| *file == name), ending) {
            (Some((_, option)), _) => command.args([option, name]),
            (None, Some("ua" | "dwl")) => command.args(["--package", name]),
            (None, Some("yaml")) if path.is_file() => command.arg(name),
            (None, _) => &mut command,
        };
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn cases() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/invalid");
    fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Complains of a place that an editor could not show.
fn hold_place(folder: &Path, remark: &Value) {
    let number = |key: &str| usize::try_from(remark[key].as_u64().expect(key)).unwrap();
    let bytes = fs::read(folder.join(remark["file"].as_str().unwrap())).expect("the file is there");
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    let begin = (number("line"), number("column"));
    let end = (number("end_line"), number("end_column"));
    assert!(begin <= end, "{remark}");
    for (line, column) in [begin, end] {
        assert!((1..=lines.len()).contains(&line), "{remark}");
        let width = lines[line - 1].chars().count();
        assert!((1..=width + 1).contains(&column), "{width} characters: {remark}");
    }
}

#[test]
fn every_invalid_case_is_told_with_places_inside_its_files() {
    let mut placed = 0;
    for case in cases() {
        let (code, stdout, stderr) = check(&case, "json");
        assert_eq!(code, Some(2), "{}: {stdout}{stderr}", case.display());
        assert!(stderr.is_empty(), "{}: {stderr}", case.display());
        let document: Value = serde_json::from_str(&stdout).expect("one JSON document");
        assert_eq!(document["version"], 1);
        let remarks = document["diagnostics"].as_array().unwrap();
        let (_, _, drawn) = check(&case, "text");
        let headings = drawn.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(remarks.len(), headings, "{}", case.display());
        for remark in remarks {
            assert_eq!(remark["severity"], "error");
            let message = remark["message"].as_str().unwrap();
            assert!(!message.is_empty() && remark["notes"].is_array(), "{remark}");
            if remark.get("file").is_some() {
                hold_place(&case, remark);
                placed += 1;
            }
        }
    }
    assert!(placed > 100, "{placed} places");
}

#[test]
fn what_is_right_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.yaml"),
        "name: a\nparams: { n: [1, 2, 3] }\nsteps: [ send: AT ]\n",
    )
    .unwrap();
    let (code, stdout, _) = check(folder.path(), "json");
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&stdout).unwrap();
    let wanted = serde_json::json!({
        "version": 1, "scenarios": 1, "tests": 3, "diagnostics": []
    });
    assert_eq!(document, wanted);
}

#[test]
fn a_mistake_without_a_place_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = fotarig(folder.path())
        .args(["check", "--format", "json", "--rig", "none.yaml", "none"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", seen(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let remarks = document["diagnostics"].as_array().unwrap();
    assert_eq!(remarks.len(), 2, "rig and scenario at once: {document}");
    assert!(remarks.iter().all(|remark| remark.get("file").is_none()), "{document}");
    assert_eq!(document["tests"], Value::Null);
}
