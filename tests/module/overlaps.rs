//! Things that happen while something else is going on: none of them is done twice or half.

use fotarig::behaviour::Switches;
use fotarig::package::Package;
use fotarig::rig::{Offer, VirtualSettings};
use fotarig::sim::Module;
use serde_json::{Value, json};

use crate::play::{Bench, demo_package, large_package, provisioned};

const UP: &str = "> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1";

/// Plays `scene` with each of a few seeds; all indications are on.
fn each(settings: &VirtualSettings, package: &Package, scene: impl Fn(&mut Bench)) {
    for seed in 0..4 {
        let mut bench = Bench::new(Module::new(settings, package, seed));
        bench.play("> AT+WDSI=4479\n< OK");
        scene(&mut bench);
    }
}

fn network(bench: &mut Bench, method: &str) {
    bench.call(("network", method), &Value::Null).expect("a known method");
}

fn switched(name: &str, value: &str) -> VirtualSettings {
    let mut switches = Switches::default();
    switches.set(name, value).expect("a switch");
    VirtualSettings { switches, ..provisioned() }
}

#[test]
fn the_network_comes_back_while_the_module_boots() {
    let settings = VirtualSettings { offer: Offer::Nothing, ..provisioned() };
    each(&settings, &demo_package(), |bench| {
        network(bench, "down");
        bench.play("power off\npower on\nquiet 1 s");
        network(bench, "up");
        bench.play("< +WDSI: 0\nquiet 1 min");
    });
}

#[test]
fn an_install_does_not_look_at_the_network() {
    each(&provisioned(), &demo_package(), |bench| {
        bench.play("> AT+CEREG=1\n< OK");
        bench.play(UP);
        bench.play("< +WDSI: 9,1464\n< +WDSI: 18\n..+WDSI: 18,100\n< +WDSI: 12\n< +WDSI: 10");
        bench.play("< +WDSI: 14\n< +WDSI: 8\nquiet 10 s");
        network(bench, "down");
        bench.play("quiet 1 s");
        network(bench, "up");
        network(bench, "drop_context");
        bench.play("quiet 1 min\n< +WDSI: 16\n< +WDSI: 0");
    });
}

#[test]
fn an_attempt_to_connect_needs_the_network_to_its_end() {
    each(&provisioned(), &demo_package(), |bench| {
        bench.play("> AT+WDSS=1,1\n< OK\n< +WDSI: 4");
        network(bench, "down");
        bench.play("< +WDSI: 7\nquiet 5 min");
        network(bench, "up");
        bench.play("< +WDSI: 0");
    });
}

#[test]
fn what_the_server_says_waits_for_the_network() {
    each(&provisioned(), &demo_package(), |bench| {
        bench.play(UP);
        network(bench, "down");
        bench.play("quiet 20 s");
        network(bench, "up");
        bench.play("< +WDSI: 9,1464\n< +WDSI: 18");
    });
}

#[test]
fn a_download_that_was_accepted_is_not_offered_again() {
    each(&switched("pending_650", "never"), &large_package(), |bench| {
        bench.play("> AT+WDSC=1,1\n< OK");
        bench.play(UP);
        bench.play("< +WDSI: 9,1200000\n< +WDSI: 2\n> AT+WDSS=1,0\n< OK\n< +WDSI: 8");
        // The host knows what waits, and is quicker than the server.
        bench.play(UP);
        bench.play("> AT+WDSR=3\n< OK\n< +WDSI: 18    +2 s\n..+WDSI: 18,100\n< +WDSI: 12");
    });
}

#[test]
fn a_report_is_about_the_operation_that_it_reports() {
    each(&provisioned(), &demo_package(), |bench| {
        bench.play(UP);
        bench.play("< +WDSI: 9,1464\n< +WDSI: 18\n..+WDSI: 18,100\n< +WDSI: 12\n< +WDSI: 10");
        bench.play("< +WDSI: 14\n< +WDSI: 8");
        let next = json!({"package": {"from": "A", "to": "B", "kind": "full", "size": 3000}});
        bench.call(("cloud", "install"), &next).expect("a known method");
        bench.play("< +WDSI: 16\n< +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1");
        bench.play("< +WDSI: 9,3000");
    });
}

#[test]
fn a_registration_that_always_fails_is_no_circle() {
    each(&switched("reg_fail", "silent-bootstrap"), &demo_package(), |bench| {
        let always = json!({"what": "registration"});
        bench.call(("cloud", "refuse"), &always).expect("a known method");
        bench.play("> AT+WDSS=1,1\n< OK");
        let mut lines = (0..20).filter_map(|_| bench.next_line());
        assert!(lines.any(|(_, line)| line == "+WDSI: 7"));
    });
}

#[test]
fn an_install_that_was_accepted_is_not_asked_for_again() {
    each(&switched("pending_650", "never"), &demo_package(), |bench| {
        bench.play("> AT+WDSC=2,1\n< OK");
        bench.play(UP);
        bench.play("< +WDSI: 9,1464\n< +WDSI: 18\n..+WDSI: 18,100\n< +WDSI: 12\n< +WDSI: 10");
        bench.play("< +WDSI: 3\n> AT+WDSS=1,0\n< OK\n< +WDSI: 8");
        bench.play(UP);
        bench.play("quiet 2200 ms\n> AT+WDSR=4\n< OK\n< +WDSI: 14\n< +WDSI: 8\n< +WDSI: 16");
    });
}
