//! A secret is on its plugin's stdin and nowhere else.

#![expect(clippy::unnecessary_wraps, reason = "a trial is a function that may fail")]

use libtest_mimic::{Failed, Trial};

use crate::lab::{Lab, MANIFEST, all_files, end};

const SECRET: &str = "s3cr3t-\"t0ken\"-&x";

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("secrets::nowhere", nowhere), Trial::test("secrets::no_port", no_port)]
}

/// A plugin that tells its secret on every way there is, and shows what others see of it.
const TELLTALE: &str = r#"
read -r line; describe
printf '%s' "$line" >told
tr '\0' '\n' </proc/$$/environ >environ; tr '\0' '\n' </proc/$$/cmdline >cmdline
token=$(printf '%s' "$line" | sed 's/.*"token":"\(.*\)","x".*/\1/')
echo "log: $token" >&2
printf 'half: %s' "$token" >&2
read line
say '{"jsonrpc":"2.0","method":"log","params":{"text":"remark '"$token"'"}}'
answer 2 '{"'"$token"'":["'"$token"'"]}'
read line
remedy='{"remedy":"R '"$token"'"}'
say '{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"E '"$token"'","data":'"$remedy"'}}'
read line
say "garbage $token"
"#;

fn nowhere() -> Result<(), Failed> {
    let settings = "settings: { token: { type: secret }, x: { type: text } }\n";
    let lab = Lab::new(&format!("{MANIFEST}{settings}"), TELLTALE)
        .with("{ token: \"${env:LAB_TOKEN}\", x: \"a ${env:LAB_TOKEN} b\" }");
    let scenario = "name: tells all
steps:
  - call: switch.off
    save: answer
  - log: ${answer}
  - call: switch.on
teardown:
  - call: switch.off
";
    lab.write("scenario.yaml", scenario);
    let mut command = lab.command(&["run", "scenario.yaml", "--rig", "rig.yaml"]);
    command.env("LAB_TOKEN", SECRET).env("LAB_OTHER", "seen");
    let ended = end(command);
    assert_eq!(ended.code, Some(3), "{}", ended.text);
    let told = lab.read("plugins/rogue/told");
    assert!(told.contains("s3cr3t"), "the plugin itself gets it: {told}");
    let journal = lab.read("reports/latest/journal.jsonl");
    for words in ["rogue: remark ***", "E ***", "R ***", "log: ***", "half: ***", "garbage ***"] {
        assert!(journal.contains(words), "{words} is not in the journal\n{journal}");
    }
    assert!(journal.contains(r#"{\"***\":[\"***\"]}"#), "{journal}");
    for (path, bytes) in all_files(lab.folder.path()) {
        let is_its_own = path.ends_with("told");
        let text = String::from_utf8_lossy(&bytes);
        assert!(is_its_own || !text.contains("s3cr3t"), "in {}:\n{text}", path.display());
    }
    assert!(!ended.text.contains("s3cr3t"), "{}", ended.text);
    let environ = lab.read("plugins/rogue/environ");
    assert!(!environ.contains("LAB_TOKEN"), "{environ}");
    assert!(environ.contains("LAB_OTHER=seen") && environ.contains("FOTARIG_PLUGIN=1"));
    assert!(lab.read("plugins/rogue/cmdline").contains("rogue.sh"));
    Ok(())
}

/// A plugin that is started while the port is open must not hold it.
fn no_port() -> Result<(), Failed> {
    let program = "read line; describe\nls -l /proc/$$/fd >>files\nread line\n\
                   if [ ! -e been ]; then : >been; exit 1; fi\nanswer 2 null; read line\n";
    let lab = Lab::new(MANIFEST, program);
    let ended = lab.run();
    let files = lab.read("plugins/rogue/files");
    assert!(files.lines().count() > 6, "started twice\n{files}\n{}", ended.text);
    assert!(!files.contains("/dev/pts") && !files.contains("ptmx"), "{files}");
    Ok(())
}
