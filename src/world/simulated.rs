//! The simulated world: the virtual module on a wire, with a clock that jumps to what comes next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::package::{Package, Packages};
use crate::rig::{VirtualSettings, roles};
use crate::sim::{Module, PackageShelf, Refused};
use crate::world::{Interrupts, Wake, World};

/// Bits of one byte on the wire, 8N1.
const BITS_PER_BYTE: u64 = 10;

/// Waiting costs nothing here. Everything is a function of the settings, the package, the seed
/// and what is written when.
pub struct Simulated {
    module: Module,
    now: Moment,
    /// When the module must be advanced next.
    alarm: Option<Moment>,
    /// Bytes on their way to the host, with their arrival.
    arriving: VecDeque<(Moment, Vec<u8>)>,
    /// When the wire to the host has carried all that was emitted.
    wire_free: Moment,
    interrupts: Interrupts,
    interrupts_told: u32,
    stock: Stock,
}

impl Simulated {
    pub fn new(
        settings: &VirtualSettings,
        package: &Package,
        seed: u64,
        interrupts: Interrupts,
    ) -> Simulated {
        let mut simulated = Simulated {
            module: Module::new(settings, package, seed),
            now: Moment::START,
            alarm: None,
            arriving: VecDeque::new(),
            wire_free: Moment::START,
            interrupts,
            interrupts_told: 0,
            stock: Stock(None),
        };
        simulated.advance(Moment::START, &[]);
        simulated
    }

    /// Packages that can be installed by their file or name beside the one under test, and sent to
    /// the module.
    #[must_use]
    pub fn stocked(mut self, packages: &Arc<Packages>) -> Simulated {
        self.module.get_to_know(packages.all());
        self.stock = Stock(Some(Arc::clone(packages)));
        self
    }

    /// Lets the module act at `at`, and puts what it says on the wire.
    fn advance(&mut self, at: Moment, input: &[u8]) {
        // An answer to `AT+IPR` still has the old speed.
        let byte_time = self.byte_time();
        let mut said = Vec::new();
        self.alarm = self.module.advance(at, input, &mut said);
        if said.is_empty() {
            return;
        }
        let length = u32::try_from(said.len()).unwrap_or(u32::MAX);
        self.wire_free = self.wire_free.max(at) + byte_time * length;
        self.arriving.push_back((self.wire_free, said));
    }

    /// How long one byte takes. The host always has the speed that the module has.
    fn byte_time(&self) -> Duration {
        let bits_per_second = u64::from(self.module.bits_per_second().max(1));
        Duration::from_nanos((BITS_PER_BYTE * 1_000_000_000).div_ceil(bits_per_second))
    }

    /// Brings the module up to `at`, alarm by alarm, so that each has its own stamp.
    fn catch_up(&mut self, at: Moment) {
        while let Some(alarm) = self.alarm.filter(|alarm| *alarm <= at) {
            self.advance(alarm, &[]);
        }
    }

    /// A module without its supply falls silent in the middle of a byte.
    fn cut_wire(&mut self) {
        let (now, byte_time) = (self.now, self.byte_time());
        self.wire_free = now;
        for (arrival, bytes) in &mut self.arriving {
            let missing = arrival.since(now).as_nanos().div_ceil(byte_time.as_nanos());
            let missing = usize::try_from(missing).unwrap_or(usize::MAX);
            bytes.truncate(bytes.len().saturating_sub(missing));
            *arrival = now.min(*arrival);
        }
        self.arriving.retain(|(_, bytes)| !bytes.is_empty());
    }
}

impl World for Simulated {
    fn now(&self) -> Moment {
        self.now
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let received = self.now + self.byte_time() * length;
        self.catch_up(received);
        self.advance(received, bytes);
        Ok(self.now)
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        if self.interrupts.count() > self.interrupts_told {
            self.interrupts_told += 1;
            return Ok(Wake::Interrupted);
        }
        loop {
            if self.arriving.front().is_some_and(|(at, _)| *at <= until)
                && let Some((at, bytes)) = self.arriving.pop_front()
            {
                self.now = self.now.max(at);
                return Ok(Wake::Bytes { at, bytes });
            }
            let Some(alarm) = self.alarm.filter(|alarm| *alarm <= until) else {
                self.now = self.now.max(until);
                return Ok(Wake::Deadline);
            };
            self.advance(alarm, &[]);
        }
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        self.catch_up(self.now);
        if (role, method) == ("power", "off") {
            self.cut_wire();
        }
        let answer = self.module.call(self.now, (role, method), params, &self.stock);
        self.advance(self.now, &[]);
        answer.map_err(|Refused(why)| Broken::new(format!("the virtual rig: {why}")))
    }

    fn offers(&self, role: &str) -> bool {
        roles().any(|known| known == role)
    }

    /// The module itself says what a role cannot do: a slip of the pen must not skip a test.
    fn can(&self, role: &str, _method: &str) -> bool {
        self.offers(role)
    }
}

/// The packages of the run: a simulated run reads no files of its own.
struct Stock(Option<Arc<Packages>>);

impl PackageShelf for Stock {
    fn fetch(&self, wanted: &str) -> Result<Package, String> {
        let found = self.0.as_ref().and_then(|packages| packages.find(wanted));
        let found = found.map(|package| Package::clone(package));
        found.ok_or_else(|| format!("`{wanted}` is no package of this run: give it with --package"))
    }
}
