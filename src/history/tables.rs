//! The tables of a history, and how a file becomes one.
//!
//! What repeats from run to run is kept once: a `subject` is a test on a rig, a `measure` is what
//! is measured, with a unit. A figure is then three small numbers and its value, so that five
//! hundred nights with some thousand figures each are some tens of megabytes.

use rusqlite::{Connection, TransactionBehavior};

use crate::history::Unusable;

/// "FOTA" as `application_id`: a database of another program is not touched.
const APPLICATION: i32 = 0x464f_5441;
/// Rises with each change of the tables; a file of a later version is left alone.
const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE run (
    -- A number is never given again, so that what somebody has noted stays true.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    -- begun, told (all that its journal says is here) or lost (its journal is gone)
    state TEXT NOT NULL,
    started TEXT NOT NULL, host TEXT, command TEXT NOT NULL, tool TEXT NOT NULL,
    journal TEXT NOT NULL,
    seed INTEGER NOT NULL, shard TEXT, package TEXT NOT NULL,
    -- what the run came to; nothing when it has no end
    verdict TEXT,
    passed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    broken INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
    interrupted INTEGER NOT NULL DEFAULT 0, never_begun INTEGER NOT NULL DEFAULT 0,
    flaky INTEGER NOT NULL DEFAULT 0, took_ns INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_started ON run(started);
CREATE TABLE rig (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    place INTEGER NOT NULL, name TEXT NOT NULL, profile TEXT NOT NULL, port TEXT NOT NULL,
    -- why it was taken out
    gone TEXT,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE TABLE subject (
    id INTEGER PRIMARY KEY, rig TEXT NOT NULL, test TEXT NOT NULL, scenario TEXT NOT NULL,
    UNIQUE (rig, test)
);
CREATE TABLE test (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    subject INTEGER NOT NULL,
    place INTEGER NOT NULL,
    -- nothing when it never began
    verdict TEXT, cause TEXT, took_ns INTEGER NOT NULL, attempts INTEGER NOT NULL,
    flaky INTEGER NOT NULL, firmware_before TEXT, firmware_after TEXT,
    PRIMARY KEY (run, subject)
) WITHOUT ROWID;
CREATE TABLE measure (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL,
    UNIQUE (kind, name, unit)
);
CREATE TABLE figure (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    subject INTEGER NOT NULL,
    measure INTEGER NOT NULL,
    value REAL NOT NULL, at_least REAL, at_most REAL,
    PRIMARY KEY (run, subject, measure)
) WITHOUT ROWID;
";

/// What a file is, as far as its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing has been written to it yet.
    Empty,
    Ours,
}

/// Looks at what a file says of itself.
pub(super) fn kind(connection: &Connection) -> Result<Kind, Unusable> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    match (application, version) {
        (APPLICATION, VERSION) => Ok(Kind::Ours),
        (APPLICATION, version) if version > VERSION => Err(Unusable::Newer { version }),
        (0, 0) => {
            let count = "SELECT count(*) FROM sqlite_schema";
            let tables: i64 = connection.query_row(count, [], |row| row.get(0))?;
            if tables == 0 { Ok(Kind::Empty) } else { Err(Unusable::Foreign) }
        }
        _ => Err(Unusable::Foreign),
    }
}

/// Makes an empty file a history. Of several processes that try at once one does it.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Unusable> {
    if kind(connection)? == Kind::Ours {
        return Ok(());
    }
    // Must come before the first table: later pages of forgotten runs can be given back.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if kind(&transaction)? == Kind::Empty {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(())
}
