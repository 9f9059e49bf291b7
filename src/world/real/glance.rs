//! A look at a serial device that does not open it: who has it, and whether it may be opened.

/// What can be seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Glance {
    Free,
    /// A program has it open: `ModemManager` (process 812).
    Held(String),
    /// This user may not open it.
    Denied,
    Missing,
}

/// What can be seen of the device at `path` without opening it.
#[cfg(target_os = "linux")]
pub fn glance(path: &str) -> Glance {
    use rustix::fs::{Access, access};

    use crate::world::real::holders_linux::holders;

    if access(path, Access::EXISTS).is_err() {
        return Glance::Missing;
    }
    let holders: Vec<String> = holders(path.as_ref()).iter().map(ToString::to_string).collect();
    if !holders.is_empty() {
        return Glance::Held(holders.join(" and "));
    }
    match access(path, Access::READ_OK | Access::WRITE_OK) {
        Ok(()) => Glance::Free,
        Err(_) => Glance::Denied,
    }
}

/// Only opening it tells more.
#[cfg(not(target_os = "linux"))]
pub fn glance(_: &str) -> Glance {
    Glance::Free
}
