//! What the facts of a package may be, wherever they come from: a file, a description or a call.

use std::fmt;

use crate::package::Package;

/// More than any module's flash: a larger size is a slip.
pub const MAX_SIZE_BYTES: u64 = 64 << 20;
/// A name is a line of a report.
const MAX_NAME_BYTES: usize = 160;
/// Twice the longest version that the app note shows.
const MAX_VERSION_BYTES: usize = 64;
/// How much of a wrong version is shown.
const SHOWN_CHARACTERS: usize = 80;

/// A fact that no package can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not something to read on one line.
    Name,
    /// Not a version that a module could print.
    Version {
        version: String,
    },
    Size {
        size_bytes: u64,
    },
}

impl Unfit {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        match self {
            Unfit::Name => {
                format!("write 1 to {MAX_NAME_BYTES} bytes on one line, no blanks around it")
            }
            Unfit::Version { .. } => format!(
                "write 1 to {MAX_VERSION_BYTES} visible ASCII characters, as AT+CGMR shows them"
            ),
            Unfit::Size { size_bytes: 0 } => "at least 1 byte".to_owned(),
            Unfit::Size { .. } => format!("at most {} MiB", MAX_SIZE_BYTES >> 20),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Name => write!(f, "that name cannot stand in a package's header"),
            Unfit::Version { version } if version.is_empty() => {
                write!(f, "nothing at all cannot be a firmware version")
            }
            Unfit::Version { version } => {
                let shown: String =
                    version.chars().take(SHOWN_CHARACTERS).flat_map(char::escape_debug).collect();
                write!(f, "`{shown}` cannot be a firmware version")
            }
            Unfit::Size { size_bytes: 0 } => write!(f, "a package of 0 bytes is none"),
            Unfit::Size { size_bytes } => {
                write!(f, "a package of {size_bytes} bytes does not fit into any module")
            }
        }
    }
}

impl Package {
    /// The first thing that no package can have, if there is one.
    pub fn check(&self) -> Result<(), Unfit> {
        check_version(&self.from)?;
        check_version(&self.to)?;
        check_name(&self.name)?;
        check_size(self.size_bytes)
    }
}

pub fn check_version(version: &str) -> Result<(), Unfit> {
    let version = version.to_owned();
    if is_version(&version) { Ok(()) } else { Err(Unfit::Version { version }) }
}

pub(crate) fn check_name(name: &str) -> Result<(), Unfit> {
    if is_name(name) { Ok(()) } else { Err(Unfit::Name) }
}

pub(crate) fn check_size(size_bytes: u64) -> Result<(), Unfit> {
    let is_fitting = (1..=MAX_SIZE_BYTES).contains(&size_bytes);
    if is_fitting { Ok(()) } else { Err(Unfit::Size { size_bytes }) }
}

/// What a name may be: something to read, on one line, without blanks around it.
pub(crate) fn is_name(text: &str) -> bool {
    let is_fitting = !text.is_empty() && text.len() <= MAX_NAME_BYTES;
    is_fitting && text.trim() == text && !text.chars().any(char::is_control)
}

/// What a version may be: a module prints it on a line of its own.
pub(crate) fn is_version(text: &str) -> bool {
    let is_fitting = !text.is_empty() && text.len() <= MAX_VERSION_BYTES;
    is_fitting && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::PackageKind;

    #[test]
    fn the_first_wrong_fact_is_told() {
        let good = Package {
            name: "x".to_owned(),
            from: "A".to_owned(),
            to: "B".to_owned(),
            kind: PackageKind::Full,
            size_bytes: MAX_SIZE_BYTES,
            cloud_id: None,
            file: None,
            content: None,
        };
        assert_eq!(good.check(), Ok(()));
        for size_bytes in [0, MAX_SIZE_BYTES + 1, u64::MAX] {
            let package = Package { size_bytes, ..good.clone() };
            assert_eq!(package.check(), Err(Unfit::Size { size_bytes }));
        }
        for version in ["", "A B", "A\r\n", "\0", "\u{e4}", &"x".repeat(65)] {
            let (version, good) = (version.to_owned(), good.clone());
            let unfit = Err(Unfit::Version { version: version.clone() });
            assert_eq!(Package { from: version.clone(), ..good.clone() }.check(), unfit);
            assert_eq!(Package { to: version, ..good }.check(), unfit);
        }
        assert_eq!(Package { name: " x".to_owned(), ..good }.check(), Err(Unfit::Name));
        let lines = Unfit::Version { version: "A\r\n\0".to_owned() };
        assert_eq!(lines.to_string(), "`A\\r\\n\\0` cannot be a firmware version");
    }
}
