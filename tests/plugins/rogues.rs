//! Plugins that break the protocol in every way: each makes a step `broken`, and the run goes on.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::lab::{Ended, Lab, MANIFEST, runs};

/// A run with a rogue has no reason to take longer: its limits are a second each.
const MAX_TIME: Duration = Duration::from_secs(20);
/// What a run may need; without bounds, a flood would show as a hundred times as much.
const MAX_MEMORY_KIB: u64 = 200 * 1024;

/// What the plugin does in its first `switch.off`; its name, its code, and what is said about it.
/// The process that is started afresh for the teardown behaves.
const IN_A_CALL: [(&str, &str, &[&str]); 23] = [
    (
        "crash",
        "echo 'the board is on fire' >&2; exit 7",
        &["ended with status 7 (`switch.off`)", "its last words:", "the board is on fire"],
    ),
    ("exit", "exit 0", &["ended with status 0 (`switch.off`)", "it left no last words"]),
    ("signal", "kill -SEGV $$", &["was ended by signal 11"]),
    ("hang", "echo 'lost' >&2; sleep 1000", &["did not answer within 1 s", "lost"]),
    ("garbage", "say hello", &["said a line that is no JSON: `hello`"]),
    ("empty_line", "say ''", &["said a line that is no JSON: ``"]),
    ("half_a_line", r#"printf '{"json'; sleep 1000"#, &["did not answer within 1 s"]),
    (
        "half_a_line_then_exit",
        r#"printf '{"json'; exit 1"#,
        &[r#"ended with status 1 in the middle of a line: `{"json`"#],
    ),
    (
        "twice",
        r#"printf '{"jsonrpc":"2.0","id":2,"result":1}\n{"jsonrpc":"2.0","id":2,"result":1}\n'"#,
        &["answered once more than it was asked"],
    ),
    ("wrong_id", "answer 7 null", &["answered the request 7, and 2 was asked"]),
    ("text_id", r#"answer '"2"' null"#, &[r#"answered the request "2", and 2 was asked"#]),
    (
        "not_understood",
        r#"say '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}'"#,
        &["did not understand the request: what?"],
    ),
    ("no_answer", r#"say '{"jsonrpc":"2.0","id":2}'"#, &["neither `result` nor `error`"]),
    ("asks", r#"say '{"jsonrpc":"2.0","id":2,"method":"who"}'"#, &["only the host asks"]),
    (
        "notification",
        r#"say '{"jsonrpc":"2.0","method":"progress","params":{}}'"#,
        &["said `progress`, and only `log` can be said unasked"],
    ),
    (
        "endless_log",
        r#"while :; do say '{"jsonrpc":"2.0","method":"log","params":{"text":"x"}}'; done"#,
        &["said more than 1000 times `log` in one call"],
    ),
    (
        "huge_without_newline",
        "head -c 100000000 /dev/zero | tr '\\0' x; sleep 1000",
        &["said a line of more than 1024 KiB"],
    ),
    (
        "huge_with_newline",
        "head -c 100000000 /dev/zero | tr '\\0' x; say ''",
        &["said a line of more than 1024 KiB"],
    ),
    ("deaf", "exec 0<&-; sleep 1000", &["did not answer within 1 s"]),
    (
        "holds_a_place",
        "sleep 1000 & echo $! >child; trap 'sleep 0.5; : >let_go; exit 1' TERM; wait; sleep 1000",
        &["did not answer within 1 s"],
    ),
    ("will_not_end", "trap '' TERM; while :; do sleep 0.1; done", &["did not answer within 1 s"]),
    ("mute", "exec 1>&-; sleep 1000", &["closed its stdout"]),
    (
        "grandchildren",
        "sleep 1000 & echo $! >child; sleep 1000 & echo $! >other; exit 3",
        &["ended with status 3"],
    ),
];

/// What is wrong from the beginning: the manifest's `run`, the program, what is said about it.
const AT_THE_START: [(&str, &str, &str, &[&str]); 8] = [
    (
        "crash_at_start",
        "[sh, rogue.sh]",
        "echo 'no library' >&2; exit 1",
        &["ended with status 1 (`describe`)", "no library"],
    ),
    (
        "slow_start",
        "[sh, rogue.sh]",
        "echo 'so much to load' >&2; sleep 1000",
        &["did not answer within 1 s (`describe`)", "so much to load"],
    ),
    (
        "no_description",
        "[sh, rogue.sh]",
        "read line; answer 1 '{}'; read line",
        &["the plugin `rogue` does not describe itself: {}"],
    ),
    (
        "long_description",
        "[sh, rogue.sh]",
        "read line; answer 1 \"\\\"$(head -c 9000 /dev/zero | tr '\\0' x)\\\"\"; read line",
        &["does not describe itself: \"xxxx", "xxx…"],
    ),
    (
        "refuses_to_start",
        "[sh, rogue.sh]",
        r#"read line
say '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no board",
"data":{"remedy":"plug it in"}}}' | tr '\n' ' '; echo
read line"#,
        &["refuses `describe`: no board", "help: plug it in"],
    ),
    (
        "not_executable",
        "[./rogue.sh]",
        "",
        &["cannot be started", "Permission denied", "make it executable: `chmod +x"],
    ),
    ("missing_program", "[no-such-program]", "", &["`no-such-program`", "install the program"]),
    (
        "missing_interpreter",
        "[./other.sh]",
        "chmod +x rogue.sh",
        &["cannot be started", "No such file"],
    ),
];

type Run = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, code, told) in IN_A_CALL {
        trials.push(Trial::test(format!("rogue::{name}"), move || in_a_call(code, told)));
    }
    for (name, run, code, told) in AT_THE_START {
        trials.push(Trial::test(format!("rogue::{name}"), move || at_the_start(run, code, told)));
    }
    let others: [(&str, Run); 7] = [
        ("refuses", refuses),
        ("ends_between_calls", ends_between_calls),
        ("stderr_flood", stderr_flood),
        ("does_not_finish", does_not_finish),
        ("fails_to_finish", fails_to_finish),
        ("leaves_children", leaves_children),
        ("reads_back_as_off", reads_back_as_off),
    ];
    for (name, test) in others {
        trials.push(Trial::test(format!("rogue::{name}"), test));
    }
    trials
}

/// A plugin that does `code` in its first `switch.off` and behaves from then on.
fn once(code: &str) -> String {
    format!(
        "read line; describe
read line
if [ ! -e been ]; then : >been; {code}; else echo $line >>calls; fi
answer 2 null
read line
exit 0
"
    )
}

fn in_a_call(code: &str, told: &[&str]) -> Result<(), Failed> {
    let lab = Lab::new(MANIFEST, &once(code));
    let ended = lab.run();
    judge(&ended, told)?;
    let calls = lab.read("plugins/rogue/calls");
    wish(calls.contains("switch.on"), "the teardown is done by a fresh process", &ended)?;
    let holds = code.contains("let_go");
    let let_go = lab.path("plugins/rogue/let_go").exists();
    wish(let_go == holds, "what it holds is let go before it is killed", &ended)?;
    for child in ["child", "other"] {
        let pid = lab.read(&format!("plugins/rogue/{child}"));
        wish(!runs(&pid), "no grandchild is left", &ended)?;
    }
    Ok(())
}

fn at_the_start(run: &str, code: &str, told: &[&str]) -> Result<(), Failed> {
    let lab = Lab::new(&MANIFEST.replace("[sh, rogue.sh]", run), code);
    lab.write("plugins/rogue/other.sh", "#!/no/interpreter\n");
    let other = lab.path("plugins/rogue/other.sh");
    std::fs::set_permissions(other, std::fs::Permissions::from_mode(0o755))?;
    judge(&lab.run(), told)
}

/// The plugin behaves, and the thing that it drives does not.
fn refuses() -> Result<(), Failed> {
    let error = r#"{"code":-32000,"message":"the board is gone","data":{"remedy":"plug it in"}}"#;
    let code = format!(r#"say '{{"jsonrpc":"2.0","id":2,"error":{error}}}'; answer() {{ :; }}"#);
    let program = format!("{}answer 3 null; read line\n", once(&code));
    let lab = Lab::new(MANIFEST, &program.replace("read line\nanswer 3", "read line; answer 3"));
    lab.write("scenario.yaml", "name: one call\nsteps:\n  - call: switch.off\n");
    let told = ["refuses `switch.off`: the board is gone", "help: plug it in"];
    let ended = lab.run();
    judge(&ended, &told)?;
    wish(!ended.text.contains("last words"), "a refusal is no lapse", &ended)
}

/// It answers well, and is gone when it is needed again.
fn ends_between_calls() -> Result<(), Failed> {
    let program = "read line; describe\nread line; answer 2 null; echo 'bye' >&2; exit 4\n";
    let lab = Lab::new(MANIFEST, program);
    lab.write(
        "scenario.yaml",
        "name: twice\nsteps:\n  - call: switch.off\n  - wait: 300ms\n  - call: switch.on\n",
    );
    judge(&lab.run(), &["ended with status 4 (`switch.on`)", "bye"])
}

fn stderr_flood() -> Result<(), Failed> {
    let program = "read line; describe
read line; head -c 1000000000 /dev/zero >&2; answer 2 null
read line; answer 3 null; read line; exit 0\n";
    let lab = Lab::new(&MANIFEST.replace("answer_within: 1s", "answer_within: 50s"), program);
    let ended = lab.run();
    wish(ended.code == Some(0), "a log may be long", &ended)?;
    wish(ended.memory_kib < MAX_MEMORY_KIB, "it is not kept", &ended)
}

fn does_not_finish() -> Result<(), Failed> {
    let program = "trap '' TERM; read line; describe; echo $$ >pid
read line; answer 2 null
read line; answer 3 null
while :; do sleep 0.1; done\n";
    let lab = Lab::new(MANIFEST, program);
    let ended = lab.run();
    judge(&ended, &["did not end within 1 s after its stdin was closed (`finish`)"])?;
    wish(!runs(&lab.read("plugins/rogue/pid")), "it is ended", &ended)
}

fn fails_to_finish() -> Result<(), Failed> {
    let program = "read line; describe
read line; answer 2 null
read line; answer 3 null
read line; echo 'cannot give it back' >&2; exit 5\n";
    judge(&Lab::new(MANIFEST, program).run(), &["status 5 (`finish`)", "cannot give it back"])
}

fn leaves_children() -> Result<(), Failed> {
    let program = "read line; describe
read line; sleep 1000 & echo $! >child; answer 2 null
read line; answer 3 null; read line; exit 0\n";
    let lab = Lab::new(MANIFEST, program);
    let ended = lab.run();
    wish(ended.code == Some(0), "it passes", &ended)?;
    let child = lab.read("plugins/rogue/child");
    wish(!child.is_empty() && !runs(&child), "no child is left", &ended)
}

/// A switch that sticks: what it has answered to `on` is not what the end of the rig goes by.
fn reads_back_as_off() -> Result<(), Failed> {
    let program = r#"
read line; answer 1 '{"protocol":1,"methods":["power.on","power.state"]}'
id=2
while read line; do
    echo "$line" >>calls
    case $line in *power.on*) answer $id null ;; *) answer $id '{"power":"off"}' ;; esac
    id=$((id + 1))
done
"#;
    let lab = Lab::new(&MANIFEST.replace("switch: { off: {}", "power: { state: {}"), program);
    lab.write("rig.yaml", &lab.read("rig.yaml").replace("switch:", "power:"));
    lab.write("scenario.yaml", "name: stuck\nsteps:\n  - call: power.on\n");
    let ended = lab.run();
    wish(ended.code == Some(3), "the exit code is 3", &ended)?;
    let left = "the rig is not left with its power on: it reads back as off";
    wish(ended.text.contains(left), "whoever comes next is told", &ended)?;
    let calls = lab.read("plugins/rogue/calls");
    wish(calls.matches("power.on").count() == 2, "it is switched on once more", &ended)
}

/// The rig is broken, which is said in these words, and nothing takes long or much.
fn judge(ended: &Ended, told: &[&str]) -> Result<(), Failed> {
    wish(ended.code == Some(3), "the exit code is 3", ended)?;
    wish(ended.text.contains("broken "), "a test is broken", ended)?;
    wish(ended.text.contains("plugin `rogue`"), "the plugin is named", ended)?;
    for words in told {
        wish(ended.text.contains(words), &format!("it says: {words}"), ended)?;
    }
    wish(ended.took < MAX_TIME, "it takes no long time", ended)?;
    wish(ended.memory_kib < MAX_MEMORY_KIB, "it takes no large memory", ended)
}

fn wish(holds: bool, what: &str, ended: &Ended) -> Result<(), Failed> {
    if holds {
        return Ok(());
    }
    let Ended { code, text, memory_kib, took } = ended;
    Err(format!("{what}: but code {code:?}, {memory_kib} KiB, {took:?}\n{text}").into())
}
