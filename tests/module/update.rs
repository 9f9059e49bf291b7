//! Whole updates: flows F12 to F16, F30, F35 and F36.

use fotarig::rig::VirtualSettings;

use crate::play::{demo_package, play, play_on, provisioned};

/// The worked example of note 9.5: the download is free, the install needs agreement.
#[test]
fn f35_worked_example() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+WDSC=2,1
        < OK
        > AT+CGMR
        < BHL7800.1.6.3.0.20180803
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 9,1464      +3s
        < +WDSI: 18          +1s
        < +WDSI: 18,100      +2s
        < +WDSI: 12          +2s
        < +WDSI: 10          +200ms
        < +WDSI: 3           +3s
        > AT+WDSR=4
        < OK                 +200ms
        < +WDSI: 14          +500ms
        < +WDSI: 8           +2s
        # two minutes of install and five seconds of boot
        < +WDSI: 16          +127s
        < +WDSI: 0           +8s
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 8           +21s
        > AT+CGMR
        < THL7800.1.6.3.0.99.20180803
        < OK
        firmware THL7800.1.6.3.0.99.20180803
        # the operation is over
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        quiet 1h
        ",
    );
}

#[test]
fn f12_without_agreements_the_host_has_no_say() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000   +3s
        < +WDSI: 18          +1s
        < +WDSI: 18,1        +2400ms
        < +WDSI: 18,2        +2400ms
        < +WDSI: 18,3        +2400ms
        ..+WDSI: 18,100
        < +WDSI: 12          +2s
        < +WDSI: 10          +200ms
        < +WDSI: 14          +3s
        < +WDSI: 8           +2s
        < +WDSI: 16          +127s
        < +WDSI: 0           +8s
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 8           +21s
        quiet 1h
        firmware THL7800.1.6.3.0.99.20180803
        ",
    );
}

/// With both agreements; while a request waits, a session cannot be started (note 12).
#[test]
fn f13_f36_both_agreements() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+CMEE=1
        < OK
        > AT+WDSC=1,1
        < OK
        > AT+WDSC=2,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464      +3s
        < +WDSI: 2           +0s
        > AT+WDSG
        < +WDSG: 0,3
        < +WDSG: 1,2
        < OK
        > AT+WDSS=1,1
        < +CME ERROR: 650
        > AT+WDSR=4
        < +CME ERROR: 3
        > AT+WDSR=3,1
        < +CME ERROR: 3
        > AT+WDSR=3
        < OK
        < +WDSI: 18          +2s
        < +WDSI: 18,100      +2s
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 3           +3s
        > AT+WDSG
        < +WDSG: 0,3
        < +WDSG: 1,3
        < OK
        > AT+WDSS=1,1
        < +CME ERROR: 650
        > AT+WDSR=3
        < +CME ERROR: 3
        > AT+WDSR=4
        < OK
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 16
        firmware THL7800.1.6.3.0.99.20180803
        ",
    );
}

/// Requests can be deferred, come back for ever, and cannot be refused (F14 and F15).
#[test]
fn f14_f15_deferred_and_unanswered_requests() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+CMEE=1
        < OK
        > AT+WDSC=1,1
        < OK
        > AT+WDSC=2,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464
        < +WDSI: 2
        < +WDSI: 2           +30min
        < +WDSI: 2           +30min
        > AT+WDSR=2,0
        < +CME ERROR: 3
        > AT+WDSR=2,1441
        < +CME ERROR: 3
        > AT+WDSR=2,5
        < OK
        < +WDSI: 2           +5min
        < +WDSI: 2           +30min
        > AT+WDSR=2
        < OK
        < +WDSI: 2           +30min
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        < +WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 3
        < +WDSI: 3           +30min
        > AT+WDSR=5,60
        < OK
        < +WDSI: 3           +1h
        # without a session, a request waits all the same
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        < +WDSI: 3
        > AT+WDSR=4
        < OK
        < +WDSI: 14
        < +WDSI: 16          +127s
        ",
    );
}

#[test]
fn f16_the_report_asks_for_a_connection() {
    let until_the_request = "
        > AT+WDSC=0,1
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
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 16
        < +WDSI: 0
        < +WDSI: 1           +2s
        < +WDSI: 1           +30min
        > AT+WDSR=0,10
        < OK
        < +WDSI: 1           +10min
        power off
        power on
        < +WDSI: 1           +7s
        < +WDSI: 0
        ";
    // A host session: it stays open.
    let accepted = "
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        quiet 3h
        ";
    for accept in ["> AT+WDSR=1", "> AT+WDSS=1,1"] {
        play_on(
            &provisioned(),
            &demo_package(),
            &format!("{until_the_request}\n{accept}{accepted}"),
        );
    }
}

/// A package for another base version is refused after the reboot (F28).
#[test]
fn f28_mismatch() {
    let settings = VirtualSettings { firmware: Some("HL7800.4.5.4.0".to_owned()), ..provisioned() };
    play_on(
        &settings,
        &demo_package(),
        "
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
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 15          +127s
        firmware HL7800.4.5.4.0
        < +WDSI: 0
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 8           +21s
        quiet 1h
        ",
    );
}

/// The SIM asks for its PIN after the update; the report waits for that (F35, step 6).
#[test]
fn f30_the_report_waits_for_the_pin() {
    let settings = VirtualSettings { pin: Some("1234".to_owned()), ..provisioned() };
    play_on(
        &settings,
        &demo_package(),
        "
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
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 16
        quiet 1h
        > AT+CPIN=\"1234\"
        < OK
        < +WDSI: 0           +8s
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 8
        ",
    );
}

/// A level of 2 shows the requests and nothing else; the service goes on all the same.
#[test]
fn the_level_hides_events() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+WDSI=2
        < OK
        > AT+WDSC=2,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 3
        > AT+WDSR=4
        < OK
        quiet 3min
        firmware THL7800.1.6.3.0.99.20180803
        quiet 1h
        ",
    );
}
