//! The AT port: echo, command lines, and one command at a time.

use std::collections::VecDeque;
use std::time::Duration;

use crate::behaviour::Defect;
use crate::sim::agenda::Event;
use crate::sim::answer::{Reply, Style, Switch};
use crate::sim::commands::{self, Command};
use crate::sim::live::Live;
use crate::sim::local;
use crate::sim::ram::Port;
use crate::sim::{sleep, times};

/// Longer than any command of the reference; a longer line is answered by `ERROR`.
const LONGEST_LINE_BYTES: usize = 2048;

/// Bytes that may wait behind a running command, as much as a host sends in ten seconds at the
/// highest speed; more are lost, as on a port without flow control.
const LONGEST_QUEUE_BYTES: usize = 1 << 20;

/// Of so many commands one gets no answer (defect `no-answer`).
const UNANSWERED: u64 = 10;

/// Lines of a `cereg-flood`.
const FLOOD_LINES: u32 = 20;

#[derive(Clone, Debug, Default)]
pub(crate) struct Front {
    line: Vec<u8>,
    /// Bytes that came while a command was running.
    queue: VecDeque<u8>,
    running: Option<Running>,
    /// Commands since the boot.
    answered: u64,
    asker: Asker,
}

/// Whether the host that gave the running command is still there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asker {
    #[default]
    There,
    Gone,
}

#[derive(Clone, Debug)]
enum Running {
    /// The line is carried out when its answer is due.
    Line,
    /// It has been carried out; the answer takes longer.
    Reply(Reply),
    /// `AT+WDSD`: what comes is for the receiver.
    Transfer,
}

impl Front {
    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Half a line is lost when the module falls asleep.
    pub(crate) fn forget_line(&mut self) {
        self.line.clear();
    }
}

/// Takes bytes from the host in.
pub(crate) fn hear(live: &mut Live<'_>, input: &[u8]) {
    if input.is_empty() || live.ram.port == Port::Dead || !sleep::hears(live) {
        return;
    }
    if live.ram.local.is_some() {
        return local::hear(live, input);
    }
    for &byte in input {
        take_or_queue(live, byte);
    }
    sleep::touch(live);
}

/// The host has gone (it dropped DTR, or closed its port). What it has begun to type is forgotten,
/// and what runs for it is carried out without an answer, so that the next host finds a clean
/// line.
pub(crate) fn hang_up(front: &mut Front) {
    front.queue.clear();
    match front.running {
        Some(Running::Line | Running::Reply(_)) => front.asker = Asker::Gone,
        // One host closes its port between the first NAK and the file (reference 6.2, quirk 10).
        Some(Running::Transfer) => {}
        None => front.line.clear(),
    }
}

/// The running command's answer is due; afterwards the bytes that waited get their turn.
pub(crate) fn answer(live: &mut Live<'_>) {
    let reply = match live.ram.front.running.take() {
        None | Some(Running::Transfer) => return,
        Some(Running::Reply(reply)) => reply,
        Some(Running::Line) => {
            let text = std::mem::take(&mut live.ram.front.line);
            let reply = match Command::parse(&text) {
                Some(command) => commands::carry_out(live, command),
                None => Reply::Unknown,
            };
            if let Reply::ErrorAfter(delay, error) = reply {
                live.ram.front.running = Some(Running::Reply(Reply::Error(error)));
                return live.after(delay, Event::Answer);
            }
            if reply == Reply::Later {
                live.ram.front.running = Some(Running::Transfer);
                live.ram.front.asker = Asker::There;
                let early = std::mem::take(&mut live.ram.front.queue);
                return local::hear(live, &Vec::from(early));
            }
            reply
        }
    };
    live.ram.front.answered += 1;
    let unanswered =
        live.has(Defect::NoAnswer) && live.ram.front.answered.is_multiple_of(UNANSWERED);
    match std::mem::take(&mut live.ram.front.asker) {
        Asker::There if !unanswered => print(live, &reply),
        Asker::There | Asker::Gone => {}
    }
    if live.has(Defect::ForeignAt) && !live.ram.agenda.holds(Event::ForeignProbe) {
        live.after(times::FOREIGN_PROBE, Event::ForeignProbe);
    }
    sleep::touch(live);
    take_queued(live);
}

/// The answer to `AT+WDSD`, and the URCs that were held back until then.
pub(crate) fn answer_transfer(live: &mut Live<'_>, reply: &Reply, held: &[u8]) {
    live.ram.front.running = None;
    print(live, reply);
    live.out.extend_from_slice(held);
    sleep::touch(live);
    take_queued(live);
}

fn take_queued(live: &mut Live<'_>) {
    while live.ram.front.running.is_none() {
        match live.ram.front.queue.pop_front() {
            Some(byte) => take(live, byte),
            None => break,
        }
    }
}

/// Prints a final answer as the host has chosen, also one that ends something longer.
pub(crate) fn print(live: &mut Live<'_>, reply: &Reply) {
    let stat = live.ram.registration as u32;
    if live.has(Defect::CeregFlood) {
        for _ in 0..FLOOD_LINES {
            live.urc(format_args!("+CEREG: {stat}"));
        }
    }
    let style = Style {
        errors: live.ram.errors,
        verbose: live.ram.profile.verbose,
        quiet: live.ram.profile.quiet,
        multiline: live.settings.switches.multiline,
    };
    let start = live.out.len();
    reply.print(style, live.out);
    if live.has(Defect::UrcInResponse) && reply.informs() {
        // Behind the CR LF and the `+` of the first line.
        let rest = live.out.split_off(live.out.len().min(start + 3));
        live.urc(format_args!("+CEREG: {stat}"));
        live.out.extend_from_slice(&rest);
    }
}

/// Another program on this port looks for a modem, as modem managers do (reference chapter 8).
pub(crate) fn intrude(live: &mut Live<'_>) {
    if live.has(Defect::ForeignAt) {
        hear(live, b"AT\r");
    }
}

pub(crate) fn take_or_queue(live: &mut Live<'_>, byte: u8) {
    let front = &mut live.ram.front;
    if front.running.is_none() {
        take(live, byte);
    } else if front.queue.len() < LONGEST_QUEUE_BYTES {
        front.queue.push_back(byte);
    }
}

/// What S5 of `AT&V` says: takes the character before it back (ITU-T V.250, 6.2.3).
const BACKSPACE: u8 = 8;

/// A line feed is ignored, since several hosts end their lines with CR LF (reference 1.1).
fn take(live: &mut Live<'_>, byte: u8) {
    if byte == b'\n' || is_lost_to_data_mode(live, byte) {
        return;
    }
    match live.ram.profile.echo {
        Switch::On => live.out.push(byte),
        Switch::Off => {}
    }
    let front = &mut live.ram.front;
    if byte == BACKSPACE {
        front.line.pop();
        return;
    }
    if byte != b'\r' {
        // One byte more than allowed marks the line as too long.
        if front.line.len() <= LONGEST_LINE_BYTES {
            front.line.push(byte);
        }
        return;
    }
    let Some(start) = command_start(&front.line) else {
        return front.line.clear();
    };
    let too_long = front.line.len() > LONGEST_LINE_BYTES;
    front.line.drain(..start);
    let (running, time) = if too_long {
        front.line.clear();
        (Running::Reply(Reply::Unknown), commands::time(b""))
    } else {
        (Running::Line, commands::time(&front.line))
    };
    front.running = Some(running);
    let late = if live.has(Defect::LateOk) { times::LATE_ANSWER } else { Duration::ZERO };
    live.after(time + late, Event::Answer);
}

/// After a dial-up the port is in data mode, which the end of the first line ends.
fn is_lost_to_data_mode(live: &mut Live<'_>, byte: u8) -> bool {
    if byte == b'\r' {
        return live.strikes(Defect::DataModeLeft);
    }
    live.has(Defect::DataModeLeft) && !live.flash.struck.has(Defect::DataModeLeft)
}

/// Where the text behind `AT` begins; noise in front of it does no harm (guess). A line without
/// `AT` is no command and gets no answer.
fn command_start(line: &[u8]) -> Option<usize> {
    let at = line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT"))?;
    Some(at + 2)
}
