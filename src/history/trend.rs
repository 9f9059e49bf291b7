//! Measurements through the runs: what trend pages are drawn from.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;

use crate::history::{Head, History, Unusable};
use crate::quarantine;

/// One measurement of a scenario, over its tests, rigs and runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub scenario: String,
    /// Where it comes from: `measure`, `cut`, `latency` or `phase`.
    pub kind: String,
    pub name: String,
    pub unit: String,
    /// The oldest first.
    pub values: Vec<Measured>,
}

/// Scenario, kind, name and unit.
type Key = (String, String, String, String);

/// What was measured once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub run: i64,
    /// RFC 3339, UTC.
    pub started: String,
    pub rig: String,
    /// What the module ran when the test ended, or what the package was to bring.
    pub firmware: String,
    pub value: f64,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

impl History {
    /// The measurements of scenarios whose id fits a pattern, through the last runs; by scenario,
    /// kind and name. Of tests that ended without a word about the module nothing counts.
    pub fn lines(&self, pattern: &str, runs: u32) -> Result<Vec<Line>, Unusable> {
        let wanted = quarantine::ids(pattern);
        let sql = "SELECT scenario, name, unit, rig, firmware_after, value, at_least, at_most, \
                   kind FROM test JOIN subject ON subject.id = test.subject \
                   JOIN figure ON figure.run = test.run AND figure.subject = test.subject \
                   JOIN measure ON measure.id = figure.measure \
                   WHERE test.run = ?1 AND verdict IN ('passed', 'failed') ORDER BY place";
        let mut statement = self.connection.prepare(sql)?;
        let mut lines: BTreeMap<Key, Vec<Measured>> = BTreeMap::new();
        for head in self.heads(Some(runs))? {
            let mut rows = statement.query(params![head.number])?;
            while let Some(row) = rows.next()? {
                let scenario: String = row.get(0)?;
                if !wanted.is_match(&scenario) {
                    continue;
                }
                let name: String = row.get(1)?;
                // What a test measures several times is one measurement.
                let name = name
                    .rsplit_once(" #")
                    .filter(|(_, times)| is_number(times))
                    .map_or(name.clone(), |(plain, _)| plain.to_owned());
                let measured = Measured {
                    run: head.number.unwrap_or_default(),
                    started: head.started.clone(),
                    rig: row.get(3)?,
                    firmware: row.get::<_, Option<String>>(4)?.unwrap_or_else(|| target(&head)),
                    value: row.get(5)?,
                    at_least: row.get(6)?,
                    at_most: row.get(7)?,
                };
                let key = (scenario, row.get(8)?, name, row.get(2)?);
                lines.entry(key).or_default().push(measured);
            }
        }
        let line =
            |((scenario, kind, name, unit), values)| Line { scenario, kind, name, unit, values };
        Ok(lines.into_iter().map(line).collect())
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}

fn target(head: &Head) -> String {
    head.target().unwrap_or_default()
}
