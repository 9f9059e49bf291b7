//! Finds out which programs have a device open, from `/proc`.

use std::fmt;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// A program that has a device open.
pub(super) struct Holder {
    pub(super) pid: u32,
    /// As the kernel has it: up to 15 bytes of the name.
    pub(super) program: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == std::process::id() {
            return f.write_str("this program itself");
        }
        write!(f, "`{}` (process {})", self.program, self.pid)
    }
}

/// All holders of the device at `path` that this user may see, by process id. Programs that end
/// while we look are left out, as are those of other users.
pub(super) fn holders(path: &Path) -> Vec<Holder> {
    let Some(device) = device(path) else { return Vec::new() };
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let mut pids: Vec<u32> =
        processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids.into_iter().filter(|pid| holds(*pid, device)).map(holder).collect()
}

/// Whether a program of this name runs, whoever has started it.
pub fn is_running(program: &str) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.any(|pid| holder(pid).program == program)
}

fn holds(pid: u32, device_wanted: u64) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    files.flatten().any(|file| device(&file.path()) == Some(device_wanted))
}

/// The number of a character device, the same for every name and link that leads to it.
fn device(path: &Path) -> Option<u64> {
    let metadata = fs::metadata(path).ok()?;
    metadata.file_type().is_char_device().then(|| metadata.rdev())
}

fn holder(pid: u32) -> Holder {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Holder { pid, program: name.trim().to_owned() }
}
