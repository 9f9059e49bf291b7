//! `fotarig explain`: whatever a module or a report can say has an explanation with its source.

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fotarig::behaviour::{Defect, FAMILIES, SWITCHES};
use fotarig::suite;
use program::{fotarig, seen};
use regex::Regex;

/// Table 1 of the app note, with the data that it names.
const TABLE_1: [&str; 23] = [
    "0", "1", "2", "3", "4", "5", "6", "23,0", "23,1", "7", "8", "9,1464", "10", "11,0", "11,1",
    "11,2", "12", "13", "14", "15", "16", "18", "18,40",
];
/// Every error that the sources know of an HL78xx (reference 1.2).
const ERRORS: [u32; 23] = [
    3, 4, 10, 11, 13, 14, 15, 16, 17, 18, 48, 49, 50, 133, 148, 650, 651, 652, 654, 655, 656, 916,
    917,
];

fn explain(text: &str, code: i32) -> String {
    let output = fotarig(Path::new(".")).args(["explain", text]).output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{text}\n{seen}");
    seen
}

#[test]
fn the_app_note_and_its_errors_are_explained() {
    let glossary = suite::profile("hl78xx").unwrap().glossary;
    for data in TABLE_1 {
        let found = glossary.explain(&format!("+WDSI: {data}"));
        let [one] = found.as_slice() else { panic!("+WDSI: {data}: {found:?}") };
        assert!(one.see.contains("7.2, table 1"), "{one:?}");
        assert!(one.next.is_some() && !one.means.contains('<'), "{one:?}");
    }
    for number in ERRORS {
        assert_eq!(glossary.explain(&format!("+CME ERROR: {number}")).len(), 1, "{number}");
        assert!(glossary.error(&format!("+CME ERROR: {number}")).is_some(), "{number}");
    }
}

#[test]
fn whatever_the_virtual_module_knows_is_explained() {
    let glossary = suite::profile("hl78xx").unwrap().glossary;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quoted = Regex::new(r#""(\+[A-Z]{3,}|![A-Z]+|&[A-Z]\d?|[EIQVXZ]\d?)""#).unwrap();
    let mut commands = BTreeSet::new();
    for file in fs::read_dir(folder.join("src/sim/commands")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        commands.extend(quoted.captures_iter(&text).map(|found| format!("AT{}", &found[1])));
    }
    assert!(commands.len() > 80, "{commands:?}");
    // What the tables of tests/conformance send and see, with its values.
    let spoken = Regex::new(r"(?m)^[<>] (AT\S*|\+(?:WDS[A-Z]|CME ERROR|KSUP): \S+)").unwrap();
    for file in fs::read_dir(folder.join("tests/conformance")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        commands.extend(spoken.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    // `+WDS` is how all device services begin; the other one is what no module knows.
    commands.retain(|text| text != "AT+WDS" && !text.contains("NONSENSE") && !text.contains('{'));
    let unknown: Vec<_> =
        commands.iter().filter(|text| glossary.explain(text).is_empty()).collect();
    assert!(unknown.is_empty(), "not explained: {unknown:?}");
}

#[test]
fn names_of_the_virtual_module_are_explained() {
    let list = {
        let output = fotarig(Path::new(".")).arg("explain").output().unwrap();
        seen(&output)
    };
    let defects = Defect::ALL.iter().map(|defect| defect.name());
    let switches = SWITCHES.iter().map(|switch| switch.name);
    for name in defects.chain(switches).chain(FAMILIES.iter().map(|family| family.name)) {
        assert!(list.contains(&format!("\n  {name} ")), "{name} is not in the list");
    }
    assert!(explain("no-ind-3", 0).contains("see    app note 10\n"));
    assert!(explain("progress", 0).contains("quoted"));
    assert!(explain("hl7812", 0).contains("wdsi_mask=8191"));
}

#[test]
fn it_says_what_follows_and_where_that_is_written() {
    let wanted = "AT+WDSR=4
  means  accepts the install
  next   await +WDSI: 14, then leave the power on until 16 or 15
  see    app note 7.3, table 2; 9.4
";
    assert_eq!(explain("AT+WDSR=4", 0), wanted);
    let both = explain("3", 0);
    assert!(both.contains("+CME ERROR: 3\n") && both.contains("\n+WDSI: 3\n"), "{both}");
    let output = fotarig(Path::new(".")).args(["explain", "+WDSI:", "18,40"]).output().unwrap();
    assert!(seen(&output).contains("40 percent of the package"), "{}", seen(&output));
}

#[test]
fn what_is_unknown_has_a_remedy() {
    let text = explain("no-ind-33", 2);
    assert!(text.contains("nothing is known of `no-ind-33`"), "{text}");
    assert!(text.contains("did you mean `no-ind-"), "{text}");
    assert!(explain("gibberish and more", 2).contains("`fotarig explain` lists"));
}

#[test]
fn a_glossary_of_ones_own_is_read_with_its_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("plugins/mine");
    fs::create_dir_all(&plugin).unwrap();
    fs::write(
        plugin.join("profile.yaml"),
        "name: mine\nanswer: { within: 6s }\nexpect: { within: 2min }\n",
    )
    .unwrap();
    let ask = |text: &str| {
        let arguments = ["explain", "--profile", "mine", text];
        let output = fotarig(folder.path()).args(arguments).output().unwrap();
        (output.status.code(), seen(&output))
    };
    assert_eq!(ask("+X: 1").0, Some(2), "no glossary explains nothing");
    let glossary = plugin.join("glossary.yaml");
    fs::write(&glossary, "lines:\n  - { text: '+X: <n>', means: x is <n>, see: here }\n").unwrap();
    let (code, text) = ask("+X: 1");
    assert!(code == Some(0) && text.contains("means  x is 1\n"), "{text}");
    fs::write(&glossary, "lines:\n  - { text: A, means: x }\n  - { text: A, see: y }\n").unwrap();
    let (code, text) = ask("A");
    assert_eq!(code, Some(2));
    for part in ["needs `see`", "needs `means`", "`A` has an entry already", "glossary.yaml:3"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
