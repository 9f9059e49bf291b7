//! What is wrong with a manifest or with settings is told at once, and nothing is started.

#![expect(clippy::unnecessary_wraps, reason = "a trial is a function that may fail")]

use libtest_mimic::{Failed, Trial};

use crate::lab::{Lab, MANIFEST, end};

const SETTINGS: &str = "\
settings:
  port: { type: path, required: true, about: The board's port. }
  channel: { type: integer, default: 1 }
  kind: { type: text, one_of: [numato, lcus] }
  pause: { type: duration }
  token: { type: secret }
  words: { type: list }
";

/// What follows `with:`, and what is said about it.
const WRONG: [(&str, &[&str]); 14] = [
    ("{}", &["the plugin `rogue` needs the setting `port`", "The board's port."]),
    ("{ prot: x, port: x }", &["has no setting `prot`", "did you mean `port`?"]),
    ("{ port: x, colour: red }", &["has no setting `colour`", "there is `port`, `channel`"]),
    ("{ port: x, channel: one }", &["`channel` takes a whole number, and here is `one`"]),
    ("{ port: [x] }", &["`port` takes a path, and here is a list"]),
    ("{ port: x, kind: numatto }", &["`kind` cannot be `numatto`", "did you mean `numato`?"]),
    ("{ port: x, pause: 5 }", &["`pause` takes a duration such as `5s`, and here is `5`"]),
    ("{ port: x, words: [a, [b]] }", &["`words` takes a text, and here is a list"]),
    ("{ port: \"${env:NO_SUCH}\" }", &["the environment variable `NO_SUCH` is not set"]),
    ("{ port: \"${env:EMPTY}\" }", &["the environment variable `EMPTY` is not set"]),
    ("{ port: \"${env:HO\" }", &["has no end"]),
    ("{ port: \"${env:A B}\" }", &["`A B` cannot be the name of an environment variable"]),
    ("{ port: x, token: \"${env:SHORT}\" }", &["the secret `token` is too short to be hidden"]),
    ("[x]", &["expected settings of the plugin, found a list"]),
];

/// A change of the manifest, and what is said about it.
const WRONG_MANIFESTS: [(&str, &str, &[&str]); 8] = [
    ("name: rogue", "name: other", &["the plugin in `rogue` calls itself `other`"]),
    ("run: [sh, rogue.sh]", "run: []", &["expected a program and its arguments"]),
    ("run: [sh", "runs: [sh", &["needs `run`", "unknown key `runs`", "did you mean `run`?"]),
    ("switch: {", "power: {", &["does not fill the role `switch`", "it fills `power`"]),
    ("{ switch: { off: {}, on: {} } }", "[]", &["expected roles with their methods"]),
    ("off: {}", "off: { abuot: x }", &["unknown key `abuot` in a method", "`about`"]),
    ("start_within: 1s", "start_within: 0s", &["is no time to wait for a plugin"]),
    ("type: path", "type: pth", &["unknown type `pth`", "did you mean `path`?"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("settings::wrong", wrong),
        Trial::test("settings::wrong_manifest", wrong_manifest),
        Trial::test("settings::missing_plugin", missing_plugin),
        Trial::test("settings::secret_in_the_file", secret_in_the_file),
        Trial::test("settings::arrive", arrive),
    ]
}

/// A plugin that must not be started.
const UNSTARTED: &str = ": >started\n";

fn refused(lab: &Lab, told: &[&str]) -> String {
    let mut command = lab.command(&["run", "scenario.yaml", "--rig", "rig.yaml"]);
    command.env("EMPTY", "").env("SHORT", "abc").env_remove("NO_SUCH");
    let ended = end(command);
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    for words in told {
        assert!(ended.text.contains(words), "expected {words}\n{}", ended.text);
    }
    assert!(!lab.path("plugins/rogue/started").exists(), "nothing is started");
    ended.text
}

fn wrong() -> Result<(), Failed> {
    for (with, told) in WRONG {
        let lab = Lab::new(&format!("{MANIFEST}{SETTINGS}"), UNSTARTED).with(with);
        let text = refused(&lab, told);
        assert!(text.contains("rig.yaml:3:"), "it has its place\n{text}");
    }
    Ok(())
}

fn wrong_manifest() -> Result<(), Failed> {
    for (from, to, told) in WRONG_MANIFESTS {
        let manifest = format!("{MANIFEST}{SETTINGS}");
        assert!(manifest.contains(from), "{from}");
        let lab = Lab::new(&manifest.replacen(from, to, 1), UNSTARTED).with("{ port: x }");
        refused(&lab, told);
    }
    Ok(())
}

fn missing_plugin() -> Result<(), Failed> {
    let lab = Lab::new(MANIFEST, UNSTARTED);
    lab.write("rig.yaml", &lab.read("rig.yaml").replace("plugin: rogue", "plugin: realy"));
    refused(&lab, &["there is no plugin `realy`", "did you mean `relay`?"]);
    Ok(())
}

/// It is not even repeated by the complaint, nor by another one of its line.
fn secret_in_the_file() -> Result<(), Failed> {
    let told = "the secret `token` stands in the rig file";
    let settings: [(&str, &[&str]); 7] = [
        ("{ port: x, token: hunter2 }", &[told, "${env:TOKEN}", "token: ******* }", "rig.yaml:3:"]),
        ("{ port: x, token: hunter2, channel: é }", &[told, "takes a whole number"]),
        ("{ port: x, tokn: \"hunter2\" }", &["has no setting `tokn`", "tokn: *********"]),
        ("{ token: \"hunter2${env:NO_SUCH}\" }", &["needs the setting", "`NO_SUCH` is not set"]),
        ("{ token: \"${env:NO_SUCH}\", port: [] }", &["token: \"${env:NO_SUCH}\""]),
        ("{ port: x, token: [hunter2] }", &["`token` takes a secret, and here is a list"]),
        ("hunter2", &["expected settings of the plugin"]),
    ];
    for (with, told) in settings {
        let lab = Lab::new(&format!("{MANIFEST}{SETTINGS}"), UNSTARTED).with(with);
        let text = refused(&lab, told);
        assert!(!text.contains("hunter2"), "{text}");
    }
    let lab = Lab::new(MANIFEST, UNSTARTED).with("{ token: hunter2 }");
    lab.write("rig.yaml", &lab.read("rig.yaml").replace("plugin: rogue", "plugin: rouge"));
    let text = refused(&lab, &["there is no plugin `rouge`", "token: *******"]);
    assert!(!text.contains("hunter2"), "{text}");
    Ok(())
}

/// Settings arrive as the types say, with their defaults.
fn arrive() -> Result<(), Failed> {
    let program = "read line; printf '%s' \"$line\" >told; describe
read line; answer 2 null; read line; answer 3 null; read line; exit 0\n";
    let lab = Lab::new(&format!("{MANIFEST}{SETTINGS}"), program)
        .with("{ port: dev/x, pause: 1500ms, words: [a, \"1\"], kind: lcus }");
    let ended = lab.run();
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let told: serde_json::Value = serde_json::from_str(&lab.read("plugins/rogue/told"))?;
    let port = lab.folder.path().canonicalize()?.join("dev/x");
    let expected = serde_json::json!({
        "protocol": 1,
        "plugin": "rogue",
        "rig": "desk",
        "roles": ["switch"],
        "settings": {
            "port": port, "channel": 1, "pause": 1.5, "words": ["a", "1"], "kind": "lcus",
        },
    });
    assert_eq!(told["params"], expected);
    Ok(())
}
