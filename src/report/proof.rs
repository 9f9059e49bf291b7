//! A proof as a person reads it: of one scenario all that it saw, of many what nobody catches.

use std::fmt::Write as _;

use crate::behaviour::Defect;
use crate::diagnostic::printable;
use crate::proof::{Finding, Mark, Proof, Standing, Worth};

/// How wide the columns of a defect's name and of its section are.
const NAME_WIDE: usize = 24;
const SECTION_WIDE: usize = 9;
/// What stands below a defect begins below what it does.
const INDENT: usize = 2 + NAME_WIDE + SECTION_WIDE;
/// Scenarios that are named beside a defect; the others are counted.
const MAX_NAMES: usize = 3;
/// Characters of a cause that fit beside a defect's name; the tables have all of it.
const MAX_CAUSE: usize = 120;
/// Tests that fail without a defect, or on noise, which are shown.
const MAX_TESTS: usize = 20;

/// The whole report: first what makes the proof worthless, then what is not caught.
pub fn report(proof: &Proof) -> String {
    let mut text = String::new();
    let unsound: Vec<String> = proof.unsound().map(told).collect();
    list(&mut text, "FAILS WITHOUT ANY DEFECT, so it proves nothing", &unsound);
    let shaken = proof.shaken.iter();
    let shaken: Vec<String> =
        shaken.map(|(seed, finding)| format!("{} (seed {seed})", told(finding))).collect();
    list(&mut text, "DOES NOT STAND HARMLESS NOISE on the line", &shaken);
    match proof.scenarios.as_slice() {
        [only] => alone(&mut text, only),
        _ => together(&mut text, proof),
    }
    summary(&mut text, proof);
    text
}

fn told(finding: &Finding) -> String {
    format!("{} {}: {}", finding.verdict, finding.test, finding.cause)
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}: {}", lines.len());
    for line in lines.iter().take(MAX_TESTS) {
        let _ = writeln!(text, "  {}", printable(line));
    }
    if lines.len() > MAX_TESTS {
        let _ = writeln!(text, "  … and {} more", lines.len() - MAX_TESTS);
    }
    text.push('\n');
}

/// All that one scenario saw.
fn alone(text: &mut String, worth: &Worth) {
    for (standing, title) in [
        (Standing::Caught, "catches"),
        (Standing::OnlyBroken, "BLAMES THE RIG (broken, not failed) for"),
        (Standing::NotCaught, "SEES AND LETS PASS"),
    ] {
        let found: Vec<(Defect, &Mark)> = worth.with(standing).collect();
        if found.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{title}: {}", defects(found.len()));
        for (defect, mark) in found {
            heading(text, defect, defect.about());
            if let Some(finding) = mark.finding() {
                let arrow = arrow(standing);
                let cause = shortened(&finding.cause);
                let _ = writeln!(text, "{:INDENT$}{arrow} {}", "", printable(&cause));
            }
        }
        text.push('\n');
    }
}

/// What many scenarios come to: the defects that nobody catches first, each with those that see it.
fn together(text: &mut String, proof: &Proof) {
    for (standing, title) in [
        (Standing::NotCaught, "NOT CAUGHT, although a scenario sees it"),
        (Standing::OnlyBroken, "NOT CAUGHT: blamed on the rig (broken, not failed)"),
        (Standing::NotApplicable, "not applicable: no scenario comes near it"),
    ] {
        let found = proof.defects(standing);
        if found.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{title}: {}", defects(found.len()));
        let arrow = arrow(standing);
        for defect in found {
            heading(text, defect, defect.about());
            for worth in proof.scenarios(defect, standing).into_iter().take(MAX_NAMES) {
                if let Some(finding) = worth.mark(defect).finding() {
                    let line = format!("{}: {}", finding.test, shortened(&finding.cause));
                    let _ = writeln!(text, "{:INDENT$}{arrow} {}", "", printable(&line));
                }
            }
        }
        text.push('\n');
    }
    let caught = proof.defects(Standing::Caught);
    if caught.is_empty() {
        return;
    }
    let _ = writeln!(text, "caught: {}, each with the scenarios that do", defects(caught.len()));
    for defect in caught {
        let by: Vec<&str> = proof
            .scenarios(defect, Standing::Caught)
            .into_iter()
            .map(|worth| worth.id.as_str())
            .collect();
        let more = by.len().saturating_sub(MAX_NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names: Vec<&str> = by.iter().take(MAX_NAMES).copied().collect();
        heading(text, defect, &format!("{:>3}  {}{more}", by.len(), names.join(", ")));
    }
    text.push('\n');
}

/// Before what a test said, or before what differs where no test says anything.
fn arrow(standing: Standing) -> char {
    match standing {
        Standing::Caught | Standing::OnlyBroken => '→',
        Standing::NotCaught | Standing::NotApplicable => '≠',
    }
}

fn heading(text: &mut String, defect: Defect, rest: &str) {
    let (name, section) = (defect.name(), defect.section());
    let _ = writeln!(text, "  {name:<NAME_WIDE$}{section:<SECTION_WIDE$}{}", printable(rest));
}

fn defects(count: usize) -> String {
    if count == 1 { "1 defect".to_owned() } else { format!("{count} defects") }
}

fn shortened(cause: &str) -> String {
    if cause.chars().count() <= MAX_CAUSE {
        return cause.to_owned();
    }
    cause.chars().take(MAX_CAUSE).chain(['…']).collect()
}

fn summary(text: &mut String, proof: &Proof) {
    let count = |standing| proof.defects(standing).len();
    let (caught, free) = (count(Standing::Caught), count(Standing::NotApplicable));
    let missed = count(Standing::NotCaught) + count(Standing::OnlyBroken);
    let _ = writeln!(
        text,
        "{caught} of {} caught, {missed} not caught, {free} not applicable",
        defects(Defect::ALL.len()),
    );
    let scenarios = match proof.scenarios.as_slice() {
        [only] => only.id.clone(),
        all => format!("{} scenarios", all.len()),
    };
    let tests = match proof.tests() {
        1 => "1 test".to_owned(),
        tests => format!("{tests} tests"),
    };
    let skipped: usize = proof.scenarios.iter().map(|worth| worth.skipped.len()).sum();
    let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    let noise = match proof.noise_seeds {
        0 => String::new(),
        seeds => format!("; noise on {seeds} seeds"),
    };
    let package = match proof.packages.as_slice() {
        [only] => format!("package {only}"),
        several => format!("{} packages", several.len()),
    };
    let (runs, seed) = (proof.runs, proof.seed);
    let line = format!("{scenarios}, {tests}{skipped}; {runs} runs; {package}; seed {seed}{noise}");
    let _ = writeln!(text, "{}", printable(&line));
}
