//! `docs/ci.md` is true: its jobs are valid where they go, and their commands do what it says.

#![cfg(unix)]

#[path = "support/needed.rs"]
mod needed;
#[path = "support/page.rs"]
#[expect(dead_code, reason = "shared with tests of pages whose commands show something")]
mod page;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::Command;

use needed::{Needed, is_there};
use page::blocks;
use program::{fotarig, seen};
use serde_json::Value;
use tempfile::TempDir;

const PAGE: &str = "docs/ci.md";
const SCHEMAS: Needed =
    Needed { probe: &["check-jsonschema", "--version"], install: "pip install check-jsonschema" };

/// The block of this kind.
fn block(kind: &str) -> String {
    let block = blocks(PAGE).into_iter().find(|block| block.kind == kind);
    block.expect("the page has it").lines.join("\n") + "\n"
}

fn parsed(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("it is YAML")
}

/// A folder like the one that the page speaks of, with enough tests for two shards.
fn lab() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |arguments: &[&str]| {
        let output = fotarig(folder.path()).args(arguments).output().expect("our own program");
        assert!(output.status.success(), "{}", seen(&output));
    };
    make(&["new", "lab", "."]);
    make(&["new", "scenario", "another"]);
    folder
}

/// Does what a job does: its lines by a shell, with our program on the path.
fn job(folder: &Path, lines: &[&str], variables: &[(&str, &str)]) {
    let ours = Path::new(env!("CARGO_BIN_EXE_fotarig")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    for line in lines {
        assert!(line.starts_with("fotarig "), "{line}");
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", line]).current_dir(folder).env("NO_COLOR", "1");
        shell.env("PATH", format!("{}:{path}", ours.display()));
        shell.env_remove("FOTARIG_HISTORY").envs(variables.iter().copied());
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{line}\n{}", seen(&output));
    }
}

fn lines(script: &Value) -> Vec<&str> {
    let lines = script.as_array().expect("lines of a script");
    lines.iter().map(|line| line.as_str().expect("a command")).collect()
}

fn is_folder_with(folder: &Path, name: &str) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| file.file_name() == name)))
}

#[test]
fn the_jobs_of_gitlab_do_what_they_say() {
    let jobs = parsed(&block("yaml gitlab"));
    let lab = lab();
    let folder = lab.path();
    for index in ["1", "2"] {
        let shard = [("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", "2")];
        job(folder, &lines(&jobs["fota"]["script"]), &shard);
        let reports = folder.join("reports").join(index);
        assert!(is_folder_with(&reports, "junit.xml"), "reports of GitLab are found there");
    }
    job(folder, &lines(&jobs["whole"]["script"]), &[]);
    assert!(is_folder_with(&folder.join("whole"), "report.html"));
    assert!(folder.join("history.db").is_file(), "the cache");
}

#[test]
fn the_jobs_of_github_do_what_they_say() {
    let jobs = &parsed(&block("yaml github"))["jobs"];
    let whole = tempfile::tempdir().expect("a folder");
    let steps = |job: &Value, shard: &str| -> Vec<String> {
        let steps = job["steps"].as_array().expect("steps").iter();
        let runs = steps.filter_map(|step| step["run"].as_str());
        runs.map(|run| run.replace("${{ matrix.shard }}", shard)).collect()
    };
    for shard in ["1", "2"] {
        let lab = lab();
        let runs = steps(&jobs["fota"], shard);
        let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
        job(lab.path(), &runs, &[]);
        // What the actions that upload and download do.
        let shards = whole.path().join("shards");
        fs::create_dir_all(&shards).expect("a folder");
        fs::rename(lab.path().join("reports"), shards.join(format!("reports-{shard}")))
            .expect("the reports are there");
    }
    let runs = steps(&jobs["whole"], "");
    let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
    job(whole.path(), &runs, &[]);
    assert!(is_folder_with(&whole.path().join("whole"), "report.html"));
    assert!(whole.path().join("history.db").is_file(), "the cache");
}

#[test]
fn the_commands_of_jenkins_do_what_they_say() {
    let template = fs::read_to_string("templates/lab/Jenkinsfile").expect("a template");
    for pipeline in [block("groovy"), template] {
        let lab = lab();
        let texts: Vec<&str> = pipeline.split('\'').skip(1).step_by(2).collect();
        let commands = texts.into_iter().filter(|text| text.starts_with("fotarig "));
        let commands: Vec<&str> = commands.collect();
        assert!(!commands.is_empty());
        job(lab.path(), &commands, &[]);
        assert!(lab.path().join("reports/latest/junit.xml").is_file());
        let (opened, closed) = (pipeline.matches('{').count(), pipeline.matches('}').count());
        assert_eq!(opened, closed, "{pipeline}");
    }
}

#[test]
fn the_jobs_of_a_new_lab_do_what_they_say() {
    let lab = lab();
    let read = |name: &str| fs::read_to_string(lab.path().join(name)).expect("a template");
    let gitlab = parsed(&read(".gitlab-ci.yml"));
    job(lab.path(), &lines(&gitlab["fotarig"]["script"]), &[]);
    let github = parsed(&read(".github/workflows/fotarig.yml"));
    let steps = github["jobs"]["scenarios"]["steps"].as_array().expect("steps").iter();
    let runs: Vec<&str> = steps.filter_map(|step| step["run"].as_str()).collect();
    job(lab.path(), &runs, &[]);
}

/// The schemas that these servers publish, as `check-jsonschema` brings them.
#[test]
fn the_jobs_are_valid_where_they_go() {
    if !is_there(&SCHEMAS, "the schemas of CI servers") {
        return;
    }
    let lab = lab();
    let write = |name: &str, text: &str| {
        fs::write(lab.path().join(name), text).expect("a file");
        name.to_owned()
    };
    let jobs = [
        ("vendor.gitlab-ci", write("page.gitlab-ci.yml", &block("yaml gitlab"))),
        ("vendor.gitlab-ci", ".gitlab-ci.yml".to_owned()),
        ("vendor.github-workflows", write("page.yml", &block("yaml github"))),
        ("vendor.github-workflows", ".github/workflows/fotarig.yml".to_owned()),
    ];
    for (schema, file) in jobs {
        let mut check = Command::new("check-jsonschema");
        let check = check.args(["--builtin-schema", schema, &file]).current_dir(lab.path());
        let output = check.output().expect("it is there");
        assert!(output.status.success(), "{file}\n{}", seen(&output));
    }
}

#[test]
fn the_page_names_only_files_that_are_there() {
    let text = fs::read_to_string(PAGE).expect("the page");
    let paths = text.split('`').skip(1).step_by(2).filter(|word| word.starts_with("tests/"));
    for path in paths {
        assert!(Path::new(path).exists(), "`{path}` is not there");
    }
}
