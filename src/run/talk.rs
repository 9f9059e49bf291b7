//! A conversation by hand: whatever a person says and calls, one after the other, as one test.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::fault::{Trouble, Verdict};
use crate::journal::{Event, Journal, StepAt, TestAt};
use crate::moment::Moment;
use crate::package::Package;
use crate::rig::POWER;
use crate::run::condition::Conditions;
use crate::run::scope::Scope;
use crate::run::session::{Session, Turn};
use crate::run::stage::Stage;
use crate::scenario::{Answer, BlockSize, Bounds, Carried, Data, Ends, Transfer};
use crate::source::{Place, Source};

/// One person with one device. Everything is written down, and nothing is expected.
pub struct Talk {
    stage: Stage,
    steps: usize,
    /// The module has asked for data, and waits itself.
    is_asked: bool,
}

/// How a conversation ended: an error says whose fault it was that it could not go on.
pub type Ended = Result<(), (Verdict, Box<Diagnostic>)>;

impl Talk {
    /// Starts the test that the conversation is.
    pub fn begin(mut session: Session, at: TestAt, package: &Arc<Package>) -> Talk {
        session.record(Event::TestStarted(at));
        let (scope, conditions) = (Scope::default(), Conditions::default());
        let package = Arc::clone(package);
        Talk { stage: Stage { session, scope, conditions, package }, steps: 0, is_asked: false }
    }

    /// Makes sure that it is the module which the rig file names, before anything is said to it.
    pub fn admit(&mut self) -> Result<(), Trouble> {
        self.stage.admit()
    }

    /// The present, on the world's clock.
    pub fn now(&self) -> Moment {
        self.stage.session.now()
    }

    /// Whether the answer to the last command may still come.
    pub fn is_busy(&self) -> bool {
        !self.is_asked && self.stage.session.is_busy()
    }

    /// Whether the rig has this role.
    pub fn offers(&self, role: &str) -> bool {
        self.stage.session.offers(role)
    }

    /// Hears everything up to a moment.
    pub fn listen(&mut self, until: Moment) -> Result<(), Trouble> {
        while self.stage.session.turn(until)? == Turn::Heard {
            self.is_asked |= self.stage.session.let_go();
        }
        Ok(())
    }

    /// Hears the answer to the last command, as long as it may take. Returns whether it came.
    pub fn await_answer(&mut self) -> Result<bool, Trouble> {
        while self.is_busy() {
            let until = self.stage.session.busy_until();
            if self.stage.session.turn(until)? == Turn::Deadline {
                return Ok(false);
            }
            self.is_asked |= self.stage.session.let_go();
        }
        Ok(true)
    }

    /// Sends a command line.
    pub fn send(&mut self, command: &str) -> Result<(), Trouble> {
        self.stage.session.let_go();
        self.is_asked = false;
        self.stage.session.send(command).map(drop)
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stage.session.write(bytes)
    }

    /// Asks a role for something. A command whose module is switched off has no answer.
    pub fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Trouble> {
        let answered = self.stage.session.call(role, method, params)?;
        if role == POWER {
            self.stage.session.forget_command();
        }
        Ok(answered.value)
    }

    /// Sends a file by XMODEM to a module that asks for it, or, without a path, the package under
    /// test. `typed` is what a complaint shows.
    pub fn send_file(&mut self, path: Option<&str>, typed: &str) -> Result<(), Trouble> {
        let source = Source::new("console", typed);
        let place = Place::new(&source, 0..typed.len());
        let what = path.map_or(Carried::Package, |path| {
            Carried::Other(Data::Plain(Value::String(path.to_owned())))
        });
        let transfer = Transfer {
            what,
            answer: Answer::Ok,
            ends: Ends::Complete,
            blocks: BlockSize::Long,
            cut_after: None,
            corrupt: Vec::new(),
            repeat: Vec::new(),
            stall: None,
            save: None,
            place: place.clone(),
        };
        let outcome = self.stage.transfer(&transfer, &Bounds::default(), &place);
        self.stage.session.let_go();
        self.is_asked = false;
        outcome
    }

    /// Writes down what the person does, for those who read the journal.
    pub fn step(&mut self, what: &str) {
        self.steps += 1;
        let (path, what) = (self.steps.to_string(), what.to_owned());
        let at = StepAt { path, what, file: String::new(), line: 0 };
        self.stage.session.record(Event::StepStarted(at));
    }

    /// Writes down a person's words.
    pub fn note(&mut self, words: &str) {
        self.stage.session.record(Event::Logged(words.into()));
    }

    /// Whether the port is still there.
    pub fn usable(&self) -> bool {
        self.stage.session.usable()
    }

    /// Ends the test: the device is left with its supply. The outcome only says whether the
    /// conversation could be had.
    pub fn end(self, outcome: Result<(), Trouble>) -> (Journal, Ended) {
        let mut session = self.stage.session;
        let listened = outcome.and_then(|()| session.finish());
        let ended = listened.and(session.make_safe()).map_err(|trouble| {
            let verdict = trouble.verdict();
            let diagnostic = trouble.into_diagnostic();
            let told = diagnostic.clone();
            session.record(Event::Complained { verdict, diagnostic });
            (verdict, told)
        });
        let verdict = ended.as_ref().err().map_or(Verdict::Passed, |(verdict, _)| *verdict);
        session.record(Event::TestEnded { verdict, reason: None });
        session.record(Event::RunEnded { verdict });
        (session.into_journal(), ended)
    }

    /// Lets time pass, hearing what comes.
    pub fn wait(&mut self, length: Duration) -> Result<(), Trouble> {
        self.listen(self.now() + length)
    }
}
