//! `fotarig new`: what it writes is right, passes, and replaces nothing.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use fotarig::rig;
use fotarig::schema::FileKind;
use fotarig::source::Source;
use program::{fotarig, seen};

/// Runs and checks the exit code; returns what a person sees.
fn see(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = fotarig(folder).args(arguments).output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{seen}");
    seen
}

#[test]
fn a_new_scenario_passes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = see(folder, &["new", "scenario", "connect/roaming-abroad"], 0);
    assert!(text.starts_with("scenarios/connect/roaming-abroad.yaml\n"), "{text}");
    see(folder, &["new", "scenario", "scenarios/first.yaml"], 0);
    assert!(see(folder, &["check"], 0).contains("2 scenarios with 4 tests"));
    let text = see(folder, &["run"], 0);
    assert!(text.contains("4 passed"), "{text}");
    let written = folder.join("scenarios/connect/roaming-abroad.yaml");
    assert!(fs::read_to_string(&written).unwrap().contains("\nname: roaming abroad\n"));

    fs::write(&written, "mine").unwrap();
    let text = see(folder, &["new", "scenario", "connect/roaming-abroad"], 2);
    assert!(text.contains("is there already"), "{text}");
    assert_eq!(fs::read_to_string(&written).unwrap(), "mine");
}

#[test]
fn a_name_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", "../x", "/x", "a//b", "a b", "x: y", "scenarios/"] {
        let text = see(folder.path(), &["new", "scenario", name], 2);
        assert!(text.contains("cannot be the name of a scenario"), "{text}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_new_lab_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = see(folder.path(), &["new", "lab", "my/lab"], 0);
    let lab = folder.path().join("my/lab");
    let wanted = [
        ".github/workflows/fotarig.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        ".vscode/settings.json",
        "Jenkinsfile",
        "README.md",
        "scenarios/first.yaml",
        "scenarios/fragments/ready.yaml",
    ];
    for name in wanted {
        assert!(text.contains(&format!("my/lab/{name}\n")), "{name} in {text}");
        assert!(lab.join(name).is_file(), "{name}");
    }
    for kind in FileKind::ALL {
        let copy = fs::read_to_string(lab.join(format!("schema/{}.json", kind.word()))).unwrap();
        assert_eq!(copy, kind.schema());
    }
    let rig = fs::read_to_string(lab.join("rigs/desk.yaml")).unwrap();
    assert!(rig::load(&Source::new("rigs/desk.yaml", rig)).is_ok());
    let settings = fs::read_to_string(lab.join(".vscode/settings.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    for path in settings["yaml.schemas"].as_object().unwrap().keys() {
        assert!(lab.join(path).is_file(), "{path}");
    }

    see(&lab, &["check"], 0);
    assert!(see(&lab, &["run"], 0).contains("1 passed"));
    let desk = ["--rig", "rigs/desk.yaml", "--package", "packages/package.yaml"];
    see(&lab, &[&["check"], &desk[..]].concat(), 0);
    // What the CI jobs of the template run.
    see(&lab, &["run", "--package", "packages/package.yaml"], 0);
    let text = see(folder.path(), &["new", "lab", "my/lab"], 2);
    assert!(text.contains("`my/lab` is not empty"), "{text}");
}

#[test]
fn a_lab_goes_into_an_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(see(folder.path(), &["new", "lab", "file"], 2).contains("cannot make a lab"));
    fs::create_dir(folder.path().join("empty")).unwrap();
    see(folder.path(), &["new", "lab", "empty"], 0);
    assert!(see(folder.path(), &["new", "lab", "."], 2).contains("is not empty"));
}
