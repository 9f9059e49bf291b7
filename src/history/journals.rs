//! Runs out of their journals: a history is computed from those, also for runs that were killed.

use std::fs::{File, TryLockError};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use crate::history::record::{Head, Planned, Record};
use crate::history::{History, Phases, Unusable};
use crate::journal::{self, Plan, Unreadable};
use crate::tally::Tally;

/// Runs without an end that are looked at: each command does this, and most find none.
const MAX_LOOKED_AT: u32 = 20;

impl Record {
    /// The run of a journal, complete or not.
    pub fn read(path: &Path, planned: &[Planned]) -> Result<Record, Unreadable> {
        let file = File::open(path).map_err(Unreadable::Io)?;
        Record::heard(file, path, planned)
    }

    fn heard(file: impl Read, path: &Path, planned: &[Planned]) -> Result<Record, Unreadable> {
        let (mut tally, mut phases) = (Tally::default(), Phases::default());
        let header = journal::read(BufReader::new(file), |entry| {
            tally.hear(&entry);
            phases.hear(&entry);
        })?;
        tally.header = Some(header);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Ok(Record::of(&tally, &phases, &path.display().to_string(), planned))
    }
}

impl History {
    /// Completes runs that were killed from the journals that they have left. Must be asked before
    /// a new run takes the place of a journal.
    pub fn catch_up(&mut self) -> Result<(), Unusable> {
        for (number, path) in self.without_end()? {
            let Some(head) = self.head(number)? else { continue };
            match left_by(&head, &path) {
                Left::Running => {}
                Left::Nothing => self.lose(number)?,
                Left::Journal(file) => {
                    let planned = self.planned(number)?;
                    match Record::heard(file, &path, &planned) {
                        Ok(record) => drop(self.complete(Some(number), &record)?),
                        Err(_) => self.lose(number)?,
                    }
                }
            }
        }
        Ok(())
    }

    fn without_end(&self) -> Result<Vec<(i64, PathBuf)>, Unusable> {
        let sql = "SELECT number, journal FROM run WHERE state = 'begun' \
                   ORDER BY number DESC LIMIT ?1";
        let mut statement = self.connection.prepare(sql)?;
        let found = statement.query_map([MAX_LOOKED_AT], |row| {
            Ok((row.get(0)?, PathBuf::from(row.get::<_, String>(1)?)))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The tests that a run without an end was going to do.
    fn planned(&self, number: i64) -> Result<Vec<Planned>, Unusable> {
        let sql = "SELECT rig, subject.test, scenario FROM test \
                   JOIN subject ON subject.id = test.subject WHERE run = ?1 ORDER BY place";
        let mut statement = self.connection.prepare(sql)?;
        let found = statement.query_map([number], |row| {
            Ok(Planned { rig: row.get(0)?, id: row.get(1)?, scenario: row.get(2)? })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

/// What there is of a run that has not told its end.
enum Left {
    /// It goes on: it holds its journal.
    Running,
    Journal(File),
    /// Its journal is gone, or is that of another run.
    Nothing,
}

fn left_by(head: &Head, path: &Path) -> Left {
    let Ok(file) = File::open(path) else { return Left::Nothing };
    let mut start = String::new();
    let first = std::io::BufRead::read_line(&mut BufReader::new(&file), &mut start);
    let header = first.ok().and_then(|_| serde_json::from_str(&start).ok());
    let is_of =
        |header: journal::Header| head.is_same_run(&Head::begun(&header, &Plan::default(), ""));
    // A run that has only begun may not have written its first line yet.
    if header.is_some_and(|header| !is_of(header)) {
        return Left::Nothing;
    }
    // The lock is taken for a moment only: a run that begins must find its journal free.
    if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
        return Left::Running;
    }
    let _ = file.unlock();
    File::open(path).map_or(Left::Nothing, Left::Journal)
}
