//! Carries a file into the module by XMODEM, and awaits the final result code behind it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::at::Kind;
use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::journal::Event;
use crate::moment::Moment;
use crate::run::absence::excused;
use crate::run::missed;
use crate::run::session::Turn;
use crate::run::shown::word;
use crate::run::stage::{Stage, ok};
use crate::scenario::{Answer, BlockSize, Bounds, Ends, Part, Transfer};
use crate::source::Place;
use crate::xmodem::{
    Blocks, Frame, FrameFault, Sender, SenderSettings, Sending, Sent, Start, Traffic, WrongFrame,
};

impl Stage {
    /// Sends the file as soon as the module asks for it, as one that has said NAK or `C` does.
    pub(crate) fn transfer(
        &mut self,
        transfer: &Transfer,
        bounds: &Bounds,
        place: &Place,
    ) -> Result<(), Trouble> {
        let bytes = self.bytes(&transfer.what, &transfer.place)?;
        let within = bounds.within.as_ref().map(|within| self.scope.length(within)).transpose()?;
        let start = self.session.now();
        let latest = within.map_or(Moment::NEVER, |within| start + within);
        let settings = self.settings(transfer, bytes.len())?;
        self.session.record(Event::TransferStarted { bytes: bytes.len() as u64 });
        let first = self.session.inbox.end();
        self.session.begin_transfer();
        let mut sender = Sender::new(settings, bytes, start);
        let outcome = self.send_blocks(&mut sender, latest);
        let blocks = sender.traffic().blocks;
        if matches!(outcome, Err(_) | Ok(Ended::Late)) {
            self.session.cancel_transfer();
        }
        let ended = outcome.and_then(|sent| self.judge_end(sent, transfer, place));
        let ended = ended.map_err(|trouble| {
            let since = self.session.age(start);
            let trouble = excused(trouble, start, &self.session);
            trouble.note(format!("begun at {since} s; blocks taken until its end: {blocks}"))
        });
        let ended = ended.and_then(|()| self.await_result(transfer, place));
        // An answer that was doubled comes behind the last block.
        let late = self.session.line_control().len() as u64;
        self.session.end_transfer();
        if let Some(variable) = &transfer.save {
            let took = self.session.now().since(start);
            self.set(variable, report(sender.traffic(), late, took))?;
        }
        self.session.ignore_answer();
        self.session.inbox.drop_finals_from(first);
        ended
    }

    /// Does what the sender says until it ends, or until the module answers the command before.
    fn send_blocks(&mut self, sender: &mut Sender, latest: Moment) -> Result<Ended, Trouble> {
        loop {
            let heard = self.session.line_control();
            let mut input = heard.as_slice();
            let until = loop {
                match sender.advance(self.session.now(), &mut input) {
                    Sending::Say(bytes) => {
                        let bytes = bytes.to_vec();
                        self.session.write(&bytes)?;
                    }
                    Sending::Wait(until) if input.is_empty() => break until,
                    Sending::Wait(_) => {}
                    Sending::Ended(sent) => return Ok(Ended::By(sent)),
                }
            };
            if self.session.has_result() {
                return Ok(Ended::Early);
            }
            if self.session.turn(until.min(latest))? == Turn::Deadline && latest <= until {
                return Ok(Ended::Late);
            }
        }
    }

    fn judge_end(
        &mut self,
        ended: Ended,
        transfer: &Transfer,
        place: &Place,
    ) -> Result<(), Trouble> {
        let why = match (ended, transfer.ends) {
            (Ended::By(Sent::Complete), Ends::Complete)
            | (Ended::By(Sent::Cut), _)
            | (Ended::By(Sent::Cancelled) | Ended::Early, Ends::Cancelled) => return Ok(()),
            (Ended::By(Sent::Complete), Ends::Cancelled) => "the module took the whole file",
            (Ended::By(Sent::NotStarted), _) => "the module did not ask for the first block",
            (Ended::By(Sent::Cancelled), Ends::Complete) => "the module cancelled the transfer",
            (Ended::By(Sent::TooManyErrors), _) => {
                "a block was refused or not answered ten times in a row"
            }
            (Ended::Early, Ends::Complete) => {
                let result = self.session.answer();
                let result = result.and_then(|number| self.session.inbox.get(number));
                let result = result.map(|line| word(line.kind, &line.text)).unwrap_or_default();
                &format!("the module answered `{result}` before the end of the file")
            }
            (Ended::Late, _) => "the transfer took longer than its `within`",
        };
        Err(missed::transfer(why, place))
    }

    /// The final result code of the command that has asked for the file.
    fn await_result(&mut self, transfer: &Transfer, place: &Place) -> Result<(), Trouble> {
        let wanted = match &transfer.answer {
            Answer::None | Answer::Prompt => return Ok(()),
            Answer::Ok => ok(),
            Answer::Matching(pattern) => self.scope.pattern(pattern)?,
        };
        let start = self.session.now();
        let latest = start + self.session.profile().answer_within("AT+WDSD");
        loop {
            while let Some(number) = self.session.answer() {
                let Some(line) = self.session.inbox.get(number) else { continue };
                if wanted.regex.is_match(&line.text) {
                    self.scope.capture(&wanted, &line.text);
                    return Ok(());
                }
                if line.kind == Kind::Final {
                    let place = (place, &self.session);
                    return Err(missed::wrong_answer("the transfer", line, &wanted.text, place));
                }
            }
            if self.session.turn(latest)? == Turn::Deadline {
                let bounds = (start, latest);
                return Err(missed::no_answer("the transfer", place, bounds, &self.session));
            }
        }
    }

    fn settings(&self, transfer: &Transfer, size: usize) -> Result<SenderSettings, Trouble> {
        let blocks = match transfer.blocks {
            BlockSize::Long => Blocks::LongThenShort,
            BlockSize::LongOnly => Blocks::Long,
            BlockSize::Short => Blocks::Short,
        };
        let mut faults: Vec<(u64, WrongFrame)> = Vec::new();
        for number in &transfer.corrupt {
            faults.push((self.scope.number(number)?, WrongFrame::Corrupt(1)));
        }
        for number in &transfer.repeat {
            faults.push((self.scope.number(number)?, WrongFrame::Repeat));
        }
        if let Some((number, length)) = &transfer.stall {
            let length = self.scope.length(length)?;
            faults.push((self.scope.number(number)?, WrongFrame::Stall(length)));
        }
        refuse_impossible(&faults, blocks.of(size).count(), &transfer.place)?;
        if let Some(amount) = &transfer.cut_after {
            let cut = block_after(self.scope.amount(amount)?, blocks, size, &transfer.place)?;
            // Whatever else was to happen in that block, its end is not sent.
            faults.retain(|(number, _)| *number != cut);
            faults.push((cut, WrongFrame::Cut));
        }
        let fault = |(number, kind)| FrameFault { of: Frame::Block(number), kind };
        let faults = faults.into_iter().map(fault).collect();
        // The module chooses: blocks with a sum after NAK, with a CRC after `C`.
        Ok(SenderSettings { start: Start::CrcThenNak, blocks, faults, ..SenderSettings::default() })
    }
}

/// A fault that does not happen, or hides another, would let a test pass that has tested nothing.
fn refuse_impossible(
    faults: &[(u64, WrongFrame)],
    blocks: usize,
    place: &Place,
) -> Result<(), Trouble> {
    for (index, (number, _)) in faults.iter().enumerate() {
        if *number > blocks as u64 {
            let message = format!("there is no block {number}: the file has {blocks}");
            return Err(Trouble::broken(Diagnostic::at(place, message)));
        }
        if faults[..index].iter().any(|(earlier, _)| earlier == number) {
            let message = format!("block {number} has two faults, and only one can happen");
            let complaint = Diagnostic::at(place, message).help("give them different blocks");
            return Err(Trouble::broken(complaint));
        }
    }
    Ok(())
}

/// The block in the middle of which the sender falls silent; after all of them, the last.
fn block_after(part: Part, blocks: Blocks, size: usize, place: &Place) -> Result<u64, Trouble> {
    let all = blocks.of(size).count();
    let done = match part {
        Part::Percent(percent) => {
            let bytes = size * percent / 100;
            blocks.of(size).take_while(|block| block.end <= bytes).count()
        }
        Part::Blocks(done) if done > all => {
            let message = format!("it cannot be cut after {done} blocks: the file has {all}");
            return Err(Trouble::broken(Diagnostic::at(place, message)));
        }
        Part::Blocks(done) => done,
    };
    Ok((done + 1).min(all) as u64)
}

/// What a scenario can look at afterwards.
fn report(traffic: Traffic, late: u64, took: Duration) -> Value {
    let Traffic { blocks, frames, resent, answers } = traffic;
    let strays = (answers + late).saturating_sub(frames);
    json!({ "blocks": blocks, "resent": resent, "strays": strays, "seconds": took.as_secs_f64() })
}

/// How a transfer came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    By(Sent),
    /// A final result code came while blocks were sent.
    Early,
    /// The time is up.
    Late,
}
