//! The scene of a device's failure: when it was, how the run came there, what was said last.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// What only a run knows about a complaint; a mistake in a file has none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// When the complaint was made, in nanoseconds on the test's own clock.
    pub ns: Option<u64>,
    /// How the run came there, the nearest first.
    pub ways: Vec<Way>,
    /// The last lines of the conversation, the oldest first.
    pub tail: Vec<String>,
}

/// One thing on the way from the scenario to the place of a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The step that ran, where another place is marked.
    During {
        file: String,
        line: usize,
    },
    Round {
        round: u64,
        most: u64,
    },
    /// The name of a step.
    Step(String),
    /// Where the fragment is used.
    Used {
        file: String,
        line: usize,
    },
    /// `setup` or `teardown`.
    Part(String),
}

impl Scene {
    /// `at 149.372 s, in round 2 of 20, used at scenarios/update/ota.yaml:12`; empty when nothing
    /// is known.
    pub fn sentence(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.ns.map(|ns| format!("at {} s", Moment::from_nanos(ns))));
        let mut used = Vec::new();
        let mut within = None;
        let mut at = None;
        for way in &self.ways {
            match way {
                Way::During { file, line } => at = Some(format!("{file}:{line}")),
                Way::Round { round, most } => parts.push(format!("in round {round} of {most}")),
                Way::Step(name) => {
                    let at = at.take().map(|at| format!(" at {at}")).unwrap_or_default();
                    parts.push(format!("in the step `{name}`{at}"));
                }
                Way::Used { file, line } => used.push((file, line)),
                Way::Part(part) => within = Some(format!("in the {part}")),
            }
        }
        // The step has no name.
        parts.extend(at.map(|at| format!("in the step at {at}")));
        parts.extend(chain(&used));
        parts.extend(within);
        parts.join(", ")
    }
}

/// Where a fragment is used: the scenario's own line, and the fragments between, which are in one
/// folder most often, by their file names.
fn chain(used: &[(&String, &usize)]) -> Option<String> {
    let ((file, line), between) = used.split_last()?;
    let mut text = format!("used at {file}:{line}");
    let mut word = " through";
    for (file, line) in between.iter().rev() {
        let name = file.rsplit('/').next().unwrap_or_default();
        let _ = write!(text, "{word} {name}:{line}");
        word = " and";
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_one_sentence() {
        let used = |file: &str, line| Way::Used { file: file.to_owned(), line };
        let ways = vec![
            Way::Round { round: 2, most: 20 },
            used("scenarios/fragments/updates.yaml", 9),
            used("scenarios/fragments/finish.yaml", 7),
            used("scenarios/update/ota.yaml", 12),
            Way::Part("teardown".to_owned()),
        ];
        let scene = Scene { ns: Some(149_372_000_000), ways, tail: Vec::new() };
        let sentence = "at 149.372 s, in round 2 of 20, used at scenarios/update/ota.yaml:12 \
                        through finish.yaml:7 and updates.yaml:9, in the teardown";
        assert_eq!(scene.sentence(), sentence);
        assert_eq!(Scene::default().sentence(), "");
    }
}
