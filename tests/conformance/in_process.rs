//! The bench without a port: the module itself, in its own time, to the nanosecond.

use std::fs;
use std::time::Duration;

use fotarig::diagnostic::{Paint, draw_all};
use fotarig::moment::Moment;
use fotarig::package::{self, Package};
use fotarig::sim::{Dtr, Module, PackageShelf};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::given::Given;
use crate::package_file::PackageFile;
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
        let mut bench = InProcess {
            module,
            files: Files(package.clone()),
            now: Moment::START,
            alarm: None,
            unheard: Vec::new(),
        };
        play::play(case, &given, &mut bench).map_err(|why| format!("{why}\n(seed {seed})"))?;
    }
    Ok(())
}

/// Files of the package that the entry is given.
struct Files(Package);

impl PackageShelf for Files {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        let bytes = PackageFile::named(name)?.bytes(&self.0)?;
        let file = NamedTempFile::new().map_err(|error| error.to_string())?;
        fs::write(file.path(), bytes).map_err(|error| error.to_string())?;
        package::open(file.path()).map_err(|mistakes| draw_all(&mistakes, Paint::Plain))
    }
}

struct InProcess {
    module: Module,
    files: Files,
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
        let answer = self.module.call(self.now, asked, &params, &self.files);
        self.advance(b"");
        answer.map_err(|refused| refused.0)
    }

    fn firmware(&mut self) -> Result<String, String> {
        Ok(self.module.firmware().to_owned())
    }

    fn set_dtr(&mut self, dtr: Dtr) -> Result<(), String> {
        self.module.set_dtr(self.now, dtr);
        self.advance(b"");
        Ok(())
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
