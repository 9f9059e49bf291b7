//! The module of a rig is the one that its file names, or nothing is done to it.

use fotarig::fault::Verdict;

use crate::bench::Manners;
use crate::{CUT, rig_file, run};

const NAMED: &str = "identity: { model: HL7800, imei: '001010123456780' }";

#[test]
fn the_right_module_is_asked_once_and_is_in_the_report() {
    let run =
        run(&rig_file("", NAMED), &[CUT, "name: b\nsteps:\n  - send: AT"], Manners::default());
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    assert_eq!(run.seen.sent[..4], ["AT", "AT+CGMM", "AT+CGSN", "AT+CUE"]);
    assert_eq!(run.seen.sent.iter().filter(|sent| *sent == "AT+CGSN").count(), 1);
    assert_eq!(run.tally.tests[0].facts["imei"].0, "001010123456780");
    assert_eq!(run.tally.tests[0].facts["model"].0, "HL7800");
}

#[test]
fn nothing_is_done_to_another_module() {
    let manners = Manners { imei: "001010999999990", ..Manners::default() };
    let scenario = format!("{CUT}teardown:\n  - send: AT+CFUN=4\n");
    let run = run(&rig_file("", NAMED), &[&scenario, CUT], manners);
    run.is_broken(&[
        "the rig file says IMEI `001010123456780`, the module says `001010999999990`",
        "desk.yaml:3",
        "its model is right",
        "another module is at this port",
    ]);
    assert_eq!(run.tally.tests[1].verdict, Verdict::Broken);
    assert_eq!(run.seen.sent, ["AT", "AT+CGMM", "AT+CGSN"]);
    assert!(run.seen.calls.is_empty());
}

#[test]
fn all_that_differs_is_told() {
    let manners = Manners { imei: "1", model: "HL7812", ..Manners::default() };
    run(&rig_file("", NAMED), &[CUT], manners).is_broken(&[
        "the rig file says model `HL7800`, the module says `HL7812`",
        "and IMEI `001010123456780`: it says `1`",
    ]);
}

#[test]
fn a_module_without_its_supply_is_given_it() {
    let manners = Manners { begins_off: true, ..Manners::default() };
    let run = run(&rig_file("", NAMED), &[CUT], manners);
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    assert_eq!(run.calls(), ["power.on", "power.off", "power.on"]);
}

#[test]
fn a_silent_module_breaks_all_tests_of_its_rig() {
    let manners = Manners { is_deaf: true, ..Manners::default() };
    let run = run(&rig_file("", NAMED), &[CUT, CUT], manners);
    run.is_broken(&["the module does not answer, so that its model is not known", "desk.yaml:3"]);
    assert!(run.seen.sent.iter().all(|sent| sent == "AT"), "{:?}", run.seen.sent);
    assert_eq!(run.calls(), ["power.on"]);
    assert_eq!(run.tally.tests[1].verdict, Verdict::Broken);
}

#[test]
fn a_rig_that_rests_without_its_supply_is_given_it_first() {
    let manners = Manners { begins_off: true, ..Manners::default() };
    let file = rig_file("safe_state: off", "");
    let run = run(&file, &["name: a\nsteps:\n  - send: AT"], manners);
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    assert_eq!(run.calls(), ["power.on"]);
    assert_eq!(run.seen.sent, ["ATE0", "AT+CMEE=1", "AT"]);
}

#[test]
fn a_fact_that_the_module_does_not_state_is_told() {
    let file = rig_file("", "identity: { serial: VM000000000001 }");
    run(&file, &[CUT], Manners::default())
        .is_broken(&["the module does not say its serial number upon `AT+KGSN=3`"]);
}
