//! A disturbed line: it is noticed, nothing hangs on it, and a seed gives the same noise.
//!
//! That shipped scenarios stand what is harmless is held by tests/defects.rs.

use std::time::Duration;

use fotarig::behaviour::Noise;
use fotarig::journal::Journal;
use fotarig::moment::Moment;
use fotarig::rig::Port;
use fotarig::scenario;
use fotarig::sim::Module;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::tally::{Exit, Tally};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

/// How the shipped suite ends on a line with `noise`.
fn suite_with(noise: Noise, seed: u64) -> Exit {
    let mut desk = Desk::load(None, None).expect("the built-in rig and package");
    match &mut desk.rig.port {
        Port::Virtual(settings) => settings.noise = noise,
        Port::Device(_) => panic!("the built-in rig is virtual"),
    }
    let scenarios = scenario::load(&suite::find(&[]).expect("scenarios")).expect("valid ones");
    let occasion = Occasion { seed, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion);
    let tests = tests.expect("the scenarios become tests");
    let mut journal = Journal::nowhere();
    let tally = Tally::follow(&mut journal);
    let conduct = Conduct {
        desk: &desk,
        seed,
        patience: Patience::GoOn,
        clock: Clock::start(),
        interrupts: Interrupts::default(),
    };
    drop(conduct.run(&tests, journal));
    tally.lock().unwrap().exit()
}

#[test]
fn a_rough_line_fails_scenarios_and_hangs_none() {
    let failed = (0..10).filter(|seed| suite_with(Noise::Rough, *seed) == Exit::Failed).count();
    assert!(failed > 5, "only {failed} of 10 seeds were noticed");
}

/// What the module said in ten minutes of `AT`, one command a second.
fn chat(noise: Noise, seed: u64) -> Vec<u8> {
    let desk = Desk::load(None, None).expect("the built-in rig and package");
    let Port::Virtual(mut settings) = desk.rig.port else { panic!("the built-in rig is virtual") };
    settings.noise = noise;
    let mut module = Module::new(&settings, desk.packages.first(), seed);
    let (mut now, mut said) = (Moment::START, Vec::new());
    for _ in 0..600 {
        now = now + Duration::from_secs(1);
        module.advance(now, b"AT\r", &mut said);
    }
    module.advance(now + Duration::from_secs(1), b"", &mut said);
    said
}

#[test]
fn a_seed_gives_the_same_noise_and_harmless_loses_nothing() {
    let quiet = chat(Noise::None, 1);
    assert_eq!(chat(Noise::Rough, 1), chat(Noise::Rough, 1));
    assert_ne!(chat(Noise::Rough, 1), chat(Noise::Rough, 2));
    let text = String::from_utf8(chat(Noise::Harmless, 1)).expect("text");
    let clean = ["+PBREADY", "+SIM: 1", "+NVBU_IND: 0,0"]
        .iter()
        .fold(text, |text, urc| text.replace(&format!("\r\n{urc}\r\n"), ""));
    assert_eq!(clean.into_bytes(), quiet);
}
