//! Faulty modules: settings that are lost, indications that are wrong, an AT port that misbehaves.

use fotarig::behaviour::Defect;
use fotarig::rig::{Offer, VirtualSettings};

use crate::commands::{E3, Port, answers};
use crate::play::{demo_package, play_on, provisioned};

fn with(name: &str) -> VirtualSettings {
    let mut settings = VirtualSettings { offer: Offer::Nothing, ..provisioned() };
    settings.defects.add(Defect::named(name).expect("a defect"));
    settings
}

/// Plays `good` with a good module and `bad` with one that has the defect.
fn differs(name: &str, good: &str, bad: &str) {
    let settings = VirtualSettings { offer: Offer::Nothing, ..provisioned() };
    play_on(&settings, &demo_package(), good);
    play_on(&with(name), &demo_package(), bad);
}

#[test]
fn ignores_mask() {
    let start = "> AT+WDSI=2\n< OK\n> AT+WDSS=1,1\n< OK\n";
    let bad = format!("{start}< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1");
    differs("ignores-mask", &format!("{start}quiet 1 min"), &bad);
}

#[test]
fn forgets_level() {
    let reset = "> AT+CFUN=1,1\n< OK\nquiet 6 s";
    let good = format!("{reset}\n> AT+WDSI?\n< +WDSI: 4479\n< OK\n< +WDSI: 0");
    let bad = format!("{reset}\n> AT+WDSI?\n< +WDSI: 0\n< OK\nquiet 1 min");
    differs("forgets-level", &good, &bad);
}

#[test]
fn refuses_full_level() {
    let mut port = Port::new(&with("refuses-full-level"));
    port.exchange(b"ATE0\rAT+CMEE=1\r");
    assert_eq!(port.answer("AT+WDSI=4479"), E3);
    assert_eq!(port.answer("AT+WDSI=4470"), "OK");
}

#[test]
fn forgets_agreements_and_apn() {
    for cut in ["> AT+CFUN=1,1\n< OK", "power off\npower on"] {
        let start = format!("> AT+WDSC=1,1\n< OK\n{cut}\nquiet 6 s\n> AT+CEREG=1\n< OK\n");
        let keeps = format!("{start}< +CEREG: 1\n< +WDSI: 0\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4");
        let apn =
            format!("{start}< +CEREG: 1\n> AT+CMEE=1\n< OK\n> AT+WDSS=1,1\n< +CME ERROR: 650");
        differs("forgets-apn", &keeps, &apn);
        play_on(&with("forgets-agreements"), &demo_package(), &keeps);
    }
    let mut port = Port::new(&with("forgets-agreements"));
    port.exchange(b"ATE0\rAT+WDSC=1,1\rAT+WDSC=3,90\r");
    assert!(port.answer("AT+WDSC?").contains("+WDSC: 1,1 |"));
    port.exchange(b"AT+CFUN=1,1\r");
    let after = port.answer("AT+WDSC?");
    assert!(after.contains("+WDSC: 1,0 |") && after.contains("+WDSC: 3,90 |"), "{after}");
}

#[test]
fn one_indication_is_missing() {
    let flow = "> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\nquiet 1 min
        > AT+WDSS=1,0\n< OK\n< +WDSI: 8\nquiet 1 min";
    let settings = VirtualSettings { offer: Offer::Nothing, ..provisioned() };
    play_on(&settings, &demo_package(), flow);
    for (name, line) in [
        ("no-ind-4", "< +WDSI: 4\n"),
        ("no-ind-6", "< +WDSI: 6\n"),
        ("no-ind-23", "< +WDSI: 23,1\n"),
        ("no-ind-8", "< +WDSI: 8\n"),
    ] {
        play_on(&with(name), &demo_package(), &flow.replace(line, ""));
    }
}

/// Number 1 of reference chapter 8: an answer to what was not shown works all the same.
#[test]
fn no_ind_3() {
    let settings = VirtualSettings { offer: Offer::Package, ..with("no-ind-3") };
    let start = "> AT+WDSC=2,1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1
        < +WDSI: 9,1464\n< +WDSI: 18\n..+WDSI: 12\n< +WDSI: 10\nquiet 10 s";
    let conversation = format!("{start}\n> AT+WDSR=4\n< OK\n< +WDSI: 14\n< +WDSI: 8");
    play_on(&settings, &demo_package(), &conversation);
}

#[test]
fn urc_in_response() {
    let mut port = Port::new(&with("urc-in-response"));
    port.exchange(b"ATE0\r");
    let torn = "\r\n+\r\n+CEREG: 1\r\nCSQ: 16,99\r\n\r\nOK\r\n";
    assert_eq!(port.exchange(b"AT+CSQ\r"), torn);
    assert_eq!(port.exchange(b"AT\r"), "\r\nOK\r\n");
}

#[test]
fn cereg_flood() {
    let flood = format!("> AT\n{}< OK\nquiet 1 min", "< +CEREG: 1\n".repeat(20));
    play_without_level("cereg-flood", &flood);
}

/// Without the start of other conversations, which such a module would spoil.
fn play_without_level(name: &str, conversation: &str) {
    use crate::play::Bench;
    use fotarig::sim::Module;
    let mut bench = Bench::new(Module::new(&with(name), &demo_package(), 1));
    bench.play(conversation);
}

#[test]
fn foreign_at() {
    play_without_level(
        "foreign-at",
        "> ATE0\n< OK\n< OK     +10 s\n< OK     +10 s\n> AT+CSQ\n< +CSQ: 16,99\n< OK",
    );
}

#[test]
fn wppp_error() {
    let good = &[("AT+WPPP?", "+WPPP: 1,1,\"\",\"\" | OK")];
    answers(&provisioned(), good);
    answers(&with("wppp-error"), &[("AT+WPPP?", "+WPPP: 1,1,\"\",\"\" | +CME ERROR: 3")]);
}

#[test]
fn data_mode_left() {
    play_without_level(
        "data-mode-left",
        "> ATE0\nquiet 1 s\n> AT\n< OK\npower off\npower on\nquiet 6 s\n> AT\n< OK",
    );
    let mut port = Port::new(&with("data-mode-left"));
    assert_eq!(port.exchange(b"AT\r"), "");
    assert_eq!(port.exchange(b"AT\r"), "AT\r\r\nOK\r\n");
}

#[test]
fn clock_off() {
    let at = |settings| Port::new(&settings).exchange(b"AT+CCLK?\r");
    assert!(at(provisioned()).contains("25/01/31,12:00:00"));
    assert!(at(with("clock-off")).contains("25/01/31,12:01:00"));
}

#[test]
fn late_ok() {
    play_without_level(
        "late-ok",
        "> AT\n< OK     +5 s\n> AT+WDSS?\n< +WDSS: 1,0     +5.2 s\n< +WDSS: 2,1\n< OK",
    );
}

#[test]
fn no_answer() {
    let nine = "> AT\n< OK\n".repeat(9);
    play_without_level(
        "no-answer",
        &format!("{nine}> AT+CEREG=1\nquiet 5 s\n{nine}> AT\nquiet 5 s"),
    );
}

#[test]
fn error_for_ok() {
    let settings = VirtualSettings { offer: Offer::Package, ..with("error-for-ok") };
    let conversation = "> AT+CMEE=1\n< OK\n> AT+WDSC=1,1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4
        < +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 9,1464\n< +WDSI: 2\n> AT+WDSR=3\n< +CME ERROR: 3
        < +WDSI: 18";
    play_on(&settings, &demo_package(), conversation);
}

#[test]
fn echo_back() {
    for (name, echoed) in [("clock-off", ""), ("echo-back", "AT\r")] {
        let mut port = Port::new(&with(name));
        port.exchange(b"ATE0\rAT&W\r");
        port.exchange(b"AT+CFUN=1,1\r");
        assert_eq!(port.exchange(b"AT\r"), format!("{echoed}\r\nOK\r\n"));
    }
}

#[test]
fn boots_that_say_too_little_or_too_much() {
    let boot = "> AT+KSREP=1\n< OK\n> AT+CFUN=1,1\n< OK\n";
    let good = format!("{boot}< +KSUP: 0     +5 s\n< +WDSI: 0");
    differs("silent-boot", &good, &format!("{boot}< +WDSI: 0"));
    let bad = format!("{boot}< +KSUP: 0\n< +SIM: 1\n< +PBREADY\n< +NVBU_IND: 1,0\n< +WDSI: 0");
    differs("sibling-urcs", &good, &bad);
}

#[test]
fn version_garbage() {
    let settings = VirtualSettings { offer: Offer::Package, ..with("version-garbage") };
    let conversation =
        "> AT+CGMR\n< BHL7800.1.6.3.0.20180803\n< OK\n> AT+WDSI=64\n< OK\n> AT+WDSS=1,1\n< OK
        < +WDSI: 14\n< +WDSI: 16\n> AT+CGMR\n< HL7800.?.?.?.0\n< OK
        > ATI3\n< HL7800.?.?.?.0\n< OK\n> ATI9\nquiet 5 s";
    play_on(&settings, &demo_package(), conversation);
}
