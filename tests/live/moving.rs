//! What moves on a terminal: rows of rigs with ages, within its width, and nothing of them after.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::program::fotarig;
use crate::terminal::Terminal;

/// How much faster than real time the served modules and the clocks of their rigs go.
const SPEED: &str = "25";

/// A silence of three seconds.
const QUIET: &str = "name: quiet\nsteps:\n  - { send: AT }\n  - { wait: 75s }\n";
/// A file of some blocks.
const CARRIES: &str = r"
name: carries
steps:
  - { send: 'AT+WDSD=171600', answer: prompt }
  - { name: a file is carried into the module, transfer: package, within: 20min }
";

/// A folder with rigs at PTYs, each with a module of its own.
struct Bench {
    folder: TempDir,
    served: Vec<Child>,
}

impl Bench {
    fn with(rigs: usize) -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("quiet.yaml"), QUIET).expect("a scenario");
        fs::write(path("carries.yaml"), CARRIES).expect("a scenario");
        fs::create_dir(path("rigs")).expect("a folder");
        let mut served = Vec::new();
        for rig in 0..rigs {
            let port = path(&format!("port-{rig}"));
            let mut simulate = fotarig(folder.path());
            simulate.args(["simulate", "--speed", SPEED, "--pty"]).arg(&port);
            let mut child = simulate.stdout(Stdio::piped()).spawn().expect("our own program");
            let mut ready = String::new();
            let out = child.stdout.take().expect("a pipe was asked for");
            BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
            served.push(child);
            let port = port.display();
            let rig_file =
                format!("name: desk-{rig}\nport: {{ serial: '{port}', speed: {SPEED} }}\n");
            fs::write(path(&format!("rigs/{rig}.yaml")), rig_file).expect("a rig file");
        }
        Bench { folder, served }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut run = fotarig(self.path());
        run.arg("run").args(arguments);
        run
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for child in &mut self.served {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The row that begins so.
fn row<'l>(lines: &'l [String], start: &str) -> Option<&'l String> {
    lines.iter().find(|line| line.starts_with(start))
}

#[test]
fn the_age_of_a_step_grows_while_nothing_comes() {
    let bench = Bench::with(1);
    let mut terminal = Terminal::start(bench.run(&["quiet.yaml", "--rig", "rigs/0.yaml"]), 24, 80);
    let mut ages = Vec::new();
    while ages.len() < 5 {
        let seen = ages.clone();
        let age = |lines: &[String]| {
            let row = row(lines, "quiet  2 wait: 75s ")?.clone();
            Some(row.rsplit_once("  ")?.1.to_owned())
        };
        let is_new = |lines: &[String]| age(lines).is_some_and(|age| !seen.contains(&age));
        let lines = terminal.until(is_new);
        ages.extend(age(&lines));
        assert!(row(&lines, "0 of 1 tests; at most ").is_some(), "{lines:#?}");
    }
    let seconds = |age: &String| age.strip_suffix(" s")?.parse::<u32>().ok();
    assert!(ages.iter().map(seconds).is_sorted() && ages.iter().all(|age| seconds(age).is_some()));
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(lines[0].starts_with("passed      quiet  ("), "{lines:#?}");
    assert!(lines[1].starts_with("1 passed; "), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("0 of 1")), "nothing moving stays: {lines:#?}");
}

#[test]
fn a_file_on_its_way_has_a_bar() {
    let bench = Bench::with(1);
    let package = ["--from", "BHL7800.1.6.3.0.20180803", "--to", "HL7800.4.6.9.4"];
    let mut make = fotarig(bench.path());
    make.args(["package", "make", "--kind", "delta", "--size", "171600", "-o", "p.ua"]);
    assert!(make.args(package).output().expect("our own program").status.success());
    let run = ["carries.yaml", "--rig", "rigs/0.yaml", "--package", "p.ua"];
    let mut terminal = Terminal::start(bench.run(&run), 24, 100);
    let percent = |lines: &[String]| {
        let row = row(lines, "carries  2 a file is carried into the module ")?;
        let (_, bar) = row.split_once("transfer ")?;
        let percent = bar.strip_suffix(" %")?.trim_start_matches(['█', '░', ' ']);
        Some((percent.parse::<u32>().ok()?, bar.contains('█') && bar.contains('░')))
    };
    let half = |lines: &[String]| {
        percent(lines).is_some_and(|(percent, is_bar)| (20..80).contains(&percent) && is_bar)
    };
    terminal.until(half);
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn rows_fit_a_narrow_terminal_and_a_low_one() {
    let bench = Bench::with(3);
    let mut terminal = Terminal::start(bench.run(&["quiet.yaml", "--rig", "rigs"]), 24, 40);
    let lines = terminal.until(|lines| {
        (0..3).all(|rig| row(lines, &format!("desk-{rig}  quiet  2 wait: 75s")).is_some())
    });
    assert!(row(&lines, "0 of 3 tests; ").is_some(), "{lines:#?}");
    // Nothing was broken into a second line: three rows and the last.
    assert_eq!(lines.iter().filter(|line| !line.is_empty()).count(), 4, "{lines:#?}");
    assert_eq!(terminal.end().0, Some(0));
    let mut low = Terminal::start(bench.run(&["quiet.yaml", "--rig", "rigs"]), 6, 40);
    let is_cut = |lines: &[String]| row(lines, "… and 2 more rigs at work").is_some();
    let lines = low.until(is_cut);
    assert_eq!(lines.iter().filter(|line| line.contains("quiet  2")).count(), 1, "{lines:#?}");
    assert_eq!(low.end().0, Some(0));
}

#[test]
fn where_nothing_can_move_there_are_lines_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut run = fotarig(folder.path());
    run.args(["run", "connect/identity", "--report", "jsonl=-"]);
    let (code, lines) = Terminal::start(run, 400, 200).end();
    assert_eq!(code, Some(0));
    let whole: Vec<_> = lines.iter().filter(|line| line.starts_with("passed  ")).collect();
    assert_eq!(whole.len(), 1, "the journal comes by on the same terminal: {lines:#?}");
}
