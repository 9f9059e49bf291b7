//! Connecting and closing: flows F02, F03, F04, F08, F09 and F11.

use fotarig::rig::{Credentials, Offer, VirtualSettings};

use crate::play::{demo_package, play_on, provisioned};

fn idle_cloud() -> VirtualSettings {
    VirtualSettings {
        offer: Offer::Nothing,
        ..provisioned()
    }
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
    let settings = VirtualSettings {
        credentials: Credentials::Bootstrap,
        ..idle_cloud()
    };
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
    let settings = VirtualSettings {
        credentials: Credentials::Missing,
        ..idle_cloud()
    };
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
