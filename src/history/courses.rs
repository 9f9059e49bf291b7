//! What became of tests from run to run, and how often that changed without a reason.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use serde::Serialize;

use crate::fault::Verdict;
use crate::history::read::verdict;
use crate::history::{Head, History, Unusable};
use crate::quarantine;

/// No id is longer, so a pattern that is fits none.
const MAX_PATTERN_BYTES: usize = 4_000;

/// Tests through the last runs.
#[derive(Clone, Debug, Serialize)]
pub struct Courses {
    /// In which at least one of the tests was; the newest last.
    pub runs: Vec<Head>,
    pub tests: Vec<Course>,
}

/// One test on one rig.
#[derive(Clone, Debug, Serialize)]
pub struct Course {
    pub scenario: String,
    pub rig: String,
    pub id: String,
    /// For each run what it came to there; nothing where it was not part of the run.
    pub marks: Vec<Option<Mark>>,
    /// Why it did not pass the last time that it did not.
    pub cause: Option<String>,
}

/// What a test came to in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Nothing when it never began.
    pub verdict: Option<Verdict>,
    /// It passed in a later attempt only.
    pub flaky: bool,
}

/// How restless a scenario is on a rig.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unrest {
    pub scenario: String,
    pub rig: String,
    /// Runs in which it was.
    pub runs: usize,
    /// Of them those with an earlier one of the same package, to which they can be compared.
    pub compared: usize,
    /// Of those compared: a test passed that had failed, or the other way round.
    pub changed: usize,
    /// Runs in which a test passed in a later attempt only.
    pub flaky: usize,
    /// Runs in which the rig broke under a test.
    pub broken: usize,
}

impl History {
    /// The tests whose id, or whose scenario's id, fits a pattern, through the last runs.
    pub fn courses(&self, pattern: &str, runs: u32) -> Result<Courses, Unusable> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Ok(Courses { runs: Vec::new(), tests: Vec::new() });
        }
        let wanted = quarantine::ids(pattern);
        let runs = self.heads(Some(runs))?;
        let is_wanted = |scenario: &str, id: &str| wanted.is_match(scenario) || wanted.is_match(id);
        let subjects = self.subjects(|subject| is_wanted(&subject.scenario, &subject.id))?;
        let tests = self.through(&runs, subjects)?;
        Ok(Courses { runs, tests }.without_empty_runs())
    }

    /// What became of tests, by rig and id, in these runs; those that were in none are left out.
    pub fn marks(
        &self,
        runs: &[Head],
        is_wanted: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<Course>, Unusable> {
        let subjects = self.subjects(|subject| is_wanted(&subject.rig, &subject.id))?;
        self.through(runs, subjects)
    }

    fn through(&self, runs: &[Head], subjects: Vec<Subject>) -> Result<Vec<Course>, Unusable> {
        let sql = "SELECT verdict, flaky, cause FROM test WHERE run = ?1 AND subject = ?2";
        let mut statement = self.connection.prepare(sql)?;
        let mut tests = Vec::new();
        for Subject { number, scenario, rig, id } in subjects {
            let (mut marks, mut cause) = (vec![None; runs.len()], None);
            for (mark, run) in marks.iter_mut().zip(runs) {
                let mut rows = statement.query(params![run.number, number])?;
                let Some(row) = rows.next()? else { continue };
                *mark = Some(Mark { verdict: verdict(row, 0)?, flaky: row.get(1)? });
                cause = row.get::<_, Option<String>>(2)?.or(cause);
            }
            if marks.iter().any(Option::is_some) {
                tests.push(Course { scenario, rig, id, marks, cause });
            }
        }
        Ok(tests)
    }

    /// The tests that are wanted, in the order of their ids.
    fn subjects(&self, is_wanted: impl Fn(&Subject) -> bool) -> Result<Vec<Subject>, Unusable> {
        let sql = "SELECT id, scenario, rig, test FROM subject ORDER BY scenario, test, rig";
        let mut statement = self.connection.prepare(sql)?;
        let all = statement.query_map([], |row| {
            let (number, scenario) = (row.get(0)?, row.get(1)?);
            Ok(Subject { number, scenario, rig: row.get(2)?, id: row.get(3)? })
        })?;
        let mut all = all.collect::<Result<Vec<_>, _>>()?;
        all.retain(is_wanted);
        Ok(all)
    }
}

/// A test on a rig, as the file knows it.
struct Subject {
    number: i64,
    scenario: String,
    rig: String,
    id: String,
}

impl Courses {
    fn without_empty_runs(self) -> Courses {
        let has_marks = |place: &usize| self.tests.iter().any(|test| test.marks[*place].is_some());
        let kept: BTreeSet<usize> = (0..self.runs.len()).filter(has_marks).collect();
        let keep = |mut test: Course| {
            let mut place = 0..;
            test.marks.retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
            test
        };
        let tests = self.tests.into_iter().map(keep).collect();
        let runs = self.runs.into_iter().enumerate();
        let runs = runs.filter(|(place, _)| kept.contains(place)).map(|(_, run)| run).collect();
        Courses { runs, tests }
    }

    /// How restless each scenario is on each rig, the worst first; those at rest are left out.
    pub fn unrest(&self) -> Vec<Unrest> {
        let subjects: Vec<String> = self.runs.iter().map(Head::subject).collect();
        let mut by: BTreeMap<(&str, &str), Vec<&Course>> = BTreeMap::new();
        // A test that was left to any rig, and that none began, says nothing.
        for test in self.tests.iter().filter(|test| !test.rig.is_empty()) {
            by.entry((&test.scenario, &test.rig)).or_default().push(test);
        }
        let mut all: Vec<Unrest> =
            by.values().map(|tests| Unrest::of(tests, &subjects)).filter(Unrest::is_told).collect();
        let share = |it: &Unrest, times: usize| times * 1_000_000 / it.compared.max(1);
        all.sort_by_key(|it| std::cmp::Reverse((share(it, it.changed), it.flaky, it.broken)));
        all
    }
}

impl Unrest {
    /// Of one scenario's tests on one rig; `subjects` tells for each run what package it tested.
    fn of(tests: &[&Course], subjects: &[String]) -> Unrest {
        let (scenario, rig) = (tests[0].scenario.clone(), tests[0].rig.clone());
        let [mut ran, mut compared, mut changed, mut flaky, mut broken] =
            [(); 5].map(|()| BTreeSet::new());
        for test in tests {
            let mut last: BTreeMap<&str, bool> = BTreeMap::new();
            for (run, mark) in test.marks.iter().enumerate() {
                let Some(Mark { verdict: Some(verdict), flaky: is_flaky }) = mark else { continue };
                ran.insert(run);
                if *is_flaky {
                    flaky.insert(run);
                }
                let passed = match verdict {
                    Verdict::Passed => true,
                    Verdict::Failed => false,
                    Verdict::Broken => {
                        broken.insert(run);
                        continue;
                    }
                    Verdict::Skipped | Verdict::Interrupted => continue,
                };
                if let Some(before) = last.insert(&subjects[run], passed) {
                    compared.insert(run);
                    if before != passed {
                        changed.insert(run);
                    }
                }
            }
        }
        let [runs, compared, changed, flaky, broken] =
            [ran, compared, changed, flaky, broken].map(|set| set.len());
        Unrest { scenario, rig, runs, compared, changed, flaky, broken }
    }

    fn is_told(&self) -> bool {
        self.changed + self.flaky + self.broken > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(id: &str, marks: &str) -> Course {
        let mark = |sign| {
            let verdict = match sign {
                '.' | '~' => Verdict::Passed,
                'F' => Verdict::Failed,
                'B' => Verdict::Broken,
                _ => return None,
            };
            Some(Mark { verdict: Some(verdict), flaky: sign == '~' })
        };
        let (scenario, rig) = ("update".to_owned(), "desk".to_owned());
        let marks = marks.chars().map(mark).collect();
        Course { scenario, rig, id: id.to_owned(), marks, cause: None }
    }

    #[test]
    fn a_change_counts_only_within_a_package() {
        let subjects = ["a", "a", "b", "b", "a", "a"].map(str::to_owned);
        let (one, two) = (course("one", "..FF.~"), course("two", ".B..F "));
        let unrest = Unrest::of(&[&one, &two], &subjects);
        assert_eq!((unrest.runs, unrest.compared, unrest.changed), (6, 4, 1));
        assert_eq!((unrest.flaky, unrest.broken), (1, 1));
        let quiet = course("one", "......");
        assert!(!Unrest::of(&[&quiet], &subjects).is_told());
    }
}
