//! Keeps a history within its bounds: the oldest runs are forgotten first.

use rusqlite::{Connection, OptionalExtension};

use crate::history::{History, Unusable};

/// Runs that are kept unless another number is asked for: more than a year of nights.
pub const USUAL_RUNS: u32 = 500;
/// A year of nights with some thousand figures each takes a tenth of this; beyond it, whoever
/// carries the file about or reads it waits.
pub const MAX_BYTES: u64 = 256 << 20;
/// What no run names any more is looked for after so many runs, because that reads everything.
const RUNS_BETWEEN_SWEEPS: i64 = 16;

impl History {
    /// Forgets the oldest runs beyond so many, and beyond the size that a history may have.
    pub fn retain(&mut self, runs: u32) -> Result<(), Unusable> {
        self.retain_within(runs, MAX_BYTES)
    }

    fn retain_within(&mut self, runs: u32, bytes: u64) -> Result<(), Unusable> {
        let transaction = self.write()?;
        let last = "SELECT number FROM run ORDER BY number DESC LIMIT 1 OFFSET ?1";
        let beyond: Option<i64> =
            transaction.query_row(last, [runs], |row| row.get(0)).optional()?;
        let mut forgotten = 0;
        if let Some(newest) = beyond {
            forgotten += transaction.execute("DELETE FROM run WHERE number <= ?1", [newest])?;
        }
        // The last run stays, whatever it takes.
        let oldest = "DELETE FROM run WHERE number = (SELECT min(number) FROM run) \
                      AND number < (SELECT max(number) FROM run)";
        while used_bytes(&transaction)? > bytes {
            match transaction.execute(oldest, [])? {
                0 => break,
                more => forgotten += more,
            }
        }
        if forgotten > 0 {
            sweep(&transaction)?;
        }
        transaction.commit()?;
        if forgotten > 0 {
            // Steps of a pragma that returns a row for each page must all be taken.
            let mut statement = self.connection.prepare("PRAGMA incremental_vacuum")?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(())
    }
}

/// Takes out tests and names that no run has any more.
fn sweep(connection: &Connection) -> Result<(), Unusable> {
    let last: i64 =
        connection.query_row("SELECT ifnull(max(number), 0) FROM run", [], |row| row.get(0))?;
    if last % RUNS_BETWEEN_SWEEPS == 0 {
        connection.execute_batch(
            "DELETE FROM subject WHERE id NOT IN (SELECT subject FROM test); \
             DELETE FROM measure WHERE id NOT IN (SELECT measure FROM figure);",
        )?;
    }
    Ok(())
}

/// Bytes of pages that hold something.
fn used_bytes(connection: &Connection) -> Result<u64, Unusable> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let pages = number("page_count")?.saturating_sub(number("freelist_count")?);
    Ok(pages.saturating_mul(number("page_size")?))
}
