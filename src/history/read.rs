//! Reads runs out of a history.

use std::time::Duration;

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::Verdict;
use crate::history::record::{Bench, Counts, Done, Head, Record, Sample};
use crate::history::{History, Unusable};

const HEAD: &str = "number, started, host, command, tool, journal, seed, shard, package, verdict, \
                    passed, failed, broken, skipped, interrupted, never_begun, flaky, took_ns, \
                    state";

/// Runs among which one is looked for that can be compared.
const NEAR: i64 = 100;

impl History {
    /// The last runs, the newest last; without a limit all of them.
    pub fn heads(&self, limit: Option<u32>) -> Result<Vec<Head>, Unusable> {
        let sql = format!("SELECT {HEAD} FROM run ORDER BY number DESC LIMIT ?1");
        let mut statement = self.connection.prepare(&sql)?;
        let limit = limit.map_or(-1, i64::from);
        let found = statement.query_map([limit], head)?.collect::<Result<Vec<_>, _>>()?;
        let mut heads: Vec<Head> =
            found.into_iter().map(|head| self.with_rigs(head)).collect::<Result<_, _>>()?;
        heads.reverse();
        Ok(heads)
    }

    /// The run with this number.
    pub fn head(&self, number: i64) -> Result<Option<Head>, Unusable> {
        let sql = format!("SELECT {HEAD} FROM run WHERE number = ?1");
        let found = self.connection.query_row(&sql, [number], head).optional()?;
        found.map(|head| self.with_rigs(head)).transpose()
    }

    /// The number of the run that is so many before the last; those that are underway do not count.
    pub fn number_from_last(&self, back: u32) -> Result<Option<i64>, Unusable> {
        let sql =
            "SELECT number FROM run WHERE state <> 'begun' ORDER BY number DESC LIMIT 1 OFFSET ?1";
        Ok(self.connection.query_row(sql, [back], |row| row.get(0)).optional()?)
    }

    /// The nearest run before this one that has three quarters of its tests, on the same rigs.
    pub fn nearest_before(&self, number: i64) -> Result<Option<i64>, Unusable> {
        let sql = "SELECT run FROM test JOIN run ON run.number = test.run \
                   WHERE run < ?1 AND run >= ?1 - ?2 AND run.state = 'told' AND subject IN \
                   (SELECT subject FROM test WHERE run = ?1) GROUP BY run \
                   HAVING 4 * count(*) >= 3 * (SELECT count(*) FROM test WHERE run = ?1) \
                   ORDER BY run DESC LIMIT 1";
        let found = self.connection.query_row(sql, [number, NEAR], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// The run with this number and all its tests.
    pub fn record(&self, number: i64) -> Result<Option<Record>, Unusable> {
        let Some(head) = self.head(number)? else { return Ok(None) };
        let tests = self.tests(number)?;
        Ok(Some(Record { head, tests }))
    }

    fn with_rigs(&self, head: Head) -> Result<Head, Unusable> {
        let sql = "SELECT name, profile, port, gone FROM rig WHERE run = ?1 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rigs = statement.query_map([head.number], |row| {
            let (name, profile, port) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Bench { name, profile, port, gone: row.get(3)? })
        })?;
        let rigs = rigs.collect::<Result<_, _>>()?;
        Ok(Head { rigs, ..head })
    }

    fn tests(&self, number: i64) -> Result<Vec<Done>, Unusable> {
        let sql = "SELECT subject.id, rig, subject.test, scenario, verdict, cause, took_ns, \
                   attempts, flaky, firmware_before, firmware_after \
                   FROM test JOIN subject ON subject.id = test.subject \
                   WHERE run = ?1 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| Ok((row.get::<_, i64>(0)?, done(row)?)))?;
        let mut tests = rows.collect::<Result<Vec<_>, _>>()?;
        let sql = "SELECT kind, name, unit, value, at_least, at_most \
                   FROM figure JOIN measure ON measure.id = figure.measure \
                   WHERE run = ?1 AND subject = ?2 ORDER BY measure.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        for (subject, test) in &mut tests {
            let rows = statement.query_map(params![number, *subject], sample)?;
            test.samples = rows.collect::<Result<_, _>>()?;
        }
        Ok(tests.into_iter().map(|(_, test)| test).collect())
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        number: Some(row.get(0)?),
        started: row.get(1)?,
        host: row.get(2)?,
        command: json(row, 3)?,
        tool: row.get(4)?,
        journal: row.get(5)?,
        seed: row.get::<_, i64>(6)?.cast_unsigned(),
        shard: row.get(7)?,
        package: json(row, 8)?,
        verdict: verdict(row, 9)?,
        counts: Counts {
            passed: row.get(10)?,
            failed: row.get(11)?,
            broken: row.get(12)?,
            skipped: row.get(13)?,
            interrupted: row.get(14)?,
            never_begun: row.get(15)?,
            flaky: row.get(16)?,
        },
        took: duration(row, 17)?,
        state: word(row, 18)?,
        rigs: Vec::new(),
    })
}

fn done(row: &Row<'_>) -> rusqlite::Result<Done> {
    let before: Option<String> = row.get(9)?;
    Ok(Done {
        rig: row.get(1)?,
        id: row.get(2)?,
        scenario: row.get(3)?,
        verdict: verdict(row, 4)?,
        cause: row.get(5)?,
        took: duration(row, 6)?,
        attempts: row.get(7)?,
        flaky: row.get(8)?,
        firmware: before.zip(row.get(10)?),
        samples: Vec::new(),
    })
}

fn sample(row: &Row<'_>) -> rusqlite::Result<Sample> {
    let (kind, name, unit) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (value, at_least, at_most) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(Sample { kind, name, unit, value, at_least, at_most })
}

pub(super) fn duration(row: &Row<'_>, column: usize) -> rusqlite::Result<Duration> {
    Ok(Duration::from_nanos(row.get(column)?))
}

pub(super) fn verdict(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Verdict>> {
    if row.get_ref(column)?.data_type() == Type::Null {
        Ok(None)
    } else {
        word(row, column).map(Some)
    }
}

/// One of the words that an enum has in a journal as well.
fn word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let word = Value::String(row.get(column)?).to_string();
    parsed(&word, row, column)
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parsed(&text, row, column)
}

/// Text that we wrote as JSON ourselves; anything else is damage.
fn parsed<T: DeserializeOwned>(text: &str, row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let kind = row.get_ref(column).map_or(Type::Null, |value| value.data_type());
        let error = FromSqlError::Other(Box::new(error));
        rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
    })
}
