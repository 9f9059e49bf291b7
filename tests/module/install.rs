//! The install and what follows it: F12, F24, F28, F29 and F32, with their switches and defects.

use std::time::Duration;

use fotarig::behaviour::Defect;
use fotarig::moment::Moment;
use fotarig::package::{Package, PackageKind};
use fotarig::rig::VirtualSettings;
use fotarig::sim::{Module, Supply};

use crate::play::{Bench, demo_package, play_on, provisioned};

/// From the start of a session to 14; the package is small, and no agreement is on.
const UP_TO_14: &str = "
    > AT+KSREP=1
    < OK
    > AT+WDSS=1,1
    < OK
    < +WDSI: 4
    < +WDSI: 6
    < +WDSI: 23,1
    < +WDSI: 9,1464
    < +WDSI: 18
    < +WDSI: 18,100
    < +WDSI: 12
    < +WDSI: 10
    < +WDSI: 14          +3s
";

fn switched(name: &str, value: &str) -> VirtualSettings {
    let mut settings = provisioned();
    settings.switches.set(name, value).expect("a switch");
    settings
}

fn faulty(defect: Defect) -> VirtualSettings {
    let mut settings = provisioned();
    settings.defects.add(defect);
    settings
}

/// On a module that runs a version that the delta was not made for.
fn mismatched(settings: VirtualSettings) -> VirtualSettings {
    VirtualSettings { firmware: Some("HL7800.4.5.4.0".to_owned()), ..settings }
}

fn install(settings: &VirtualSettings, rest: &str) {
    play_on(settings, &demo_package(), &format!("{UP_TO_14}{rest}"));
}

#[test]
fn the_session_closes_with_or_without_8() {
    install(&provisioned(), "< +WDSI: 8  +2s\n< +WDSI: 16  +127s");
    install(&switched("close_at_install", "silent"), "< +WDSI: 16  +129s");
}

#[test]
fn the_result_has_its_place_in_the_boot() {
    for (order, lines) in [
        ("before-ksup", "< +WDSI: 16  +127s\n< +KSUP: 0\n< +WDSI: 0  +8s"),
        ("after-ksup", "< +KSUP: 0  +127s\n< +WDSI: 16\n< +WDSI: 0  +8s"),
        ("no-ksup", "< +WDSI: 16  +127s\n< +WDSI: 0  +8s"),
        ("after-0", "< +KSUP: 0  +127s\n< +WDSI: 0  +8s\n< +WDSI: 16"),
    ] {
        let settings = switched("result_order", order);
        // The next boot has nothing to tell.
        let again = "> AT+CFUN=1,1\n< OK\n< +KSUP: 0\n< +WDSI: 0";
        let report = "< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 8  +21s";
        install(&settings, &format!("< +WDSI: 8\n{lines}\n{report}\n{again}"));
    }
}

#[test]
fn an_install_takes_its_time() {
    for (time, size_bytes, seconds) in [
        ("120s", 1464, 127),
        ("900s", 1464, 857),
        ("by-size", 1464, 88),
        ("by-size", 505_000, 157),
        ("by-size", 1_290_400, 227),
    ] {
        let package = Package { size_bytes, ..demo_package() };
        let talk = format!(
            "> AT+WDSI=64\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 14\n< +WDSI: 16  +{}s",
            seconds + 2
        );
        play_on(&switched("install_time", time), &package, &talk);
    }
}

#[test]
fn f28_a_delta_for_another_version() {
    let report = "< +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 8  +21s\nquiet 1h";
    for (mismatch, lines) in
        [("after-reboot", "< +WDSI: 15  +127s\n< +KSUP: 0"), ("no-event", "< +KSUP: 0  +127s")]
    {
        let settings = mismatched(switched("mismatch", mismatch));
        let rest = format!("< +WDSI: 8\n{lines}\n{report}\nfirmware HL7800.4.5.4.0");
        install(&settings, &rest);
    }
    let on_the_spot = "
        < +WDSI: 8           +2s
        < +WDSI: 15          +2s
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 8           +21s
        firmware HL7800.4.5.4.0
    ";
    install(&mismatched(switched("mismatch", "without-reboot")), on_the_spot);
    // A good delta reboots all the same.
    let good = "< +WDSI: 8\n< +WDSI: 16  +127s";
    install(&switched("mismatch", "without-reboot"), good);
}

#[test]
fn a_full_package_fits_any_version() {
    let package = Package { kind: PackageKind::Full, ..demo_package() };
    let talk = format!("{UP_TO_14}< +WDSI: 8\n< +WDSI: 16\n< +KSUP: 0\nfirmware {}", package.to);
    play_on(&mismatched(provisioned()), &package, &talk);
}

/// F24: what was written is not written again; the whole stays within its bounds.
#[test]
fn f24_power_cuts_in_the_install() {
    let cuts = "
        < +WDSI: 8           +2s
        quiet 62s
        power off
        quiet 10min
        power on
        # 60 of 120 seconds are left, and up to a block of four
        < +WDSI: 16          +67s
        < +KSUP: 0
        firmware THL7800.1.6.3.0.99.20180803
    ";
    install(&provisioned(), cuts);
    let at_once = "
        power off
        quiet 10min
        power on
        < +WDSI: 16          +125s
        < +KSUP: 0
    ";
    install(&provisioned(), at_once);
}

/// A cut every twenty seconds costs at most a block each time.
#[test]
fn f24_many_cuts_stay_below_the_watchdog() {
    let mut bench = Bench::new(Module::new(&provisioned(), &demo_package(), 3));
    bench.play(&format!("> AT+WDSI=4479\n< OK\n{UP_TO_14}< +WDSI: 8"));
    let mut powered = Duration::ZERO;
    loop {
        let stretch = Duration::from_secs(20);
        powered += stretch;
        bench.run_until(bench.now + stretch);
        if bench.module.firmware() != demo_package().from {
            break;
        }
        bench.power(Supply::Off);
        bench.power(Supply::On);
        assert!(powered < Duration::from_secs(200), "it never ends");
    }
    bench.play("< +WDSI: 16\n< +KSUP: 0\n< +WDSI: 0");
}

#[test]
fn defects_of_the_result() {
    let (old, new) = (demo_package().from, demo_package().to);
    let report = "< +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 8";
    for (defect, result, version) in [
        (Defect::LiesUpdated, "< +WDSI: 16\n< +KSUP: 0", old.as_str()),
        (Defect::LiesFailed, "< +WDSI: 15\n< +KSUP: 0", &new),
        (Defect::PairRefused, "< +WDSI: 15\n< +KSUP: 0", &old),
        (Defect::VersionGarbage, "< +WDSI: 16\n< +KSUP: 0", "HL7800.?.?.?.0"),
        (Defect::NoInd16, "< +KSUP: 0", &new),
    ] {
        let rest = format!("< +WDSI: 8\n{result}\n{report}\nfirmware {version}");
        install(&faulty(defect), &rest);
    }
    let again = "> AT+CFUN=1,1\n< OK\n< +WDSI: 16\n< +KSUP: 0\n< +WDSI: 0";
    let rest = format!("< +WDSI: 8\n< +WDSI: 16\n< +KSUP: 0\n{report}\n{again}");
    install(&faulty(Defect::Says16Twice), &rest);
}

#[test]
fn defects_of_the_base() {
    let new = demo_package().to;
    let rest = format!("< +WDSI: 8\n< +WDSI: 16\n< +KSUP: 0\nfirmware {new}");
    install(&mismatched(faulty(Defect::AcceptsWrongBase)), &rest);
    let rest = "< +WDSI: 8\n< +KSUP: 0\n< +WDSI: 0\nfirmware HL7800.4.5.4.0";
    install(&mismatched(faulty(Defect::SilentMismatch)), rest);
    let full = Package { kind: PackageKind::Full, ..demo_package() };
    let older = mismatched(faulty(Defect::DowngradeRefused));
    play_on(&older, &full, &format!("{UP_TO_14}{rest}"));
}

#[test]
fn f29_an_install_that_hangs() {
    let rest = "
        < +WDSI: 8
        quiet 2h
        power off
        power on
        < +WDSI: 15          +5s
        < +KSUP: 0
        firmware BHL7800.1.6.3.0.20180803
    ";
    install(&faulty(Defect::HangInstall), rest);
    install(&faulty(Defect::SlowInstall), "< +WDSI: 8\nquiet 15min\n< +WDSI: 16");
}

#[test]
fn defects_after_the_update() {
    install(&faulty(Defect::Brick), "< +WDSI: 8\n< bootloader: no valid image  +122s\nquiet 1h");
    let dead = "< +WDSI: 8\n< bootloader: no valid image\npower off\npower on
        < bootloader: no valid image\nquiet 1h";
    install(&faulty(Defect::Brick), dead);
    let looping = "< +WDSI: 8\n< +WDSI: 16\n< +KSUP: 0
        < +KSUP: 0  +25s\n< +KSUP: 0  +25s\npower off\npower on\n< +KSUP: 0\n< +KSUP: 0";
    install(&faulty(Defect::BootLoop), looping);
    let twice = "< +WDSI: 8\n< +WDSI: 16\n< +KSUP: 0\n< +WDSI: 14\n< +WDSI: 16  +127s\n< +KSUP: 0
        < +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 8  +21s";
    install(&faulty(Defect::InstallsTwice), twice);
}

#[test]
fn defects_of_a_cut_in_the_install() {
    let cut = "< +WDSI: 8\nquiet 60s\npower off\npower on";
    let old = demo_package().from;
    let mixed = format!("{cut}\n< +WDSI: 16\n< +KSUP: 0\nfirmware {old}/{}", demo_package().to);
    install(&faulty(Defect::HalfUpdated), &mixed);
    let lost = format!("{cut}\n< +KSUP: 0\n< +WDSI: 0\nfirmware {old}");
    install(&faulty(Defect::InstallLost), &lost);
}

#[test]
fn defects_of_the_port() {
    install(&faulty(Defect::TraceNoise), "< +WDSI: 8\n< updater: image 1, 32 blocks  +2s");
    let mut module = Module::new(&faulty(Defect::NulFlood), &demo_package(), 1);
    let mut out = Vec::new();
    module.advance(Moment::START, b"AT+WDSS=1,1\r", &mut out);
    module.advance(Moment::START + Duration::from_secs(3600), b"", &mut out);
    assert_eq!(out.split(|byte| *byte == 0).count(), 4096 + 1);
}
