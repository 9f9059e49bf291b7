//! `fotarig run --dry-run`: the steps of each test with the longest that they may take.

#[path = "support/program.rs"]
mod program;

use std::fs;

use program::{fotarig, seen};

const SCENARIO: &str = r"name: everything that takes time
params: { pause: [10s, 1min] }
vars: { times: 4, cycle: 5s }
given: { settings: [AT+CMEE=1] }
setup:
  - send: AT+CFUN=1
steps:
  - use: fragments/look.yaml
    with: { within: '${pause}' }
  - send: AT+WDSS=1,1
    expect:
      - { line: '^\+WDSI: 4$', label: login, within: 20s }
      - { line: '^\+WDSI: 23,1$', since: login, within: 40s }
  - wait: ${pause}
  - { settle: 2s, within: 30s }
  - repeat: ${times}
    as: round
    steps:
      - { send: AT, within: 3s }
      - log: round ${round}
  - repeat: { until: 'percent == 100', at_most: 3 }
    steps:
      - expect: '^\+WDSI: 18,(?<percent>\d+)$'
        within: 10s
  - reboot: 20s
  - wait: ${cycle}
  - script: |
      vars.cycle = `${percent}s`;
  - script: 'log(`${rig.name}`)'
  - { script: 'wait(`3s`)', within: 5s }
teardown:
  - name: back to ${rig.name}
    send: AT+WDSS=1,0
";
const FRAGMENT: &str = r"args: { within: 1s }
steps:
  - send: AT+CGMR
    expect: '^\S+$'
    within: ${within}
";

const PLAN: &str = r"a[pause=10s]  everything that takes time
  given                6 s  AT+CMEE=1
  setup 1             20 s  send AT+CFUN=1
  1                         use: fragments/look.yaml
  1.1                 10 s  send AT+CGMR
  2                   60 s  send AT+WDSS=1,1
  3                   10 s  wait: ${pause}
  4                   30 s  settle: 2s
  5                   12 s  repeat: ${times}
  5.1                  3 s  send AT
  5.2                       log: round ${round}
  6                   30 s  repeat: { until: 'percent == 100', at_most: 3 }
  6.1                 10 s  expect: '^\+WDSI: 18,(?<percent>\d+)$'
  7                   26 s  reboot: 20s
  8                unknown  wait: ${cycle}
  9                         script: |
  10                        script: 'log(`${rig.name}`)'
  11                   5 s  script: 'wait(`3s`)'
  teardown 1           6 s  back to virtual
  at most 3 min 35 s, and a step of which it is unknown
";

#[test]
fn a_plan_has_every_step_with_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("fragments")).unwrap();
    fs::write(folder.path().join("a.yaml"), SCENARIO).unwrap();
    fs::write(folder.path().join("fragments/look.yaml"), FRAGMENT).unwrap();
    let plan = |arguments: &[&str]| {
        let arguments = [&["run", "--dry-run", "a.yaml"], arguments].concat();
        let output = fotarig(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", seen(&output));
        seen(&output)
    };
    let text = plan(&[]);
    assert!(text.starts_with(PLAN), "{text}");
    let end =
        "\n2 tests: at most 8 min 50 s, and 2 steps of which it is unknown; nothing was moved\n";
    assert!(text.ends_with(end), "{text}");
    let one = plan(&["--filter", "pause=1min"]);
    assert!(one.contains("\n1 test: at most 5 min 15 s, and a step"), "{one}");

    // A limit of the whole scenario bounds what is unknown as well.
    let limited = SCENARIO.replacen("params:", "timeout: 90s\nparams:", 1);
    fs::write(folder.path().join("a.yaml"), limited).unwrap();
    let one = plan(&["--filter", "pause=1min"]);
    assert!(one.ends_with("\n1 test: at most 96 s; nothing was moved\n"), "{one}");

    let skip = "skip: { reason: no time, until: 2199-12-31 }\nname: x\nsteps: [ wait: 9h ]\n";
    fs::write(folder.path().join("a.yaml"), skip).unwrap();
    let left_out = plan(&[]);
    assert!(left_out.contains("  left out: ") && left_out.contains("at most 0 s"), "{left_out}");
    assert!(!folder.path().join("reports").exists());
}
