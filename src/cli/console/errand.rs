//! Does what was typed, one line after the other, and listens meanwhile.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::console::terminal::Key;
use crate::cli::console::typed::{self, Order};
use crate::cli::console::{Screen, explained, help};
use crate::cli::desk::paint;
use crate::diagnostic::{Diagnostic, draw};
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::package;
use crate::report::dialogue::Typed;
use crate::run::Talk;
use crate::suite::Desk;
use crate::world::{Ahead, Interrupts};

/// How long the module is listened to before typed lines are looked for: nobody types faster.
const SLICE: Duration = Duration::from_millis(20);

/// How the module's time goes while nothing is typed.
#[derive(Clone, Debug)]
pub(crate) enum Pace {
    /// By itself.
    Real,
    /// In step with real time, and further on request.
    Skippable(Ahead),
    /// Only when it is waited for.
    Still,
}

/// A conversation that is going on.
pub(crate) struct Errand<'d> {
    pub(crate) talk: Talk,
    pub(crate) desk: &'d Desk,
    pub(crate) pace: Pace,
    pub(crate) screen: Screen,
    pub(crate) typed: Typed,
    pub(crate) interrupts: Interrupts,
}

/// Whether the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoesOn,
    Ends,
}

impl Errand<'_> {
    /// Until the person ends it. A line of a file that cannot be done ends it, too.
    pub(crate) fn run(&mut self, keys: &Receiver<Key>) -> Result<Option<Diagnostic>, Trouble> {
        match self.typed {
            Typed::OnScreen => self.with_person(keys).map(|()| None),
            Typed::Elsewhere => self.with_file(keys),
        }
    }

    /// What is typed while the module is busy is kept until it is not, but for what is done to it
    /// from outside: a power cut in the middle of a command is what people want to try.
    fn with_person(&mut self, keys: &Receiver<Key>) -> Result<(), Trouble> {
        let mut kept: VecDeque<String> = VecDeque::new();
        let mut rests_until = Moment::START;
        let mut ends = false;
        loop {
            match keys.try_recv() {
                Ok(Key::Line(line)) => {
                    if self.must_wait(&line, rests_until) {
                        self.screen
                            .show("            it waits for the answer to the last command\n");
                    }
                    kept.push_back(line);
                }
                Ok(Key::End) => ends = true,
                Err(TryRecvError::Disconnected) if !ends => ends = true,
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
            }
            while let Some(line) = kept.pop_front() {
                if self.must_wait(&line, rests_until) {
                    kept.push_front(line);
                    break;
                }
                let done = match typed::read(&line) {
                    Ok(None) => Ok(Next::GoesOn),
                    Ok(Some(Order::Wait(length))) => {
                        self.talk.step(&line);
                        rests_until = self.talk.now() + length;
                        Ok(Next::GoesOn)
                    }
                    Ok(Some(order)) => self.follow(order, &line)?,
                    Err(complaint) => Err(complaint),
                };
                match done {
                    Ok(Next::GoesOn) => {}
                    Ok(Next::Ends) => return Ok(()),
                    Err(complaint) => self.screen.show(&draw(&complaint, paint())),
                }
            }
            if ends && kept.is_empty() {
                return Ok(());
            }
            self.talk.wait(SLICE)?;
        }
    }

    fn must_wait(&self, line: &str, rests_until: Moment) -> bool {
        let is_command = !line.trim_start().starts_with(':');
        self.talk.now() < rests_until || (is_command && self.talk.is_busy())
    }

    /// One line after the other, each when the answer to the one before has come.
    fn with_file(&mut self, keys: &Receiver<Key>) -> Result<Option<Diagnostic>, Trouble> {
        loop {
            let line = match keys.recv_timeout(SLICE) {
                Ok(Key::Line(line)) => line,
                Ok(Key::End) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    match self.pace {
                        Pace::Real | Pace::Skippable(_) => self.talk.wait(SLICE)?,
                        Pace::Still if self.interrupts.count() > 0 => {
                            return Err(Trouble::Interrupted);
                        }
                        Pace::Still => {}
                    }
                    continue;
                }
            };
            let done = match typed::read(&line) {
                Ok(None) => Ok(Next::GoesOn),
                Ok(Some(order)) => self.follow(order, line.trim())?,
                Err(complaint) => Err(complaint),
            };
            match done {
                Ok(Next::GoesOn) => {}
                Ok(Next::Ends) => return Ok(None),
                Err(complaint) => {
                    return Ok(Some(complaint.note(format!("in the line `{}`", line.trim()))));
                }
            }
            if !self.talk.await_answer()? {
                self.screen.show("            no answer came\n");
            }
        }
    }

    /// Does one thing. Inside is what the person could have done better.
    fn follow(&mut self, order: Order, line: &str) -> Result<Result<Next, Diagnostic>, Trouble> {
        let done = match order {
            Order::Quit => return Ok(Ok(Next::Ends)),
            Order::Help => {
                self.screen.show(&help());
                Ok(())
            }
            Order::Explain(text) => explained(self.desk, &text).map(|told| self.screen.show(&told)),
            Order::Note(words) => {
                self.talk.note(&words);
                Ok(())
            }
            Order::Command(command) => {
                self.talk.send(&command)?;
                Ok(())
            }
            Order::Raw(bytes) => {
                self.talk.send_raw(&bytes)?;
                Ok(())
            }
            Order::Wait(length) => {
                self.talk.step(line);
                self.talk.wait(length)?;
                Ok(())
            }
            Order::Skip(length) => {
                if matches!(self.pace, Pace::Real) {
                    let complaint = Diagnostic::new("the time of a real module cannot be skipped");
                    return Ok(Err(complaint.help("`:wait` waits")));
                }
                if let Pace::Skippable(ahead) = &self.pace {
                    ahead.skip(length);
                }
                self.talk.step(line);
                self.talk.wait(length)?;
                Ok(())
            }
            Order::SendFile(path) => self.send_file(path.as_deref(), line)?,
            Order::Call { role, method, params } => self.call(&role, &method, &params)?,
            Order::Install(file) => match self.package(file.as_deref()) {
                Ok(package) => self.call("cloud", "install", &json!({ "package": package }))?,
                Err(complaint) => Err(complaint),
            },
        };
        Ok(done.map(|()| Next::GoesOn))
    }

    /// A role that refuses ends nothing. What it answers is shown.
    fn call(
        &mut self,
        role: &str,
        method: &str,
        params: &Value,
    ) -> Result<Result<(), Diagnostic>, Trouble> {
        if !self.talk.offers(role) {
            let complaint = Diagnostic::new(format!("the rig has no role `{role}`"));
            let remedy = format!("give `{role}` a plugin in the rig file");
            return Ok(Err(complaint.help(remedy)));
        }
        let params = if params == &json!({}) { &Value::Null } else { params };
        match self.talk.call(role, method, params) {
            Ok(answer) => {
                if !answer.is_null() && answer != json!({}) {
                    self.screen.show(&format!("            {answer}\n"));
                }
                Ok(Ok(()))
            }
            Err(trouble) => self.bear(trouble),
        }
    }

    /// What a person can do better ends nothing; a port that is gone and Ctrl-C do.
    fn bear(&self, trouble: Trouble) -> Result<Result<(), Diagnostic>, Trouble> {
        match trouble {
            Trouble::Interrupted => Err(Trouble::Interrupted),
            trouble if self.talk.usable() => Ok(Err(*trouble.into_diagnostic())),
            trouble @ (Trouble::Failed(_) | Trouble::Broken(_)) => Err(trouble),
        }
    }

    fn package(&self, file: Option<&Path>) -> Result<Value, Diagnostic> {
        let Some(file) = file else { return Ok(self.desk.package().to_value()) };
        let package = package::open(file).map_err(|mut all| all.swap_remove(0))?;
        Ok(package.to_value())
    }

    /// A transfer that goes wrong is told.
    fn send_file(
        &mut self,
        path: Option<&str>,
        line: &str,
    ) -> Result<Result<(), Diagnostic>, Trouble> {
        self.talk.step(line);
        match self.talk.send_file(path, line) {
            Ok(()) => Ok(Ok(())),
            Err(trouble) => self.bear(trouble),
        }
    }
}
