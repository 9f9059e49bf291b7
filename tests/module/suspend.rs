//! Interrupted updates: flows F17 to F19, F24 and F25.

use fotarig::rig::VirtualSettings;

use crate::play::{large_package, play, play_on, provisioned};

#[test]
fn f17_stop_and_start_without_agreement_goes_on_quietly() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,40
        > AT+WDSS=1,0
        < OK                 +200ms
        < +WDSI: 8           +1s
        quiet 1h
        # the host has stopped it: setting the context does not start it again
        > AT+WDSS=2,1
        < OK
        < +WDSI: 0           +100ms
        quiet 1h
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18,41
        < +WDSI: 18,42       +2400ms
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 14
        ",
    );
}

#[test]
fn f17_stop_and_start_with_agreement_asks_again() {
    play(
        "
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 2           +0s
        > AT+WDSR=3
        < OK
        < +WDSI: 18          +2s
        ..+WDSI: 18,50
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,600000    +3s
        < +WDSI: 2           +0s
        > AT+WDSR=2,5
        < OK
        < +WDSI: 2           +5min
        > AT+WDSR=3
        < OK
        < +WDSI: 18,51
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        ",
    );
}

#[test]
fn f18_reset_without_agreement_resumes_by_itself() {
    play(
        "
        > AT+KSREP=1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,70
        > AT+CFUN=1,1
        < OK
        < +KSUP: 0           +5200ms
        < +WDSI: 0           +8s
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18,71
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 14
        ",
    );
}

#[test]
fn f18_f22_reset_or_power_cut_with_agreement_asks_at_start_up() {
    let until_the_loss = "
        > AT+KSREP=1
        < OK
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 2
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        ..+WDSI: 18,25
        ";
    let afterwards = "
        < +KSUP: 0
        < +WDSI: 9,900000    +2s
        < +WDSI: 2           +0s
        < +WDSI: 0
        > AT+WDSR=3
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18,26
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        ";
    let reset = "
        > AT+CFUN=1,1
        < OK
        ";
    // The block is safe by then.
    let cut = "
        quiet 100ms
        power off
        quiet 1h
        power on
        ";
    // Slow enough that no other block comes before the reset.
    let settings = VirtualSettings { link_bits_per_second: 4_000, ..provisioned() };
    for loss in [reset, cut] {
        let conversation = format!("{until_the_loss}{loss}{afterwards}");
        play_on(&settings, &large_package(), &conversation);
    }
}

/// Accepting before the network is back is `OK` and acts after the registration (reference 4.4).
#[test]
fn f18_accepting_before_the_network_is_back() {
    play(
        "
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 2
        power off
        power on
        < +WDSI: 9,1200000   +7s
        < +WDSI: 2
        > AT+WDSR=3
        < OK
        < +WDSI: 0
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18
        < +WDSI: 18,1
        ",
    );
}

#[test]
fn f19_radio_off_and_on() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,10
        > AT+CFUN=0
        ..OK
        < +WDSI: 8           +1s
        quiet 1h
        > AT+CFUN=1
        < OK
        < +WDSI: 0           +8s
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        ",
    );
}

#[test]
fn f24_power_cut_during_the_install_resumes_it() {
    // What was written before the cut is not written again.
    for (cut, off, then) in [
        ("", "100ms", "+125s"),
        ("< +WDSI: 8\nquiet 60s", "30s", "+69s"),
        ("< +WDSI: 8\nquiet 60s", "2min", "+69s"),
    ] {
        play(&format!(
            "
            > AT+WDSS=1,1
            < OK
            < +WDSI: 4
            < +WDSI: 6
            < +WDSI: 23,1
            < +WDSI: 9,1200000
            < +WDSI: 18
            ..+WDSI: 18,100
            < +WDSI: 12
            < +WDSI: 10
            < +WDSI: 14
            {cut}
            power off
            quiet {off}
            power on
            < +WDSI: 16      {then}
            firmware THL7800.1.6.3.0.99.20180803
            < +WDSI: 0
            < +WDSI: 4
            < +WDSI: 6
            < +WDSI: 23,1
            < +WDSI: 8
            ",
        ));
    }
}

#[test]
fn f25_a_pending_install_request_survives_a_power_cut() {
    play_on(
        &provisioned(),
        &large_package(),
        "
        > AT+WDSC=2,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 3
        power off
        quiet 1h
        power on
        < +WDSI: 3           +7s
        < +WDSI: 0
        # the repeat timer starts afresh at the boot
        < +WDSI: 3           +1794s
        > AT+WDSR=4
        < OK
        < +WDSI: 14          +500ms
        < +WDSI: 16          +127s
        ",
    );
}

/// Without an APN the module cannot go on by itself; it does as soon as it has one.
#[test]
fn f18_resume_waits_for_the_apn() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,10
        > AT+CGDCONT=1,\"IP\",\"\"
        ..OK
        quiet 100ms
        power off
        power on
        quiet 1h
        > AT+CGDCONT=1,\"IP\",\"internet.test\"
        < OK
        > AT+WDSS=2,1
        < OK
        < +WDSI: 0           +100ms
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18,11
        ",
    );
}
