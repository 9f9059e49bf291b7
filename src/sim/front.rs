//! The AT port: echo, command lines, and one command at a time.

use std::collections::VecDeque;

use crate::sim::agenda::Event;
use crate::sim::answer::{Reply, Switch};
use crate::sim::commands::{self, Command};
use crate::sim::live::Live;
use crate::sim::ram::Port;

/// Longer than any command of the reference; a longer line is answered by `ERROR`.
const LONGEST_LINE_BYTES: usize = 2048;

/// Bytes that may wait behind a running command, as much as a host sends in ten seconds at the
/// highest speed; more are lost, as on a port without flow control.
const LONGEST_QUEUE_BYTES: usize = 1 << 20;

#[derive(Clone, Debug, Default)]
pub(crate) struct Front {
    line: Vec<u8>,
    /// Bytes that came while a command was running.
    queue: VecDeque<u8>,
    running: Option<Running>,
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
}

/// Takes bytes from the host in.
pub(crate) fn hear(live: &mut Live<'_>, input: &[u8]) {
    match live.ram.port {
        Port::Dead => {}
        Port::Alive => input.iter().for_each(|&byte| take_or_queue(live, byte)),
    }
}

/// The host has gone (it dropped DTR, or closed its port). What it has begun to type is forgotten,
/// and what runs for it is carried out without an answer, so that the next host finds a clean
/// line.
pub(crate) fn hang_up(front: &mut Front) {
    front.queue.clear();
    match front.running {
        Some(Running::Line | Running::Reply(_)) => front.asker = Asker::Gone,
        None => front.line.clear(),
    }
}

/// The running command's answer is due; afterwards the bytes that waited get their turn.
pub(crate) fn answer(live: &mut Live<'_>) {
    let reply = match live.ram.front.running.take() {
        None => return,
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
            reply
        }
    };
    match std::mem::take(&mut live.ram.front.asker) {
        Asker::There => reply.print(live.ram.numeric_errors, live.out),
        Asker::Gone => {}
    }
    while live.ram.front.running.is_none() {
        match live.ram.front.queue.pop_front() {
            Some(byte) => take(live, byte),
            None => break,
        }
    }
}

fn take_or_queue(live: &mut Live<'_>, byte: u8) {
    let front = &mut live.ram.front;
    if front.running.is_none() {
        take(live, byte);
    } else if front.queue.len() < LONGEST_QUEUE_BYTES {
        front.queue.push_back(byte);
    }
}

/// A line feed is ignored, since several hosts end their lines with CR LF (reference 1.1).
fn take(live: &mut Live<'_>, byte: u8) {
    if byte == b'\n' {
        return;
    }
    match live.ram.profile.echo {
        Switch::On => live.out.push(byte),
        Switch::Off => {}
    }
    let front = &mut live.ram.front;
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
    live.after(time, Event::Answer);
}

/// Where the text behind `AT` begins; noise in front of it does no harm (guess). A line without
/// `AT` is no command and gets no answer.
fn command_start(line: &[u8]) -> Option<usize> {
    let at = line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT"))?;
    Some(at + 2)
}
