//! `rig check` on rigs that are right and on rigs that are wrong in one way.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use fotarig::suite::{self, Came, Checkup, State, TryCut};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

use crate::desk::Desk;
use crate::program::fotarig;
use crate::served::{SPEED, Seen, Served, held, sleep_ms};

/// Power and cloud of the served module.
const VIRTUAL: &str = "roles:
  power: { plugin: virtual, with: { control: control } }
  cloud: { plugin: virtual }";
/// A switch that switches nothing.
const LIAR: &str = "roles:
  power: { plugin: power-command, with: { off: ['true'], on: ['true'] } }";

#[test]
fn the_built_in_rig_is_well() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("v.yaml"), "name: v\nport: { virtual: {} }\n").expect("a file");
    let check = |more: &[&str]| {
        let mut command = fotarig(folder.path());
        Seen::of(&command.args(["rig", "check", "v.yaml"]).args(more).output().expect("it runs"))
    };
    let seen = check(&[]);
    seen.ends(0, "v: all is well");
    seen.says("module", "ok", "answers `AT` in 19");
    seen.says("power cut", "not tried", "--power");
    seen.says("scenarios", "ok", " can run here");
    let seen = check(&["--power"]);
    seen.ends(0, "v: all is well");
    seen.says("power cut", "ok", "booted in 5");
}

#[test]
fn a_good_rig_is_well_and_left_as_it_was() {
    let served = Served::start();
    served
        .rig("desk", &format!("identity: {{ model: HL7800, imei: '001010123456780' }}\n{VIRTUAL}"));
    let before = served.ask(r#"{"role":"module","method":"state"}"#);
    let seen = served.check(&["desk.yaml"]);
    seen.ends(0, "desk: all is well");
    seen.says("file", "ok", "roles power (virtual), cloud (virtual)");
    seen.says("cloud", "ok", "`virtual` can allow, cancel,");
    seen.says("power", "ok", "`virtual` can off, on, reset, state, wake");
    seen.says("port", "ok", "for us alone; 115200 8N1, no flow control");
    seen.says("module", "ok", "median of 11");
    seen.says("module", "note", "the module says `+IFC: 2,2`, the rig file has `flow: none`");
    seen.says("identity", "ok", "IMEI 001010123456780");
    seen.says("power", "ok", "`power.state` says `on`");
    seen.says("cloud", "ok", "`cloud.state` says `pending`");
    seen.has("skipped: the rig has no role `network`");
    let parts = |state: &str| {
        let state: serde_json::Value = serde_json::from_str(state).expect("JSON");
        let state = &state["result"];
        [state["supply"].clone(), state["firmware"].clone(), state["boots"].clone()]
    };
    let after = served.ask(r#"{"role":"module","method":"state"}"#);
    assert_eq!(parts(&before), parts(&after), "{before}\n{after}");
}

#[test]
fn power_is_cut_and_proven_when_that_is_wanted() {
    let served = Served::start();
    served.rig("desk", VIRTUAL);
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(0, "desk: all is well");
    seen.says("power cut", "ok", "proven by read-back; on after 2");
    seen.says("power cut", "note", "does not say that the module is off");
    assert!(served.ask(r#"{"role":"module","method":"state"}"#).contains(r#""supply":"on""#));
}

#[test]
fn a_module_without_supply_gets_it_only_when_that_is_wanted() {
    let served = Served::start();
    served.rig("desk", VIRTUAL);
    served.ask(r#"{"role":"power","method":"off"}"#);
    let seen = served.check(&["desk.yaml"]);
    seen.ends(3, "desk: one thing to fix");
    seen.says("module", "wrong", "does not answer `AT`, in 5 attempts");
    seen.says("power", "ok", "`power.state` says `off`");
    seen.has("with --power it is switched on first");
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(0, "desk: all is well");
    seen.says("power", "ok", "on, booted in ");
    seen.says("power cut", "ok", "proven by read-back");
}

#[test]
fn a_rig_that_rests_off_is_left_off() {
    let served = Served::start();
    let power = "{ plugin: virtual, with: { control: control }, safe_state: off }";
    served.rig("desk", &format!("roles:\n  power: {power}"));
    served.ask(r#"{"role":"power","method":"off"}"#);
    let seen = served.check(&["desk.yaml"]);
    seen.ends(0, "desk: all is well");
    seen.says("module", "not tried", "between runs this rig is off (`safe_state`)");
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(0, "desk: all is well");
    seen.says("power cut", "ok", "proven by read-back");
    assert!(served.ask(r#"{"role":"module","method":"state"}"#).contains(r#""supply":"off""#));
}

#[test]
fn an_interrupt_in_a_cut_leaves_the_power_on() {
    let served = Served::start();
    let power = "{ plugin: virtual, with: { control: control }, off_for: 60s }";
    served.rig("desk", &format!("roles:\n  power: {power}"));
    let mut check = fotarig(served.folder.path());
    check.args(["rig", "check", "desk.yaml", "--power"]).stdout(Stdio::piped());
    let check = check.spawn().expect("our own program");
    let is_off =
        || served.ask(r#"{"role":"module","method":"state"}"#).contains(r#""supply":"off""#);
    let came = (0..1000).any(|_| {
        sleep_ms(10);
        is_off()
    });
    assert!(came, "the supply was not cut");
    let pid = check.id().to_string();
    for _ in 0..2 {
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.expect("kill is there").success());
        sleep_ms(300);
    }
    let seen = Seen::of(&check.wait_with_output().expect("it ends"));
    seen.ends(130, "desk: interrupted");
    assert!(!is_off());
}

#[test]
fn power_that_lies_is_found_out() {
    let served = Served::start();
    served.rig("desk", LIAR);
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(3, "desk: one thing to fix");
    let lie = "the power is off, says `power-command`, but the module still speaks";
    seen.says("power cut", "wrong", lie);
    seen.has("is the relay wired into the module's supply?");
}

#[test]
fn power_that_is_wanted_and_missing_is_told() {
    let served = Served::start();
    served.rig("desk", "");
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(3, "desk: one thing to fix");
    seen.says("power cut", "wrong", "nothing on this rig can cut the supply");
    seen.says("file", "ok", "no roles");
}

#[test]
fn another_module_is_named_and_not_cut() {
    let served = Served::start();
    served.rig("desk", &format!("identity: {{ model: HL7812, imei: '1' }}\n{LIAR}"));
    let seen = served.check(&["desk.yaml", "--power"]);
    seen.ends(3, "desk: 2 things to fix");
    seen.says("identity", "wrong", "the rig file says model `HL7812`, the module says `HL7800`");
    seen.says("identity", "wrong", "the rig file says IMEI `1`, the module says `00101012345");
    seen.has("at desk.yaml:3:20");
    seen.has("it is HL7800, IMEI 001010123456780, serial number VM000000000001");
    seen.says("power cut", "not tried", "it is another module");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let served = Served::start();
    let relay = "{ plugin: relay, with: { board: numato, port: nowhere, channel: 1 } }";
    served.write(
        "desk.yaml",
        &format!("name: desk\nport: {{ serial: ./gone }}\nroles:\n  power: {relay}\n"),
    );
    let seen = served.check(&["desk.yaml"]);
    seen.ends(3, "desk: 2 things to fix");
    seen.says(
        "power",
        "wrong",
        "the plugin `relay` refuses `describe`: cannot open the relay board",
    );
    seen.says("port", "wrong", "there is no port `./gone`");
    served.rig("desk", &format!("roles:\n  power: {relay}\n"));
    let seen = served.check(&["desk.yaml"]);
    seen.ends(3, "desk: one thing to fix");
    seen.says("module", "ok", "answers `AT`");
    seen.says("scenarios", "not tried", "what the role `power` can do is not known");
}

#[test]
fn a_plugin_that_hangs_keeps_nothing_else_from_being_told() {
    let served = Served::start();
    let manifest = "name: mute\nfills: { power: { off: {}, on: {} } }\nrun: [sleep, '60']\n\
                    start_within: 500ms\nfinish_within: 500ms\n";
    served.write("plugins/mute/plugin.yaml", manifest);
    served.rig("desk", "roles:\n  power: { plugin: mute }");
    let seen = served.check(&["desk.yaml"]);
    seen.ends(3, "desk: one thing to fix");
    seen.says("power", "wrong", "`mute`");
    seen.says("module", "ok", "answers `AT`");
}

#[test]
fn a_lab_that_cannot_begin_is_told_once() {
    let served = Served::start();
    let manifest = "name: away\nfills: { lab: { acquire: {}, release: {} } }\nrun: ['false']\n";
    served.write("plugins/away/plugin.yaml", manifest);
    served.write("desk.yaml", "name: desk\nroles:\n  lab: { plugin: away }\n");
    let seen = served.check(&["desk.yaml"]);
    seen.ends(3, "desk: one thing to fix");
    seen.says("lab", "wrong", "`away`");
    seen.says("port", "not tried", "see the lab");
}

#[test]
fn a_lab_lends_and_gets_back() {
    let served = Served::at(&["--tcp", "127.0.0.1:0"]);
    let manifest = "name: lender\nfills: { lab: { acquire: {}, release: {} } }\n\
                    run: [python3, lender.py]\n";
    let address = served.place.trim_start_matches("tcp: ").trim_matches('\'');
    let script = "import json, sys\nfor line in sys.stdin:\n    call = json.loads(line)\n    \
                  method = call['method']\n    open('said', 'a').write(method + '\\n')\n    \
                  result = {'describe': {'protocol': 1, 'methods': ['lab.acquire', \
                  'lab.release']}, 'lab.acquire': {'tcp': 'ADDRESS'}}.get(method)\n    \
                  print(json.dumps({'jsonrpc': '2.0', 'id': call['id'], 'result': result}), \
                  flush=True)\n";
    served.write("plugins/lender/plugin.yaml", manifest);
    served.write("plugins/lender/lender.py", &script.replace("ADDRESS", address));
    let port = format!("port: {{ speed: {SPEED} }}");
    served
        .write("desk.yaml", &format!("name: desk\n{port}\nroles:\n  lab: {{ plugin: lender }}\n"));
    let seen = served.check(&["desk.yaml"]);
    seen.ends(0, "desk: all is well");
    seen.says("lab", "ok", &format!("has lent `tcp {address}`"));
    let said = fs::read_to_string(served.folder.path().join("plugins/lender/said"));
    assert_eq!(said.expect("a file"), "describe\nlab.acquire\nlab.release\n");
}

#[test]
fn who_has_the_port_is_named() {
    let served = Served::start();
    served.rig("desk", "");
    let script = "import fcntl, os, sys\nport = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)\n\
                  fcntl.flock(port, fcntl.LOCK_EX)\nprint('held', flush=True)\nsys.stdin.read()\n";
    let mut holder = Command::new("python3");
    holder.args(["-c", script]).arg(served.folder.path().join("port"));
    let mut holder = held(&mut holder);
    let seen = served.check(&["desk.yaml"]);
    drop(holder.stdin.take());
    let _ = holder.wait();
    seen.ends(3, "desk: one thing to fix");
    seen.says("port", "wrong", &format!("is in use by `python3` (process {})", holder.id()));
}

#[test]
fn files_are_complained_of_before_anything_is_touched() {
    let served = Served::start();
    served.rig("one", VIRTUAL);
    let secret = "roles:\n  power: { plugin: power-command, with: { off: ['true'], on: ['true'], \
                  environment: { KEY: '${env:NO_SUCH}' } } }";
    served.write(
        "two.yaml",
        &format!("name: two\nport: {{ tcp: '127.0.0.1:9' }}\ntook: 1\n{secret}\n"),
    );
    let seen = served.check(&["one.yaml", "two.yaml", "three.yaml"]);
    assert_eq!(seen.code, Some(2), "{}", seen.text);
    seen.has("`took`");
    seen.has("three.yaml");
    assert!(!seen.text.contains("answers `AT`"), "{}", seen.text);
    served.write("two.yaml", &format!("name: two\nport: {{ tcp: '127.0.0.1:9' }}\n{secret}\n"));
    let seen = served.check(&["two.yaml"]);
    assert_eq!(seen.code, Some(2), "{}", seen.text);
    seen.has("NO_SUCH");
}

#[test]
fn two_rigs_with_one_port_are_refused() {
    let served = Served::start();
    served.rig("one", "");
    symlink("port", served.folder.path().join("link")).expect("a link");
    served.write("two.yaml", "name: two\nport: { serial: ./link }\n");
    let seen = served.check(&["one.yaml", "two.yaml"]);
    assert_eq!(seen.code, Some(2), "{}", seen.text);
    seen.has("has the same port");
    seen.has("two.yaml:2:7");
}

#[test]
fn instruments_that_are_taken_are_told() {
    let served = Served::start();
    served.rig("desk", "shared: { attenuator: 2, chamber: 1 }");
    let locks = served.folder.path().join("locks");
    let script = "import fcntl, sys\nlock = open(sys.argv[1], 'w')\nlock.write('desk-9\\n')\n\
                  lock.flush()\nfcntl.flock(lock, fcntl.LOCK_EX)\nprint('held', flush=True)\n\
                  sys.stdin.read()\n";
    fs::create_dir(&locks).expect("a folder");
    let mut holder = Command::new("python3");
    let mut holder = held(holder.args(["-c", script]).arg(locks.join("chamber.1.lock")));
    let mut check = fotarig(served.folder.path());
    check.args(["rig", "check", "desk.yaml"]).env("FOTARIG_LOCKS", &locks);
    let seen = Seen::of(&check.output().expect("it runs"));
    drop(holder.stdin.take());
    let _ = holder.wait();
    seen.ends(0, "desk: all is well");
    seen.says("shared", "ok", "`attenuator` is free, for 2 at once");
    seen.says("shared", "note", "`chamber` is in use by desk-9");
}

#[test]
fn several_rigs_are_looked_at_one_after_the_other() {
    let served = Served::at(&["--rfc2217", "127.0.0.1:0"]);
    served.rig("far", VIRTUAL);
    served.write("v.yaml", "name: v\nport: { virtual: {} }\n");
    served.write("gone.yaml", "name: gone\nport: { serial: ./gone }\n");
    let seen = served.check(&["far.yaml", "gone.yaml", "v.yaml"]);
    seen.ends(3, "1 of 3 rigs is not well");
    seen.has("\nfar: all is well\ngone\n");
    seen.says("port", "ok", "`rfc2217 127.0.0.1:");
    served.check(&["far.yaml", "v.yaml"]).ends(0, "all 2 rigs are well");
}

#[test]
fn a_server_that_says_nothing_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let folder = tempfile::tempdir().expect("a folder");
    for kind in ["tcp", "rfc2217"] {
        let rig = format!("name: half\nport: {{ {kind}: '{address}' }}\n");
        fs::write(folder.path().join("half.yaml"), rig).expect("a file");
        let mut command = fotarig(folder.path());
        let seen =
            Seen::of(&command.args(["rig", "check", "half.yaml"]).output().expect("it runs"));
        seen.ends(3, "half: one thing to fix");
        let part = if kind == "tcp" { "module" } else { "port" };
        seen.says(part, "wrong", "");
    }
}

#[test]
fn a_slow_adapter_is_made_quick_and_that_is_told() {
    let served = Served::start();
    let desk = Desk::empty();
    desk.plug("ttyUSB0", ("1-1", 0), "0403:6001", "A5");
    let port = desk.at("dev/ttyUSB0");
    fs::remove_file(&port).expect("it was there");
    symlink(served.folder.path().join("port"), &port).expect("a link");
    let timer = desk.at("sys/devices/usb1/1-1/1-1:1.0/ttyUSB0/latency_timer");
    fs::write(&timer, "16\n").expect("a file");
    let rig = format!("name: desk\nport: {{ serial: '{}', speed: {SPEED} }}\n", port.display());
    served.write("desk.yaml", &rig);
    let loaded = suite::Desk::load(Some(&served.folder.path().join("desk.yaml")), None);
    let (clock, interrupts) = (Clock::start(), Interrupts::default());
    let described = loaded.unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let checkup = Checkup {
        desk: described,
        machine: desk.machine(),
        clock,
        interrupts,
        cut: TryCut::LeftOut,
    };
    let mut port = String::new();
    let state = checkup.go(&mut |finding| {
        if let ("port", Came::Well(text)) = (finding.part.as_str(), &finding.came) {
            port.clone_from(text);
        }
    });
    assert_eq!(state, State::Well);
    assert!(port.contains("(USB 0403:6001 serial A5 interface 0) opened in"), "{port}");
    assert!(port.ends_with("; latency timer 1 ms, 16 ms until now"), "{port}");
}
