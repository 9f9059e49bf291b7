//! The HTML page in a real browser: Chromium, driven by playwright. What it looks like is left in
//! `target/browser/` for people.

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/needed.rs"]
mod needed;
#[path = "support/program.rs"]
mod program;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::needed::{Needed, is_there};

const NEEDED: [Needed; 2] = [
    Needed { probe: &["python3", "-c", "import playwright"], install: "pip install playwright" },
    Needed { probe: &["chromium", "--version"], install: "apt-get install chromium" },
];

/// Tests of a large page.
const MANY: usize = 10_000;

fn main() -> ExitCode {
    let trials = vec![
        trial("a_person_reads_the_page", person),
        trial("nothing_of_a_device_becomes_markup", hostile),
        trial("ten_thousand_tests_open", many),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A test that is skipped without a browser.
fn trial(name: &'static str, test: fn() -> Result<(), Failed>) -> Trial {
    let is_possible = move || NEEDED.iter().all(|needed| is_there(needed, name));
    Trial::test(name, move || if is_possible() { test() } else { Ok(()) })
}

/// Scenarios of which one fails, one breaks and one fails at first only, on two rigs.
fn person() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let rig = |name: &str, more: &str| {
        format!(
            "name: {name}\nprofile: hl78xx\nport:\n  virtual:\n    credentials: bootstrap{more}\n"
        )
    };
    let files = [
        ("late.yaml", LATE.to_owned()),
        ("wrong.yaml", WRONG.to_owned()),
        ("north.yaml", rig("north", "")),
        ("south.yaml", rig("south", "\n    defects: [lies-updated]")),
    ];
    for (name, text) in files {
        fs::write(folder.path().join(name), text)?;
    }
    let mut run = program::fotarig(folder.path());
    run.args(["run", "late.yaml", "update", "wrong.yaml", "--rig", "north.yaml"]);
    let output = run.args(["--rig", "south.yaml", "--retries", "1"]).output()?;
    let page = folder.path().join("reports/latest/report.html");
    if output.status.code() != Some(3) || !page.exists() {
        return Err(program::seen(&output).into());
    }
    look("person", &page)
}

const LATE: &str = "name: a line that comes too late
tags: [slow]
steps:
  - send: AT+CEREG=1
  - send: AT+CFUN=4
  - send: AT+CFUN=1
    label: radio_on
  - { measure: the wait, value: 12, unit: s, at_most: 30 }
  - wait: 30s
  - { expect: '^\\+CEREG: 1$', since: radio_on, within: 5s }
";

const WRONG: &str = "name: a script that is wrong
steps:
  - send: AT
  - script: let a = 1 - \"x\";
";

fn hostile() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let page = report(folder.path(), &hostile::journal())?;
    look("hostile", &page)
}

/// As many tests as a page has to open with, each with a conversation of its own.
fn many() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut journal = concat!(
        r#"{"journal":1,"tool":"fotarig","started":"2030-01-01T00:00:00Z"}"#,
        "\n",
        r#"{"ns":0,"is":{"run_started":{"seed":1,"tests":10000,"rig":"virtual","package":{}}}}"#,
        "\n",
        r#"{"ns":0,"is":{"rig_ready":{"name":"virtual","profile":"hl78xx","port":"virtual"}}}"#,
        "\n"
    )
    .to_owned();
    for number in 0..MANY {
        let verdict = if number % 97 == 5 { "failed" } else { "passed" };
        let (scenario, size) = (format!("many/s{}", number / 40), number % 40);
        let (id, name) = (format!("{scenario}[n={size}]"), "one of many");
        let at = format!(r#""id":"{id}","rig":"virtual","scenario":"{scenario}","name":"{name}""#);
        let rest = format!(r#""file":"","params":"n={size}","tags":[]"#);
        let _ = writeln!(journal, r#"{{"ns":0,"is":{{"test_started":{{{at},{rest}}}}}}}"#);
        for line in 0..20 {
            let ns = (line + 1) * 1_000_003 * (number + 1);
            let _ = writeln!(journal, r#"{{"ns":{ns},"is":{{"sent":"AT+CSQ\r"}}}}"#);
            let heard = format!(r"\r\n+CSQ: {},99\r\n\r\nOK\r\n", (number + line) % 32);
            let _ = writeln!(journal, r#"{{"ns":{ns},"is":{{"received":"{heard}"}}}}"#);
        }
        let end = format!(r#"{{"test_ended":{{"verdict":"{verdict}","reason":null}}}}"#);
        let _ = writeln!(journal, r#"{{"ns":99000000000000,"is":{end}}}"#);
    }
    journal.push_str("{\"ns\":0,\"is\":{\"run_ended\":{\"verdict\":\"failed\"}}}\n");
    let page = report(folder.path(), &journal)?;
    look("many", &page)
}

fn report(folder: &Path, journal: &str) -> Result<PathBuf, Failed> {
    fs::write(folder.join("journal.jsonl"), journal)?;
    let mut report = program::fotarig(folder);
    let output = report.args(["report", "journal.jsonl", "--report", "html=page.html"]).output()?;
    let page = folder.join("page.html");
    if page.exists() { Ok(page) } else { Err(program::seen(&output).into()) }
}

/// Does what `tests/browser/look.py` says about a page of this kind.
fn look(kind: &str, page: &Path) -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../browser");
    fs::create_dir_all(&pictures)?;
    let mut look = Command::new("python3");
    look.arg(root.join("tests/browser/look.py")).arg(kind).arg(page).arg(pictures);
    let output = look.output()?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{kind}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
