//! What GitHub is told: annotations by standard output, and a part of the page of the job.

use std::collections::BTreeMap;
use std::fs;

use fotarig::diagnostic::Diagnostic;
use fotarig::fault::Verdict;
use fotarig::journal::{Entry, Event, Plan, TestAt};
use fotarig::report::github;
use fotarig::tally::Tally;
use libtest_mimic::Failed;

use crate::peer::demand;
use crate::program::{fotarig, seen};

const FAILS: &str = "name: fails\nparams: { n: [1, 2, 3] }\nsteps:\n  - send: AT+NONSENSE\n";

pub(crate) fn annotations() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let inside = folder.path().join("bench");
    fs::create_dir(&inside)?;
    fs::write(inside.join("fails.yaml"), FAILS)?;
    let mut run = fotarig(&inside);
    run.args(["run", "fails.yaml", "--report", "github=annotations.txt"]);
    let output = run.env("GITHUB_WORKSPACE", folder.path()).output()?;
    demand(output.status.code() == Some(1), &seen(&output))?;
    let text = fs::read_to_string(inside.join("annotations.txt"))?;
    let lines: Vec<&str> = text.lines().collect();
    let [only] = lines.as_slice() else { return Err(text.into()) };
    let begin = "::error file=bench/fails.yaml,line=4,col=5,endLine=4,endColumn=22,\
                 title=failed%3A 3 tests%2C the first fails[n=1]::";
    demand(only.starts_with(begin), only)?;
    demand(only.contains("%0Afails[n=3] on virtual"), only)
}

pub(crate) fn page() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("fails.yaml"), FAILS)?;
    let page = folder.path().join("page.md");
    fs::write(&page, "what was there\n")?;
    let mut run = fotarig(folder.path());
    run.args(["run", "fails.yaml", "--report", "github"]);
    let output = run.env("GITHUB_STEP_SUMMARY", &page).output()?;
    demand(output.status.code() == Some(1), &seen(&output))?;
    demand(String::from_utf8_lossy(&output.stdout).contains("::error file="), &seen(&output))?;
    let text = fs::read_to_string(&page)?;
    demand(text.starts_with("what was there\n### fotarig: failed\n\n0 passed, 3 failed;"), &text)?;
    demand(text.contains("```text\nerror: "), &text)?;
    // A page that cannot be written is a lost result.
    let mut run = fotarig(folder.path());
    run.args(["report", "reports/latest/journal.jsonl", "--report", "github=x.txt"]);
    let output = run.env("GITHUB_STEP_SUMMARY", folder.path()).output()?;
    demand(output.status.code() == Some(3), &seen(&output))?;
    demand(seen(&output).contains("GITHUB_STEP_SUMMARY"), &seen(&output))
}

pub(crate) fn many() -> Result<(), Failed> {
    let mut tally = Tally::default();
    let mut hear = |is| tally.hear(&Entry { ns: 1, on: None, is });
    hear(Event::RunStarted(Plan { tests: 3_000, ..Plan::default() }));
    for number in 0..3_000 {
        let text = |text: &str| text.to_owned();
        hear(Event::TestStarted(TestAt {
            id: format!("x[n={number}]"),
            rig: text("desk"),
            scenario: text("x"),
            name: text("x"),
            file: text("x.yaml"),
            params: format!("n={number}"),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        }));
        let said = format!("cause\n::error::| <b>{}{}", number / 100, "long ".repeat(2_000));
        let diagnostic = Box::new(Diagnostic::new(said));
        hear(Event::Complained { verdict: Verdict::Failed, diagnostic });
        hear(Event::TestEnded { verdict: Verdict::Failed, reason: None });
    }
    hear(Event::RunEnded { verdict: Verdict::Failed });
    let text = github::annotations(&tally, "");
    let lines: Vec<&str> = text.lines().collect();
    demand(lines.len() == 10, &text)?;
    demand(lines.iter().all(|line| line.starts_with("::error ")), &text)?;
    demand(lines[9].starts_with("::error title=fotarig::21 more beside those"), lines[9])?;
    let page = github::summary(&tally);
    demand(
        page.len() < 1 << 20 && !page.contains("<b>long long long long") || page.contains("```"),
        "",
    )?;
    demand(page.len() < 1 << 20, &format!("{} bytes", page.len()))
}
