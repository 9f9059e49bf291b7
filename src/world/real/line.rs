//! An open line to a module, of whatever kind: who writes it and who reads it need not know.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::rig::DeviceSettings;
use crate::world::real::Clock;
use crate::world::real::port::{Bell, Port, Ready, Sound, Stopped};
use crate::world::real::refusal::Refusal;
use crate::world::real::tcp;
use crate::world::real::telnet::{Behind, Opening, Telnet};
use crate::world::real::whereabouts::Spot;

/// How long a write may make no progress before the line counts as stuck. A module that is busy
/// with its flash holds flow control for less [guess]; a person waits no longer than this.
const STUCK: Duration = Duration::from_secs(5);

/// A line that ends after it took nothing for so long was stuck: of a connection that does not get
/// rid of its bytes the system says no more than that it has ended.
const STALLED: Duration = Duration::from_secs(1);

/// An open line. The device is given free when the last of its clones is dropped.
#[derive(Clone)]
pub(super) struct Line {
    port: Arc<Port>,
    /// What the bytes go through on their way, over RFC 2217.
    telnet: Option<Arc<Telnet>>,
}

/// Why there is no line.
pub(super) enum Unopened {
    /// A device, and why. It is explained only when somebody is told, since that takes a look
    /// around the whole system.
    Refused(String, Refusal),
    Broken(Broken),
}

/// Why bytes did not get out.
pub(super) enum Unwritten {
    /// Nothing was taken for a long time, or what was taken did not arrive.
    Stuck,
    /// The line is gone, and nothing of these bytes has left.
    Gone,
    /// It went in the middle of them.
    CutOff(io::Error),
}

/// How listening to a line went.
pub(super) enum Heard {
    /// So many.
    Bytes(usize),
    Nothing,
    /// Something that the line's reader has to judge.
    Unclear,
}

/// Bytes on their way out.
enum Out<'o> {
    Plain(&'o [u8]),
    Telnet(&'o Telnet, Behind),
}

impl Out<'_> {
    fn left(&self) -> u64 {
        match self {
            Out::Plain(bytes) => bytes.len() as u64,
            Out::Telnet(telnet, behind) => telnet.owes(*behind),
        }
    }

    /// Hands over as many bytes as there is room for; returns how many.
    fn push(&mut self, port: &Port) -> io::Result<usize> {
        match self {
            Out::Plain(bytes) => {
                let taken = port.try_write(bytes)?;
                *bytes = &bytes[taken..];
                Ok(taken)
            }
            Out::Telnet(telnet, _) => telnet.flush(port),
        }
    }
}

impl Line {
    /// Opens the line at a spot; [`Stopped`] ends that at once.
    pub(super) fn open(
        spot: &Spot,
        settings: &DeviceSettings,
        stopped: &Stopped,
        clock: Clock,
    ) -> Result<Line, Unopened> {
        match spot {
            Spot::Device(path) => match Port::serial(path, settings) {
                Ok(port) => Ok(Line { port: Arc::new(port), telnet: None }),
                Err(refusal) => Err(Unopened::Refused(path.clone(), refusal)),
            },
            Spot::Tcp(place) => Ok(Line { port: connect(place, stopped)?, telnet: None }),
            Spot::Rfc2217(place) => {
                let port = connect(place, stopped)?;
                let opening = Opening { place, settings, stopped, clock };
                let telnet = Telnet::open(&port, &opening).map_err(Unopened::Broken)?;
                Ok(Line { port, telnet: Some(Arc::new(telnet)) })
            }
        }
    }

    /// Hands all bytes to the system. The moment is that before the last of them left our hands,
    /// so that no answer can be stamped earlier.
    pub(super) fn write(&self, bytes: &[u8], clock: Clock) -> Result<Moment, Unwritten> {
        // Before they are queued: over telnet the reader may be the one who sends them.
        let mut at = clock.now();
        let mut moved = at;
        let mut out = match &self.telnet {
            None => Out::Plain(bytes),
            Some(telnet) => Out::Telnet(telnet, telnet.say(bytes)),
        };
        let all = out.left();
        let mut before = all;
        loop {
            let now = clock.now();
            let left = out.left();
            if left == 0 {
                return Ok(at);
            }
            if left < before {
                moved = now;
            }
            (at, before) = (now, left);
            match out.push(&self.port) {
                Ok(1..) => {}
                Ok(0) if at.since(moved) >= clock.told(STUCK) => return Err(Unwritten::Stuck),
                Ok(0) => self.port.wait_for_room(),
                Err(_) if at.since(moved) >= clock.told(STALLED) => return Err(Unwritten::Stuck),
                Err(error) => {
                    self.port.hang_up();
                    return Err(if left == all {
                        Unwritten::Gone
                    } else {
                        Unwritten::CutOff(error)
                    });
                }
            }
        }
    }

    /// Takes what comes until the bell rings or the time is over.
    pub(super) fn hear(&self, bell: &Bell, limit: Duration, buffer: &mut [u8]) -> Heard {
        if !self.telnet.as_ref().is_some_and(|telnet| telnet.has_early()) {
            match self.port.listen(bell, limit) {
                Sound::Bytes => {}
                Sound::Nothing => return Heard::Nothing,
                Sound::Unclear => return Heard::Unclear,
            }
        }
        match self.read(buffer) {
            Ok(0) => Heard::Unclear,
            Ok(length) => Heard::Bytes(length),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Heard::Nothing
            }
            Err(_) => Heard::Unclear,
        }
    }

    /// Sleeps until there is something to read.
    pub(super) fn ready(&self, stopped: &Stopped) -> io::Result<Ready> {
        match &self.telnet {
            Some(telnet) if telnet.has_early() => Ok(Ready::Bytes),
            Some(_) | None => self.port.ready(stopped, None),
        }
    }

    /// Takes what is there; `WouldBlock` when that is nothing, zero when the line was hung up.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.telnet {
            Some(telnet) => telnet.hear(&self.port, buffer),
            None => self.port.read(buffer),
        }
    }
}

fn connect(place: &str, stopped: &Stopped) -> Result<Arc<Port>, Unopened> {
    tcp::connect(place, stopped).map(Arc::new).map_err(Unopened::Broken)
}

impl Unopened {
    pub(super) fn explain(self) -> Broken {
        match self {
            Unopened::Refused(path, refusal) => refusal.explain(&path),
            Unopened::Broken(broken) => broken,
        }
    }
}
