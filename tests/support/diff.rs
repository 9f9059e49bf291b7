//! Shows how two texts differ, line by line, for a person.

use std::fmt::Write as _;

/// Lines that are the same around a difference.
const CONTEXT: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Golden,
    Now,
}

/// Both texts as one: `-` marks what the golden has, `+` what came now.
pub(crate) fn diff(golden: &str, now: &str) -> String {
    let lines = merged(&golden.lines().collect::<Vec<_>>(), &now.lines().collect::<Vec<_>>());
    let near = |at: usize| {
        let around = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(lines.len());
        lines[around].iter().any(|(side, _)| *side != Side::Both)
    };
    let mut text = String::new();
    let mut left_out = false;
    for (at, (side, line)) in lines.iter().enumerate() {
        if !near(at) {
            left_out = true;
            continue;
        }
        if std::mem::take(&mut left_out) {
            text.push_str("  …\n");
        }
        let mark = match side {
            Side::Both => ' ',
            Side::Golden => '-',
            Side::Now => '+',
        };
        let _ = writeln!(text, "{mark} {line}");
    }
    if text.is_empty() {
        text.push_str("they differ in line ends only\n");
    }
    text
}

/// The longest common subsequence, with what is left of each side between.
fn merged<'t>(golden: &[&'t str], now: &[&'t str]) -> Vec<(Side, &'t str)> {
    let mut longest = vec![vec![0_usize; now.len() + 1]; golden.len() + 1];
    for g in (0..golden.len()).rev() {
        for n in (0..now.len()).rev() {
            longest[g][n] = if golden[g] == now[n] {
                longest[g + 1][n + 1] + 1
            } else {
                longest[g + 1][n].max(longest[g][n + 1])
            };
        }
    }
    let (mut g, mut n) = (0, 0);
    let mut lines = Vec::new();
    while g < golden.len() || n < now.len() {
        if g < golden.len() && n < now.len() && golden[g] == now[n] {
            lines.push((Side::Both, golden[g]));
            (g, n) = (g + 1, n + 1);
        } else if n == now.len() || g < golden.len() && longest[g + 1][n] >= longest[g][n + 1] {
            lines.push((Side::Golden, golden[g]));
            g += 1;
        } else {
            lines.push((Side::Now, now[n]));
            n += 1;
        }
    }
    lines
}
