//! `fotarig package`, and package files wherever a package is given.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{fotarig, seen};

const FROM: &str = "BHL7800.1.6.3.0.20180803";
const TO: &str = "THL7800.1.6.3.0.99.20180803";
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

/// Runs and checks the exit code; returns what a person sees.
fn see(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = fotarig(folder).args(arguments).output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{seen}");
    seen
}

/// `package make` of the demo package, with further arguments.
fn make(folder: &Path, more: &[&str], code: i32) -> String {
    let mut all = vec!["package", "make", "--from", FROM, "--to", TO, "--name", "demo"];
    if !more.contains(&"--kind") {
        all.extend(["--kind", "delta"]);
    }
    all.extend(more);
    see(folder, &all, code)
}

/// All words must be in what was said.
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
}

#[test]
fn a_package_is_made_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let text = make(path, &["--size", "1464", "-o", "demo.ua"], 0);
    let versions = format!("{FROM} → {TO}");
    says(&text, &["demo.ua: delta, ", &versions, ", 1464 bytes, signed by the public test key"]);
    let bytes = fs::read(path.join("demo.ua")).unwrap();
    assert_eq!(bytes.len(), 1464);
    let names: Vec<_> = fs::read_dir(path).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing else is left: {names:?}");
    let head = format!("fotarig-package 1\nname: demo\nfrom: {FROM}\nto: {TO}\nkind: delta\n");
    assert!(bytes.starts_with(head.as_bytes()));
    let shown = see(path, &["package", "show", "demo.ua"], 0);
    let expected = format!(
        "demo.ua: package file, format 1\n\
         name       demo\n\
         from       {FROM}\n\
         to         {TO}\n\
         kind       delta\n\
         size       1464 bytes\n\
         parts      197 header, 256 signature, 1011 payload\n\
         payload    digest good\n\
         signature  good, by the public test key\n\
         a module with {FROM} says +WDSI: 16, and runs {TO}\n\
         with any other version it says +WDSI: 15, since the delta fits {FROM} only\n"
    );
    assert_eq!(shown, expected);
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (name, seed) in [("1", "5"), ("2", "5"), ("3", "6")] {
        make(path, &["--size", "1464", "--seed", seed, "-o", name], 0);
    }
    let read = |name: &str| fs::read(path.join(name)).unwrap();
    assert_eq!(read("1"), read("2"));
    assert_ne!(read("1"), read("3"));
}

#[test]
fn a_file_that_is_there_is_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("mine"), "precious").unwrap();
    let text = make(path, &["--size", "1464", "-o", "mine"], 2);
    says(&text, &["`mine` is there already", "--force replaces it"]);
    assert_eq!(fs::read(path.join("mine")).unwrap(), b"precious");
    make(path, &["--size", "1464", "-o", "mine", "--force"], 0);
    assert_eq!(fs::read(path.join("mine")).unwrap().len(), 1464);
    let text = make(path, &["--size", "1464", "-o", "no/such/x.ua"], 2);
    says(&text, &["cannot write `no/such/x.ua`: there is no folder `no/such`", "make it first"]);
    fs::create_dir(path.join("folder")).unwrap();
    let text = make(path, &["--size", "1464", "-o", "folder", "--force"], 2);
    says(&text, &["cannot write `folder`: it is no file"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_a_device_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("far")).unwrap();
    fs::write(path.join("far/true.ua"), "old").unwrap();
    std::os::unix::fs::symlink("far/true.ua", path.join("link.ua")).unwrap();
    make(path, &["--size", "1464", "-o", "link.ua", "--force"], 0);
    assert!(path.join("link.ua").is_symlink());
    assert_eq!(fs::read(path.join("far/true.ua")).unwrap().len(), 1464);
    says(&make(path, &["--size", "1464", "-o", "/dev/null", "--force"], 2), &["it is no file"]);
}

#[test]
fn what_cannot_be_made_is_told_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let text = make(path, &["--size", "100", "-o", "x"], 2);
    let smallest = text.split("the smallest is --size ").nth(1).expect("a remedy");
    let smallest = smallest.trim().to_owned();
    make(path, &["--size", &smallest, "-o", "x"], 0);
    says(&see(path, &["package", "show", "x"], 0), &["256 signature, 0 payload", "+WDSI: 16"]);
    let text = make(path, &["--size", "99999999999", "-o", "y"], 2);
    says(&text, &["does not fit into any module", "at most 64 MiB"]);
    let text = make(path, &["--kind", "huge", "--size", "1464", "-o", "y"], 2);
    says(&text, &["delta, full"]);
    let text = make(path, &["--size", "1464", "-o", "y", "--key", &format!("{KEYS}/large.der")], 2);
    says(&text, &["has 3072 bits: 2048 bits are needed", "openssl genpkey"]);
    let text = make(path, &["--size", "1464", "-o", "y", "--key", &format!("{KEYS}/small.der")], 2);
    says(&text, &["is an RSA key of another size: 2048 bits are needed"]);
    let text = make(path, &["--size", "1464", "-o", "y", "--key", "x"], 2);
    says(&text, &["the key `x` is no RSA key in PKCS#8 DER"]);
    let text = make(path, &["--size", "1464", "-o", "y", "--key", "missing"], 2);
    says(&text, &["cannot read `missing`"]);
    assert!(!path.join("y").exists());
    let blank = ["package", "make", "--from", "A B", "--to", "C", "--kind", "full"];
    let text = see(path, &[&blank[..], &["--size", "900", "-o", "y"]].concat(), 2);
    says(&text, &["`A B` cannot be a firmware version", "AT+CGMR"]);
    let unprintable = ["package", "make", "--from", "A\r\n", "--to", "C", "--kind", "full"];
    let text = see(path, &[&unprintable[..], &["--size", "900", "-o", "y"]].concat(), 2);
    says(&text, &[r"`A\r\n` cannot be a firmware version"]);
}

#[test]
fn what_a_module_would_say_of_a_bad_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let other = format!("{KEYS}/other.der");
    make(path, &["--size", "1464", "-o", "good"], 0);
    let text = make(path, &["--size", "1464", "-o", "resigned", "--key", &other], 0);
    says(&text, &["signed by the key of `", "other.der`"]);
    let good = fs::read(path.join("good")).unwrap();
    let damaged = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).unwrap();
    damaged("short", &good[..1000]);
    damaged("long", &[&good[..], b"xyz"].concat());
    let mut flipped = good.clone();
    flipped[1200] ^= 1;
    damaged("flipped", &flipped);
    let local = "after a local transfer (AT+WDSD, AT+WDSR=4) it says +WDSI: 13\n";
    let by_other = "bad: not by the public test key\n";
    let cases: [(&str, i32, &[&str]); 5] = [
        ("resigned", 1, &["digest good", by_other, "says +WDSI: 13 and +WDSI: 11,2,", local]),
        ("short", 1, &["flaw       truncated: it has 1000 of 1464", "says +WDSI: 11,2,", local]),
        ("long", 1, &["3 surplus bytes", "says +WDSI: 11,2,", local]),
        ("flipped", 1, &["digest bad", "signature  good", "says +WDSI: 11,2,", local]),
        ("good", 0, &["says +WDSI: 16,"]),
    ];
    for (name, code, words) in cases {
        says(&see(path, &["package", "show", name], code), words);
        see(path, &["check", "connect/apn", "--package", name], 0);
    }
    for (firmware, shown) in [("", "nothing at all"), ("A\r", r"`A\r`")] {
        let text = see(path, &["package", "show", "good", "--firmware", firmware], 2);
        says(&text, &["--firmware: ", shown, "cannot be a firmware version"]);
    }
    let text = see(path, &["package", "show", "resigned", "--key", &other], 1);
    says(&text, &["but by the key that was given"]);
    let text = see(path, &["package", "show", "good", "--firmware", "X"], 0);
    says(&text, &["a module with X says +WDSI: 15, since the delta fits"]);
    make(path, &["--kind", "full", "--size", "1464", "-o", "full"], 0);
    let text = see(path, &["package", "show", "full", "--firmware", "X"], 0);
    says(&text, &["a module with X says +WDSI: 16, and runs "]);
}

#[test]
fn a_description_is_explained_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let text = "name: n\nfrom: A\nto: B\nkind: delta\nsize: 12\n";
    fs::write(path.join("package.yaml"), text).unwrap();
    let text = see(path, &["package", "show", "package.yaml"], 0);
    says(&text, &["package description", "size       12 bytes", "nothing to check", "+WDSI: 16"]);
    see(path, &["package", "show", "missing"], 2);
}

#[test]
fn a_package_file_is_run_like_its_description() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["demo.ua", "demo.dwl", "demo.yaml"] {
        make(path, &["--size", "1464", "-o", name], 0);
        let text = see(path, &["run", "update", "--package", name], 0);
        let line = format!("package demo: {FROM} → {TO}; rig virtual; seed 1");
        says(&text, &[&line]);
    }
    let journal = fs::read_to_string(path.join("reports/latest/journal.jsonl")).unwrap();
    says(&journal, &[r#""size":1464"#, "+WDSI: 9,1464"]);
    let text = see(path, &["run", "--package", "demo.ua", "--report", "junit=demo.ua"], 2);
    says(&text, &["it is the package file"]);
}

/// A folder with these files.
fn folder_of(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The ids of what would be run.
fn planned(path: &Path, arguments: &[&str]) -> Vec<String> {
    let text = see(path, &[&["run", "--dry-run"], arguments].concat(), 0);
    // The steps of a test are indented below its id.
    let tests = text.lines().filter(|line| !line.starts_with(' '));
    tests.filter_map(|line| line.split_once("  ").map(|(id, _)| id.to_owned())).collect()
}

#[test]
fn firmware_files_and_folders_are_explained() {
    let (delta, full) = ("HL7802_4.4.14.0_to_4.5.4.0_allBin.ua", "HL7802.4.4.14.0.dwl");
    let folder = folder_of(&[(delta, b"PK delta"), (full, b"PK full"), ("sums.txt", b"abc")]);
    let path = folder.path();
    let text = see(path, &["package", "show", delta], 0);
    says(&text, &["firmware file, known by its name", "from       HL7802.4.4.14.0\n", "8 bytes"]);
    says(&text, &["format of its vendor", "a module with HL7802.4.4.14.0 says +WDSI: 16"]);
    let text = see(path, &["package", "show", full], 0);
    says(&text, &["kind       full", "from       any", "a module with any version says +WDSI: 16"]);
    let text = see(path, &["package", "show", "."], 0);
    let names = ["HL7802_4.4.14.0_to_4.5.4.0_allBin", "HL7802.4.4.14.0"];
    says(&text, &[&format!("chain      {} → {}\n", names[0], names[1]), "mismatches 1\n"]);
    fs::write(path.join("x.yaml"), "name: x\nfrom: A\nto: B\nkind: full\nfile: sums.txt\n")
        .unwrap();
    let text = see(path, &["package", "show", "x.yaml"], 0);
    says(&text, &["x.yaml: package description of `sums.txt`", "size       3 bytes"]);
}

#[test]
fn a_folder_multiplies_the_tests_and_each_can_be_named() {
    let folder =
        folder_of(&[("HL7802_4.4.14.0_to_4.5.4.0.ua", b"1"), ("HL7802.4.4.14.0.ua", b"2")]);
    let path = folder.path();
    let all = "name: all\nsteps: [ log: '${packages.chain}' ]\n";
    let one = "name: one\nparams: { n: [1, 2] }\nsteps: [ log: '${package.name}' ]\n";
    let scenarios = folder_of(&[("all.yaml", all.as_bytes()), ("one.yaml", one.as_bytes())]);
    let at = |name: &str| scenarios.path().join(name).to_string_lossy().into_owned();
    let (all, one) = (at("all.yaml"), at("one.yaml"));
    let ids = planned(path, &[&all, &one, "--package", "."]);
    let [image, delta] = ["HL7802.4.4.14.0", "HL7802_4.4.14.0_to_4.5.4.0"];
    let each = [(image, 1), (image, 2), (delta, 1), (delta, 2)];
    let each = each.map(|(name, n)| format!("one[package={name},n={n}]"));
    assert_eq!(ids, [&["all".to_owned()][..], &each].concat());
    let filter = format!("package={delta}");
    assert_eq!(planned(path, &[&one, "--package", ".", "--filter", &filter]), each[2..]);
    let single = planned(path, &[&all, &one, "--package", "HL7802.4.4.14.0.ua"]);
    assert_eq!(single, ["all", "one[n=1]", "one[n=2]"]);
    let text = see(path, &["list", &all, &one, "--package", "."], 0);
    says(&text, &["all  all  [", "one  one (4 tests)"]);
    let text = see(path, &["run", &one, "--package", "."], 0);
    says(&text, &["2 packages; rig virtual; seed 1"]);
}

#[test]
fn too_much_of_a_folder_is_refused() {
    let name = |n: usize| format!("HL7802_4.4.14.{n}_to_4.4.14.{}.ua", n + 1);
    let names: Vec<String> = (0..600).map(name).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let folder = folder_of(&files[..500]);
    let text = see(folder.path(), &["package", "show", "."], 0);
    says(&text, &["mismatches 200\n"]);
    let values: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let many = format!("name: m\nparams: {{ n: [{}] }}\nsteps: [ send: AT ]\n", values.join(", "));
    let scenario = folder_of(&[("m.yaml", many.as_bytes())]);
    let scenario = scenario.path().join("m.yaml").to_string_lossy().into_owned();
    let text = see(folder.path(), &["run", &scenario, "--package", "."], 2);
    says(&text, &["with 500 packages are 150000 tests", "a run may have 100000"]);
    let text = see(folder_of(&files).path(), &["package", "show", "."], 2);
    says(&text, &["too many: 500 and 1024 MiB are the most"]);
    let text = see(folder_of(&[]).path(), &["check", "--package", "."], 2);
    says(&text, &["there is no package in the folder `.`"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_at_once() {
    let folder = folder_of(&[("HL7802.4.4.14.0.ua", b"1")]);
    let path = folder.path();
    let made = std::process::Command::new("mkfifo").arg(path.join("pipe.ua")).status().unwrap();
    assert!(made.success());
    let text = see(path, &["check", "--package", "pipe.ua"], 2);
    says(&text, &["cannot read `pipe.ua`: it is no regular file"]);
    says(&see(path, &["check", "--package", "."], 2), &["`./pipe.ua` is no regular file"]);
    let text = "name: n\nfrom: A\nto: B\nkind: delta\nfile: pipe.ua\n";
    fs::write(path.join("p.yaml"), text).unwrap();
    let text = see(path, &["check", "--package", "p.yaml"], 2);
    says(&text, &["cannot read `pipe.ua`: it is no regular file", "--> p.yaml:5:7"]);
    fs::remove_file(path.join("pipe.ua")).unwrap();
    std::os::unix::fs::symlink("nowhere.ua", path.join("link.ua")).unwrap();
    says(&see(path, &["check", "--package", "."], 2), &["cannot read `./link.ua`"]);
}

#[test]
fn a_report_does_not_replace_a_package_of_the_folder() {
    let folder = folder_of(&[("HL7802.4.4.14.0.ua", b"1")]);
    let arguments = ["run", "connect/apn", "--package", ".", "--report"];
    let report = "junit=HL7802.4.4.14.0.ua";
    let text = see(folder.path(), &[&arguments[..], &[report]].concat(), 2);
    says(&text, &["it is a package file"]);
}
