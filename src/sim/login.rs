//! Logging in: which server, and what comes of it (note 7.4; F03 to F08 of the reference).
//!
//! A module with a device-management key tries that server; without one, after five refused
//! authentications, or when its key shall be renewed, it goes to the bootstrap server first.

use std::time::Duration;

use crate::behaviour::{AuthFail, Defect, Denied, RegFail, Rotation5, SessionPoint};
use crate::rig::Credentials;
use crate::sim::agenda::{Event, SessionStep};
use crate::sim::cloud::{Device, Refusal};
use crate::sim::indication::{Indication, Server};
use crate::sim::live::Live;
use crate::sim::network::{ApnPolicy, Reach};
use crate::sim::ram::{Bootstrap, Denial, Session};
use crate::sim::{coverage, retry, session, times};

/// How many failures in a row lead to the bootstrap server (note 7.4).
const FAILURES_IN_A_ROW: u32 = 5;

pub(crate) fn login(live: &mut Live<'_>) {
    live.say(Indication::Login);
    let reachable = live.network.servers == Reach::Answer
        && live.network.apn == ApnPolicy::Accepted
        && coverage::carries(live)
        && !denied_by_defect(live);
    let (delay, next) = if !reachable {
        (times::UNANSWERED, SessionStep::Unanswered)
    } else if goes_to_bootstrap(live) {
        bootstrap(live)
    } else {
        live.network.exchange(live.now);
        match live.cloud.authenticate(live.now) {
            Ok(()) => (times::LOGGED_IN, SessionStep::LoggedIn(Server::DeviceManagement)),
            Err(refusal) => {
                let time = match live.settings.switches.auth_fail {
                    AuthFail::EachTime => times::AUTHENTICATION_FAILS,
                    AuthFail::OnceAfterSilence => times::RETRANSMISSIONS,
                };
                (time, SessionStep::AuthenticationFailed(refusal))
            }
        }
    };
    live.after(delay, Event::Session(next));
}

/// Every second session fails.
fn denied_by_defect(live: &mut Live<'_>) -> bool {
    if !live.has(Defect::Deny7) {
        return false;
    }
    let denied = &mut live.ram.defects.denied;
    *denied = !*denied;
    *denied
}

fn goes_to_bootstrap(live: &Live<'_>) -> bool {
    match live.flash.credentials {
        Credentials::Missing | Credentials::Bootstrap => true,
        Credentials::Valid => match live.ram.bootstrap {
            Bootstrap::Unneeded => renews(live),
            Bootstrap::Next => true,
            Bootstrap::Done => false,
        },
    }
}

/// F07 step 3: the key is renewed although it is good.
fn renews(live: &Live<'_>) -> bool {
    live.cloud.wants_renewal(live.now) || live.has(Defect::BootstrapsAlways)
}

/// Whether the servers know this module, by the serial number that it has.
fn knows_device(live: &Live<'_>) -> bool {
    live.cloud.device == Device::Registered && !live.has(Defect::SerialLabel)
}

/// To the bootstrap server, whose credentials are from the factory.
fn bootstrap(live: &mut Live<'_>) -> (Duration, SessionStep) {
    let stuck = live.has(Defect::SkipsBootstrap);
    if live.flash.credentials == Credentials::Missing || stuck {
        return (times::DENIED, SessionStep::Denied(Denial::NoCredentials));
    }
    let known = knows_device(live);
    match live.settings.switches.denied {
        Denied::After4 | Denied::After5 if !known => {
            (times::DENIED, SessionStep::Denied(Denial::AtLogin))
        }
        Denied::After23 | Denied::After4 | Denied::After5 => {
            (times::LOGGED_IN, SessionStep::LoggedIn(Server::Bootstrap))
        }
    }
}

/// Authenticated. The registration follows, and is what a device-management server can refuse.
pub(crate) fn logged_in(live: &mut Live<'_>, server: Server) {
    if server == Server::Bootstrap && live.has(Defect::BlamesNewDevice) {
        live.say(Indication::LoginRefused);
    }
    if server == Server::DeviceManagement {
        live.ram.authentication_failures = 0;
        if !knows_device(live) || live.cloud.register().is_err() {
            return registration_refused(live);
        }
    }
    say_logged_in(live, server);
    live.after(times::JOINED, Event::Session(SessionStep::Joined(server)));
}

/// What is said here and what at the acceptance is switch `session_point`.
fn say_logged_in(live: &mut Live<'_>, server: Server) {
    match live.settings.switches.session_point {
        SessionPoint::InTurn => live.say(Indication::LoggedIn),
        SessionPoint::Together => {}
        SessionPoint::Registering => {
            live.say(Indication::LoggedIn);
            live.say(Indication::Joined(server));
        }
    }
}

pub(crate) fn joined(live: &mut Live<'_>, server: Server) {
    match live.settings.switches.session_point {
        SessionPoint::InTurn => live.say(Indication::Joined(server)),
        SessionPoint::Together => {
            live.say(Indication::LoggedIn);
            live.say(Indication::Joined(server));
        }
        SessionPoint::Registering => {}
    }
    // Reference 4.2: 23 with either server ends the series.
    retry::end(live);
    match server {
        // F08: only now it turns out that nobody knows the device.
        Server::Bootstrap if !knows_device(live) => {
            live.after(times::DENIED, Event::Session(SessionStep::Denied(Denial::AfterJoining)));
        }
        Server::Bootstrap => {
            live.after(times::CREDENTIALS_WRITTEN, Event::Session(SessionStep::CredentialsWritten));
        }
        Server::DeviceManagement => {
            live.ram.registration_failures = 0;
            live.ram.bootstrap = Bootstrap::Unneeded;
            session::open(live);
        }
    }
}

/// The bootstrap server has written a new key: on to the device-management server.
pub(crate) fn written(live: &mut Live<'_>) {
    live.flash.credentials = Credentials::Valid;
    live.cloud.issue_key(live.now);
    live.ram.bootstrap = Bootstrap::Done;
    live.after(times::LOGIN_AFTER_BOOTSTRAP, Event::Session(SessionStep::Login));
}

/// F05: five in a row, then the bootstrap server.
pub(crate) fn not_authenticated(live: &mut Live<'_>, refusal: Refusal) {
    let hidden = live.settings.switches.rotation_5 == Rotation5::Hidden;
    if !(refusal == Refusal::Rotation && hidden) {
        live.say(Indication::LoginRefused);
    }
    let enough = match live.settings.switches.auth_fail {
        AuthFail::EachTime if live.has(Defect::BootstrapsEarly) => 1,
        AuthFail::EachTime => FAILURES_IN_A_ROW,
        AuthFail::OnceAfterSilence => 1,
    };
    live.ram.authentication_failures += 1;
    if live.ram.authentication_failures >= enough {
        live.ram.authentication_failures = 0;
        // A key that was renewed a moment ago and does not open the server either: no circle.
        let renewed = live.ram.bootstrap == Bootstrap::Done;
        if renewed || live.has(Defect::KeepsDeadCredentials) {
            live.say(Indication::Denied);
            return session::fail(live);
        }
        live.ram.bootstrap = Bootstrap::Next;
    }
    live.after(times::LOGIN_AFTER_FAILURE, Event::Session(SessionStep::Login));
}

/// F06, by switch `reg_fail`. With a key that was renewed a moment ago, a bootstrap would be a
/// circle.
fn registration_refused(live: &mut Live<'_>) {
    match live.settings.switches.reg_fail {
        RegFail::SilentBootstrap if live.ram.bootstrap != Bootstrap::Done => {
            live.flash.credentials = Credentials::Bootstrap;
            live.after(times::LOGIN_AFTER_FAILURE, Event::Session(SessionStep::Login));
        }
        RegFail::EachTime | RegFail::SilentBootstrap => {
            say_logged_in(live, Server::DeviceManagement);
            live.after(times::REGISTRATION_FAILS, Event::Session(SessionStep::RegistrationFailed));
        }
    }
}

pub(crate) fn not_registered(live: &mut Live<'_>) {
    live.say(Indication::Denied);
    live.ram.registration_failures += 1;
    if live.ram.registration_failures >= FAILURES_IN_A_ROW
        && !live.has(Defect::KeepsDeadCredentials)
    {
        live.ram.registration_failures = 0;
        live.flash.credentials = Credentials::Bootstrap;
    }
    session::fail(live);
}

/// F08; no retry follows.
pub(crate) fn denied(live: &mut Live<'_>, denial: Denial) {
    if denial == Denial::AtLogin && live.settings.switches.denied == Denied::After5 {
        live.say(Indication::LoginRefused);
    }
    live.say(Indication::Denied);
    let was_open = match denial {
        Denial::AfterJoining => live.ram.session != Session::Idle,
        Denial::NoCredentials | Denial::AtLogin => false,
    };
    session::fail(live);
    retry::end(live);
    if was_open {
        live.after(times::CLOSED_AFTER_STOP, Event::Say(Indication::Closed));
    }
}

/// The servers said nothing for so long that the attempt is over (F11, the last line).
pub(crate) fn unanswered(live: &mut Live<'_>) {
    live.say(Indication::Denied);
    session::fail(live);
}
