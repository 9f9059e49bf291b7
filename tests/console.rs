//! `fotarig console` as a person and a script use it: by a pipe, at a terminal, on a served module.

#![cfg(unix)]

#[path = "console/terminal.rs"]
mod terminal;

#[path = "support/program.rs"]
mod program;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};

use program::{fotarig, seen};
use tempfile::TempDir;
use terminal::Terminal;

const JOURNAL: &str = "reports/console/journal.jsonl";

/// A conversation by a pipe; checks the exit code and returns what a person sees.
fn talk(folder: &Path, arguments: &[&str], lines: &str, code: i32) -> String {
    let mut console = fotarig(folder);
    console.arg("console").args(arguments);
    console.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = console.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // It may have ended at an earlier line.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    let output = child.wait_with_output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{lines}\n{seen}");
    seen
}

fn journal(folder: &Path) -> String {
    fs::read_to_string(folder.join(JOURNAL)).unwrap()
}

/// What is shown, without the stamps and the columns between.
fn lines(text: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let unstamped = |line: &str| match line.split_once(' ') {
        Some((stamp, rest)) if stamp.parse::<f64>().is_ok() => rest.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|line| unstamped(&words(line))).collect()
}

#[test]
fn lines_of_a_pipe_are_done_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let said =
        "# a remark\nAT+CGMM\r\n\nAT+CMEE=1\nAT+WDSS=1,1\n:note no APN yet\n:quit\nAT+CGMR\n";
    let text = talk(folder, &[], said, 0);
    let shown = lines(&text);
    let starts = [
        "> AT+CGMM",
        "HL7800",
        "OK ",
        "> AT+CMEE=1",
        "OK ",
        "> AT+WDSS=1,1",
        "+CME ERROR: 650 no APN is set",
        "reports/console/journal.jsonl",
        "a scenario of it: fotarig new scenario --from reports/console/journal.jsonl NAME",
    ];
    assert_eq!(shown.len(), starts.len(), "{text}");
    for (line, start) in shown.iter().zip(starts) {
        assert!(line.starts_with(start), "`{line}` does not start with `{start}`\n{text}");
    }
    assert!(!text.contains('\x1b'), "NO_COLOR is set: {text:?}");
    assert!(journal(folder).contains(r#"{"logged":"no APN yet"}"#));
    let first = journal(folder);
    talk(folder, &[], said, 0);
    assert_eq!(journal(folder), first, "the same lines make the same journal");
}

#[test]
fn power_time_roles_and_raw_bytes_are_at_hand() {
    let folder = tempfile::tempdir().unwrap();
    let said = "AT+CGDCONT=1,\"IP\",\"internet\"\nAT+WDSI=4479\n:call module.state\n\
                :network set {\"nat\":\"40s\"}\n:cloud cancel\n:cloud install\nAT+WDSS=1,1\n\
                :skip 30s\n:power off\nAT\n:power on\n:wait 20s\n:raw \"ATI\\r\"\n:wait 1s\n\
                :explain 18\n";
    let text = talk(folder.path(), &[], said, 0);
    for part in [
        "network.set {\"nat\":\"40s\"}",
        "* cloud.install demo",
        "\"credentials\":",
        "+WDSI: 9,1464                 a package is offered, 1464 bytes to download",
        "* power.off",
        "no answer came",
        "* power.on",
        "means  the download begins",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let ending = "AT\n:power off\n";
    let text = talk(folder.path(), &[], ending, 0);
    assert!(text.contains("* power.on"), "the supply is left on: {text}");
}

#[test]
fn a_file_goes_over_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let said = "AT+WDSI=4479\nAT+WDSD=1464\n:send-file\n:wait 3s\n";
    let text = talk(folder.path(), &[], said, 0);
    assert!(text.contains("NAK"), "{text}");
    assert!(text.contains("bytes went over the line"), "{text}");
    assert!(text.contains("+WDSI: 3") || text.contains("+WDSI: 14"), "{text}");
    let text = talk(folder.path(), &[], "AT+WDSD=1464\n:send-file missing.ua\nAT\n", 2);
    assert!(text.contains("cannot read `missing.ua`"), "{text}");
}

#[test]
fn a_wrong_line_of_a_pipe_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    for (line, remedy) in [
        (":pwer off", "did you mean `:power`?"),
        (":power of", "did you mean `off`?"),
        (":wait 5", "for example `5s`"),
        (":call climate.cold", "the rig has no role `climate`"),
        (":cloud install nowhere.yaml", "nowhere.yaml"),
        (":explain zzz", "fotarig explain"),
    ] {
        let text = talk(folder.path(), &[], &format!("AT\n{line}\nAT+CGMR\n"), 2);
        assert!(text.contains(remedy), "{line}\n{text}");
        assert!(text.contains("> AT\n") && !text.contains("AT+CGMR"), "{line}\n{text}");
    }
    talk(folder.path(), &["--rig", "nowhere.yaml"], "AT\n", 2);
    fs::create_dir(folder.path().join("taken")).unwrap();
    let text = talk(folder.path(), &["--journal", "taken"], "AT\n", 2);
    assert!(text.contains("--journal PATH"), "{text}");
}

#[test]
fn a_report_reads_its_journal_also_a_cut_one() {
    let folder = tempfile::tempdir().unwrap();
    talk(folder.path(), &[], "AT+CGMR\nAT+WDSS?\n", 0);
    let report = |expected: &str| {
        let output = fotarig(folder.path()).args(["report", JOURNAL]).output().unwrap();
        assert!(seen(&output).contains(expected), "{}", seen(&output));
    };
    report("1 passed");
    let whole = journal(folder.path());
    fs::write(folder.path().join(JOURNAL), &whole[..whole.len() - 150]).unwrap();
    report("console");
}

/// A served module, and a rig file for it.
struct Served {
    folder: TempDir,
    simulate: Child,
}

impl Served {
    fn start() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let mut simulate = fotarig(folder.path());
        simulate.args(["simulate", "--pty", "port"]).stdout(Stdio::piped());
        let mut simulate = simulate.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(simulate.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert!(ready.contains("is on"), "{ready}");
        let port = folder.path().join("port");
        let rig = "name: desk\nport: { serial: 'PORT', returns_within: 100ms }\n";
        let rig = rig.replace("PORT", &port.display().to_string());
        fs::write(folder.path().join("rig.yaml"), rig).unwrap();
        Served { folder, simulate }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.simulate.kill();
        let _ = self.simulate.wait();
    }
}

#[test]
fn a_module_on_a_port_is_talked_to() {
    let served = Served::start();
    let text = talk(served.folder.path(), &["--rig", "rig.yaml"], "AT\nAT+CGMM\n", 0);
    assert!(text.contains("HL7800"), "{text}");
    let refused = talk(served.folder.path(), &["--rig", "rig.yaml"], ":power off\n", 2);
    assert!(refused.contains("`power`"), "{refused}");
    let refused = talk(served.folder.path(), &["--rig", "rig.yaml"], ":skip 1s\n", 2);
    assert!(refused.contains("cannot be skipped"), "{refused}");
}

#[test]
fn a_port_that_is_missing_or_vanishes_is_broken() {
    let mut served = Served::start();
    let folder = served.folder.path().to_owned();
    fs::write(folder.join("none.yaml"), "name: none\nport: { serial: './nowhere' }\n").unwrap();
    let text = talk(&folder, &["--rig", "none.yaml"], "AT\n", 3);
    assert!(text.contains("nowhere"), "{text}");
    assert!(journal(&folder).contains(r#""run_ended":{"verdict":"broken"}"#));

    let mut console = fotarig(&folder);
    console.args(["console", "--rig", "rig.yaml"]).stdin(Stdio::piped());
    let out = File::create(folder.join("out")).unwrap();
    console.stdout(out).stderr(Stdio::piped());
    let mut child = console.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"AT\n").unwrap();
    while !fs::read_to_string(folder.join("out")).unwrap().contains("OK") {
        std::thread::yield_now();
    }
    served.simulate.kill().unwrap();
    served.simulate.wait().unwrap();
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(3), "{}", seen(&output));
    assert!(journal(&folder).contains(r#""test_ended":{"verdict":"broken""#));
}

#[test]
fn at_a_terminal_lines_come_while_one_types() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(folder.path());
    terminal.await_text(":help");
    for line in ["AT+CGDCONT=1,\"IP\",\"internet\"", "AT+WDSI=4479", "AT+WDSS=1,1"] {
        terminal.type_in(line);
        terminal.type_in("\r");
        terminal.await_text("OK");
    }
    // Half a line is typed while indications come, and is whole behind them.
    terminal.type_in("AT+CG");
    terminal.await_text("+WDSI: 4 ");
    terminal.await_text("authentication with");
    terminal.await_text("AT+CG");
    terminal.type_in("MM\r");
    terminal.await_text("HL7800");
    // Ctrl-C clears the line and ends nothing; Tab completes.
    terminal.await_text("OK");
    terminal.type_in("AT+RUBBISH");
    terminal.await_text("RUBBISH");
    terminal.type_in("\x03");
    terminal.await_text("> ");
    terminal.type_in(":ski\t 1h\r");
    terminal.await_text("+WDSI: 16");
    terminal.type_in("AT+CGMR\r");
    terminal.await_text("THL7800.1.6.3.0.99");
    terminal.await_text(" ms");
    terminal.type_in("AT+CPIN=\"1234\"\r");
    // The editor is back when the answer is shown.
    terminal.await_text(" ms");
    terminal.await_text("> ");
    terminal.type_in("\x04");
    assert_eq!(terminal.end(), Some(0));
    let written = journal(folder.path());
    assert!(written.contains(r#""sent":"AT+CGMM\r""#), "{written}");
    assert!(!written.contains("RUBBISH"), "{written}");
    let history = fs::read_to_string(folder.path().join("state/fotarig/history")).unwrap();
    assert!(history.contains("AT+CGMM") && !history.contains("1234"), "{history}");
}
