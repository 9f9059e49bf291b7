//! A plugin's process: started in its folder, told lines, heard, and ended with all its children.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::fault::Broken;
use crate::plugin::alarm::Alarm;
use crate::plugin::kin::{self, Kin, Push};
use crate::plugin::secrets::Secrets;
use crate::plugin::streams::{self, Event, MAX_EVENTS};
use crate::plugin::words::Words;
use crate::plugin::{Manifest, Terminal};

/// Tells a program that it was started as a plugin.
const MARK: (&str, &str) = ("FOTARIG_PLUGIN", "1");
/// Python would write its compiled files into the plugin's folder, which is somebody's source.
const NO_BYTECODE: (&str, &str) = ("PYTHONDONTWRITEBYTECODE", "1");

/// How long what a process said before its end may be on its way to us. It needs microseconds; a
/// pipe that a grandchild holds open never ends.
const AFTER_END: Duration = Duration::from_millis(200);
/// How long a process may take to end after SIGKILL; only one that waits for broken hardware does.
const AFTER_KILL: Duration = Duration::from_secs(2);
/// From SIGTERM to SIGKILL.
const AFTER_TERM: Duration = Duration::from_secs(2);

/// All that a start needs.
pub(super) struct Start<'s> {
    pub(super) manifest: &'s Manifest,
    /// The plugin's folder on the disk, absolute.
    pub(super) folder: &'s Path,
    pub(super) secrets: &'s Secrets,
    pub(super) kept_back: &'s BTreeSet<String>,
}

/// A process that runs, or has ended and is not yet reaped. Dropping it ends it at once.
pub(super) struct Process {
    child: Child,
    kin: Kin,
    /// None once its stdin is closed.
    lines: Option<Sender<Vec<u8>>>,
    events: Receiver<Event>,
    queue: SyncSender<Event>,
    words: Arc<Mutex<Words>>,
    alarms: u64,
    has_ended: bool,
    has_logged_all: bool,
    is_reaped: bool,
}

impl Process {
    pub(super) fn start(start: &Start<'_>) -> Result<Process, Broken> {
        let program = program(start);
        let mut command = Command::new(&program);
        command.args(&start.manifest.run[1..]).current_dir(start.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env(NO_BYTECODE.0, NO_BYTECODE.1).env(MARK.0, MARK.1);
        for name in start.kept_back {
            command.env_remove(name);
        }
        let terminal = start.manifest.terminal;
        let spawned = kin::spawn(&mut command, terminal);
        let child = spawned.map_err(|error| unstarted(start, &program, &error))?;
        let begun = Process::attend(child, terminal, start.secrets.clone());
        begun.map_err(|error| unstarted(start, &program, &error))
    }

    /// Puts the threads around a process.
    fn attend(mut child: Child, terminal: Terminal, secrets: Secrets) -> io::Result<Process> {
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (stderr, kin) = (child.stderr.take(), Kin::of(child.id(), terminal));
        let kin = kin.ok_or_else(|| io::Error::other("its process has no number"))?;
        let (lines, told) = channel();
        let (queue, events) = sync_channel(MAX_EVENTS);
        let words = Arc::new(Mutex::new(Words::new(secrets)));
        let process = Process {
            child,
            kin,
            lines: Some(lines),
            events,
            queue: queue.clone(),
            words: Arc::clone(&words),
            alarms: 0,
            has_ended: false,
            has_logged_all: false,
            is_reaped: false,
        };
        streams::tell(stdin.expect("a pipe was asked for"), told)?;
        streams::listen(stdout.expect("a pipe was asked for"), queue.clone())?;
        streams::keep_words(stderr.expect("a pipe was asked for"), words, queue.clone())?;
        streams::start("plugin-end", move || {
            kin.await_end();
            let _ = queue.send(Event::Ended);
        })?;
        Ok(process)
    }

    /// Gives the process a line to read.
    pub(super) fn tell(&self, line: Vec<u8>) {
        if let Some(lines) = &self.lines {
            // Whether it was read shows in the answer.
            let _ = lines.send(line);
        }
    }

    /// Closes its stdin: it shall finish.
    pub(super) fn close(&mut self) {
        self.lines = None;
    }

    /// Puts an alarm into the queue; its number tells it from earlier ones. Without a thread there
    /// is none, and who waits without an alarm may wait for ever.
    pub(super) fn set_alarm(&mut self, after: Duration) -> io::Result<(u64, Alarm)> {
        self.alarms += 1;
        let alarm = Alarm::set(after, self.alarms, self.queue.clone())?;
        Ok((self.alarms, alarm))
    }

    /// The next event; none when nothing happens for a time.
    pub(super) fn next(&mut self, within: Duration) -> Option<Event> {
        let event = match self.events.recv_timeout(within) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => unreachable!("this end has a sender as well"),
        };
        match event {
            Event::Ended => self.has_ended = true,
            Event::LoggedAll => self.has_logged_all = true,
            Event::Said(_) | Event::SaidAll | Event::Alarm(_) => {}
        }
        Some(event)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Asks it to end, and gives it a while for that: it may hold a place of a lab, or pull at a
    /// pin, that only it can let go. Whoever does not want to is forced to by [`Process::kill`].
    pub(super) fn ask_to_end(&mut self) {
        if self.has_ended || self.is_reaped {
            return;
        }
        self.kin.end(Push::Ask);
        self.until(AFTER_TERM, Process::has_ended);
    }

    /// Ends it now, with all its group, and says how it came to its end if it was by itself.
    pub(super) fn kill(&mut self) -> Option<ExitStatus> {
        if self.is_reaped {
            return None;
        }
        self.lines = None;
        // It may just be about to end; how is worth to know.
        let by_itself = self.has_ended;
        self.kin.end(Push::Force);
        self.until(AFTER_KILL, |process| process.has_ended);
        self.until(AFTER_END, |process| process.has_logged_all);
        if !self.has_ended {
            return None;
        }
        self.is_reaped = true;
        self.child.wait().ok().filter(|_| by_itself)
    }

    /// Of a process that has ended: how, or that processes of its group still run. They are ended.
    pub(super) fn leaves_children(&mut self) -> Result<ExitStatus, ()> {
        let status = self.child.wait().map_err(drop)?;
        self.is_reaped = true;
        if self.kin.is_left() {
            self.kin.end(Push::Force);
            return Err(());
        }
        Ok(status)
    }

    /// Lets events pass until something holds, but not for long.
    pub(super) fn until(&mut self, within: Duration, holds: impl Fn(&Process) -> bool) {
        let Ok((number, _alarm)) = self.set_alarm(within) else {
            // Without a deadline it is the number of events that bounds this.
            for _ in 0..=MAX_EVENTS {
                if holds(self) || self.next(within).is_none() {
                    return;
                }
            }
            return;
        };
        while !holds(self) {
            if self.next(within) == Some(Event::Alarm(number)) {
                return;
            }
        }
    }

    /// Waits a moment for the end of a process that has closed its stdout.
    pub(super) fn await_end(&mut self) {
        self.until(AFTER_END, |process| process.has_ended);
    }

    /// The end of its log.
    pub(super) fn last_words(&self) -> Vec<String> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).last()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A name without `/` is looked for in `PATH`; with one it is a file of the plugin's folder.
fn program(start: &Start<'_>) -> PathBuf {
    let first = &start.manifest.run[0];
    if first.contains('/') { start.folder.join(first) } else { PathBuf::from(first) }
}

fn unstarted(start: &Start<'_>, program: &Path, error: &io::Error) -> Broken {
    let (name, program) = (&start.manifest.name, program.display());
    let broken =
        Broken::new(format!("the plugin `{name}` cannot be started: `{program}`: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => broken.help(
            "install the program, or correct `run` in plugin.yaml; a script's first line must \
             name an interpreter that is there",
        ),
        io::ErrorKind::PermissionDenied => {
            broken.help(format!("make it executable: `chmod +x {program}`"))
        }
        _ => broken,
    }
}
