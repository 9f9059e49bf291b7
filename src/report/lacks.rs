//! What no test says: runs without an end, tests that never began, rigs that were taken out.

use crate::fault::Verdict;
use crate::tally::{Exit, Outcome, Run, Tally};

/// One thing that is wrong beside the tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The run that it is about, as [`Outcome::run`].
    pub run: usize,
    /// The rig, when it is about one.
    pub rig: Option<String>,
    /// What should be, as if it were a test.
    pub title: &'static str,
    pub kind: Verdict,
    pub message: String,
}

/// All of them. Without them a report could be green although the exit code is not 0.
pub fn lacks(tally: &Tally) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for number in 0..tally.runs.len().max(1) {
        lacks.extend(of_run(tally, number, &tally.run(number)));
    }
    lacks.extend(tally.left.iter().map(|(rig, why)| Lack {
        run: run_of(tally, rig),
        rig: Some(rig.clone()),
        title: "the rig stays in the run",
        kind: Verdict::Broken,
        message: format!("the rig was taken out: {why}"),
    }));
    let is_green = |test: &Outcome| matches!(test.told(), Verdict::Passed | Verdict::Skipped);
    if lacks.is_empty() && tally.tests.iter().all(is_green) && tally.exit() != Exit::Passed {
        let kind = tally.ended.unwrap_or(Verdict::Interrupted);
        let message = format!("the run came to `{kind}`, which none of its tests says");
        lacks.push(lack(0, "the run comes to a good end", kind, message));
    }
    lacks
}

fn lack(run: usize, title: &'static str, kind: Verdict, message: String) -> Lack {
    Lack { run, rig: None, title, kind, message }
}

/// What one run lacks, if anything.
fn of_run(tally: &Tally, number: usize, run: &Run) -> Vec<Lack> {
    let mut lacks = Vec::new();
    let begun = tally.tests.iter().filter(|test| test.run == number).count() as u64;
    let planned = run.plan.as_ref().map_or(0, |plan| plan.tests);
    if run.ended.is_none() {
        let message = match &run.plan {
            None => "the journal ends before the run began".to_owned(),
            Some(_) => {
                format!("the journal ends before the run did: {begun} of {planned} tests had begun")
            }
        };
        lacks.push(lack(number, "the run comes to its end", Verdict::Interrupted, message));
    }
    if begun < planned {
        let message = format!("{} of {planned} tests never began", planned - begun);
        let ended = run.ended.filter(|ended| !matches!(ended, Verdict::Passed | Verdict::Skipped));
        let kind = ended.unwrap_or(Verdict::Interrupted);
        lacks.push(lack(number, "each test of the run begins", kind, message));
    }
    lacks
}

/// The run in which a rig did something; rigs of one name that did the same are told apart.
fn run_of(tally: &Tally, rig: &str) -> usize {
    let is_in = |run: &Run| {
        let plan = run.plan.as_ref();
        plan.is_some_and(|plan| plan.rig == rig || plan.rigs.iter().any(|other| other == rig))
    };
    tally.runs.iter().position(is_in).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Entry, Event, Plan};

    fn tally(events: impl IntoIterator<Item = Event<'static>>) -> Tally {
        let mut tally = Tally::default();
        for is in events {
            tally.hear(&Entry { ns: 1, on: None, is });
        }
        tally
    }

    fn plan(tests: u64) -> Event<'static> {
        Event::RunStarted(Plan { tests, ..Plan::default() })
    }

    fn messages(tally: &Tally) -> Vec<String> {
        lacks(tally).into_iter().map(|lack| format!("{}: {}", lack.kind, lack.message)).collect()
    }

    #[test]
    fn nothing_is_green_that_is_not_whole() {
        let nothing = tally([]);
        assert_eq!(messages(&nothing), ["interrupted: the journal ends before the run began"]);
        let cut = tally([plan(3)]);
        let said = "interrupted: the journal ends before the run did: 0 of 3 tests had begun";
        assert_eq!(messages(&cut), [said, "interrupted: 3 of 3 tests never began"]);
        let broken = Event::RunEnded { verdict: Verdict::Broken };
        let left = Event::RigLeft { why: "its port is gone".into() };
        let out = tally([plan(0), left, broken.clone()]);
        assert_eq!(messages(&out), ["broken: the rig was taken out: its port is gone"]);
        let silent = tally([plan(0), broken]);
        let said = "broken: the run came to `broken`, which none of its tests says";
        assert_eq!(messages(&silent), [said]);
        let good = tally([plan(0), Event::RunEnded { verdict: Verdict::Passed }]);
        assert_eq!(lacks(&good), []);
    }
}
