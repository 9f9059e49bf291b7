//! Puts runs into a history: a row when a run begins, the whole of it when it has ended.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::history::record::{Counts, Done, Head, Planned, Record, Sample};
use crate::history::{History, Unusable};

/// What became of a journal that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    New(i64),
    /// The run was there, but nothing was known of how it went.
    Completed(i64),
    There(i64),
}

impl History {
    /// A run begins: it is there from now on, also when it is killed. Returns its number.
    pub fn begin(&mut self, head: &Head, planned: &[Planned]) -> Result<i64, Unusable> {
        let transaction = self.write()?;
        let number = insert(&transaction, head)?;
        let tests: Vec<Done> = planned.iter().map(Done::never_begun).collect();
        let sql = "UPDATE run SET never_begun = ?2 WHERE number = ?1";
        transaction.execute(sql, params![number, tests.len()])?;
        put_tests(&transaction, number, &tests)?;
        transaction.commit()?;
        Ok(number)
    }

    /// A run has ended, or nothing more will come of it. Without a number its beginning is not
    /// there, and it is put in as a whole. Returns its number.
    pub fn complete(&mut self, number: Option<i64>, record: &Record) -> Result<i64, Unusable> {
        let transaction = self.write()?;
        let known = number.map(|number| exists(&transaction, number)).transpose()?.flatten();
        let number = match known {
            Some(number) => number,
            None => insert(&transaction, &record.head)?,
        };
        put(&transaction, number, record)?;
        transaction.commit()?;
        Ok(number)
    }

    /// Takes in the run of a journal, unless it is there.
    pub fn add(&mut self, record: &Record) -> Result<Added, Unusable> {
        let transaction = self.write()?;
        let same = same_runs(&transaction, &record.head)?;
        let added = match same.iter().find(|run| run.is_told(record)) {
            Some(run) => Added::There(run.number),
            None => match same.iter().find(|run| run.state != "told") {
                Some(run) => Added::Completed(run.number),
                None => Added::New(insert(&transaction, &record.head)?),
            },
        };
        match added {
            Added::New(number) | Added::Completed(number) => put(&transaction, number, record)?,
            Added::There(_) => {}
        }
        transaction.commit()?;
        Ok(added)
    }

    /// Nothing more can be learned of a run: its journal is gone.
    pub(super) fn lose(&mut self, number: i64) -> Result<(), Unusable> {
        let sql = "UPDATE run SET state = 'lost' WHERE number = ?1 AND state = 'begun'";
        self.connection.execute(sql, [number])?;
        Ok(())
    }

    /// Writers wait for each other here, so that none of them has to give up in the middle.
    pub(super) fn write(&mut self) -> Result<Transaction<'_>, Unusable> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

fn exists(connection: &Connection, number: i64) -> Result<Option<i64>, Unusable> {
    let sql = "SELECT number FROM run WHERE number = ?1";
    Ok(connection.query_row(sql, [number], |row| row.get(0)).optional()?)
}

/// A run of the file that may be the one that is added.
struct Same {
    number: i64,
    state: String,
    has_host: bool,
    counts: Counts,
    took_ns: i64,
}

impl Same {
    /// Whether it is the run of this record, and complete. A host does not begin two runs by one
    /// command within a millisecond; of runs that were told what time it is, only the same
    /// results are the same.
    fn is_told(&self, record: &Record) -> bool {
        let is_equal =
            self.counts == record.head.counts && self.took_ns == nanoseconds(record.head.took);
        self.state == "told" && (self.has_host || is_equal)
    }
}

fn same_runs(connection: &Connection, head: &Head) -> Result<Vec<Same>, Unusable> {
    let sql = "SELECT number, state, host, passed, failed, broken, skipped, interrupted, \
               never_begun, flaky, took_ns FROM run \
               WHERE started = ?1 AND host IS ?2 AND command = ?3";
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_map(params![head.started, head.host, command(head)], |row| {
        Ok(Same {
            number: row.get(0)?,
            state: row.get(1)?,
            has_host: row.get::<_, Option<String>>(2)?.is_some(),
            counts: Counts {
                passed: row.get(3)?,
                failed: row.get(4)?,
                broken: row.get(5)?,
                skipped: row.get(6)?,
                interrupted: row.get(7)?,
                never_begun: row.get(8)?,
                flaky: row.get(9)?,
            },
            took_ns: row.get(10)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn command(head: &Head) -> String {
    serde_json::to_string(&head.command).expect("words are plain data")
}

fn insert(connection: &Connection, head: &Head) -> Result<i64, Unusable> {
    let sql = "INSERT INTO run (state, started, host, command, tool, journal, seed, shard, \
               package) VALUES ('begun', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.execute(
        sql,
        params![
            head.started,
            head.host,
            command(head),
            head.tool,
            head.journal,
            head.seed.cast_signed(),
            head.shard,
            package(head),
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

fn package(head: &Head) -> String {
    serde_json::to_string(&head.package).expect("a package is plain data")
}

/// Everything of a run, in the place of what was there.
fn put(connection: &Connection, number: i64, record: &Record) -> Result<(), Unusable> {
    let Record { head, tests } = record;
    let counts = &head.counts;
    let sql = "UPDATE run SET state = 'told', journal = ?2, seed = ?3, shard = ?4, package = ?5, \
               verdict = ?6, passed = ?7, failed = ?8, broken = ?9, skipped = ?10, \
               interrupted = ?11, never_begun = ?12, flaky = ?13, took_ns = ?14 WHERE number = ?1";
    connection.execute(
        sql,
        params![
            number,
            head.journal,
            head.seed.cast_signed(),
            head.shard,
            package(head),
            head.verdict.map(|verdict| verdict.to_string()),
            counts.passed,
            counts.failed,
            counts.broken,
            counts.skipped,
            counts.interrupted,
            counts.never_begun,
            counts.flaky,
            nanoseconds(head.took),
        ],
    )?;
    for table in ["rig", "test", "figure"] {
        connection.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [number])?;
    }
    let sql = "INSERT OR IGNORE INTO rig VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare(sql)?;
    for (place, rig) in (0_i64..).zip(&head.rigs) {
        statement.execute(params![number, place, rig.name, rig.profile, rig.port, rig.gone])?;
    }
    put_tests(connection, number, tests)
}

fn put_tests(connection: &Connection, number: i64, tests: &[Done]) -> Result<(), Unusable> {
    let sql = "INSERT OR IGNORE INTO test VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut statement = connection.prepare(sql)?;
    for (place, test) in (0_i64..).zip(tests) {
        let subject = subject(connection, test)?;
        let firmware = test.firmware.as_ref();
        statement.execute(params![
            number,
            subject,
            place,
            test.verdict.map(|verdict| verdict.to_string()),
            test.cause,
            nanoseconds(test.took),
            test.attempts,
            test.flaky,
            firmware.map(|(before, _)| before),
            firmware.map(|(_, after)| after),
        ])?;
        put_samples(connection, (number, subject), &test.samples)?;
    }
    Ok(())
}

fn put_samples(
    connection: &Connection,
    (number, subject): (i64, i64),
    samples: &[Sample],
) -> Result<(), Unusable> {
    let sql = "INSERT OR IGNORE INTO figure VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql)?;
    for sample in samples {
        let measure = measure(connection, sample)?;
        let (least, most) = (sample.at_least, sample.at_most);
        statement.execute(params![number, subject, measure, sample.value, least, most])?;
    }
    Ok(())
}

fn subject(connection: &Connection, test: &Done) -> Result<i64, Unusable> {
    let sql = "SELECT id FROM subject WHERE rig = ?1 AND test = ?2 AND scenario = ?3";
    let mut find = connection.prepare_cached(sql)?;
    let known = find.query_row(params![test.rig, test.id, test.scenario], |row| row.get(0));
    if let Some(id) = known.optional()? {
        return Ok(id);
    }
    let sql = "INSERT INTO subject (rig, test, scenario) VALUES (?1, ?2, ?3) \
               ON CONFLICT (rig, test) DO UPDATE SET scenario = excluded.scenario RETURNING id";
    let mut make = connection.prepare_cached(sql)?;
    Ok(make.query_row(params![test.rig, test.id, test.scenario], |row| row.get(0))?)
}

fn measure(connection: &Connection, sample: &Sample) -> Result<i64, Unusable> {
    let mut find = connection
        .prepare_cached("SELECT id FROM measure WHERE kind = ?1 AND name = ?2 AND unit = ?3")?;
    let known = find.query_row([&sample.kind, &sample.name, &sample.unit], |row| row.get(0));
    if let Some(id) = known.optional()? {
        return Ok(id);
    }
    let sql = "INSERT INTO measure (kind, name, unit) VALUES (?1, ?2, ?3)";
    connection.execute(sql, [&sample.kind, &sample.name, &sample.unit])?;
    Ok(connection.last_insert_rowid())
}

fn nanoseconds(took: std::time::Duration) -> i64 {
    took.as_nanos().try_into().unwrap_or(i64::MAX)
}
