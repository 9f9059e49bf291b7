//! Why a history cannot be used.

use std::fmt;
use std::io;

use rusqlite::ErrorCode;

/// Why a history cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// There is no file.
    Missing,
    /// The file belongs to another program.
    Foreign,
    /// A later version of the program wrote it.
    Newer {
        version: i32,
    },
    /// Another process has kept it locked for longer than we wait.
    Busy,
    /// It is a history no more: its bytes are damaged.
    Damaged(String),
    Io(io::Error),
    /// Anything else that the database says.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Unusable {
        use rusqlite::types::Type;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Unusable::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Unusable::Damaged(error.to_string())
            }
            _ => match &error {
                // Columns that hold something else than was ever written there.
                rusqlite::Error::InvalidColumnType(_, _, Type::Null | Type::Text | Type::Blob)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => {
                    Unusable::Damaged(error.to_string())
                }
                _ => Unusable::Database(error),
            },
        }
    }
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Unusable {
        Unusable::Io(error)
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Missing => f.write_str("it is not there"),
            Unusable::Foreign => f.write_str("it is a file of another program"),
            Unusable::Newer { version } => {
                write!(f, "a later fotarig wrote it, in version {version} of the format")
            }
            Unusable::Busy => f.write_str("another program keeps it locked"),
            Unusable::Damaged(what) => write!(f, "it is damaged: {what}"),
            Unusable::Io(error) => write!(f, "{error}"),
            Unusable::Database(error) => write!(f, "{error}"),
        }
    }
}

impl Unusable {
    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Unusable::Missing => "`fotarig run` writes one; --history FILE names another",
            Unusable::Foreign => "give the history a file of its own with --history FILE",
            Unusable::Newer { .. } => "use that fotarig, or --history FILE for a file of your own",
            Unusable::Busy => "try again when it has ended, or name another with --history FILE",
            Unusable::Damaged(_) => "the next run sets it aside and begins a new one",
            Unusable::Io(_) | Unusable::Database(_) => {
                "name another place with --history FILE, or do without: --no-history"
            }
        }
    }
}
