//! Every folder in `tests/cases/<outcome>/` is a test: its files, run by the binary, come to that
//! outcome and say what the goldens say. `shipped.txt` names shipped scenarios instead of a copy.
//!
//! `BLESS=1 cargo test --test cases` writes the goldens; read the difference before you commit it.

#[path = "support/diff.rs"]
mod diff;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// The name of each folder of cases, and the exit code that it stands for.
const OUTCOMES: [(&str, i32); 4] = [("pass", 0), ("fail", 1), ("invalid", 2), ("broken", 3)];
/// Files and folders that are given to the run by an option of their own.
const OPTIONS: [(&str, &str); 3] =
    [("rig.yaml", "--rig"), ("package.yaml", "--package"), ("packages", "--package")];
/// The id of a shipped scenario and options such as `--filter`, separated by blanks.
const SHIPPED: &str = "shipped.txt";
/// Files with these endings are firmware files.
const FIRMWARE: [&str; 2] = ["ua", "dwl"];
/// What the run is compared with; not part of its input.
const GOLDENS: [&str; 2] = ["console.txt", "junit.xml"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut trials = Vec::new();
    for (outcome, code) in OUTCOMES {
        for case in sorted(&all.join(outcome)).expect("each outcome has its folder") {
            let name = format!("{outcome}/{}", file_name(&case));
            trials.push(Trial::test(name, move || check(&case, code)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(case: &Path, code: i32) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    copy(case, folder.path())?;
    let mut run = program::fotarig(folder.path());
    run.arg("run");
    for file in sorted(case)? {
        let name = file_name(&file);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match OPTIONS.iter().find(|(file, _)| *file == name) {
            Some((_, option)) => drop(run.arg(option).arg(name)),
            None if name == SHIPPED => {
                run.args(fs::read_to_string(&file)?.split_whitespace());
            }

            None if FIRMWARE.contains(&ending) => drop(run.arg("--package").arg(name)),
            None if file.is_file() && ending == "yaml" => drop(run.arg(name)),
            None => {}
        }
    }
    let output = run.output()?;
    let seen = program::seen(&output);
    if output.status.code() != Some(code) {
        return Err(Failed::from(format!("{}, not exit code {code}:\n{seen}", output.status)));
    }
    compare(&case.join(GOLDENS[0]), Some(&seen))?;
    let junit = fs::read_to_string(folder.path().join("reports/latest/junit.xml")).ok();
    compare(&case.join(GOLDENS[1]), junit.as_deref())
}

/// Compares with a golden; nothing when the run has no such report, and the golden must not exist.
fn compare(golden: &Path, now: Option<&str>) -> Result<(), Failed> {
    let name = file_name(golden);
    if std::env::var_os("BLESS").is_some() {
        match now {
            Some(now) => fs::write(golden, now)?,
            None if golden.exists() => fs::remove_file(golden)?,
            None => {}
        }
        return Ok(());
    }
    let remedy = "if that is right: BLESS=1 cargo test --test cases";
    match (fs::read_to_string(golden).ok(), now) {
        (None, None) => Ok(()),
        (Some(was), Some(now)) if was == now => Ok(()),
        (Some(was), Some(now)) => {
            Err(Failed::from(format!("{name} differs; {remedy}\n{}", diff::diff(&was, now))))
        }
        (None, Some(now)) => Err(Failed::from(format!("{name} is missing; {remedy}\n{now}"))),
        (Some(_), None) => Err(Failed::from(format!("the run made no {name}; {remedy}"))),
    }
}

/// Copies the input of a case, so that its reports and its relative names are its own.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for path in sorted(from)? {
        let target = to.join(file_name(&path));
        if path.is_dir() {
            fs::create_dir(&target)?;
            copy(&path, &target)?;
        } else if !GOLDENS.contains(&file_name(&path).as_str()) {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
