//! A conversation with a plugin: a request and its answer, within a time, and every lapse of it.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::duration;
use crate::fault::Broken;
use crate::plugin::process::{Process, Start};
use crate::plugin::secrets::Secrets;
use crate::plugin::streams::Event;
use crate::rpc::{self, Ear, Id, Refused, Said, Violation};

/// How often a call looks whether somebody interrupts.
const LOOK: Duration = Duration::from_millis(50);
/// What an interrupted call still gets: a switch that was asked for is best let finish.
const AFTER_INTERRUPT: Duration = Duration::from_secs(5);
/// Remarks of a plugin during one call; more are no remarks, and would fill the journal.
const MAX_REMARKS: usize = 1000;
/// How much of a remark or of a line that is not understood is told, in characters.
const MAX_TOLD: usize = 2000;
pub(crate) const MAX_SHOWN: usize = 200;

/// How a plugin broke its contract.
#[derive(Debug)]
pub(super) enum Lapse {
    Violation(Violation),
    WrongId {
        id: Id,
        expected: u64,
        refused: Option<String>,
    },
    /// An answer that nobody asked for.
    Unasked,
    Notification(String),
    TooManyRemarks,
    Late(Duration),
    LateAfterInterrupt,
    /// The machine has no thread left that could keep its deadline.
    NoDeadline(io::Error),
    /// It has ended, and how if that is known; with the line that it had begun.
    Ended(Option<ExitStatus>, Option<String>),
    ClosedStdout,
    /// It has not ended when it had to.
    Unfinished(Duration),
}

impl fmt::Display for Lapse {
    /// What the plugin did, as the end of a sentence about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lapse::Violation(violation) => violation.fmt(f),
            Lapse::WrongId { id: Id::Null, refused: Some(why), .. } => {
                write!(f, "did not understand the request: {why}")
            }
            Lapse::WrongId { id, expected, .. } => {
                write!(f, "answered the request {id}, and {expected} was asked")
            }
            Lapse::Unasked => f.write_str("answered once more than it was asked"),
            Lapse::Notification(method) => {
                write!(f, "said `{method}`, and only `log` can be said unasked")
            }
            Lapse::TooManyRemarks => {
                write!(f, "said more than {MAX_REMARKS} times `log` in one call")
            }
            Lapse::Late(within) => {
                write!(f, "did not answer within {}", duration::show(*within))
            }
            Lapse::LateAfterInterrupt => {
                let within = duration::show(AFTER_INTERRUPT);
                write!(f, "did not answer within {within} after the interrupt")
            }
            Lapse::NoDeadline(error) => {
                write!(f, "cannot be asked: no thread can be had for its deadline: {error}")
            }
            Lapse::Ended(status, unfinished) => {
                f.write_str(&how(*status))?;
                match unfinished {
                    Some(line) => write!(f, " in the middle of a line: `{line}`"),
                    None => Ok(()),
                }
            }
            Lapse::ClosedStdout => f.write_str("closed its stdout"),
            Lapse::Unfinished(within) => {
                let within = duration::show(*within);
                write!(f, "did not end within {within} after its stdin was closed")
            }
        }
    }
}

/// `ended with status 3`, `was ended by signal 9`.
fn how(status: Option<ExitStatus>) -> String {
    let Some(status) = status else { return "ended".to_owned() };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with status {code}"),
        None => format!("ended: {status}"),
    }
}

/// One process from its start to its end.
pub(super) struct Talk {
    pub(super) process: Process,
    ear: Ear,
    heard: VecDeque<Result<Said, Violation>>,
    asked: u64,
    has_said_all: bool,
    /// What it said for the journal, not yet fetched.
    remarks: Vec<String>,
    secrets: Secrets,
}

/// A call's name, params and limits.
pub(super) struct Request<'r> {
    pub(super) method: &'r str,
    pub(super) params: &'r Map<String, Value>,
    pub(super) within: Duration,
    pub(super) is_interrupted: &'r dyn Fn() -> bool,
}

impl Talk {
    pub(super) fn start(start: &Start<'_>) -> Result<Talk, Broken> {
        Ok(Talk {
            process: Process::start(start)?,
            ear: Ear::default(),
            heard: VecDeque::new(),
            asked: 0,
            has_said_all: false,
            remarks: Vec::new(),
            secrets: start.secrets.clone(),
        })
    }

    /// Asks, and waits for the answer. After a lapse the process is of no use any more.
    pub(super) fn ask(&mut self, request: &Request<'_>) -> Result<Result<Value, Refused>, Lapse> {
        self.listen_to_what_waits()?;
        self.asked += 1;
        self.process.tell(rpc::request(self.asked, request.method, request.params));
        let answer = self.answer(request)?;
        // What lies in the same piece was said unasked, and is best told with this call.
        self.take_remarks()?;
        let secrets = &self.secrets;
        Ok(match answer {
            Ok(value) => Ok(secrets.hide_in(value)),
            Err(Refused { code, message, remedy }) => Err(Refused {
                code,
                message: cut(&secrets.hide(&message), MAX_TOLD),
                remedy: remedy.map(|remedy| cut(&secrets.hide(&remedy), MAX_TOLD)),
            }),
        })
    }

    fn answer(&mut self, request: &Request<'_>) -> Result<Result<Value, Refused>, Lapse> {
        match self.hear(request.within, request.is_interrupted)? {
            (Id::Number(id), is) if id == self.asked => Ok(is),
            (id, is) => {
                let refused = is.err().map(|refused| refused.message);
                Err(Lapse::WrongId { id, expected: self.asked, refused })
            }
        }
    }

    /// The next answer, whatever its id.
    pub(super) fn hear(
        &mut self,
        within: Duration,
        is_interrupted: &dyn Fn() -> bool,
    ) -> Result<(Id, Result<Value, Refused>), Lapse> {
        let (due, _alarm) = self.process.set_alarm(within).map_err(Lapse::NoDeadline)?;
        let mut hurry = None;
        loop {
            while let Some(said) = self.heard.pop_front() {
                match said.map_err(Lapse::Violation)? {
                    Said::Answer { id, is } => return Ok((id, is)),
                    Said::Notification { method, params } => self.remark(&method, &params)?,
                }
            }
            if self.has_said_all {
                return Err(self.end_of_stdout());
            }
            if hurry.is_none() && is_interrupted() {
                let alarm = self.process.set_alarm(AFTER_INTERRUPT);
                hurry = Some(alarm.map_err(Lapse::NoDeadline)?);
            }
            match self.process.next(LOOK) {
                Some(Event::Said(bytes)) => self.heard.extend(self.ear.hear(&bytes)),
                Some(Event::SaidAll) => self.has_said_all = true,
                Some(Event::Alarm(number)) if number == due => return Err(Lapse::Late(within)),
                Some(Event::Alarm(number)) if hurry.as_ref().is_some_and(|it| it.0 == number) => {
                    return Err(Lapse::LateAfterInterrupt);
                }
                // Its children may hold its stdout open; what it said itself is here by now.
                None if self.process.has_ended() => return Err(self.end_of_stdout()),
                Some(Event::Ended | Event::LoggedAll | Event::Alarm(_)) | None => {}
            }
        }
    }

    /// The id of a request that somebody else encodes.
    pub(super) fn next_id(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    /// What came since the last call must be remarks only.
    fn listen_to_what_waits(&mut self) -> Result<(), Lapse> {
        while let Some(event) = self.process.next(Duration::ZERO) {
            match event {
                Event::Said(bytes) => self.heard.extend(self.ear.hear(&bytes)),
                Event::SaidAll => self.has_said_all = true,
                Event::Ended | Event::LoggedAll | Event::Alarm(_) => {}
            }
        }
        self.take_remarks()?;
        if self.has_said_all || self.process.has_ended() {
            return Err(self.end_of_stdout());
        }
        Ok(())
    }

    fn take_remarks(&mut self) -> Result<(), Lapse> {
        while let Some(said) = self.heard.pop_front() {
            match said.map_err(Lapse::Violation)? {
                Said::Answer { .. } => return Err(Lapse::Unasked),
                Said::Notification { method, params } => self.remark(&method, &params)?,
            }
        }
        Ok(())
    }

    fn remark(&mut self, method: &str, params: &Value) -> Result<(), Lapse> {
        let text = params.get("text").and_then(Value::as_str).filter(|_| method == "log");
        let Some(text) = text else { return Err(Lapse::Notification(method.to_owned())) };
        if self.remarks.len() == MAX_REMARKS {
            return Err(Lapse::TooManyRemarks);
        }
        self.remarks.push(cut(&self.secrets.hide(text), MAX_TOLD));
        Ok(())
    }

    fn end_of_stdout(&mut self) -> Lapse {
        self.process.await_end();
        if !self.process.has_ended() {
            return Lapse::ClosedStdout;
        }
        let unfinished = self.ear.unfinished();
        Lapse::Ended(self.process.kill(), unfinished)
    }

    /// What it said for the journal since the last time.
    pub(super) fn remarks(&mut self) -> Vec<String> {
        std::mem::take(&mut self.remarks)
    }

    /// Lets it finish; however that goes, it has ended with all its children afterwards.
    pub(super) fn finish(&mut self, within: Duration) -> Result<(), Lapse> {
        let listened = self.listen_to_what_waits();
        if listened.is_ok() {
            self.process.close();
            self.process.until(within, Process::has_ended);
        }
        let has_ended = self.process.has_ended();
        let status = self.end();
        listened?;
        match status {
            _ if !has_ended => Err(Lapse::Unfinished(within)),
            Some(status) if !status.success() => Err(Lapse::Ended(Some(status), None)),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends it with all its children: it can still tidy up, but not for long.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        self.process.ask_to_end();
        self.process.kill()
    }

    /// What a lapse means for the rig, with the plugin's last words. The process is ended.
    pub(super) fn broken(&mut self, plugin: &str, call: &str, lapse: &Lapse) -> Broken {
        self.end();
        let did = cut(&self.secrets.hide(&lapse.to_string()), MAX_SHOWN);
        let broken = Broken::new(format!("the plugin `{plugin}` {did} (`{call}`)"));
        let words = self.process.last_words();
        broken.note(if words.is_empty() {
            "it left no last words on its stderr".to_owned()
        } else {
            format!("its last words:\n{}", words.join("\n"))
        })
    }
}

/// The beginning of a text: what a plugin says may be long.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
