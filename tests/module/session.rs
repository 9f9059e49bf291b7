//! Connecting and closing: flows F02, F03, F04, F08, F09 and F11.

use fotarig::rig::{Credentials, Offer, VirtualSettings};

use crate::play::{demo_package, play_on, provisioned};

fn idle_cloud() -> VirtualSettings {
    VirtualSettings { offer: Offer::Nothing, ..provisioned() }
}

#[test]
fn f03_host_session_stays_open_until_the_host_closes_it() {
    play_on(
        &idle_cloud(),
        &demo_package(),
        "
        > AT+WDSS=1,1
        < OK                 +200ms
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        quiet 3h
        > AT+WDSS?
        < +WDSS: 1,1
        < +WDSS: 2,1
        < OK
        # a second start is the same session
        > AT+WDSS=1,1
        < OK
        quiet 1h
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8           +1s
        > AT+WDSS=1,0
        < OK
        quiet 1h
        ",
    );
}

#[test]
fn f04_a_new_module_gets_its_credentials_first() {
    let settings = VirtualSettings { credentials: Credentials::Bootstrap, ..idle_cloud() };
    play_on(
        &settings,
        &demo_package(),
        "
        > AT+WDSG
        < +WDSG: 0,2
        < +WDSG: 1,0
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,0        +1s
        < +WDSI: 4           +4s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        > AT+WDSG
        < +WDSG: 0,3
        < +WDSG: 1,1
        < OK
        quiet 1h
        ",
    );
}

#[test]
fn f08_without_any_credentials_the_session_fails() {
    let settings = VirtualSettings { credentials: Credentials::Missing, ..idle_cloud() };
    play_on(
        &settings,
        &demo_package(),
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 7           +5s
        quiet 1h
        > AT+WDSS?
        < +WDSS: 1,0
        < +WDSS: 2,1
        < OK
        ",
    );
}

/// An automatic session closes after 20 s without exchange; the period starts with its end.
#[test]
fn f09_polling() {
    play_on(
        &idle_cloud(),
        &demo_package(),
        "
        > AT+WDSC=3,120
        < OK
        < +WDSI: 4           +2h
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 8           +20s
        < +WDSI: 4           +2h
        < +WDSI: 6
        < +WDSI: 23,1
        # the host takes the session over
        > AT+WDSS=1,1
        < OK
        quiet 5h
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        # elapsed time counts without power; an overdue poll runs at registration
        power off
        quiet 5h
        power on
        < +WDSI: 0           +13s
        < +WDSI: 4           +0s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 8
        > AT+WDSC=3,0
        < OK
        quiet 5h
        ",
    );
}

/// A package that is offered in an automatic session keeps it open until it is stored.
#[test]
fn f09_polling_finds_a_package() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+WDSC=1,1
        < OK
        > AT+WDSC=3,60
        < OK
        < +WDSI: 4           +1h
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464
        < +WDSI: 2
        < +WDSI: 2           +30min
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        < +WDSI: 18,100
        < +WDSI: 12
        < +WDSI: 10
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 16
        ",
    );
}

#[test]
fn a_start_during_the_login_is_an_error_and_a_stop_ends_it() {
    play_on(
        &idle_cloud(),
        &demo_package(),
        "
        > AT+WDSS=1,1
        < OK
        > AT+WDSS=1,1
        < ERROR
        < +WDSI: 4
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8           +1s
        quiet 1h
        ",
    );
}
