//! The local update as a conversation: F31, F32, F26 step 3, and `AT+WDSD` in each state.

use fotarig::behaviour::Defect;
use fotarig::package::{PackageKind, Recipe, SigningKey, make};
use fotarig::rig::{Offer, VirtualSettings};
use fotarig::sim::Module;
use fotarig::xmodem::Sent;

use crate::play::{Bench, demo_package, provisioned};
use crate::transfer::{package_file, recipe, send};

pub(crate) const SIZE: u64 = 5000;

/// Neither network nor server: a local update needs none.
pub(crate) fn alone() -> VirtualSettings {
    VirtualSettings { apn: String::new(), offer: Offer::Nothing, ..provisioned() }
}

pub(crate) fn bench(settings: &VirtualSettings) -> Bench {
    let mut bench = Bench::new(Module::new(settings, &demo_package(), 5));
    bench.play("> AT+WDSI=4479\n< OK\n> AT+CMEE=1\n< OK");
    bench
}

pub(crate) fn switched(name: &str, value: &str) -> VirtualSettings {
    let mut settings = alone();
    settings.switches.set(name, value).expect("a switch");
    settings
}

pub(crate) fn faulty(defect: Defect) -> VirtualSettings {
    let mut settings = alone();
    settings.defects.add(defect);
    settings
}

/// Sends a good file and plays what follows.
fn update(settings: &VirtualSettings, rest: &str) {
    let mut bench = bench(settings);
    assert_eq!(send(&mut bench, &package_file(SIZE)), Sent::Complete);
    bench.play(rest);
}

pub(crate) const GOOD: &str = "
    < OK
    < +WDSI: 3           +5ms
    > AT+WDSR=4
    < OK                 +200ms
    < +WDSI: 12          +100ms
    < +WDSI: 14          +500ms
    < +WDSI: 16          +127s
    quiet 2h
    firmware THL7800.1.6.3.0.99.20180803
    > AT+WDSR=4
    < ERROR
";

#[test]
fn f31_a_good_local_update() {
    update(&alone(), GOOD);
    let quiet = GOOD.replace("< +WDSI: 12          +100ms\n", "").replace("+500ms", "+600ms");
    update(&switched("local_12", "absent"), &quiet);
    // With a network there is nothing to report all the same.
    let settings = VirtualSettings { offer: Offer::Nothing, ..provisioned() };
    update(&settings, &GOOD.replace("quiet 2h", "< +WDSI: 0\nquiet 2h"));
}

#[test]
fn f32_a_package_for_another_version() {
    let other = VirtualSettings { firmware: Some("HL7800.4.6.9.4".to_owned()), ..alone() };
    let refused = GOOD
        .replace("+WDSI: 16", "+WDSI: 15")
        .replace("THL7800.1.6.3.0.99.20180803", "HL7800.4.6.9.4");
    update(&other, &refused);
    let full = Recipe { kind: PackageKind::Full, ..recipe(SIZE) };
    let full = make(&full, &SigningKey::test()).expect("it is large enough");
    let mut bench = bench(&other);
    send(&mut bench, &full);
    bench.play(GOOD);
}

#[test]
fn f26_bad_files_are_found_behind_the_agreement() {
    let good = package_file(SIZE);
    let mut damaged = good.clone();
    damaged[4000] ^= 1;
    let mut resigned = good.clone();
    resigned[250] ^= 1;
    let cut = good[..4500].to_vec();
    for bad in [damaged, resigned, cut, b"no package at all".repeat(99)] {
        let mut bench = bench(&alone());
        assert_eq!(send(&mut bench, &bad), Sent::Complete);
        bench.play(
            "
            < OK
            < +WDSI: 3
            > AT+WDSR=4
            < OK
            < +WDSI: 13
            quiet 1h
            > AT+WDSR=4
            < +CME ERROR: 3
            firmware BHL7800.1.6.3.0.20180803
            ",
        );
        send(&mut bench, &good);
        bench.play(GOOD);
    }
}

#[test]
fn the_command_and_its_states() {
    let mut bench = bench(&provisioned());
    bench.play(
        "
        > AT+WDSD=?
        < +WDSD: (1-24643584)
        < OK
        > AT+WDSD=0
        < +CME ERROR: 3
        > AT+WDSD=24643585
        < +CME ERROR: 3
        > AT+WDSD=x
        < +CME ERROR: 3
        > AT+WDSD=1,1
        < +CME ERROR: 3
        > AT+WDSD?
        < +CME ERROR: 3
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        > AT+WDSD=5000
        < +CME ERROR: 3
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        > AT+WDSD=5000
        < +CME ERROR: 3
        < +WDSI: 9,1464
        < +WDSI: 2
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        > AT+WDSD=5000
        < +CME ERROR: 3
        ",
    );
    let absent = "> AT+WDSD=5000\n< ERROR\n> AT+WDSD=?\n< ERROR";
    self::bench(&switched("wdsd", "absent")).play(absent);
    self::bench(&faulty(Defect::WrongPort)).play("> AT+WDSD=5000\n< +CME ERROR: 3");
}

#[test]
fn a_request_3_of_a_local_package_is_like_any_other() {
    update(
        &provisioned(),
        "
        < OK
        < +WDSI: 3
        > AT+WDSS=1,1
        < +CME ERROR: 650
        > AT+WDSD=5000
        < +CME ERROR: 3
        > AT+WDSR=5,2
        < OK
        < +WDSI: 3           +2min
        < +WDSI: 3           +30min
        power off
        power on
        < +WDSI: 3           +7s
        < +WDSI: 0
        > AT+WDSR=4
        < OK
        < +WDSI: 12
        power off
        power on
        # accepted, but the install had not begun
        < +WDSI: 3           +7s
        < +WDSI: 0
        > AT+WDSR=4
        < OK
        < +WDSI: 12
        < +WDSI: 14
        < +WDSI: 16
        ",
    );
}

#[test]
fn a_request_3_of_a_local_package_does_not_wait_for_a_server() {
    for boot_offer in ["start-up", "next-session"] {
        let reset = "
            < OK
            < +WDSI: 3
            power off
            power on
            < +WDSI: 3           +7s
            > AT+WDSR=4
            < OK
            < +WDSI: 12
            < +WDSI: 14
            < +WDSI: 16
        ";
        update(&switched("boot_offer", boot_offer), reset);
    }
}

#[test]
fn urcs_wait_for_the_end_of_the_transfer() {
    let mut bench = bench(&VirtualSettings { offer: Offer::Nothing, ..provisioned() });
    bench.play("> AT+WDSC=3,1\n< OK\n> AT+CEREG=1\n< OK\nquiet 55s");
    // Polling connects within these eight blocks and more.
    assert_eq!(send(&mut bench, &package_file(60_000)), Sent::Complete);
    bench.play("< OK\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 3");
}

/// Quirk 7: the host answers 3 before it was asked, with CR LF, on the ACK of its EOT.
#[test]
fn a_command_on_the_last_ack_is_answered_behind_3() {
    let mut bench = bench(&alone());
    send(&mut bench, &package_file(SIZE));
    bench.send(b"AT+WDSR=4\r\n");
    bench.play("< OK\n< +WDSI: 3\n< OK\n< +WDSI: 12\n< +WDSI: 14");
}

/// Every size of reference 6.4: only one of them is spoilt.
#[test]
fn defects_behind_the_transfer() {
    let no_3 = GOOD.replace("< +WDSI: 3           +5ms\n", "");
    update(&faulty(Defect::NoInd3), &no_3);
    update(&faulty(Defect::LocalUnasked), "< OK\n< +WDSI: 12\n< +WDSI: 14\n< +WDSI: 16");
    let mut reports = faulty(Defect::LocalReports);
    reports.apn = "internet.test".to_owned();
    let report = "< +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 8\n";
    let reported = GOOD.replace("quiet 2h", &format!("{report}quiet 2h"));
    update(&reports, &reported);
}

#[test]
fn defects_of_the_check() {
    let good = package_file(SIZE);
    let mut damaged = good.clone();
    damaged[4000] ^= 1;
    let mut resigned = good;
    resigned[250] ^= 1;
    let rejected = GOOD.replace("+WDSI: 12 ", "+WDSI: 13 ");
    for (defect, file, rest) in [
        (Defect::AcceptsDamage, &damaged, GOOD),
        (Defect::AcceptsBadSignature, &resigned, GOOD),
        (Defect::InstallsRejected, &resigned, &rejected),
    ] {
        let mut bench = bench(&faulty(defect));
        send(&mut bench, file);
        bench.play(rest);
    }
}
