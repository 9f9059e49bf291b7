//! `fotarig new scenario --from`: drafts load, pass where their session was had, replace nothing.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use program::{fotarig, seen};

const JOURNAL: &str = "reports/latest/journal.jsonl";
const BY_HAND: &str = "reports/console/journal.jsonl";

/// Shipped scenarios of each kind: sessions, agreements, updates, cuts, boots, transfers, roles.
const SHIPPED: [&str; 12] = [
    "connect/open-close",
    "connect/nat-released",
    "connect/polling",
    "connect/reboot",
    "agreements/combinations",
    "errors/invalid-apn",
    "update/install-agreement",
    "update/pin",
    "power-cut/install",
    "power-cut/download",
    "suspend-resume/reset",
    "local-update/good",
];

fn see(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = fotarig(folder).args(arguments).output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{seen}");
    seen
}

fn talk(folder: &Path, lines: &str) {
    let mut console = fotarig(folder);
    console.arg("console").stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = console.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{lines}");
}

/// The ids of a journal's tests, each once.
fn tests(journal: &str) -> Vec<String> {
    let starts = journal.split("\"test_started\":{\"id\":\"").skip(1);
    starts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn drafts_of_shipped_scenarios_pass() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    see(folder, &[&["run"], &SHIPPED[..]].concat(), 0);
    let ids = tests(&fs::read_to_string(folder.join(JOURNAL)).unwrap());
    let mut drafts = 0;
    for shipped in SHIPPED {
        // The first of each is enough: the others differ by a parameter.
        let id = ids.iter().find(|id| id.split('[').next() == Some(shipped)).unwrap();
        see(folder, &["new", "scenario", "--from", JOURNAL, "--test", id], 0);
        drafts += 1;
    }
    see(folder, &["check"], 0);
    let text = see(folder, &["run", "scenarios", "--reports", "again"], 0);
    assert!(text.contains(&format!("{drafts} passed")), "{text}");
}

#[test]
fn a_session_becomes_a_draft_that_passes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let session = "AT\nATE0\nAT+CMEE=1\nAT+CGDCONT=1,\"IP\",\"internet\"\nAT+WDSS=2,1\n\
                   AT+WDSI=4479\nAT+WDSC=0,0\nAT+WDSC=1,1\nAT+WDSC=2,0\nAT+WDSC=3,0\nAT+CGMR\n\
                   AT+CSQ\nAT+WDSR=4\nAT+WDSS=1,1\n:wait 30s\nAT+WDSR=3\n:wait 5min\n\
                   :note it's updated: 100 %\n:power off\n:wait 3s\n:power on\n:wait 30s\n\
                   AT+CGMR\n:network set {\"nat\":\"40s\"}\n";
    talk(folder, session);
    see(folder, &["new", "scenario", "--from", BY_HAND, "update/by-hand"], 0);
    let draft = fs::read_to_string(folder.join("scenarios/update/by-hand.yaml")).unwrap();
    for part in [
        "name: by hand\n",
        "  - use: fragments/prepare.yaml\n    with: { download_agreement: \"1\" }\n",
        "    expect: '^${package.from}$'",
        "    expect: '^\\+CSQ: \\d+,\\d+$'",
        "    answer: '^\\+CME ERROR: 3$'",
        "'^\\+WDSI: 9,${package.size}$'",
        "the module asks whether it may download a package",
        "  - log: 'it''s updated: 100 %'\n",
        "  - power: off\n",
        "    expect: '^${package.to}$'",
        "  - network: { set: {\"nat\":\"40s\"} }\n",
        "teardown:\n  - power: on\n",
    ] {
        assert!(draft.contains(part), "{part}\n{draft}");
    }
    see(folder, &["check", "update/by-hand"], 0);
    see(folder, &["run", "update/by-hand"], 0);
    let text = see(folder, &["new", "scenario", "--from", BY_HAND, "update/by-hand"], 2);
    assert!(text.contains("is there already"), "{text}");
    let kept = fs::read_to_string(folder.join("scenarios/update/by-hand.yaml")).unwrap();
    assert_eq!(kept, draft, "nothing is replaced");
}

#[test]
fn progress_becomes_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    see(folder, &["run", "power-cut/download", "--param", "cut=[25]"], 0);
    let ids = tests(&fs::read_to_string(folder.join(JOURNAL)).unwrap());
    see(folder, &["new", "scenario", "--from", JOURNAL, "--test", &ids[0], "d"], 0);
    let draft = fs::read_to_string(folder.join("scenarios/d.yaml")).unwrap();
    let progress = r"{ line: '^\+WDSI: 18,(?<percent>\d+)$', until: percent >= 25 }";
    assert!(draft.contains(progress), "{draft}");
    assert!(draft.contains("until: percent == 100 }"), "{draft}");
    assert!(
        draft.contains("given:\n  firmware: ${package.from}\n  credentials: valid\n"),
        "{draft}"
    );
}

#[test]
fn what_is_no_session_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let from =
        |journal: &str, code| see(folder, &["new", "scenario", "--from", journal, "x"], code);
    assert!(from("nowhere.jsonl", 2).contains("cannot read `nowhere.jsonl`"));
    fs::write(folder.join("no.jsonl"), "hello\n").unwrap();
    assert!(from("no.jsonl", 2).contains("does not start with the header of a journal"));
    fs::write(folder.join("empty.jsonl"), "").unwrap();
    assert!(from("empty.jsonl", 2).contains("header"));
    fs::write(
        folder.join("new.jsonl"),
        "{\"journal\":9,\"tool\":\"fotarig 9\",\"started\":\"\"}\n",
    )
    .unwrap();
    assert!(from("new.jsonl", 2).contains("version 9 of the format"));

    talk(folder, ":note only words\n");
    assert!(from(BY_HAND, 2).contains("nothing was said"));
    talk(folder, "AT\nAT+CGMM\nAT+CGMR\n");
    let whole = fs::read_to_string(folder.join(BY_HAND)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    fs::write(folder.join("begun.jsonl"), lines[..2].join("\n") + "\n").unwrap();
    assert!(from("begun.jsonl", 2).contains("there is no test"));
    let damaged = whole.replacen("\"sent\"", "\"snt\"", 1);
    fs::write(folder.join("damaged.jsonl"), damaged).unwrap();
    assert!(from("damaged.jsonl", 2).contains("is damaged"));
    assert!(!folder.join("scenarios").exists());
    // What a killed console leaves is read up to its last whole line.
    fs::write(folder.join("cut.jsonl"), &whole[..whole.len() * 2 / 3]).unwrap();
    from("cut.jsonl", 0);
    see(folder, &["run", "x"], 0);

    see(folder, &["run", "connect/open-close", "connect/reboot"], 0);
    assert!(from(JOURNAL, 2).contains("choose one with --test ID"));
    let arguments = ["new", "scenario", "--from", JOURNAL, "--test", "connect/opn-close", "y"];
    assert!(see(folder, &arguments, 2).contains("has no test `connect/opn-close`"));
    see(folder, &["new", "scenario"], 2);
    see(folder, &["new", "scenario", "y", "--test", "z"], 2);
}
