//! Several runs that are told as one: the shards of several hosts, or a run and its sequel.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Flaky, Plan};
use crate::tally::{Run, Tally};

impl Tally {
    /// Tells several runs as one, in the order in which they are given. Rigs of two runs that have
    /// one name and did the same test are told apart by their hosts, or by their numbers.
    pub fn merge(mut parts: Vec<Tally>) -> Tally {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        let marks = marks(&parts);
        tell_apart(&mut parts, &marks);
        let mut whole = Tally { plan: together(&parts), ..Tally::default() };
        let headers = parts.iter().filter_map(|part| part.header.clone());
        whole.header = headers.min_by(|one, other| one.started.cmp(&other.started));
        let ends = parts.iter().map(|part| part.ended);
        whole.ended = ends.reduce(|all, one| Some(all?.or_worse(one?))).flatten();
        for ((number, part), mark) in parts.into_iter().enumerate().zip(marks) {
            let mut tests = part.tests;
            for test in &mut tests {
                test.belong_to(number);
            }
            whole.tests.extend(tests);
            for rig in part.rigs {
                if !whole.rigs.contains(&rig) {
                    whole.rigs.push(rig);
                }
            }
            whole.left.extend(part.left);
            whole.runs.push(Run { header: part.header, plan: part.plan, ended: part.ended, mark });
        }
        whole
    }

    /// What the run of a test says of itself; `number` is [`crate::tally::Outcome::run`].
    pub fn run(&self, number: usize) -> Run {
        let own = || Run {
            header: self.header.clone(),
            plan: self.plan.clone(),
            ended: self.ended,
            mark: String::new(),
        };
        self.runs.get(number).cloned().unwrap_or_else(own)
    }
}

/// One plan of all: what they have in common is that of the first.
fn together(parts: &[Tally]) -> Option<Plan> {
    let plans: Vec<&Plan> = parts.iter().filter_map(|part| part.plan.as_ref()).collect();
    let first = *plans.first()?;
    let rigs = parts.iter().flat_map(rigs_of).collect::<BTreeSet<_>>();
    let shards: Vec<&str> = plans.iter().filter_map(|plan| plan.shard.as_deref()).collect();
    Some(Plan {
        tests: plans.iter().map(|plan| plan.tests).sum(),
        rigs: if rigs.len() > 1 { rigs.into_iter().collect() } else { Vec::new() },
        rig_files: plans.iter().flat_map(|plan| plan.rig_files.clone()).collect(),
        shard: (!shards.is_empty()).then(|| shards.join(" and ")),
        // Each run has judged its own already.
        flaky: Flaky::Pass,
        ..first.clone()
    })
}

/// The rigs that did something or were to.
fn rigs_of(part: &Tally) -> BTreeSet<String> {
    let mut rigs: BTreeSet<String> =
        part.plan.iter().flat_map(|plan| plan.rigs.iter().cloned()).collect();
    rigs.extend(part.rigs.iter().map(|rig| rig.name.clone()));
    rigs
}

/// What tells each from the others: its host, or its number where that is no help.
fn marks(parts: &[Tally]) -> Vec<String> {
    let host = |part: &Tally| part.header.as_ref().and_then(|header| header.host.clone());
    let hosts: BTreeSet<Option<String>> = parts.iter().map(host).collect();
    let by_host = hosts.len() == parts.len() && !hosts.contains(&None);
    let mark = |(number, part): (usize, &Tally)| {
        host(part).filter(|_| by_host).unwrap_or_else(|| (number + 1).to_string())
    };
    parts.iter().enumerate().map(mark).collect()
}

/// Gives rigs that would be mixed up names of their own.
fn tell_apart(parts: &mut [Tally], marks: &[String]) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut mixed: BTreeSet<String> = BTreeSet::new();
    for test in parts.iter().flat_map(|part| &part.tests) {
        if !seen.insert((test.at.rig.clone(), test.at.id.clone())) {
            mixed.insert(test.at.rig.clone());
        }
    }
    for (part, mark) in parts.iter_mut().zip(marks) {
        let names: BTreeMap<&String, String> =
            mixed.iter().map(|rig| (rig, format!("{rig}@{mark}"))).collect();
        part.rename(&names);
    }
}

impl Tally {
    fn rename(&mut self, names: &BTreeMap<&String, String>) {
        let rename = |name: &mut String| {
            if let Some(new) = names.get(name) {
                name.clone_from(new);
            }
        };
        for test in &mut self.tests {
            rename(&mut test.at.rig);
            test.earlier.iter_mut().for_each(|before| rename(&mut before.at.rig));
        }
        self.rigs.iter_mut().for_each(|rig| rename(&mut rig.name));
        self.left.iter_mut().for_each(|(rig, _)| rename(rig));
        if let Some(plan) = &mut self.plan {
            rename(&mut plan.rig);
            plan.rigs.iter_mut().for_each(rename);
            let files = std::mem::take(&mut plan.rig_files).into_iter();
            let new =
                |(rig, file): (String, String)| (names.get(&rig).cloned().unwrap_or(rig), file);
            plan.rig_files = files.map(new).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Verdict;
    use crate::journal::{Entry, Event, Header, Rig, TestAt};
    use crate::tally::Exit;

    /// A run on the rig `desk` of a host, with a test of this id that passes.
    fn part(host: &str, id: &str) -> Tally {
        let mut part = Tally::default();
        let mut hear = |is| part.hear(&Entry { ns: 1, on: None, is });
        hear(Event::RunStarted(Plan { tests: 1, rig: "desk".to_owned(), ..Plan::default() }));
        let (profile, port) = ("hl78xx".to_owned(), "virtual".to_owned());
        let (roles, apn) = (Vec::new(), String::new());
        hear(Event::RigReady(Rig { name: "desk".to_owned(), profile, port, roles, apn }));
        let word = |word: &str| word.to_owned();
        hear(Event::TestStarted(TestAt {
            id: word(id),
            rig: word("desk"),
            scenario: word(id),
            name: word(id),
            file: word(""),
            params: word(""),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        }));
        hear(Event::TestEnded { verdict: Verdict::Passed, reason: None });
        hear(Event::RunEnded { verdict: Verdict::Passed });
        let (host, started) = (Some(host.to_owned()), format!("2030-01-01T00:00:0{}Z", host.len()));
        part.header = Some(Header { started, host, ..Header::default() });
        part
    }

    fn rigs(whole: &Tally) -> Vec<&str> {
        whole.tests.iter().map(|test| test.at.rig.as_str()).collect()
    }

    #[test]
    fn shards_are_one_run() {
        let whole = Tally::merge(vec![part("ab", "one"), part("a", "two")]);
        assert_eq!((whole.tests.len(), whole.count(Verdict::Passed)), (2, 2));
        assert_eq!(rigs(&whole), ["desk", "desk"]);
        assert_eq!((whole.rigs.len(), whole.exit()), (1, Exit::Passed));
        assert_eq!(whole.plan.as_ref().map(|plan| (plan.tests, plan.rigs.len())), Some((2, 0)));
        let started = |run: &Run| run.header.as_ref().map(|header| header.started.clone());
        assert_eq!(
            whole.header.as_ref().map(|header| header.started.clone()),
            started(&whole.runs[1])
        );
        let host = |number| whole.run(number).header.and_then(|header| header.host);
        assert_eq!(
            (host(0).as_deref(), host(whole.tests[1].run).as_deref()),
            (Some("ab"), Some("a"))
        );
    }

    #[test]
    fn the_same_test_on_rigs_of_one_name_is_two() {
        let whole = Tally::merge(vec![part("north", "one"), part("south", "one")]);
        assert_eq!(rigs(&whole), ["desk@north", "desk@south"]);
        assert!(whole.has_several_rigs());
        let whole = Tally::merge(vec![part("north", "one"), part("north", "one")]);
        assert_eq!(rigs(&whole), ["desk@1", "desk@2"]);
    }

    #[test]
    fn a_run_without_an_end_leaves_the_whole_without_one() {
        let mut cut = part("a", "one");
        cut.ended = None;
        let whole = Tally::merge(vec![cut, part("b", "two")]);
        assert_eq!((whole.ended, whole.exit()), (None, Exit::Interrupted));
    }
}
