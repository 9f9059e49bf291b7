//! One connection of the control socket: its requests in, their answers out, in order.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags};

use crate::world::real::serve::door::is_for_later;
use crate::world::real::serve::intake::{Intake, Line, MAX_REQUEST_BYTES};
use crate::world::real::serve::request::{Answer, Request};
use crate::world::real::serve::service::Service;

/// The most that is read from a controller at a time.
const READ_BYTES: usize = 4096;

/// How often a controller is read in one turn, so that none can keep the others waiting.
const READS: usize = 16;

pub(super) struct Controller {
    stream: UnixStream,
    intake: Intake,
    /// Not taken yet. While there are some, no further request is carried out: a controller that
    /// does not read fills its own pipe and not our memory.
    answers: Vec<u8>,
}

/// Whether a controller is still there after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    Stays,
    Gone,
}

impl Controller {
    pub(super) fn new(stream: UnixStream) -> Controller {
        Controller { stream, intake: Intake::default(), answers: Vec::new() }
    }

    pub(super) fn watch(&self) -> PollFd<'_> {
        let wanted = if self.answers.is_empty() { PollFlags::IN } else { PollFlags::OUT };
        PollFd::new(&self.stream, wanted)
    }

    /// Carries out what has come. Half a line at the end of a connection is ignored.
    pub(super) fn turn(&mut self, service: &mut Service) -> Stay {
        if self.work(service) == Stay::Gone {
            return Stay::Gone;
        }
        if !self.answers.is_empty() {
            return Stay::Stays;
        }
        let mut buffer = [0; READ_BYTES];
        for _ in 0..READS {
            match self.stream.read(&mut buffer) {
                Ok(length) if length > 0 => self.intake.hear(&buffer[..length]),
                Err(error) if is_for_later(&error) => return Stay::Stays,
                Ok(_) | Err(_) => return Stay::Gone,
            }
            if self.work(service) == Stay::Gone {
                return Stay::Gone;
            }
            if !self.answers.is_empty() {
                return Stay::Stays;
            }
        }
        Stay::Stays
    }

    /// Line by line, as long as the answers are taken.
    fn work(&mut self, service: &mut Service) -> Stay {
        loop {
            while !self.answers.is_empty() {
                match self.stream.write(&self.answers) {
                    Ok(written) => drop(self.answers.drain(..written)),
                    Err(error) if is_for_later(&error) => return Stay::Stays,
                    Err(_) => return Stay::Gone,
                }
            }
            let Some(line) = self.intake.next() else { return Stay::Stays };
            self.answers = answer(line, service).line();
        }
    }
}

fn answer(line: Line, service: &mut Service) -> Answer {
    match line {
        Line::TooLong => {
            let sentence = format!("this line is longer than {MAX_REQUEST_BYTES} bytes");
            Answer::refusal(sentence)
        }
        Line::Whole(line) => match Request::parse(&line) {
            Ok(request) => {
                let outcome = service.call(&request);
                request.answer(outcome)
            }
            Err(answer) => answer,
        },
    }
}
