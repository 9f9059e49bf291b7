//! How long downloads, transfers and installs took, for each test of a run.
//!
//! Only what went through in one go has a time: one that was halted, by a cut or a lost session,
//! tells about the cut.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::history::record::Sample;
use crate::journal::{Entry, Event, Journal, TestAt};
use crate::progression::{Course, Phase, Progress, Progression};

/// Follows a run by its journal, entry by entry.
#[derive(Clone, Debug, Default)]
pub struct Phases {
    /// By rig, as the entries name it.
    following: BTreeMap<String, Following>,
    /// By rig and test: what its last attempt came to.
    found: BTreeMap<(String, String), Vec<Sample>>,
}

/// One rig.
#[derive(Clone, Debug, Default)]
struct Following {
    test: Option<(String, String)>,
    progression: Progression,
    /// Of what goes on now: it was halted since it began.
    was_halted: bool,
}

impl Phases {
    /// Follows a run that is written down now.
    pub fn follow(journal: &mut Journal) -> Arc<Mutex<Phases>> {
        let phases = Arc::new(Mutex::new(Phases::default()));
        let hears = Arc::clone(&phases);
        journal.listen(Box::new(move |entry| {
            hears.lock().unwrap_or_else(std::sync::PoisonError::into_inner).hear(entry);
        }));
        phases
    }

    pub fn hear(&mut self, entry: &Entry<'_>) {
        let on = entry.on.as_deref().unwrap_or_default();
        if !self.following.contains_key(on) {
            self.following.insert(on.to_owned(), Following::default());
        }
        let following = self.following.get_mut(on).expect("it was put in above");
        if let Event::TestStarted(TestAt { rig, id, .. }) = &entry.is {
            let test = (rig.clone(), id.clone());
            self.found.remove(&test);
            *following = Following { test: Some(test), ..Following::default() };
        }
        let Following { test, progression, was_halted } = following;
        let Some(test) = test else { return };
        progression.hear(entry, |progress| match progress.course {
            Course::Underway => *was_halted &= progress.since < progress.at,
            Course::Halted => *was_halted = true,
            Course::Finished if !std::mem::take(was_halted) => {
                self.found.entry(test.clone()).or_default().extend(samples(&progress));
            }
            Course::Finished | Course::Failed => *was_halted = false,
        });
    }

    /// What a test came to; a phase that comes again has a `#2`, as measurements have.
    pub(super) fn of(&self, rig: &str, test: &str) -> Vec<Sample> {
        let found = self.found.get(&(rig.to_owned(), test.to_owned()));
        let mut samples = found.cloned().unwrap_or_default();
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for sample in &mut samples {
            let times = times.entry(sample.name.clone()).or_default();
            *times += 1;
            if *times > 1 {
                sample.name = format!("{} #{times}", sample.name);
            }
        }
        samples
    }
}

/// Its time and, where its length is known, its rate.
fn samples(progress: &Progress) -> Vec<Sample> {
    let what = match progress.what {
        Phase::Download => "download",
        Phase::Transfer => "transfer",
        Phase::Install => "install",
    };
    let seconds = progress.at.since(progress.since).as_secs_f64();
    let sample = |name: &str, unit: &str, value| {
        let (name, unit) = (format!("{what} {name}"), unit.to_owned());
        Sample { kind: "phase".to_owned(), name, unit, value, at_least: None, at_most: None }
    };
    let mut samples = vec![sample("time", "s", seconds)];
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    if let Some(bytes) = progress.bytes.filter(|_| seconds > 0.0) {
        samples.push(sample("rate", "B/s", bytes as f64 / seconds));
    }
    samples
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fault::Verdict;
    use crate::journal::Wire;

    fn test(id: &str) -> Event<'static> {
        let word = |word: &str| word.to_owned();
        Event::TestStarted(TestAt {
            id: word(id),
            rig: word("desk"),
            scenario: word(id),
            name: word(id),
            file: word(""),
            params: word(""),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        })
    }

    fn says(lines: &str) -> Event<'static> {
        let lines = lines.split_whitespace().map(|code| format!("\r\n+WDSI: {code}\r\n"));
        Event::Received(Wire::from(lines.collect::<String>().into_bytes()))
    }

    /// The samples of the test `one` after these events, ten seconds apart.
    fn found(events: Vec<Event<'static>>) -> Vec<(String, f64)> {
        let mut phases = Phases::default();
        for (number, is) in (0_u64..).zip(events) {
            phases.hear(&Entry { ns: number * 10_000_000_000, on: None, is });
        }
        let samples = phases.of("desk", "one").into_iter();
        samples.map(|sample| (sample.name, sample.value)).collect()
    }

    #[test]
    fn what_goes_through_has_a_time_and_a_rate() {
        let ended = Event::TestEnded { verdict: Verdict::Passed, reason: None };
        let course = ["9,1000", "18", "18,50", "18,100 10", "14", "16"].map(says);
        let again = ["9,1000", "18", "18,100 10"].map(says);
        let events = [&[test("one")], course.as_slice(), &again, &[ended]].concat();
        let expected = [
            ("download time", 20.0),
            ("download rate", 50.0),
            ("install time", 10.0),
            ("download time #2", 10.0),
            ("download rate #2", 100.0),
        ];
        assert_eq!(found(events), expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn what_was_halted_has_none() {
        let course = ["9,1000", "18", "18,50", "8", "9,500 18", "18,100 10"].map(says);
        assert_eq!(found([&[test("one")], course.as_slice()].concat()), []);
    }

    #[test]
    fn a_later_attempt_begins_anew() {
        let course = ["9,1000 18", "18,100 10"].map(says);
        let events = [&[test("one")], course.as_slice(), &[test("one"), test("two")], &course];
        assert_eq!(found(events.concat()), []);
    }
}
