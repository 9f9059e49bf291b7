//! Debian's `sx` and `rx`, each against the other end of our XMODEM.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::world::real::Clock;
use fotarig::xmodem::{
    Blocks, Received, Receiver, ReceiverSettings, Receiving, Sender, SenderSettings, Sending, Sent,
    Start,
};
use libtest_mimic::Failed;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Around every border of a block, a small package, and a real one.
const SIZES: [usize; 11] = [1, 127, 128, 129, 896, 1023, 1024, 1025, 1464, 30_000, 203_744];
/// With SOH, with both, with STX only.
const BLOCKS: [Blocks; 3] = [Blocks::Short, Blocks::LongThenShort, Blocks::Long];
/// Far longer than any of these transfers takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn sx_long() -> Result<(), Failed> {
    SIZES.iter().try_for_each(|size| from_sx(&["sx", "-q", "-k"], Start::Nak, *size))
}

pub(crate) fn sx_short() -> Result<(), Failed> {
    SIZES.iter().try_for_each(|size| from_sx(&["sx", "-q"], Start::Nak, *size))
}

pub(crate) fn sx_crc() -> Result<(), Failed> {
    SIZES.iter().try_for_each(|size| from_sx(&["sx", "-q", "-k"], Start::CrcThenNak, *size))
}

pub(crate) fn rx_sum() -> Result<(), Failed> {
    all_to_rx(&["rx", "-q"], Start::Nak)
}

pub(crate) fn rx_crc() -> Result<(), Failed> {
    all_to_rx(&["rx", "-q", "-c"], Start::CrcThenNak)
}

/// The same over a PTY, as far as `rx` lets it: see [`socket`].
pub(crate) fn rx_over_a_pty() -> Result<(), Failed> {
    let cases = [1, 128, 1024, 1464, 30_000].map(|size| (Blocks::LongThenShort, size));
    for case in cases.into_iter().chain([(Blocks::Short, 1464), (Blocks::Long, 203_744)]) {
        to_rx(&["rx", "-q"], Start::Nak, case, Wire::Pty)?;
        to_rx(&["rx", "-q", "-c"], Start::CrcThenNak, case, Wire::Pty)?;
    }
    Ok(())
}

/// What is between our sender and `rx`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    Socket,
    Pty,
}

/// How long a PTY gets before the next frame, so that the flush behind an answer finds none of it.
const FLUSH: Duration = Duration::from_millis(5);

/// Our end and the program's.
type Line = [OwnedFd; 2];

/// What users give to `sx`: the port of a served module.
fn pty() -> Result<Line, Failed> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let path = ptsname(&master, Vec::new())?.into_string()?;
    let slave = OpenOptions::new().read(true).write(true).open(path)?;
    let mut raw = tcgetattr(&slave)?;
    raw.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &raw)?;
    Ok([master, slave.into()])
}

/// What `rx` needs: behind each answer it flushes what came in, and at its end both directions.
/// On a UART the next block has not come by then, and the last ACK is sent; a PTY may hold either,
/// and loses it. `sx` against `rx` hangs there just the same. Nobody flushes a socket.
fn socket() -> Result<Line, Failed> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok([ours.into(), theirs.into()])
}

/// A program at the other end of a line; killed when the test is over, whichever way.
struct Peer {
    program: Child,
    port: File,
    clock: Clock,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Peer {
    /// Takes the command, and with it the last copy here of the program's end: when the program is
    /// gone, the line is seen to be dead.
    fn start(mut command: Command, [ours, theirs]: Line) -> Result<Peer, Failed> {
        command.stdin(theirs.try_clone()?).stdout(theirs).stderr(Stdio::null());
        let program = command.spawn()?;
        Ok(Peer { program, port: File::from(ours), clock: Clock::start() })
    }

    /// What comes until `alarm`; nothing when it has come.
    fn listen(&mut self, alarm: Moment) -> Result<Vec<u8>, Failed> {
        let now = self.clock.now();
        if now > Moment::START + PATIENCE {
            return Err(format!("process {} takes too long", self.program.id()).into());
        }
        let length = alarm.min(now + PATIENCE).since(now);
        let limit = Timespec::try_from(length)?;
        if poll(&mut [PollFd::new(&self.port, PollFlags::IN)], Some(&limit))? == 0 {
            return Ok(Vec::new());
        }
        let mut buffer = [0; 4096];
        let length = self.port.read(&mut buffer)?;
        if length == 0 {
            return Err(format!("process {} hung up", self.program.id()).into());
        }
        Ok(buffer[..length].to_vec())
    }
}

fn contents(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 + at / 251).to_le_bytes()[0]).collect()
}

fn from_sx(words: &[&str], start: Start, size: usize) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("package");
    fs::write(&path, contents(size))?;
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(path);
    let mut peer = Peer::start(command, pty()?)?;
    let settings = ReceiverSettings {
        start,
        first_start_after: Duration::from_millis(50),
        start_period: Duration::from_secs(1),
        ..ReceiverSettings::default()
    };
    let mut receiver = Receiver::new(settings, size as u64, peer.clock.now());
    let (mut stored, mut heard) = (Vec::new(), Vec::new());
    let outcome = 'transfer: loop {
        let mut input = &heard[..];
        let alarm = loop {
            match receiver.advance(peer.clock.now(), &mut input) {
                Receiving::Say(byte) => peer.port.write_all(&[byte])?,
                Receiving::Store(data) => stored.extend_from_slice(data),
                Receiving::Ended(outcome) => break 'transfer outcome,
                Receiving::Wait(alarm) => break alarm,
            }
        };
        heard = peer.listen(alarm)?;
    };
    let told = format!("{words:?} {start:?} {size}: {outcome:?}, {} bytes", stored.len());
    let status = peer.program.wait()?;
    let is_right = outcome == Received::Complete && stored == contents(size) && status.success();
    if is_right { Ok(()) } else { Err(format!("{told}, {status}").into()) }
}

/// All at once: whether an EOT was one, `rx` tells by a second of silence behind it.
fn all_to_rx(words: &[&str], start: Start) -> Result<(), Failed> {
    let cases = BLOCKS.into_iter().flat_map(|blocks| SIZES.map(|size| (blocks, size)));
    thread::scope(|scope| {
        let transfers: Vec<_> = cases
            .map(|case| scope.spawn(move || to_rx(words, start, case, Wire::Socket)))
            .collect();
        transfers.into_iter().try_for_each(|it| it.join().unwrap_or_else(|it| resume_unwind(it)))
    })
}

/// Over a PTY the last ACK may be lost: then `rx` hangs up with the file complete, and only that is
/// asked for.
#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn to_rx(
    words: &[&str],
    start: Start,
    (blocks, size): (Blocks, usize),
    wire: Wire,
) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("got").current_dir(&folder);
    let line = match wire {
        Wire::Socket => socket()?,
        Wire::Pty => pty()?,
    };
    let mut peer = Peer::start(command, line)?;
    let settings = SenderSettings { start, blocks, ..SenderSettings::default() };
    let mut sender = Sender::new(settings, contents(size), peer.clock.now());
    let mut heard = Vec::new();
    let outcome = 'transfer: loop {
        let mut input = &heard[..];
        let alarm = loop {
            match sender.advance(peer.clock.now(), &mut input) {
                Sending::Say(bytes) => {
                    if wire == Wire::Pty {
                        thread::sleep(FLUSH);
                    }
                    peer.port.write_all(bytes)?;
                }
                Sending::Ended(outcome) => break 'transfer outcome,
                Sending::Wait(alarm) => break alarm,
            }
        };
        heard = match peer.listen(alarm) {
            Ok(heard) => heard,
            Err(_) if wire == Wire::Pty => break Sent::Complete,
            Err(error) => return Err(error),
        };
    };
    let status = peer.program.wait()?;
    let got = fs::read(folder.path().join("got"))?;
    let told = format!("{words:?} {blocks:?} {size}: {outcome:?}, {} bytes, {status}", got.len());
    let (file, padding) = got.split_at(size.min(got.len()));
    let is_padded = padding.len() < 1024 && padding.iter().all(|byte| *byte == 0x1A);
    let is_right = outcome == Sent::Complete && file == contents(size) && status.success();
    if is_right && is_padded { Ok(()) } else { Err(told.into()) }
}
