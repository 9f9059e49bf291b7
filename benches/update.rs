//! A whole update that takes 30 minutes on the module's clock, with everything journalled.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use divan::counter::ItemsCount;
use fotarig::fault::Verdict;
use fotarig::journal::{Header, Journal, VERSION};
use fotarig::moment::Moment;
use fotarig::package::{Package, Packages};
use fotarig::rig::{Credentials, Port, VirtualSettings};
use fotarig::run::{self, Session, Test};
use fotarig::sim::Module;
use fotarig::suite::{Desk, Occasion, Selection, find, tests};
use fotarig::world::{Interrupts, Simulated};

/// A delta of 1.2 MB, the size that is usual in the field.
const PACKAGE_BYTES: u64 = 1_199_028;
/// Makes the download last 26 minutes; with the install and the report it is half an hour.
const LINK_BITS_PER_SECOND: u32 = 6_150;

fn main() {
    divan::main();
}

struct Scene {
    desk: Desk,
    settings: VirtualSettings,
    test: Test,
}

/// The shipped scenario without agreements, with a larger package on a slower link.
fn scene() -> Scene {
    let mut desk = Desk::load(None, None).expect("the built-in desk");
    let package = Package { size_bytes: PACKAGE_BYTES, ..Package::clone(desk.package()) };
    desk.packages = Arc::new(Packages::of(vec![package]));
    let Port::Virtual(mut settings) = desk.rig.port.clone() else {
        panic!("the built-in rig is virtual")
    };
    settings.link_bits_per_second = LINK_BITS_PER_SECOND;
    let file = Path::new("bench/half-an-hour.yaml");
    let text = include_str!("half-an-hour.yaml");
    let source = fotarig::source::Source::built_in(file.to_string_lossy(), text);
    let scenarios = fotarig::scenario::load(&[("half-an-hour".to_owned(), source)]);
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let scenarios = scenarios.expect("a valid scenario");
    let test = tests(&scenarios, &desk, &Selection::default(), occasion).expect("one that is run");
    Scene { desk, settings: *settings, test: test.into_iter().next().expect("one test") }
}

#[divan::bench]
fn half_an_hour(bencher: divan::Bencher<'_, '_>) {
    let Scene { desk, settings, test } = scene();
    bencher.bench_local(|| {
        let file = tempfile::tempfile().expect("a temporary file");
        let header = Header { journal: VERSION, ..Header::default() };
        let journal = Journal::new(Box::new(file), &header);
        let world = Simulated::new(&settings, desk.package(), 1, Interrupts::default());
        let session = Session::new(Box::new(world), Arc::clone(&desk.profile), journal);
        let (session, verdict) = run::run(session, &test);
        assert_eq!(verdict, Verdict::Passed);
        session
    });
}

/// The same without a journal file, a fresh engine for the condition included: what loading and
/// running cost beside the disk.
#[divan::bench]
fn all_shipped_scenarios_are_loaded() {
    let files = find(&[]).expect("the shipped scenarios");
    divan::black_box(fotarig::scenario::load(&files).expect("valid scenarios"));
}

/// The same update of the bare module, without runner and journal. An item is a second on its
/// clock, so items per second say how many times faster than real time it runs: a million is the
/// aim.
#[divan::bench]
fn bare_module(bencher: divan::Bencher<'_, '_>) {
    let Scene { desk, mut settings, .. } = scene();
    settings.credentials = Credentials::Valid;
    "internet.test".clone_into(&mut settings.apn);
    let module = Module::new(&settings, desk.package(), 1);
    let (_, length) = update(module.clone());
    bencher
        .counter(ItemsCount::new(length.as_secs()))
        .with_inputs(|| module.clone())
        .bench_local_values(|module| {
            let (module, _) = update(module);
            assert_eq!(module.firmware(), desk.package().to);
            module
        });
}

/// From the start of the session until the module has nothing more to do.
fn update(mut module: Module) -> (Module, Duration) {
    let mut now = Moment::START;
    let mut heard = Vec::new();
    let mut alarm = module.advance(now, b"AT+WDSI=4479\rAT+WDSS=1,1\r", &mut heard);
    while let Some(next) = alarm {
        now = next;
        heard.clear();
        alarm = module.advance(now, b"", &mut heard);
    }
    (module, now.since(Moment::START))
}
