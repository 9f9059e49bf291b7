//! What a person sees while a run goes on: a line for each test, and rows that move on a terminal.
//!
//! The run only tells what happened, which never waits for anything but memory. A thread of its
//! own writes to standard error, so a terminal that is stopped, or a pipe that nobody reads, keeps
//! no rig waiting.

mod board;
mod forecast;
mod lane;
mod row;
mod screen;

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::diagnostic::printable;
use crate::journal::Listener;
use crate::report::live::board::Board;
use crate::report::live::screen::Screen;

pub use forecast::{Basis, Foreseen};
pub use lane::Watch;

/// How the run is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A line for each test, once it is over.
    Lines,
    /// Also a row for each rig with the current step, for a terminal.
    Moving,
}

/// What is known of a run before it, as far as somebody who follows it needs it.
#[derive(Default)]
pub struct Ahead {
    /// The real rigs: the time of a virtual one stands still between its entries.
    pub rigs: Vec<Lookout>,
    /// The tests that whichever rig is free will do.
    pub shared: Vec<Foreseen>,
}

/// A real rig before the run.
pub struct Lookout {
    /// As journal entries have it: empty when it is the only one.
    pub rig: String,
    pub watch: Watch,
    /// Its own tests.
    pub tests: Vec<Foreseen>,
}

/// How often a terminal is drawn anew: more is restless, less looks stopped.
const DRAW_EVERY: Duration = Duration::from_millis(100);
/// A terminal that has taken nothing for so long after the end of the run keeps nobody waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows a run on standard error.
pub struct Live {
    pace: Pace,
    shared: Arc<Shared>,
}

/// Whether everything has come to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    All,
    /// Standard error takes nothing: whoever writes to it now waits as well.
    Stuck,
}

/// What the run and the thread that writes tell each other.
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
}

struct Desk {
    board: Board,
    /// Nothing more will be told.
    is_over: bool,
    /// Everything was written, or nobody is left to read it.
    is_done: bool,
    /// How often something was written.
    writes: u64,
}

impl Live {
    pub fn start(pace: Pace, ahead: Ahead) -> io::Result<Live> {
        let board = Board::new(pace, ahead);
        let desk = Desk { board, is_over: false, is_done: false, writes: 0 };
        let shared = Arc::new(Shared { desk: Mutex::new(desk), changed: Condvar::new() });
        let painter = Painter { pace, shared: Arc::clone(&shared), screen: Screen::of(pace) };
        thread::Builder::new().name("live".to_owned()).spawn(move || painter.paint())?;
        Ok(Live { pace, shared })
    }

    /// Hears the journal's entries.
    pub fn listener(&self) -> Listener {
        let (pace, shared) = (self.pace, Arc::clone(&self.shared));
        Box::new(move |entry| {
            if !board::concerns(pace, &entry.is) {
                return;
            }
            let mut desk = shared.lock();
            let had_lines = desk.board.has_lines();
            desk.board.hear(entry);
            // A moving display looks by itself.
            if pace == Pace::Lines && !had_lines && desk.board.has_lines() {
                shared.changed.notify_all();
            }
        })
    }

    /// A way to say something beside the run's own lines, from any thread.
    pub fn teller(&self) -> Box<dyn Fn(&str) + Send> {
        let shared = Arc::clone(&self.shared);
        Box::new(move |line| {
            shared.lock().board.put(format!("{}\n", printable(line)));
            shared.changed.notify_all();
        })
    }

    /// Says a whole text, which is as it should be shown.
    pub fn say(&self, text: String) {
        self.shared.lock().board.put(text);
        self.shared.changed.notify_all();
    }

    /// The run is over: all that was told is written, unless nobody takes it.
    pub fn finish(&self) -> Told {
        self.end(PATIENCE)
    }

    fn end(&self, patience: Duration) -> Told {
        let mut desk = self.shared.lock();
        desk.is_over = true;
        self.shared.changed.notify_all();
        loop {
            let seen = desk.writes;
            let waits = |desk: &mut Desk| !desk.is_done && desk.writes == seen;
            let turn = self.shared.changed.wait_timeout_while(desk, patience, waits);
            desk = turn.unwrap_or_else(PoisonError::into_inner).0;
            if desk.is_done {
                return Told::All;
            }
            if desk.writes == seen {
                return Told::Stuck;
            }
        }
    }
}

impl Shared {
    /// What a rig whose thread panicked has told is whole.
    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that writes.
struct Painter {
    pace: Pace,
    shared: Arc<Shared>,
    screen: Screen,
}

impl Painter {
    /// Until the run is over, or nobody is left to read: then the run goes on by itself.
    fn paint(mut self) {
        let end = self.work();
        let mut desk = self.shared.lock();
        desk.is_done = true;
        if end.is_err() {
            desk.board.fall_silent();
        }
        drop(desk);
        self.shared.changed.notify_all();
    }

    fn work(&mut self) -> io::Result<()> {
        loop {
            let size = self.screen.size();
            let mut desk = self.wait();
            let (is_over, lines) = (desk.is_over, desk.board.take_lines());
            let rows = if is_over { Vec::new() } else { desk.board.rows(size) };
            drop(desk);
            for line in &lines {
                self.screen.line(line)?;
                self.shared.lock().writes += 1;
                self.shared.changed.notify_all();
            }
            self.screen.draw(rows)?;
            if is_over {
                return Ok(());
            }
        }
    }

    /// Waits until there is something to write.
    fn wait(&self) -> MutexGuard<'_, Desk> {
        let desk = self.shared.lock();
        match self.pace {
            Pace::Lines => {
                let waits = |desk: &mut Desk| !desk.is_over && !desk.board.has_lines();
                let turn = self.shared.changed.wait_while(desk, waits);
                turn.unwrap_or_else(PoisonError::into_inner)
            }
            Pace::Moving => {
                let waits = |desk: &mut Desk| !desk.is_over;
                let turn = self.shared.changed.wait_timeout_while(desk, DRAW_EVERY, waits);
                turn.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }
}
