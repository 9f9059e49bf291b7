//! What `fotarig run --dry-run` shows: each test with its steps and the longest they may take.

use std::fmt::Write as _;

use crate::duration::show;
use crate::profile::Profile;
use crate::run::{Budget, Plan, Prospect, Test, plan};

/// How wide the columns of a step's path and of its bound are.
const PATH_WIDE: usize = 12;
const BOUND_WIDE: usize = 12;

pub(crate) fn drawn(tests: &[Test], profile: &Profile) -> String {
    let mut text = String::new();
    let mut whole = Budget::default();
    for test in tests {
        if let Prospect::LeftOut(reason) = &test.prospect {
            let _ = writeln!(text, "{}  {}\n  left out: {reason}\n", test.at.id, test.at.name);
            continue;
        }
        let Plan { lines, total } = plan(test, profile);
        whole = whole.and(total);
        let _ = writeln!(text, "{}  {}", test.at.id, test.at.name);
        for line in lines {
            let bound = line.bound.map(bound).unwrap_or_default();
            let (path, what) = (line.path, line.what);
            let _ = writeln!(text, "  {path:PATH_WIDE$}{bound:>BOUND_WIDE$}  {what}");
        }
        let _ = writeln!(text, "  {}\n", at_most(total));
    }
    let s = if tests.len() == 1 { "" } else { "s" };
    let _ = writeln!(text, "{} test{s}: {}; nothing was moved", tests.len(), at_most(whole));
    text
}

/// Nothing where no time passes.
fn bound(budget: Budget) -> String {
    match budget {
        Budget { unknown: 1.., .. } => "unknown".to_owned(),
        Budget { known, .. } if known.is_zero() => String::new(),
        Budget { known, .. } => show(known),
    }
}

fn at_most(Budget { known, unknown }: Budget) -> String {
    let known = show(known);
    match unknown {
        0 => format!("at most {known}"),
        1 => format!("at most {known}, and a step of which it is unknown"),
        _ => format!("at most {known}, and {unknown} steps of which it is unknown"),
    }
}
