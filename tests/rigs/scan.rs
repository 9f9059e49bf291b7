//! `rig scan` on machines that a test has described, and on real PTYs.

use std::fs;
use std::process::Command;

use fotarig::suite::{Kind, Questions, Scan};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

use crate::desk::Desk;
use crate::served::{Served, held};

fn scan(desk: &Desk) -> Scan {
    let (clock, interrupts) = (Clock::start(), Interrupts::default());
    Scan { machine: desk.machine(), clock, interrupts, questions: Questions::None }
}

/// Each proposal, with the folder taken out.
fn proposals(desk: &Desk) -> Vec<(String, String)> {
    let scan = scan(desk);
    let spotted: Vec<_> = scan.ports(&[]).into_iter().map(|port| scan.spot(port)).collect();
    let folder = desk.at("");
    let folder = folder.to_str().expect("UTF-8").trim_end_matches('/');
    let proposals = scan.propose(&spotted).into_iter();
    proposals.map(|it| (it.name.clone(), it.text().replace(folder, ""))).collect()
}

#[test]
fn ports_are_known_by_their_usb() {
    let desk = Desk::empty();
    desk.plug("ttyUSB0", ("1-1", 0), "0403:6001", "A50285BI");
    desk.plug("ttyUSB1", ("1-2", 0), "1a86:7523", "");
    desk.plug("ttyACM0", ("1-3.2", 0), "1199:c001", "VM1");
    desk.plug("ttyACM1", ("1-3.2", 2), "1199:c001", "VM1");
    desk.plug("ttyACM2", ("1-4", 0), "2a19:0c02", "NL1");
    desk.plug("ttyACM3", ("1-5", 0), "2341:0043", "95");
    let scan = scan(&desk);
    let kinds: Vec<Kind> = scan.ports(&[]).into_iter().map(|port| scan.spot(port).kind).collect();
    let (ftdi, ch340) = (Kind::Adapter("FTDI"), Kind::Adapter("CH340"));
    let (module, board) = (Kind::Module, Kind::RelayBoard);
    assert_eq!(kinds, [module, module, board, Kind::Other, ftdi, ch340]);
}

#[test]
fn a_module_of_its_own_usb_is_proposed_once_with_what_can_switch_it() {
    let desk = Desk::empty();
    desk.plug("ttyACM0", ("1-3.2", 0), "1199:c001", "VM1");
    desk.plug("ttyACM1", ("1-3.2", 2), "1199:c001", "VM1");
    desk.plug("ttyACM2", ("1-4", 0), "2a19:0c02", "NL1");
    let found = proposals(&desk);
    let [(name, text)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(name, "desk-ttyacm0");
    let wanted = "# Proposed by `fotarig rig scan`. Try it: fotarig rig check desk-ttyacm0.yaml
name: desk-ttyacm0
port: { usb: { vid: 0x1199, pid: 0xc001, serial: \"VM1\", interface: 0 } }
# Which of its ports (`interface`) is for AT commands, `--ask` finds out.
# identity: { model: HL7800, imei: \"…\" }     # `--ask` finds out
# apn: internet     # the APN of its SIM
# roles:     # of each role one line; `fotarig plugin list` shows what there is
#   power: { plugin: relay, with: { board: numato, port: \"/dev/serial/by-id/usb-thing_NL1-if00\", \
channel: 0 } }
#   power: { plugin: uhubctl, with: { location: \"1-3\", port: 2 } }
#   power: { plugin: by-hand }
#   cloud: { plugin: airvantage, with: { imei: \"…\", token: \"${env:AV_TOKEN}\" } }
";
    assert_eq!(text, wanted);
}

#[test]
fn what_is_proposed_is_a_rig_file_also_with_its_comments() {
    let desk = Desk::empty();
    desk.plug("ttyUSB0", ("1-1", 0), "0403:6001", "A: \"50\" # x");
    desk.plug("ttyUSB1", ("1-2", 0), "1a86:7523", "");
    desk.plug("ttyACM2", ("1-4", 0), "2a19:0c02", "NL1");
    let found = proposals(&desk);
    assert_eq!(found.len(), 2, "{found:?}");
    for (name, text) in found {
        let loaded = fotarig::rig::load(&fotarig::source::Source::new("rig.yaml", &text));
        let rig = loaded.unwrap_or_else(|wrong| panic!("{wrong:?} in\n{text}"));
        assert_eq!(rig.name, name);
        // Each role by itself, as a person would choose it.
        for line in text.lines().filter_map(|line| line.strip_prefix("#   ")) {
            let chosen = format!("{text}roles:\n  {line}\n");
            let loaded = fotarig::rig::load(&fotarig::source::Source::new("rig.yaml", &chosen));
            assert!(loaded.is_ok(), "{loaded:?} in\n{chosen}");
        }
    }
}

#[test]
fn a_module_that_was_asked_is_proposed_written_and_checked() {
    let served = Served::start();
    let port = served.folder.path().join("port");
    let port = port.to_str().expect("UTF-8");
    let seen = served.fotarig(&["rig", "scan", "--port", port]);
    seen.ends(0, "nothing that looks like a module; --ask asks each port");
    let scan = ["rig", "scan", "--ask", "--port", port, "--output", "rigs"];
    let seen = served.fotarig(&scan);
    seen.ends(0, "check it: fotarig rig check rigs/hl7800-6780.yaml");
    seen.has("answers: firmware ");
    let seen = served.check(&["rigs/hl7800-6780.yaml"]);
    seen.ends(0, "hl7800-6780: all is well");
    seen.says("identity", "ok", "as the rig file says");
    served.write("rigs/hl7800-6780.yaml", "mine\n");
    served.fotarig(&scan).ends(0, "rigs/hl7800-6780.yaml is there already, and is kept");
    let kept = fs::read_to_string(served.folder.path().join("rigs/hl7800-6780.yaml"));
    assert_eq!(kept.expect("a file"), "mine\n");
}

#[test]
fn ports_that_are_silent_or_gone_are_told() {
    let served = Served::start();
    served.ask(r#"{"role":"power","method":"off"}"#);
    let seen = served.fotarig(&["rig", "scan", "--ask", "--port", "./port", "--port", "./gone"]);
    seen.ends(0, "no module answered; `fotarig rig check` says more of one port");
    seen.has("./port  a serial port\n  does not answer `AT` at 115200\n");
    seen.has("./gone  a serial port\n  is not there\n");
}

#[test]
fn who_has_a_port_is_told_without_opening_it() {
    let served = Served::start();
    let script = "import os, sys\nos.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)\n\
                  print('held', flush=True)\nsys.stdin.read()\n";
    let mut holder = Command::new("python3");
    holder.args(["-c", script]).arg(served.folder.path().join("port"));
    let mut holder = held(&mut holder);
    let seen = served.fotarig(&["rig", "scan", "--ask", "--port", "./port"]);
    drop(holder.stdin.take());
    let _ = holder.wait();
    seen.has(&format!("is in use by `python3` (process {})", holder.id()));
}
