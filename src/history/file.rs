//! The file of a history: opened by many processes, made when it is missing, set aside when it is
//! damaged.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::history::tables::{self, Kind};
use crate::history::{History, Unusable};

/// A write takes milliseconds, so whoever holds the file for longer than this has stopped.
pub const MAX_WAIT: Duration = Duration::from_secs(30);
/// At the beginning of a run people wait for the first test; its row can still come at the end.
pub const MAX_WAIT_AT_BEGINNING: Duration = Duration::from_secs(5);
/// How every `SQLite` file starts.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Damaged files that are kept beside the history; after as many somebody has to look.
const MAX_SET_ASIDE: usize = 20;

/// What was done on a history.
#[derive(Debug)]
pub struct Kept<T> {
    pub value: T,
    /// Where a damaged file now is.
    pub aside: Option<PathBuf>,
}

impl History {
    /// Opens a history to write; a missing one is made, with its folder.
    pub fn keep(path: &Path, wait: Duration) -> Result<History, Unusable> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = connect(path, flags, wait)?;
        tables::prepare(&mut connection)?;
        Ok(History { connection })
    }

    /// Opens a history to look at it.
    pub fn look(path: &Path) -> Result<History, Unusable> {
        if !path.try_exists()? {
            return Err(Unusable::Missing);
        }
        // What a killed process left half done is undone by whoever may write.
        let writing = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, MAX_WAIT);
        let reading = || connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, MAX_WAIT);
        let connection = match writing {
            Ok(connection) => connection,
            Err(Unusable::Database(_)) => reading()?,
            Err(other) => return Err(other),
        };
        match tables::kind(&connection)? {
            Kind::Ours => Ok(History { connection }),
            Kind::Empty => Err(Unusable::Missing),
        }
    }

    /// Does something on the history at this path. A damaged file is set aside under a name with
    /// this stamp, and it is done on a new one.
    pub fn mend<T>(
        path: &Path,
        stamp: &str,
        wait: Duration,
        deed: impl Fn(&mut History) -> Result<T, Unusable>,
    ) -> Result<Kept<T>, Unusable> {
        let go = || History::keep(path, wait).and_then(|mut history| deed(&mut history));
        match go() {
            Ok(value) => Ok(Kept { value, aside: None }),
            Err(damaged @ Unusable::Damaged(_)) => match set_aside(path, stamp)? {
                Aside::Moved(place) => Ok(Kept { value: go()?, aside: Some(place) }),
                Aside::Whole => Ok(Kept { value: go()?, aside: None }),
                Aside::NotOurs => Err(Unusable::Foreign),
                Aside::TooMany => Err(damaged),
            },
            Err(other) => Err(other),
        }
    }
}

fn connect(path: &Path, flags: OpenFlags, wait: Duration) -> Result<Connection, Unusable> {
    // An absolute path is never one of the database's own words, such as `:memory:`.
    let path = path::absolute(path)?;
    if path.is_dir() {
        return Err(std::io::Error::other("it is a folder").into());
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(wait)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Text and numbers of a damaged file are looked at before they are believed.
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_prepared_statement_cache_capacity(32);
    // Nothing is read until something is asked for.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// What became of a file that seemed to be damaged.
#[derive(Debug)]
enum Aside {
    Moved(PathBuf),
    /// Another process has set it aside meanwhile.
    Whole,
    /// It does not look as if it had ever been a history.
    NotOurs,
    TooMany,
}

/// Renames a damaged history. Two processes that find the damage at once must not set aside the new
/// file of the other: each locks the file, and looks again when it has the lock.
fn set_aside(path: &Path, stamp: &str) -> Result<Aside, Unusable> {
    let Ok(file) = File::open(path) else { return Ok(Aside::Whole) };
    // Without locks, as on some network drives, two processes at one moment are not told apart.
    let _ = file.lock();
    if is_whole(path) {
        return Ok(Aside::Whole);
    }
    let was_ours = path.extension().is_some_and(|end| end == "db") || starts_as_database(path);
    if !was_ours {
        return Ok(Aside::NotOurs);
    }
    let stamp: String = stamp.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = |number: usize| {
        let again = if number == 0 { String::new() } else { format!("-{number}") };
        let mut name = OsString::from(path);
        name.push(format!(".broken-{stamp}{again}"));
        PathBuf::from(name)
    };
    let free = (0..MAX_SET_ASIDE).map(name).find(|place| !place.exists());
    let Some(place) = free else { return Ok(Aside::TooMany) };
    fs::rename(path, &place)?;
    // A half-done write belongs to the damaged file, and would damage the new one.
    let mut journal = OsString::from(path);
    journal.push("-journal");
    match fs::remove_file(journal) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(Aside::Moved(place)),
    }
}

fn is_whole(path: &Path) -> bool {
    let check = |connection: Connection| {
        let said = connection
            .pragma_query_value(None, "integrity_check", |row| row.get::<_, String>(0))?;
        Ok::<_, Unusable>(said == "ok" && tables::kind(&connection).is_ok())
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    match connect(path, flags, MAX_WAIT).and_then(check) {
        Ok(is_whole) => is_whole,
        Err(Unusable::Damaged(_)) => false,
        // Nobody knows, so it stays.
        Err(_) => true,
    }
}

fn starts_as_database(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    let read =
        File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *MAGIC
}
