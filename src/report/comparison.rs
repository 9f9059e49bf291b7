//! Two runs side by side, as a person reads them on the terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::comparison::{Basis, Change, Comparison, Kind, MIN_RUNS, Moved, Movement, Pointer};
use crate::diagnostic::printable;
use crate::history::Head;
use crate::report::columns::columns;
use crate::report::history::{counts, minute};

/// Lines of one kind; more are a list for a program.
const MAX_TOLD: usize = 30;
/// Of what nobody can judge.
const MAX_STRIKING: usize = 5;

/// What has changed, the most important first.
pub fn comparison(comparison: &Comparison) -> String {
    let Comparison { old, new, .. } = comparison;
    let row = |name: &str, head: &Head| {
        let number = head.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let rigs: Vec<&str> = head.rig_names().into_iter().collect();
        let (began, results) = (minute(&head.started), counts(&head.counts));
        [name.to_owned(), number, began, results, head.package_shown(), rigs.join(", ")]
    };
    let mut text = columns(&[row("old", old), row("new", new)]);
    let differences = differences(old, new);
    if !differences.is_empty() {
        let _ = writeln!(text, "{}", printable(&differences.join("; ")));
    }
    for kind in Kind::ALL {
        let own = comparison.changes.iter().filter(|change| change.kind == kind);
        section(&mut text, kind, &own.collect::<Vec<_>>());
    }
    measurements(&mut text, comparison);
    let (good, common) = (comparison.good, comparison.common);
    let _ = writeln!(text, "\n{good} of the {common} tests that are in both passed in both");
    text
}

/// What else differs between the runs: whatever has changed there may have done it.
fn differences(old: &Head, new: &Head) -> Vec<String> {
    let mut all = Vec::new();
    let mut differs = |what: &str, one: String, other: String| {
        if one != other {
            all.push(format!("another {what} ({one}, then {other})"));
        }
    };
    let name = |head: &Head| {
        let name = head.package.get("name").map(crate::variables::show);
        name.unwrap_or_else(|| "none".to_owned())
    };
    let rigs = |head: &Head| head.rig_names().into_iter().collect::<Vec<_>>().join(", ");
    differs("package", name(old), name(new));
    differs("set of rigs", rigs(old), rigs(new));
    differs("seed", old.seed.to_string(), new.seed.to_string());
    differs("fotarig", old.tool.clone(), new.tool.clone());
    if name(old) == name(new) && old.subject() != new.subject() {
        all.insert(0, "another package of the same name".to_owned());
    }
    all
}

fn section(text: &mut String, kind: Kind, changes: &[&Change]) {
    if changes.is_empty() {
        return;
    }
    let title = match kind {
        Kind::NewFailure => "new failures",
        Kind::NewlyBroken => "newly broken: the rig, and nothing is known of the module",
        Kind::StillFailing => "still failing",
        Kind::StillBroken => "still broken",
        Kind::Fixed => "fixed",
        Kind::Flaky => "passed in a later attempt only",
        Kind::WithoutResult => "without a result now",
        Kind::New => "new tests",
        Kind::Missing => "missing tests",
    };
    let _ = writeln!(text, "\n{title} ({})", changes.len());
    let by_scenario = match kind {
        Kind::New | Kind::Missing | Kind::WithoutResult => true,
        Kind::NewFailure
        | Kind::NewlyBroken
        | Kind::StillFailing
        | Kind::StillBroken
        | Kind::Fixed
        | Kind::Flaky => false,
    };
    let lines: Vec<String> = if by_scenario {
        folded(changes)
    } else {
        changes.iter().map(|change| told(change)).collect()
    };
    for line in lines.iter().take(MAX_TOLD) {
        text.push_str(line);
    }
    if lines.len() > MAX_TOLD {
        let _ = writeln!(text, "  … and {} more; --format json has all", lines.len() - MAX_TOLD);
    }
}

/// A line for each scenario: ten values of a parameter are one piece of news.
fn folded(changes: &[&Change]) -> Vec<String> {
    let mut by: BTreeMap<(&str, &str), Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by.entry((&change.rig, &change.scenario)).or_default().push(change);
    }
    let line = |((rig, scenario), own): ((&str, &str), Vec<&Change>)| {
        let what = match own.as_slice() {
            [one] => {
                let cause = one.cause.as_deref().map(|cause| format!(": {cause}"));
                format!("{}{}", one.id, cause.unwrap_or_default())
            }
            several => format!("{scenario}, {} tests", several.len()),
        };
        format!("{}\n", printable(format!("  {rig}  {what}").trim_end()))
    };
    by.into_iter().map(line).collect()
}

/// A test with its cause, and what that points to.
fn told(change: &Change) -> String {
    let cause = change.cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
    let was = match change.kind {
        Kind::Fixed => ", it was",
        _ => "",
    };
    let mut text =
        format!("{}\n", printable(&format!("  {}  {}{was}{cause}", change.rig, change.id)));
    let pointer = change.points_to.filter(|_| !change.evidence.is_empty());
    let pointer = pointer.map(|pointer| match pointer {
        Pointer::Firmware => "points to the firmware: ",
        Pointer::Rig => "points to the rig: ",
        Pointer::Chance => "comes and goes: ",
    });
    let mut evidence = change.evidence.clone();
    evidence.extend(change.other_rig.as_ref().map(|rig| format!("it was on {rig} before")));
    evidence.extend(change.other_cause.as_ref().map(|cause| format!("before it was: {cause}")));
    if !evidence.is_empty() {
        let line = format!("      {}{}", pointer.unwrap_or_default(), evidence.join("; "));
        let _ = writeln!(text, "{}", printable(&line));
    }
    text
}

fn measurements(text: &mut String, comparison: &Comparison) {
    let all = &comparison.measurements;
    if !all.moved.is_empty() {
        let _ = writeln!(text, "\nmeasurements that moved ({})", all.moved.len());
        let rows: Vec<_> = all.moved.iter().take(MAX_TOLD).map(row).collect();
        text.push_str(&columns(&rows));
        if all.moved.len() > MAX_TOLD {
            let more = all.moved.len() - MAX_TOLD;
            let _ = writeln!(text, "  … and {more} more; --format json has all");
        }
    }
    if !all.striking.is_empty() {
        let few = "different, but too few runs to tell whether that is usual";
        let _ = writeln!(text, "\n{few} ({})", all.striking.len());
        let rows: Vec<_> = all.striking.iter().take(MAX_STRIKING).map(row).collect();
        text.push_str(&columns(&rows));
        if all.striking.len() > MAX_STRIKING {
            let more = all.striking.len() - MAX_STRIKING;
            let _ = writeln!(text, "  … and {more} more; --format json has all");
        }
    }
    let mut counts = Vec::new();
    if all.steady > 0 {
        let are = if all.steady == 1 { " is" } else { "s are" };
        counts.push(format!("{} measurement{are} as usual", all.steady));
    }
    if all.untold > 0 {
        counts.push(format!(
            "{} cannot be judged: that takes {MIN_RUNS} runs of the old package on the same rig",
            all.untold
        ));
    }
    if !counts.is_empty() {
        let _ = writeln!(text, "\n{}", counts.join("; "));
    }
}

/// `  +38 %  desk-1  update/automatic  install time  95.2 s → 131 s  in 12 of 12 tests, …`
fn row(movement: &Movement) -> [String; 5] {
    let change = match movement.change {
        Moved::Share(share) => format!("  {:+.0} %", share * 100.0),
        Moved::Amount(amount) => {
            format!("  {}{}", if amount > 0.0 { "+" } else { "" }, short(amount))
        }
    };
    let unit = &movement.unit;
    let values = format!("{} → {} {unit}", short(movement.was), short(movement.is));
    let what = format!("{}: {}", movement.scenario, movement.name);
    [change, movement.rig.clone(), what, values.trim_end().to_owned(), grounds(movement)]
}

/// What the judgement stands on.
fn grounds(movement: &Movement) -> String {
    let tests = match (movement.tests, movement.rose) {
        (1, _) => Vec::new(),
        (tests, rose) => vec![format!("rose in {rose} of {tests} tests")],
    };
    let basis = match movement.basis {
        Basis::Exact => "nothing varies there by chance".to_owned(),
        Basis::Usual { runs, chance } => format!("against {runs} runs, p {}", probability(chance)),
        Basis::Ranks { old, new, chance } => {
            format!("{old} runs against {new}, p {}", probability(chance))
        }
        Basis::TooFew { runs: 1 } => "against 1 run".to_owned(),
        Basis::TooFew { runs } => format!("against {runs} runs"),
    };
    let with = |wanted: bool| -> Vec<&str> {
        let rigs = movement.elsewhere.iter().filter(|(_, moved)| **moved == wanted);
        rigs.map(|(rig, _)| rig.as_str()).collect()
    };
    let (moved, steady) = (with(true), with(false));
    let moved = (!moved.is_empty()).then(|| format!("also on {}", moved.join(", ")));
    let steady = (!steady.is_empty()).then(|| format!("not on {}", steady.join(", ")));
    let all = tests.into_iter().chain([basis]).chain(moved).chain(steady);
    all.collect::<Vec<_>>().join(", ")
}

fn probability(chance: f64) -> String {
    if chance < 0.001 { "< 0.001".to_owned() } else { format!("{chance:.3}") }
}

/// Three digits that count.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 100.0 => 0,
        middle if middle >= 10.0 => 1,
        small if small >= 1.0 => 2,
        tiny if tiny >= 0.001 || tiny <= 0.0 => 3,
        _ => return format!("{value:.2e}"),
    };
    format!("{value:.digits$}")
}
