//! Sleep and hibernation: `AT+KSLEEP`, the WAKEUP pin, DTR, and URCs that wake the module.

use std::time::Duration;

use fotarig::behaviour::Defect;
use fotarig::rig::VirtualSettings;
use fotarig::sim::{Dtr, Module};

use crate::play::{Bench, demo_package, play, play_on, provisioned};

#[test]
fn the_module_decides_and_input_is_lost() {
    play(
        "> AT+KSLEEP=1,0,5
        < OK
        quiet 4 s
        # Each command begins the time anew.
        > AT
        < OK
        quiet 4 s
        > AT
        < OK
        quiet 6 s
        > AT+CGMR
        quiet 10 min
        power wake
        # On its way up it hears nothing yet.
        > AT+CGMR
        quiet 2 s
        > AT+KSLEEP=2
        < OK
        quiet 1 h
        > AT
        < OK",
    );
}

#[test]
fn a_session_keeps_it_awake() {
    play_on(
        &provisioned(),
        &demo_package(),
        "> AT+KSLEEP=1,2,3
        < OK
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464
        < +WDSI: 2
        quiet 10 min
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        quiet 4 s
        > AT
        quiet 1 s",
    );
}

#[test]
fn hibernation_ends_with_ksup_if_that_is_on() {
    for (level, ksup) in [(0, ""), (1, ""), (2, "< +KSUP: 0")] {
        play(&format!(
            "> AT+KSREP=1
            < OK
            > AT+KSLEEP=1,{level},1
            < OK
            quiet 10 s
            power wake
            {ksup}
            > AT+KSLEEP=2"
        ));
    }
    play("> AT+KSLEEP=1,2,1\n< OK\nquiet 10 s\npower wake\nquiet 4.5 s\n> AT\n< OK");
}

/// F09: polling goes on in hibernation, and its events wake the module.
#[test]
fn its_own_urcs_wake_it() {
    play_on(
        &VirtualSettings { offer: fotarig::rig::Offer::Nothing, ..provisioned() },
        &demo_package(),
        "> AT+KSREP=1
        < OK
        > AT+WDSC=3,1
        < OK
        > AT+KSLEEP=1,2,10
        < OK
        < +KSUP: 0
        < +WDSI: 4     +0 s
        > AT
        < OK
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 8",
    );
}

#[test]
fn dtr_decides() {
    let mut bench = Bench::new(Module::new(&provisioned(), &demo_package(), 1));
    bench.play("> AT+KSLEEP=0,0,2\n< OK\nquiet 1 min\n> AT\n< OK");
    bench.module.set_dtr(bench.now, Dtr::Dropped);
    bench.send(b"");
    bench.play("quiet 3 s\n> AT\nquiet 1 min");
    bench.module.set_dtr(bench.now, Dtr::Asserted);
    bench.send(b"");
    bench.play("quiet 5 s\n> AT\n< OK\nquiet 1 min\n> AT\n< OK");
}

/// Chapter 7: `AT+KSLEEP` survives, and a boot wakes.
#[test]
fn sleep_is_stored() {
    play(
        "> AT+KSLEEP=1,1,20
        < OK
        quiet 1 min
        > AT
        power off
        quiet 1 s
        power on
        quiet 9 s
        > AT+KSLEEP?
        < +KSLEEP: 1,1,20
        < OK
        < +WDSI: 0
        quiet 1 min
        > AT
        quiet 1 s",
    );
}

#[test]
fn hibernate_deaf() {
    let mut settings = provisioned();
    settings.defects.add(Defect::HibernateDeaf);
    play_on(
        &settings,
        &demo_package(),
        "> AT+KSREP=1
        < OK
        > AT+KSLEEP=1,2,1
        < OK
        quiet 5 s
        power wake
        < +KSUP: 0
        > AT
        quiet 5 min
        power off
        power on
        < +KSUP: 0
        > AT+KSLEEP=2
        < OK
        < +WDSI: 0",
    );
    // Sleep without hibernation does it no harm.
    let light = "> AT+KSLEEP=1,0,1\n< OK\nquiet 5 s\npower wake\nquiet 2 s\n> AT\n< OK";
    play_on(&settings, &demo_package(), light);
}

#[test]
fn half_a_line_is_lost_with_sleep() {
    let mut bench = Bench::new(Module::new(&provisioned(), &demo_package(), 1));
    bench.play("> ATE0\n< OK\n> AT+KSLEEP=1,0,1\n< OK");
    bench.send(b"AT+CG");
    bench.run_until(bench.now + Duration::from_secs(5));
    bench.play("power wake\nquiet 1.8 s");
    bench.send(b"MR\r");
    bench.play("quiet 1 s");
}
