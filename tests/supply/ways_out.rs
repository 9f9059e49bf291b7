//! How a rig is left, whatever ends its run: with a plugin that switches a served module.

use std::fs;
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::program::seen;
use crate::served::Served;

const MANIFEST: &str = "
name: switch
about: Switches a served module.
fills: { power: { off: {}, on: {} } }
run: [python3, switch.py]
settings:
  log: { type: path, required: true, about: What was called. }
  control: { type: path, required: true, about: The module's control socket. }
  dies_at: { type: text, about: A method at which it dies once. }
";

/// Cuts upon a line, and boots.
const CUT: &str = "
name: a cut
steps:
  - { send: AT+CGMM, expect: '^HL7800$' }
  - power: off
  - power: on
  - reboot:
";

/// Stays long without its supply, and in its teardown.
const LONG: &str = "
name: a long one
steps:
  - power: off
  - log: it is off
  - wait: 10min
teardown:
  - log: it is torn down
  - wait: 10min
";

/// A rig whose power is switched by a plugin, with these rules.
fn rig(rules: &str, with: &str) -> Served {
    let served = Served::start();
    served.write("plugins/switch/plugin.yaml", MANIFEST);
    served.write("plugins/switch/switch.py", include_str!("switch.py"));
    let with = format!("{{ log: calls, control: control{with} }}");
    served.rig(&format!("roles:\n  power: {{ plugin: switch, with: {with}{rules} }}"));
    served
}

fn calls(served: &Served) -> String {
    let calls = fs::read_to_string(served.folder.path().join("calls")).expect("it was called");
    calls.lines().collect::<Vec<_>>().join(" ")
}

fn run(served: &Served, scenario: &str) -> Output {
    served.write("a.yaml", scenario);
    served.run(&["a.yaml"]).output().expect("our own program")
}

fn start(served: &Served, scenario: &str) -> Child {
    served.write("a.yaml", scenario);
    let mut run = served.run(&["a.yaml"]);
    run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("our own program")
}

/// Waits until the journal has this text.
#[expect(clippy::disallowed_methods, reason = "looks at a file that another process writes")]
fn until(served: &Served, text: &str) {
    let journal = served.folder.path().join("reports/latest/journal.jsonl");
    for _ in 0..2_000 {
        if fs::read_to_string(&journal).unwrap_or_default().contains(text) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the journal never had {text}");
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("it runs");
}

#[test]
fn a_run_that_passes_leaves_the_rig_as_its_file_says() {
    for (rules, left) in [
        ("", "off on end"),
        (", safe_state: keep", "off on end"),
        (", safe_state: off", "on off on off end"),
    ] {
        let served = rig(rules, "");
        let output = run(&served, CUT);
        let text = seen(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert_eq!(calls(&served), left);
        let cuts = text.lines().find_map(|line| line.strip_prefix("power cuts  1, answered "));
        assert!(cuts.is_some_and(|cuts| cuts.ends_with(" ms after its line")), "{text}");
    }
}

#[test]
fn a_plugin_that_dies_is_started_anew_to_give_the_supply_back() {
    let served = rig("", ", dies_at: off");
    let output = run(&served, CUT);
    assert_eq!(output.status.code(), Some(3), "{}", seen(&output));
    assert_eq!(calls(&served), "off on end");
    let served = rig(", safe_state: off", ", dies_at: off");
    let output = run(&served, "name: a\nsteps:\n  - send: AT");
    assert_eq!(output.status.code(), Some(0), "{}", seen(&output));
    assert_eq!(calls(&served), "on off off end");
}

#[test]
fn ctrl_c_once_and_twice() {
    for twice in [false, true] {
        let served = rig(", safe_state: off", "");
        let child = start(&served, LONG);
        until(&served, "it is off");
        interrupt(&child);
        until(&served, "it is torn down");
        interrupt(&child);
        if twice {
            interrupt(&child);
        }
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{}", seen(&output));
        assert_eq!(calls(&served), "on off on off end");
    }
}

#[test]
fn a_port_that_is_gone_does_not_keep_the_supply_away() {
    let mut served = rig(", safe_state: off", "");
    let child = start(&served, "name: a\nsteps:\n  - log: it runs\n  - wait: 10min\n");
    until(&served, "it runs");
    served.kill();
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", seen(&output));
    assert_eq!(calls(&served), "on off nobody is there end");
}
