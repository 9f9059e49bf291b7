//! The bench without a port: the module itself, in its own time, to the nanosecond.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::Package;
use fotarig::sim::{Module, PackageShelf};
use serde_json::Value;

use crate::given::Given;
use crate::play::{self, Bench};
use crate::step::{Call, Skip, Window};
use crate::table::Case;

/// Times have a jitter: what holds with a few seeds holds.
const SEEDS: u64 = 4;
/// Nothing that a flow waits for without a written time takes longer.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// Plays a case with each seed.
pub(crate) fn passes(case: &Case) -> Result<(), String> {
    let given = Given::new(&case.givens)?;
    let (settings, package) = (given.settings()?, given.package()?);
    for seed in 0..SEEDS {
        let module = Module::new(&settings, &package, seed);
        let mut bench = InProcess { module, now: Moment::START, alarm: None, unheard: Vec::new() };
        play::play(case, &given, &mut bench).map_err(|why| format!("{why}\n(seed {seed})"))?;
    }
    Ok(())
}

/// An entry names no package files.
struct NoFiles;

impl PackageShelf for NoFiles {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        Err(format!("there is no package file `{name}`"))
    }
}

struct InProcess {
    module: Module,
    now: Moment,
    alarm: Option<Moment>,
    /// What the module said at once when it was last given something.
    unheard: Vec<u8>,
}

impl InProcess {
    fn advance(&mut self, bytes: &[u8]) {
        self.alarm = self.module.advance(self.now, bytes, &mut self.unheard);
    }
}

impl Bench for InProcess {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.advance(bytes);
        Ok(())
    }

    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String> {
        let end = Moment::START + end;
        while self.unheard.is_empty() && self.now < end {
            self.now = self.alarm.map_or(end, |alarm| alarm.min(end)).max(self.now);
            self.advance(b"");
        }
        Ok(std::mem::take(&mut self.unheard))
    }

    fn now(&self) -> Duration {
        self.now.since(Moment::START)
    }

    fn skip_towards(&mut self, _moment: Duration) -> Result<(), String> {
        // Waiting costs nothing here.
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<Value, String> {
        let params = call.sent();
        let asked = (call.role.as_str(), call.method.as_str());
        let answer = self.module.call(self.now, asked, &params, &NoFiles);
        self.advance(b"");
        answer.map_err(|refused| refused.0)
    }

    fn firmware(&mut self) -> Result<String, String> {
        Ok(self.module.firmware().to_owned())
    }

    fn measurable(&self, window: Window) -> Window {
        window
    }

    fn crossing(&self) -> Skip {
        Skip::Nothing
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}
