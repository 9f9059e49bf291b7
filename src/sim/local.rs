//! `AT+WDSD`: receives a package over the AT port, block by block (note 10, F31 to F34).
//!
//! The command has no answer until the transfer is over: the receiver's bytes follow its echo.
//! Everything that comes meanwhile is for the receiver. A block that came is written to flash
//! before it is acknowledged, and bytes that come then wait, as those of a command would.

use std::collections::VecDeque;
use std::time::Duration;

use crate::behaviour::{Defect, LocalStart, NakPeriod, XmShort, XmSizeBug, XmStart};
use crate::sim::agenda::{Event, LocalStep};
use crate::sim::answer::{Cme, Reply};
use crate::sim::flash::Request;
use crate::sim::live::Live;
use crate::sim::local_package::LocalPackage;
use crate::sim::ram::Session;
use crate::sim::{front, install, request, times, version};
use crate::xmodem::{
    AnswerFault, Frame, Received, Receiver, ReceiverSettings, Receiving, ShortBlocks, Start, Sums,
    WrongAnswer,
};

/// The largest size for which a driver in the field reserves room (reference 2.5).
pub(crate) const MAX_SIZE_BYTES: u32 = 24_643_584;

/// Bytes that wait for the receiver; a sender sends one block and then waits for its answer.
const MAX_WAITING_BYTES: usize = 16 << 10;

/// EURY-4127 is gone from this version on (reference section 8, 4).
const SIZE_BUG_FIXED: &str = "HL7800.4.6.9.4";

/// A transfer, until a byte comes behind its end that is for somebody else.
#[derive(Clone, Debug)]
pub(crate) struct LocalTransfer {
    receiver: Receiver,
    /// What came and was not looked at.
    waiting: VecDeque<u8>,
    doing: Doing,
    urcs: Urcs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Waits for bytes or for a time-out.
    Listening,
    /// A block is being written, or an answer has just been said.
    Busy,
    /// Input is lost (defect `sleep-mid-xmodem`).
    Asleep,
}

/// URCs are held back from the first start character to the answer (reference 6.1).
#[derive(Clone, Debug)]
enum Urcs {
    Early,
    Held(Vec<u8>),
    Late,
}

impl LocalTransfer {
    /// Where URCs go, if not to the port.
    pub(crate) fn held(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.urcs {
            Urcs::Early | Urcs::Late => None,
            Urcs::Held(held) => Some(held),
        }
    }
}

/// Begins to receive, where that is possible (reference 2.5 and 4.5).
pub(crate) fn begin(live: &mut Live<'_>, size_bytes: u32) -> Reply {
    let is_free = live.ram.session == Session::Idle
        && live.flash.request.is_none()
        && live.flash.update.is_none()
        && live.flash.local.is_none();
    if !is_free || live.has(Defect::WrongPort) {
        return Reply::Error(Cme::NOT_ALLOWED);
    }
    let size_bytes = u64::from(size_bytes);
    live.flash.local = Some(LocalPackage { bytes: Vec::new(), size_bytes });
    live.ram.local = Some(LocalTransfer {
        receiver: Receiver::new(settings(live), size_bytes, live.now),
        waiting: VecDeque::new(),
        doing: Doing::Listening,
        urcs: Urcs::Early,
    });
    Reply::Later
}

fn settings(live: &Live<'_>) -> ReceiverSettings {
    let switches = &live.settings.switches;
    let limit = match switches.local_start {
        LocalStart::S300 => Duration::from_secs(300),
        LocalStart::S180 => Duration::from_secs(180),
    };
    // The command has been running for the time of an answer.
    let first = times::FIRST_NAK.saturating_sub(times::SERVICE_ANSWER);
    ReceiverSettings {
        start: match switches.xm_start {
            XmStart::Nak => Start::Nak,
            XmStart::CThenNak => Start::CrcThenNak,
        },
        first_start_after: if live.has(Defect::NoStart) { Duration::MAX } else { first },
        start_period: match switches.nak_period {
            NakPeriod::S3 => Duration::from_secs(3),
            NakPeriod::S1 => Duration::from_secs(1),
            NakPeriod::S10 => Duration::from_secs(10),
        },
        start_limit: if live.has(Defect::StartNeverEnds) {
            Duration::MAX
        } else {
            limit.saturating_sub(times::SERVICE_ANSWER)
        },
        short_blocks: match switches.xm_short {
            XmShort::Accepted => ShortBlocks::Accepted,
            XmShort::Refused => ShortBlocks::Refused,
        },
        sums: if live.has(Defect::AcceptsBadChecksum) { Sums::Ignored } else { Sums::Checked },
        faults: faults(live),
        ..ReceiverSettings::default()
    }
}

/// Wrong answers on purpose; the second block is there in every package worth sending.
fn faults(live: &Live<'_>) -> Vec<AnswerFault> {
    let faults = [
        (Defect::AckLost, Frame::Block(2), WrongAnswer::Nothing),
        (Defect::NakStorm, Frame::Block(2), WrongAnswer::Naks(3)),
        (Defect::DupAck, Frame::Block(2), WrongAnswer::Twice),
        (Defect::BadBlock, Frame::Block(3), WrongAnswer::Naks(u32::MAX)),
        (Defect::EotNak, Frame::Eot, WrongAnswer::Naks(u32::MAX)),
    ];
    let wanted = faults.into_iter().filter(|(defect, ..)| live.has(*defect));
    wanted.map(|(_, to, instead)| AnswerFault { to, instead }).collect()
}

/// Takes bytes from the host in.
pub(crate) fn hear(live: &mut Live<'_>, input: &[u8]) {
    let Some(transfer) = &mut live.ram.local else {
        return;
    };
    let room = MAX_WAITING_BYTES.saturating_sub(transfer.waiting.len());
    match transfer.doing {
        Doing::Listening => {
            transfer.waiting.extend(input);
            go_on(live);
        }
        Doing::Busy => transfer.waiting.extend(input.iter().take(room)),
        Doing::Asleep => {}
    }
}

pub(crate) fn step(live: &mut Live<'_>, step: LocalStep) {
    match step {
        LocalStep::GoOn => go_on(live),
        LocalStep::Answer => answer(live),
        LocalStep::Ask if live.has(Defect::LocalUnasked) => install::accepted(live),
        LocalStep::Ask => request::ask(live, Request::Install),
    }
}

/// Does the next thing that the receiver wants.
fn go_on(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Local(LocalStep::GoOn));
    let Some(transfer) = &mut live.ram.local else {
        return;
    };
    let waiting: &[u8] = transfer.waiting.make_contiguous();
    let mut rest = waiting;
    let wish = transfer.receiver.advance(live.now, &mut rest);
    let taken = waiting.len() - rest.len();
    transfer.waiting.drain(..taken);
    transfer.doing = Doing::Busy;
    let pause = match wish {
        Receiving::Wait(until) => {
            transfer.doing = Doing::Listening;
            live.ram.agenda.add(until, Event::Local(LocalStep::GoOn));
            return pass_on(live);
        }
        Receiving::Say(byte) => {
            live.out.push(byte);
            if let Urcs::Early = transfer.urcs {
                transfer.urcs = Urcs::Held(Vec::new());
            }
            times::BETWEEN_BYTES
        }
        Receiving::Store(bytes) => {
            let length = bytes.len();
            if let Some(package) = &mut live.flash.local {
                package.bytes.extend_from_slice(bytes);
            }
            write_time(live, length)
        }
        Receiving::Ended(outcome) => {
            ended(live, outcome);
            times::BETWEEN_BYTES
        }
    };
    live.exactly_after(pause, Event::Local(LocalStep::GoOn));
}

/// How long flash takes for a block, and what a module does meanwhile that should not.
fn write_time(live: &mut Live<'_>, block_bytes: usize) -> Duration {
    let (Some(package), Some(transfer)) = (&live.flash.local, &mut live.ram.local) else {
        return Duration::ZERO;
    };
    let (size, after) = (package.size_bytes, package.bytes.len());
    let before = after - block_bytes;
    let passes = |bytes: u64| (before as u64..after as u64).contains(&bytes);
    if live.settings.defects.has(Defect::UrcInXmodem) && passes(1024) {
        live.out.extend_from_slice(b"\r\n+CEREG: 1\r\n");
    }
    if live.settings.defects.has(Defect::SleepMidXmodem) && passes(size / 2) {
        transfer.doing = Doing::Asleep;
        return times::SLEEP_IN_TRANSFER;
    }
    let parts = u32::try_from(block_bytes).expect("a block has at most 1024 bytes");
    live.chance.around(times::STORE_1K * parts / 1024)
}

/// A package that is complete survives a power cut from here on, and so does its request.
fn ended(live: &mut Live<'_>, outcome: Received) {
    match outcome {
        Received::Complete if !is_hit_by_size_bug(live) => {
            live.flash.request = Some(Request::Install);
        }
        Received::Complete
        | Received::NotStarted
        | Received::Cancelled
        | Received::TooManyErrors
        | Received::WrongLength { .. } => live.flash.local = None,
    }
    live.exactly_after(times::RESULT_AFTER_END, Event::Local(LocalStep::Answer));
}

/// A last block of 128 bytes or less, and only one, is taken for an error (a guess from the sizes
/// that were seen to fail).
fn is_hit_by_size_bug(live: &Live<'_>) -> bool {
    let is_there = match live.settings.switches.xm_size_bug {
        XmSizeBug::ByVersion => version::is_older(&live.flash.firmware, SIZE_BUG_FIXED),
        XmSizeBug::Always => true,
        XmSizeBug::Never => false,
    };
    let size_bytes = live.flash.local.as_ref().map_or(0, |package| package.size_bytes);
    (is_there || live.has(Defect::XmSizeBug)) && (1..=128).contains(&(size_bytes % 1024))
}

/// `OK` or error 3, what was held back, and 3.
fn answer(live: &mut Live<'_>) {
    let Some(transfer) = &mut live.ram.local else {
        return;
    };
    let held = match std::mem::replace(&mut transfer.urcs, Urcs::Late) {
        Urcs::Held(held) => held,
        Urcs::Early | Urcs::Late => Vec::new(),
    };
    let reply = match &live.flash.local {
        Some(_) => {
            live.exactly_after(times::REQUEST_AFTER_RESULT, Event::Local(LocalStep::Ask));
            Reply::Ok
        }
        None => Reply::Error(Cme::NOT_ALLOWED),
    };
    front::answer_transfer(live, &reply, &held);
}

/// What the receiver leaves is a command behind the end of the file (6.2, 7); before the answer it
/// waits as behind any command.
fn pass_on(live: &mut Live<'_>) {
    let Some(transfer) = &mut live.ram.local else {
        return;
    };
    let rest = std::mem::take(&mut transfer.waiting);
    if rest.is_empty() {
        return;
    }
    if let Urcs::Late = transfer.urcs {
        live.ram.local = None;
    }
    for byte in rest {
        front::take_or_queue(live, byte);
    }
}
