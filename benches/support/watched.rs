//! Watches a process of ours until it ends: how long it takes, its CPU time and its memory.

use std::fs;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use fotarig::world::real::Clock;

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// Units of time in /proc: `getconf CLK_TCK` is 100 on every Linux of today.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used.
pub(crate) struct Figures {
    pub(crate) wall: Duration,
    pub(crate) cpu_seconds: f64,
    /// At its peak.
    pub(crate) memory_kib: u64,
    pub(crate) status: ExitStatus,
}

/// Runs the command to its end; what it prints goes nowhere.
pub(crate) fn watch(command: &mut Command) -> Figures {
    let clock = Clock::start();
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut process = process.expect("our own program");
    let (mut cpu_seconds, mut memory_kib) = (0.0, 0);
    let status = loop {
        if let Some(status) = process.try_wait().expect("it is ours") {
            break status;
        }
        if let Some((cpu, memory)) = look(process.id()) {
            (cpu_seconds, memory_kib) = (cpu, memory);
        }
        pause();
    };
    let wall = clock.now().since(fotarig::moment::Moment::START);
    Figures { wall, cpu_seconds, memory_kib, status }
}

/// What a process has used up to now; nothing when it has ended.
fn look(pid: u32) -> Option<(f64, u64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything; `utime` and `stime` are 12 and 13 behind it.
    let behind: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| behind.get(field)?.parse::<f64>().ok();
    let cpu = (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let memory = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some((cpu, memory))
}

#[expect(clippy::disallowed_methods, reason = "looking at another process takes a pause")]
fn pause() {
    std::thread::sleep(LOOK);
}
