//! RFC 2217 as a client speaks it: a serial port over telnet, with its settings.
//!
//! Bytes of the line go both ways with each 255 doubled, which the crate does; it also asks for
//! BINARY in both directions, without which telnet would add a NUL behind each CR. What the writer
//! sends and what the reader answers to the server goes through one queue, so that neither can get
//! into the middle of the other's escapes.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rfc2217::{Client, ComPortState, Event, FlowControl, NotReady, PortSettings, Setting};

use crate::fault::Broken;
use crate::rig::{DeviceSettings, Flow, LinePolicy};
use crate::world::real::Clock;
use crate::world::real::port::{Port, Ready, Stopped};

/// How long the server may take to agree to the settings: it answers each of them at once, from
/// the same building.
const AGREE_WITHIN: Duration = Duration::from_secs(3);

/// The most that is read from the server at a time.
const READ_BYTES: usize = 16_384;

/// The most that may wait to be sent. A write is at most a block of a file; a server that asks
/// this much without listening to an answer is none.
const MAX_OWED_BYTES: usize = 1 << 20;

/// Commands of a client have codes below this, those of a server begin with it (RFC 2217, 2).
const SERVER_CODES: u8 = 100;

/// One end of a telnet connection.
pub(super) struct Telnet {
    state: Mutex<State>,
}

struct State {
    client: Client,
    /// To be sent, escaped.
    owed: Vec<u8>,
    /// How many escaped bytes have been sent, by whomever.
    sent: u64,
    /// What the module said while the settings were agreed on.
    early: Vec<u8>,
    echo: Echo,
}

/// The place behind certain bytes in all that is ever sent.
#[derive(Clone, Copy)]
pub(super) struct Behind(u64);

/// Whether what we send comes back as it is, which no server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    None,
    Heard,
}

/// What an opening is about.
pub(super) struct Opening<'o> {
    pub(super) place: &'o str,
    pub(super) settings: &'o DeviceSettings,
    pub(super) stopped: &'o Stopped,
    pub(super) clock: Clock,
}

impl Telnet {
    /// Agrees with the server at the other end of `port` on the settings of its serial port.
    pub(super) fn open(port: &Port, opening: &Opening<'_>) -> Result<Telnet, Broken> {
        let client = Client::new(wanted(opening.settings));
        let (owed, early, echo) = (Vec::new(), Vec::new(), Echo::None);
        let state = State { client, owed, sent: 0, early, echo };
        let telnet = Telnet { state: Mutex::new(state) };
        // The client has its opening ready: not every server speaks first.
        telnet.state().collect();
        telnet.agree(port, opening)?;
        telnet.set_lines(opening.settings);
        telnet.flush(port).map_err(|error| hung_up(opening.place, &error))?;
        Ok(telnet)
    }

    fn agree(&self, port: &Port, opening: &Opening<'_>) -> Result<(), Broken> {
        let Opening { place, stopped, clock, .. } = *opening;
        let latest = clock.now() + clock.told(AGREE_WITHIN);
        let mut raw = vec![0; READ_BYTES];
        loop {
            self.flush(port).map_err(|error| hung_up(place, &error))?;
            let left = clock.real(latest.since(clock.now()));
            let readiness = self.state().client.readiness();
            match readiness {
                Ok(()) => return Ok(()),
                Err(NotReady::Refused) => return Err(unwilling(place)),
                Err(_) if left.is_zero() => return self.settle(opening),
                Err(_) => {}
            }
            match port.ready(stopped, Some(left)) {
                Ok(Ready::Bytes) => {}
                Ok(Ready::Nothing) => continue,
                Ok(Ready::Stopped) => return Err(Broken::new("no line is wanted any more")),
                Err(error) => return Err(hung_up(place, &error)),
            }
            match port.read(&mut raw) {
                Ok(0) => return Err(hung_up(place, &io::ErrorKind::UnexpectedEof.into())),
                Ok(length) => self.state().take(&raw[..length]),
                Err(error) if is_for_later(&error) => {}
                Err(error) => return Err(hung_up(place, &error)),
            }
        }
    }

    /// The time is up: without a word about the speed nothing is known; other settings some servers
    /// never answer (ser2net on a PTY), and a value that was answered otherwise is a fault.
    fn settle(&self, opening: &Opening<'_>) -> Result<(), Broken> {
        let place = opening.place;
        let state = self.state();
        if state.client.com_port_state() != ComPortState::Active || state.echo == Echo::Heard {
            return Err(raw_port(place));
        }
        let (asked, got) = (state.client.requested_settings(), state.client.reported_settings());
        let differ = state.client.mismatched_settings();
        let help = "see to the settings that this server allows for the port, or give the rig file \
                    those that it has";
        if let Some(baud) = got.baud_rate.filter(|baud| *baud != asked.baud_rate) {
            let message =
                format!("`{place}` has set {baud} baud, not the {} wanted", asked.baud_rate);
            return Err(Broken::new(message).help(help));
        }
        if !differ.is_empty() {
            let message = format!("`{place}` does not take these settings: {differ}");
            return Err(Broken::new(message).help(help));
        }
        if state.client.pending_settings().contains(Setting::BaudRate) {
            let limit = AGREE_WITHIN.as_secs();
            let message = format!("`{place}` has not confirmed its speed within {limit}s");
            return Err(Broken::new(message).help(help));
        }
        Ok(())
    }

    /// Nobody waits for an answer: some servers have none (ser2net on a PTY).
    fn set_lines(&self, settings: &DeviceSettings) {
        let mut state = self.state();
        if let Some(on) = level(settings.dtr) {
            state.client.set_dtr(on);
        }
        if let Some(on) = level(settings.rts) {
            state.client.set_rts(on);
        }
        state.collect();
    }

    /// Puts bytes of the line behind what waits already.
    pub(super) fn say(&self, bytes: &[u8]) -> Behind {
        let mut state = self.state();
        state.client.write_data(bytes);
        state.collect();
        Behind(state.sent + state.owed.len() as u64)
    }

    /// How many bytes before that place wait to be sent. The reader sends them, too, when it has
    /// something to say to the server.
    pub(super) fn owes(&self, behind: Behind) -> u64 {
        behind.0.saturating_sub(self.state().sent)
    }

    /// Sends what waits, as far as there is room; returns how much that was.
    pub(super) fn flush(&self, port: &Port) -> io::Result<usize> {
        let mut state = self.state();
        if state.owed.is_empty() {
            return Ok(0);
        }
        let taken = port.try_write(&state.owed)?;
        state.owed.drain(..taken);
        state.sent += taken as u64;
        Ok(taken)
    }

    pub(super) fn has_early(&self) -> bool {
        !self.state().early.is_empty()
    }

    /// Takes bytes of the line; `WouldBlock` when there are none, zero at the end.
    pub(super) fn hear(&self, port: &Port, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.has_early() {
            let length = buffer.len().min(READ_BYTES);
            let length = port.read(&mut buffer[..length])?;
            if length == 0 {
                return Ok(0);
            }
            let mut state = self.state();
            state.take(&buffer[..length]);
            if state.owed.len() > MAX_OWED_BYTES {
                return Err(io::Error::other("it asks without listening to the answers"));
            }
            drop(state);
            // What came must not be lost; that the connection has ended shows at the next read.
            let _ = self.flush(port);
        }
        let mut state = self.state();
        let length = state.early.len().min(buffer.len());
        if length == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        buffer[..length].copy_from_slice(&state.early[..length]);
        state.early.drain(..length);
        Ok(length)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, raw: &[u8]) {
        let bytes = self.client.receive(raw);
        self.early.extend(bytes);
        while let Some(event) = self.client.poll_event() {
            if let Event::Unknown(body) = &event
                && body.as_bytes().get(1).is_some_and(|code| *code < SERVER_CODES)
            {
                self.echo = Echo::Heard;
            }
        }
        self.collect();
    }

    fn collect(&mut self) {
        let output = self.client.take_output();
        self.owed.extend(output);
    }
}

fn wanted(settings: &DeviceSettings) -> PortSettings {
    let flow_control = match settings.flow {
        Flow::None => FlowControl::None,
        Flow::Hardware => FlowControl::RtsCts,
        Flow::Software => FlowControl::XonXoff,
    };
    // Its other defaults are those of a module: 8N1.
    PortSettings { baud_rate: settings.baud, flow_control, ..PortSettings::default() }
}

fn level(policy: LinePolicy) -> Option<bool> {
    match policy {
        LinePolicy::On => Some(true),
        LinePolicy::Off => Some(false),
        LinePolicy::Keep => None,
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn raw_port(place: &str) -> Broken {
    Broken::new(format!("`{place}` does not speak telnet"))
        .help("if it hands over the bytes of the port as they are, use `tcp:` in the rig file")
}

fn unwilling(place: &str) -> Broken {
    Broken::new(format!("`{place}` speaks telnet, but without the settings of a port (RFC 2217)"))
        .help("turn RFC 2217 on in this server, or use its port for raw bytes with `tcp:`")
}

fn hung_up(place: &str, error: &io::Error) -> Broken {
    Broken::new(format!("`{place}` has ended the connection before the settings: {error}"))
        .help("a server that lets in one client has another one; see who is connected there")
}
