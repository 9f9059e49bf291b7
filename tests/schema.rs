//! Schemas and loader say the same: what is shipped fits both, and both know the same keys.
//!
//! `BLESS=1 cargo test --test schema` writes `schema/`; read the difference before you commit it.

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fotarig::schema::FileKind;
use fotarig::source::Source;
use fotarig::yaml;
use program::{fotarig, seen};
use regex::Regex;
use serde_json::Value;

/// What the loader says of a mistake in the shape: of a key, or of what kind of value stands there.
const SHAPE: [&str; 4] = ["error: unknown key", ", found ", "error: steps are a list", " needs `"];
/// Cases with such words that are about something else: what values there may be is only known
/// together with others, or the file is no YAML.
const FOUND_BY_LOADER: [&str; 0] = [];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema(kind: FileKind) -> Value {
    serde_json::from_str(&kind.schema()).expect("a schema is JSON")
}

/// Whether a file has the shape of its kind; nothing when it is no YAML at all.
fn fits(kind: FileKind, path: &Path) -> Option<Result<(), String>> {
    let text = fs::read_to_string(path).ok()?;
    let node = yaml::parse(&Source::new(path.to_string_lossy(), text)).ok()?;
    let validator = jsonschema::draft7::new(&schema(kind)).expect("a valid schema");
    let value = node.to_value();
    let wrong: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    Some(if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) })
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What a file is, by the folder or the name that it has. A case may have the name of a folder.
fn kind(path: &Path) -> FileKind {
    let inside = path.strip_prefix(root()).expect("it is one of ours");
    let case = inside.strip_prefix("tests/cases").ok().map(|it| it.components().skip(2).collect());
    let inside: PathBuf = case.unwrap_or_else(|| inside.to_owned());
    let has = |part: &str| inside.components().any(|it| it.as_os_str() == part);
    match path.file_name().and_then(|name| name.to_str()) {
        Some("rig.yaml") => FileKind::Rig,
        Some("package.yaml") => FileKind::Package,
        _ if has("fragments") => FileKind::Fragment,
        _ if has("rigs") => FileKind::Rig,
        _ if has("packages") => FileKind::Package,
        _ => FileKind::Scenario,
    }
}

#[test]
fn the_copies_are_fresh() {
    for kind in FileKind::ALL {
        let path = root().join(format!("schema/{}.json", kind.word()));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, kind.schema()).unwrap();
        }
        let copy = fs::read_to_string(&path).unwrap_or_default();
        let word = kind.word();
        assert!(copy == kind.schema(), "{word}: BLESS=1 cargo test --test schema writes it anew");
    }
}

#[test]
fn what_is_right_fits() {
    let mut files = 0;
    let folders = ["scenarios", "rigs", "packages", "tests/cases/pass", "tests/cases/fail"];
    for folder in folders.into_iter().chain(["tests/cases/broken", "templates/lab"]) {
        for path in yaml_files(&root().join(folder)) {
            let fitting = fits(kind(&path), &path).expect("it is YAML");
            assert_eq!(fitting, Ok(()), "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 100, "{files}");
}

/// A mistake in the shape is refused by both; other mistakes are only the loader's to find.
#[test]
fn what_is_wrong_is_refused_or_known() {
    let mut unseen = BTreeSet::new();
    let mut refused = 0;
    for case in fs::read_dir(root().join("tests/cases/invalid")).unwrap() {
        let case = case.unwrap().path();
        let said = fs::read_to_string(case.join("console.txt")).unwrap();
        if !SHAPE.iter().any(|words| said.contains(words)) {
            continue;
        }
        let files = yaml_files(&case);
        if files.iter().any(|path| !matches!(fits(kind(path), path), Some(Ok(())))) {
            refused += 1;
        } else {
            unseen.insert(case.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    let known: BTreeSet<String> = FOUND_BY_LOADER.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(unseen, known);
    assert!(refused > 10, "{refused}");
}

/// The keys that the loader takes, as it names them when it complains of one that it does not.
fn loader_keys(what: &str, files: &[(&str, &str)], arguments: &[&str]) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut check: Command = fotarig(folder.path());
    let output = check.arg("check").args(arguments).args(["--format", "json"]).output().unwrap();
    let document: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", seen(&output)));
    let start = format!("{what} may have ");
    let helps = document["diagnostics"].as_array().unwrap().iter();
    let mut helps =
        helps.filter_map(|it| it["help"].as_str()?.strip_prefix(&start).map(str::to_owned));
    let keys = helps.next().unwrap_or_else(|| panic!("no list of keys in {document:#}"));
    let quoted = Regex::new("`([^`]+)`").unwrap();
    quoted.captures_iter(&keys).map(|found| found[1].to_owned()).collect()
}

fn hold_keys(what: &str, schema: &Value, loader: &BTreeSet<String>) {
    let properties = schema["properties"].as_object().expect(what);
    let described: BTreeSet<String> = properties.keys().cloned().collect();
    assert_eq!(described, *loader, "keys of {what}");
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{what}: `{key}` is not described");
    }
}

#[test]
fn scenarios_have_the_keys_of_the_loader() {
    let scenario = schema(FileKind::Scenario);
    let keys = |what, text: &str| loader_keys(what, &[("a.yaml", text)], &["a.yaml"]);
    hold_keys("a scenario", &scenario, &keys("a scenario", "qqqqqqqqqqqqqq: 1\n"));
    let step = "name: x\nsteps: [ { send: AT, qqqqqqqqqqqqqq: 1 } ]\n";
    hold_keys("a step", &scenario["definitions"]["Step"], &keys("a step", step));
    let line = "name: x\nsteps: [ expect: { line: x, qqqqqqqqqqqqqq: 1 } ]\n";
    let expected = &scenario["definitions"]["ExpectedLine"];
    hold_keys("an expected line", expected, &keys("an expected line", line));
    let files =
        [("a.yaml", "name: x\nsteps: [ use: f.yaml ]\n"), ("f.yaml", "qqqqqqqqqqqqqq: 1\n")];
    let fragment = loader_keys("a fragment", &files, &["a.yaml"]);
    hold_keys("a fragment", &schema(FileKind::Fragment), &fragment);
}

#[test]
fn rigs_and_packages_have_the_keys_of_the_loader() {
    let rig = schema(FileKind::Rig);
    let keys = |what, text: &str| loader_keys(what, &[("r.yaml", text)], &["--rig", "r.yaml"]);
    hold_keys("a rig", &rig, &keys("a rig", "qqqqqqqqqqqqqq: 1\n"));
    let port = keys("a port", "name: x\nport: { qqqqqqqqqqqqqq: 1 }\n");
    hold_keys("a port", &rig["definitions"]["Port"], &port);
    let module = keys("a virtual module", "name: x\nport: { virtual: { qqqqqqqqqqqqqq: 1 } }\n");
    hold_keys("a virtual module", &rig["definitions"]["VirtualModule"], &module);
    for (what, name, file) in [
        ("an identity", "Identity", "identity: { qqqqqqqqqqqqqq: 1 }\n"),
        ("a USB port", "Usb", "port: { usb: { qqqqqqqqqqqqqq: 1 } }\n"),
        ("a role", "Role", "roles: { cloud: { qqqqqqqqqqqqqq: 1 } }\n"),
        ("a role", "Power", "roles: { power: { qqqqqqqqqqqqqq: 1 } }\n"),
    ] {
        hold_keys(what, &rig["definitions"][name], &keys(what, file));
    }
    let package = [("p.yaml", "qqqqqqqqqqqqqq: 1\n")];
    let package = loader_keys("a package", &package, &["--package", "p.yaml"]);
    hold_keys("a package", &schema(FileKind::Package), &package);
}

#[test]
fn schemas_are_printed_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let run =
        |arguments: &[&str]| fotarig(folder.path()).arg("schema").args(arguments).output().unwrap();
    let printed = run(&["rig"]);
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), FileKind::Rig.schema());
    assert_eq!(run(&["--output", "a/b"]).status.code(), Some(0));
    for kind in FileKind::ALL {
        let path = folder.path().join(format!("a/b/{}.json", kind.word()));
        assert_eq!(fs::read_to_string(path).unwrap(), kind.schema());
    }
    assert_eq!(run(&[]).status.code(), Some(2), "which one?");
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = run(&["--output", "file"]);
    assert!(seen(&refused).contains("cannot write `file/scenario.json`"), "{}", seen(&refused));
}
