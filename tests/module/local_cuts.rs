//! A power cut at every event of a local update leaves the old or the new version, and the update
//! can be made all the same (chapter 7, note 13).

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::{Package, Recipe, SigningKey, make};
use fotarig::sim::{Module, Supply};

use crate::bench::demo_package;
use crate::local_host::{Host, alone};

/// Three blocks.
const SIZE: u64 = 2900;
fn package_file() -> Vec<u8> {
    let Package { name, from, to, kind, .. } = demo_package();
    let recipe = Recipe { name, from, to, kind, size_bytes: SIZE, seed: 1 };
    make(&recipe, &SigningKey::test()).expect("it is large enough")
}

fn is_updated(host: &Host) -> bool {
    host.module.firmware() == demo_package().to
}

#[test]
fn a_power_cut_at_every_moment_of_a_local_update() {
    const HOUR: Duration = Duration::from_secs(3600);
    let mut cut_after = 0;
    loop {
        let mut host = Host::of(Module::new(&alone(), &demo_package(), cut_after));
        host.begin(package_file());
        let end = Moment::START + HOUR;
        let mut steps = 0;
        while steps < cut_after && host.step(end) {
            steps += 1;
        }
        host.module.power(host.now, Supply::Off);
        let known = [demo_package().from, demo_package().to];
        assert!(known.contains(&host.module.firmware().to_owned()), "cut after {steps} steps");

        host.sender = None;
        host.heard.clear();
        host.module.power(host.now, Supply::On);
        host.send(b"");
        let end = host.now + HOUR;
        while host.step(end) {}
        if !is_updated(&host) {
            host.now = end;
            host.begin(package_file());
            while host.step(end + HOUR) {}
        }
        assert!(is_updated(&host), "cut after {steps} steps");
        if steps < cut_after {
            break;
        }
        cut_after += 1;
    }
    assert!(cut_after > 60, "only {cut_after} steps were covered");
}
