//! A rig's supply and identity: switches that lie, modules that are fed by another way or are
//! another one, and what is said about it.

#![cfg(unix)]

#[path = "../support/again.rs"]
mod again;
mod bench;
mod identity;
#[path = "../support/program.rs"]
mod program;
mod served;
mod ways_out;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use again::{Paper, again, recorded};
use bench::{Bench, Manners, Seen};
use fotarig::diagnostic::Paint;
use fotarig::fault::Verdict;
use fotarig::journal::{Event, Plan};
use fotarig::moment::Moment;
use fotarig::report::{console, junit};
use fotarig::run::{self, Session};
use fotarig::source::Source;
use fotarig::suite::{Desk, Occasion, Selection, tests};
use fotarig::tally::Tally;
use fotarig::world::Interrupts;
use fotarig::{rig, scenario};

/// A cut upon a line, and a boot after it.
const CUT: &str = r"
name: a cut
steps:
  - { send: AT+CUE, expect: '\+WDSI: 14' }
  - power: off
  - power: on
  - reboot:
";

/// A rig with a relay, and these lines of its power or of itself.
fn rig_file(power: &str, more: &str) -> String {
    format!(
        "name: desk
port: {{ serial: /dev/none }}
{more}
roles:
  power:
    plugin: relay
    {power}
"
    )
}

/// What a run came to, and what it did.
struct Run {
    tally: Tally,
    seen: Seen,
    journal: String,
}

impl Run {
    fn verdict(&self) -> Verdict {
        self.tally.tests[0].verdict
    }

    fn report(&self) -> String {
        console::report(&self.tally, Paint::Plain)
    }

    /// The calls without their times.
    fn calls(&self) -> Vec<&str> {
        let calls = self.seen.calls.iter();
        calls.map(|call| call.split_once(' ').expect("a time and a call").1).collect()
    }

    fn is_broken(&self, words: &[&str]) {
        let report = self.report();
        assert_eq!(self.verdict(), Verdict::Broken, "{report}");
        for word in words {
            assert!(report.contains(word), "`{word}` is not in\n{report}");
        }
    }
}

fn run(rig_file: &str, scenarios: &[&str], manners: Manners) -> Run {
    let mut desk = Desk::load(None, None).expect("the built-in desk");
    desk.rig = rig::load(&Source::new("desk.yaml", rig_file)).expect("a rig file");
    let files = scenarios.iter().enumerate();
    let files: Vec<_> = files
        .map(|(index, text)| {
            let name = format!("test{index}");
            (name.clone(), Source::new(format!("{name}.yaml"), *text))
        })
        .collect();
    let scenarios = scenario::load(&files).expect("valid scenarios");
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = tests(&scenarios, &desk, &Selection::default(), occasion).expect("tests");

    let paper = Paper::default();
    let mut journal = paper.journal();
    let plan = Plan { rig: desk.rig.name.clone(), ..Plan::default() };
    let package = desk.packages.first().to_value();
    let package = package.as_object().expect("facts").clone().into_iter().collect();
    journal.record(Moment::START, Event::RunStarted(Plan { package, ..plan }));
    journal.record(Moment::START, Event::RigReady(facts(&desk.rig)));
    let seen = Rc::new(RefCell::new(Seen::default()));
    let interrupts = Interrupts::default();
    let bench = Bench::new(manners, &seen, interrupts);
    let mut session =
        Session::new(Box::new(bench), Arc::clone(&desk.profile), journal).on(&desk.rig);
    for test in &tests {
        (session, _) = run::run(session, test);
    }
    drop(session);
    let journal = paper.take();
    let tally = recorded(&journal);
    is_replayed(&tally, &again(&journal, &scenarios, None).expect("a replay"));
    if !manners.usb_vanishes {
        // This port vanishes without a word, which only the real world's journal has.
        is_replayed(&tally, &again(&journal, &scenarios, Some(&desk.rig)).expect("a replay"));
    }
    let journal = String::from_utf8(journal).expect("JSON");
    Run { tally, seen: seen.take(), journal }
}

/// The rig as a run writes it down.
fn facts(rig: &rig::Rig) -> fotarig::journal::Rig {
    fotarig::journal::Rig {
        name: rig.name.clone(),
        profile: rig.profile.clone(),
        port: rig.port.shown().into_owned(),
        roles: vec!["power".to_owned()],
        apn: rig.apn.clone(),
    }
}

/// Whoever proved a power-off, and whatever came of it, a replay finds the same in the journal. Of
/// what was interrupted nobody knows how it would have gone on.
#[track_caller]
fn is_replayed(before: &Tally, after: &Tally) {
    for (was, is) in before.tests.iter().zip(&after.tests) {
        let wanted = match was.verdict {
            Verdict::Interrupted => Verdict::Broken,
            Verdict::Passed | Verdict::Failed | Verdict::Broken | Verdict::Skipped => was.verdict,
        };
        assert_eq!(is.verdict, wanted, "{}", console::report(after, Paint::Plain));
    }
    assert_eq!(before.tests.len(), after.tests.len());
}

#[test]
fn a_cut_is_proven_by_silence_and_lasts() {
    let run = run(&rig_file("", ""), &[CUT], Manners::default());
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    assert_eq!(run.seen.sent, ["AT+CUE", "AT", "ATE0", "AT+CMEE=1"]);
    // The line came at 0.020, the answer at 0.050; off for 2 s since then.
    assert_eq!(run.seen.calls, ["0.020 power.off", "2.050 power.on"]);
    let after = r#""took_ns":30000000,"after":{"line":"+WDSI: 14","ns":20000000}"#;
    let called =
        format!(r#"{{"ns":50000000,"is":{{"called":{{"role":"power","method":"off",{after}"#);
    assert!(run.journal.contains(&called), "{}", run.journal);
    assert!(run.report().contains("power cuts  1, answered 30.0 ms after its line\n"));
    let junit = junit::report(&run.tally, &junit::Wish::default());
    assert!(junit.contains("measured: power.off after `+WDSI: 14` is 30 ms"), "{junit}");
    assert!(junit.contains(r#"name="power.cuts" value="1, answered 30.0 ms after its line""#));
}

#[test]
fn a_switch_that_reads_back_is_believed_without_waiting() {
    let manners = Manners { reads_back: Some("true"), ..Manners::default() };
    let run = run(&rig_file("off_for: 500ms", ""), &[CUT], manners);
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    let calls = ["0.020 power.off", "0.050 power.state", "0.550 power.on", "0.580 power.state"];
    assert_eq!(run.seen.calls, calls);
    assert_eq!(run.seen.sent, ["AT+CUE", "ATE0", "AT+CMEE=1"]);
}

#[test]
fn a_module_that_is_fed_by_another_way_is_found_out() {
    let manners = Manners { cuts_after: None, ..Manners::default() };
    let run = run(&rig_file("", ""), &[CUT], manners);
    run.is_broken(&[
        "the power is off, says `relay`, but the module still speaks",
        "`\\r\\nOK\\r\\n` came 305 ms after the plugin's answer; `AT` was sent 300 ms after it",
        "fed through USB or through its UART lines",
        "test0.yaml:5",
    ]);
    // It is left with its supply, however little that means here.
    assert_eq!(run.calls(), ["power.off", "power.on"]);
}

#[test]
fn a_switch_that_is_late_is_found_out() {
    let cuts_after = Some(Duration::from_millis(400));
    let manners = Manners { cuts_after, ..Manners::default() };
    run(&rig_file("", ""), &[CUT], manners).is_broken(&["still speaks"]);
    let cuts_after = Some(Duration::from_millis(200));
    let manners = Manners { cuts_after, ..Manners::default() };
    let run = run(&rig_file("", ""), &[CUT], manners);
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
}

#[test]
fn what_was_on_its_way_is_no_evidence() {
    let manners = Manners { last_words: "+WDSI: 15", ..Manners::default() };
    let run = run(&rig_file("", ""), &[CUT], manners);
    assert_eq!(run.verdict(), Verdict::Passed, "{}", run.report());
    assert_eq!(run.tally.tests[0].unclaimed.len(), 1);
}

#[test]
fn what_the_probe_hears_is_not_what_a_scenario_forbids() {
    let scenario = "name: a cut\nforbid: OK\nsteps:\n  - power: off\n";
    let manners = Manners { cuts_after: None, ..Manners::default() };
    run(&rig_file("", ""), &[scenario], manners).is_broken(&["still speaks"]);
}

#[test]
fn a_read_back_that_contradicts_is_told() {
    let manners = Manners { reads_back: Some("on"), ..Manners::default() };
    let off = run(&rig_file("", ""), &[CUT], manners);
    off.is_broken(&["the power is off, says `relay`, but reads back as on", "its channel"]);
    let manners = Manners { reads_back: Some("off"), ..Manners::default() };
    let on = run(&rig_file("", ""), &[CUT], manners);
    on.is_broken(&["the power is on, says `relay`, but reads back as off"]);
    assert_eq!(
        on.calls().iter().filter(|call| **call == "power.on").count(),
        3,
        "tried again, twice"
    );
    let manners = Manners { reads_back: Some("maybe"), ..Manners::default() };
    let neither = run(&rig_file("", ""), &[CUT], manners);
    neither.is_broken(&[r#"`power.state` was answered with `{"power":"maybe"}`"#]);
}

#[test]
fn a_read_back_that_is_wanted_and_missing_is_told() {
    let run = run(&rig_file("proof: readback", ""), &[CUT], Manners::default());
    run.is_broken(&["`relay` has no `power.state`", "`silence` needs nothing"]);
}

#[test]
fn a_cut_whose_answer_is_lost_is_made_good() {
    let manners = Manners { loses_answers: true, ..Manners::default() };
    let run = run(&rig_file("", ""), &[CUT], manners);
    run.is_broken(&["did not answer `power.off`"]);
    assert_eq!(run.seen.calls, ["0.020 power.off", "2.050 power.on"]);
}

#[test]
fn a_port_of_the_module_itself_must_vanish() {
    let manners = Manners { usb_vanishes: true, ..Manners::default() };
    let gone = run(&rig_file("proof: usb", ""), &[CUT], manners);
    assert_eq!(gone.verdict(), Verdict::Passed, "{}", gone.report());
    let stays = run(&rig_file("proof: [silence, usb]", ""), &[CUT], Manners::default());
    stays.is_broken(&["the USB port is still there", "it must vanish within 5 s"]);
}

#[test]
fn interrupts_end_the_steps_and_leave_the_supply_on() {
    for interrupts in [1, 2, 3] {
        let manners = Manners { interrupts, ..Manners::default() };
        let run = run(&rig_file("", ""), &[CUT], manners);
        assert_eq!(run.verdict(), Verdict::Interrupted, "{}", run.report());
        assert_eq!(run.calls(), ["power.off", "power.on"], "{interrupts} interrupts");
    }
}

#[test]
fn a_cut_can_be_bounded() {
    let bounded = |within: &str| {
        let step = format!("- {{ power: off, within: {within} }}");
        run(&rig_file("", ""), &[&CUT.replace("- power: off", &step)], Manners::default())
    };
    assert_eq!(bounded("40ms").verdict(), Verdict::Passed);
    bounded("20ms").is_broken(&[
        "the cut was done 30 ms after `+WDSI: 14`, later than the 20 ms allowed",
        "the rig is too slow for this scenario",
    ]);
    let no_line = CUT.replace(r"- { send: AT+CUE, expect: '\+WDSI: 14' }", "- send: AT");
    let no_line = no_line.replace("- power: off", "- { power: off, within: 1s }");
    run(&rig_file("", ""), &[&no_line], Manners::default()).is_broken(&["there is none"]);
}
