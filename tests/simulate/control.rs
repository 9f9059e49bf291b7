//! The control socket: requests, garbage, crowds, and what is left behind.

use std::fs;
use std::net::Shutdown;
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::json;

use crate::program::Simulate;

const BOTH: &str = "--tcp 127.0.0.1:0 --control control";
const STATE: &str = r#"{"role":"module","method":"state"}"#;

fn skip(time: &str) -> String {
    format!(r#"{{"role":"clock","method":"skip","params":{{"time":"{time}"}}}}"#)
}

#[test]
fn answers_come_in_order_with_their_ids() {
    let simulate = Simulate::start(BOTH);
    let mut control = simulate.control();
    control.send(
        b"{\"role\":\"power\",\"method\":\"off\",\"id\":1}\n\
          {\"role\":\"power\",\"method\":\"on\",\"id\":\"two\",\"params\":{}}\r\n",
    );
    assert_eq!(control.answer(), Some(json!({"result": null, "id": 1})));
    assert_eq!(control.answer(), Some(json!({"result": null, "id": "two"})));
    let unknown = control.call("power", "sideways");
    let text = "`power` has no method `sideways`; known: `off`, `on`, `reset` or `wake`";
    assert_eq!(unknown["error"], text);
    let unknown = control.call("weather", "rain");
    let known = "known: `power`, `network`, `cloud`, `module` or `clock`";
    assert!(unknown["error"].as_str().is_some_and(|text| text.contains(known)), "{unknown}");
}

#[test]
fn garbage_is_answered_and_the_connection_lives_on() {
    let simulate = Simulate::start(BOTH);
    let mut control = simulate.control();
    let long = "x".repeat(1_000_000);
    for garbage in ["", " \r", "rubbish", "[]", "{}", "\u{0}", "{\"role\":3}", &long, "[[[[[[[[["] {
        let answer = control.ask(garbage);
        assert!(answer["error"].is_string(), "{answer}");
    }
    control.send(b"\xff\xfe\x00\n");
    assert!(control.answer().is_some_and(|answer| answer["error"].is_string()));
    assert!(control.ask(STATE)["result"].is_object());
    for (request, words) in [
        (skip("soon"), "is no duration"),
        (skip("400d"), "too long for one skip"),
        (skip("5"), "add a unit"),
        (r#"{"role":"clock","method":"skip"}"#.to_owned(), "needs"),
        (r#"{"role":"clock","method":"stop"}"#.to_owned(), "only `skip`"),
    ] {
        let answer = control.ask(&request);
        assert!(answer["error"].as_str().is_some_and(|text| text.contains(words)), "{answer}");
    }
}

#[test]
fn half_a_line_at_the_end_is_ignored() {
    let simulate = Simulate::start(BOTH);
    let mut half = simulate.control();
    half.send(br#"{"role":"power","method":"off"}"#);
    half.0.get_ref().shutdown(Shutdown::Write).expect("it can");
    assert_eq!(half.answer(), None);
    let mut last = simulate.control();
    last.send(format!("{STATE}\n").as_bytes());
    last.0.get_ref().shutdown(Shutdown::Write).expect("it can");
    assert_eq!(last.answer().expect("an answer")["result"]["port"], "there");
}

#[test]
fn a_skip_delivers_everything_on_the_way_in_order() {
    let simulate = Simulate::at_speed(1, BOTH);
    let (mut client, mut control) = (simulate.connect(), simulate.control());
    client.ask("AT+KSREP=1");
    client.ask("AT+CFUN=1,1");
    let before = control.ask(STATE)["result"]["time_s"].as_f64().expect("seconds");
    assert_eq!(control.ask(&skip("90d"))["result"]["lost_bytes"], 0);
    let after = control.ask(STATE)["result"]["time_s"].as_f64().expect("seconds");
    assert!((after - before - 90.0 * 86_400.0).abs() < 60.0, "{before} s became {after} s");
    assert_eq!(client.hear("+KSUP: 0\r\n"), "\r\n+KSUP: 0\r\n");
}

#[test]
fn a_package_is_installed_by_the_path_of_its_file() {
    let simulate = Simulate::start(BOTH);
    let package = "name: other\nfrom: HL7800.1\nto: HL7800.2\nkind: delta\nsize: 1464\n";
    fs::write(simulate.path("other.yaml"), package).expect("it is written");
    let install = |file: &str| {
        format!(r#"{{"role":"cloud","method":"install","params":{{"file":"{file}"}}}}"#)
    };
    let mut control = simulate.control();
    let missing = control.ask(&install("none.yaml"));
    assert!(missing["error"].as_str().is_some_and(|text| text.contains("none.yaml")), "{missing}");
    assert!(control.ask(&install("other.yaml"))["result"].is_null());
    let state = control.call("cloud", "state");
    assert_eq!(state["result"]["operation"]["package"]["to"], "HL7800.2", "{state}");
}

#[test]
fn a_few_controllers_and_not_more() {
    let simulate = Simulate::start(BOTH);
    let mut eight: Vec<_> = (0..8).map(|_| simulate.control()).collect();
    for control in &mut eight {
        assert!(control.ask(STATE)["result"].is_object());
    }
    let mut ninth = simulate.control();
    assert!(ninth.answer().expect("a refusal")["error"].is_string());
    assert_eq!(ninth.answer(), None);
    drop(eight);
    for _ in 0..1_000 {
        let mut control = simulate.control();
        control.send(b"{\"role\"");
    }
    assert_eq!(simulate.connect().ask("AT"), "AT\r\r\nOK\r\n");
}

/// A controller that sends and never reads stops itself and nobody else.
#[test]
fn a_controller_that_never_reads_holds_nobody_up() {
    let simulate = Simulate::start(BOTH);
    let mut deaf = simulate.control();
    deaf.0.get_ref().set_nonblocking(true).expect("it can");
    let requests = format!("{STATE}\n").repeat(100);
    for _ in 0..10_000 {
        if std::io::Write::write(deaf.0.get_mut(), requests.as_bytes()).is_err() {
            break;
        }
    }
    assert_eq!(simulate.connect().ask("AT"), "AT\r\r\nOK\r\n");
    assert!(simulate.control().ask(STATE)["result"].is_object());
}

#[test]
fn what_is_left_behind_is_replaced_and_what_lives_is_not() {
    let mut simulate = Simulate::start(BOTH);
    let said = simulate.refused("--tcp 127.0.0.1:0 --control control");
    assert!(said.contains("another `fotarig simulate` is controlled at"), "{said}");
    fs::write(simulate.path("file"), "a person's").expect("it is written");
    let said = simulate.refused("--tcp 127.0.0.1:0 --control file");
    assert!(said.contains("is not a socket"), "{said}");
    let _others = UnixListener::bind(simulate.path("others")).expect("it is bound");
    let said = simulate.refused("--tcp 127.0.0.1:0 --control others");
    assert!(said.contains("another program listens"), "{said}");
    simulate.kill();
    assert!(simulate.path("control").exists(), "the killed one has left its socket");
    let path = simulate.path("control");
    let second = Simulate::start(&format!("--tcp 127.0.0.1:0 --control {}", path.display()));
    assert!(path.exists());
    let (status, _) = second.end();
    assert!(status.success() && !path.exists(), "its socket is removed");
}

/// The example of docs/simulate.md.
#[test]
fn python_drives_it_in_five_lines() {
    if Command::new("python3").arg("-V").output().is_err() {
        eprintln!("SKIPPED: `python3` is missing");
        return;
    }
    let docs = fs::read_to_string("docs/simulate.md").expect("it is there");
    let example = docs.split("```python\n").nth(1).and_then(|rest| rest.split("```").next());
    let simulate = Simulate::start(BOTH);
    let mut python = Command::new("python3");
    python.args(["-c", example.expect("an example")]).current_dir(&simulate.folder);
    let output = python.output().expect("python3 can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("there"), "{output:?}");
}
