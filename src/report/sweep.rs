//! Scenarios that became several tests: how many of them went wrong, the smallest such value, and
//! the command that runs that one again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::diagnostic::printable;
use crate::duration;
use crate::fault::Verdict;
use crate::tally::{Outcome, Tally};

/// Tests of one scenario and one verdict that are told one by one; of a sweep over a thousand
/// values a person wants the smallest few, and how many there are.
pub(super) const MAX_TOLD: usize = 5;

/// Names of the rig and the package of a run without `--rig` and `--package`.
const BUILT_IN: (&str, &str) = ("virtual", "demo");

/// The tests of one scenario that came to one verdict, other than passed.
pub(super) struct Sweep<'t> {
    verdict: Verdict,
    /// The smallest value first.
    bad: Vec<&'t Outcome>,
    /// Tests of the scenario.
    of: usize,
    /// The parameter that says which is small: one whose values are numbers or durations.
    by: Option<String>,
}

/// What there is to say of scenarios with several tests, in the order in which they were run.
pub(super) fn sweeps(tally: &Tally) -> Vec<Sweep<'_>> {
    let mut order = Vec::new();
    let mut scenarios: BTreeMap<(&str, &str), Vec<&Outcome>> = BTreeMap::new();
    for test in &tally.tests {
        let scenario = (test.at.rig.as_str(), test.at.scenario.as_str());
        let tests = scenarios.entry(scenario).or_default();
        if tests.is_empty() {
            order.push(scenario);
        }
        tests.push(test);
    }
    let several = order.iter().map(|scenario| &scenarios[scenario]).filter(|all| all.len() > 1);
    let each = several.flat_map(|all| {
        let by = yardstick(all);
        let of_verdict = move |verdict| of_verdict(all, verdict, by.clone());
        [Verdict::Failed, Verdict::Broken, Verdict::Skipped].into_iter().filter_map(of_verdict)
    });
    each.collect()
}

fn of_verdict<'t>(all: &[&'t Outcome], verdict: Verdict, by: Option<String>) -> Option<Sweep<'t>> {
    let mut bad: Vec<&Outcome> =
        all.iter().copied().filter(|test| test.verdict == verdict).collect();
    if let Some(name) = &by {
        let size =
            |test: &Outcome| value(test, name).as_deref().and_then(measure).unwrap_or(f64::MAX);
        bad.sort_by(|one, other| size(one).total_cmp(&size(other)));
    }
    (!bad.is_empty()).then_some(Sweep { verdict, bad, of: all.len(), by })
}

impl<'t> Sweep<'t> {
    /// The tests that are not told one by one, because there are too many of their kind.
    pub(super) fn untold(&self) -> &[&'t Outcome] {
        self.bad.get(MAX_TOLD..).unwrap_or_default()
    }

    /// The scenario's id.
    pub(super) fn scenario(&self) -> &'t str {
        &self.bad[0].at.scenario
    }

    /// The rig on which they were run.
    pub(super) fn rig(&self) -> &'t str {
        &self.bad[0].at.rig
    }

    /// Whether the test belongs to the same scenario on the same rig.
    pub(super) fn is_of(&self, test: &Outcome) -> bool {
        let own = &self.bad[0].at;
        (&own.rig, &own.scenario) == (&test.at.rig, &test.at.scenario)
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// `12 of 101 tests failed, the smallest with cut=35`
    pub(super) fn sentence(&self) -> String {
        let (count, of, verdict) = (self.bad.len(), self.of, self.verdict);
        let mut text = format!("{count} of {of} tests {verdict}");
        match (&self.by, verdict) {
            (_, Verdict::Skipped) => {}
            (Some(name), _) => {
                let value = value(self.bad[0], name).unwrap_or_default();
                let _ = write!(text, ", the smallest with {name}={value}");
            }
            (None, _) => {
                let _ = write!(text, ", the first with {}", self.bad[0].at.params);
            }
        }
        printable(&text)
    }

    /// What to type to run the smallest again; nothing for what was not run at all.
    pub(super) fn again(&self, tally: &Tally) -> Option<String> {
        let at = &self.bad[0].at;
        let seed = tally.plan.as_ref().map_or(1, |plan| plan.seed);
        let has_own_file = at.file != format!("scenarios/{}.yaml", at.scenario);
        let scenario = if has_own_file { &at.file } else { &at.scenario };
        let (scenario, id) = (quoted(scenario), quoted(&at.id));
        let desk = desk(&at.rig, tally);
        // With its value: another seed draws others, and the file may have been changed.
        let by = self.by.as_ref().and_then(|name| Some((name, value(self.bad[0], name)?)));
        let param =
            by.map(|(name, value)| format!(" --param {}", quoted(&format!("{name}=[{value}]"))));
        let param = param.unwrap_or_default();
        let command = format!("fotarig run {scenario}{param} --filter {id} --seed {seed}{desk}");
        match self.verdict {
            Verdict::Skipped => None,
            Verdict::Passed | Verdict::Failed | Verdict::Broken | Verdict::Interrupted => {
                Some(printable(&command))
            }
        }
    }
}

/// The options that a person has to give again where they are not the built-in ones: a journal
/// knows the name of the package, but not always its file.
fn desk(rig: &str, tally: &Tally) -> String {
    let plan = tally.plan.as_ref();
    let name = plan.and_then(|plan| plan.package.get("name"));
    let rig = match plan.and_then(|plan| plan.rig_files.get(rig)) {
        Some(file) => format!(" --rig {}", quoted(file)),
        None if rig == BUILT_IN.0 => String::new(),
        None => " --rig …".to_owned(),
    };
    let is_built_in = name.is_some_and(|name| name.as_str() == Some(BUILT_IN.1));
    format!("{rig}{}", if is_built_in { "" } else { " --package …" })
}

/// A word for a shell.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if word.chars().all(is_plain) && !word.is_empty() {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Of the parameters whose values all are numbers or durations, that with the most values.
fn yardstick(tests: &[&Outcome]) -> Option<String> {
    let names = params(&tests[0].at.params).into_iter().map(|(name, _)| name);
    let mut best: Option<(usize, String)> = None;
    for name in names {
        let sizes: Option<BTreeSet<u64>> = tests
            .iter()
            .map(|test| value(test, &name).as_deref().and_then(measure).map(f64::to_bits))
            .collect();
        let different = sizes.map_or(0, |sizes| sizes.len());
        if different > best.as_ref().map_or(1, |(most, _)| *most) {
            best = Some((different, name));
        }
    }
    best.map(|(_, name)| name)
}

fn value(test: &Outcome, name: &str) -> Option<String> {
    let all = params(&test.at.params).into_iter();
    all.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// `a=1,b=x,y` is a with 1, and b with `x,y`: a comma belongs to the value before it when no name
/// follows.
fn params(text: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once('='), all.last_mut()) {
            (Some((name, value)), _) => all.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(part);
            }
            (None, None) => {}
        }
    }
    all
}

/// A number, or a duration in seconds.
fn measure(text: &str) -> Option<f64> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(|| Some(duration::parse(text).ok()?.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_read_back() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(params("a=1,b=x,y"), [pair("a", "1"), pair("b", "x,y")]);
        assert_eq!(params("c=AT+WDSI=4479"), [pair("c", "AT+WDSI=4479")]);
        assert!(params("").is_empty());
    }

    #[test]
    fn small_is_meant_by_value() {
        let sizes = ["500ms", "5", "12", "1min"].map(measure);
        assert_eq!(sizes, [Some(0.5), Some(5.0), Some(12.0), Some(60.0)]);
        assert_eq!(measure("IPV6"), None);
        assert_eq!(quoted("it's[a=1]"), r"'it'\''s[a=1]'");
    }
}
