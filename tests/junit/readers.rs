//! The programs that read reports back, and what they have understood.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use serde_json::Value;

use crate::needed::Needed;
use crate::peer::demand;

/// The schema of the Jenkins xUnit plugin, where the workspace has it.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/junit-10.xsd");

pub(crate) const READERS: [Needed; 2] = [
    Needed { probe: &["xmllint", "--version"], install: "apt-get install libxml2-utils" },
    Needed { probe: &["python3", "-c", "import junitparser"], install: "pip install junitparser" },
];

/// Which schema a report is held to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    Strict,
    /// XML, and no more.
    None,
}

/// Holds reports to a schema.
pub(crate) fn validate(reports: &[PathBuf], schema: Schema) -> Result<(), Failed> {
    // Command lines have an end.
    for some in reports.chunks(200) {
        let mut xmllint = Command::new("xmllint");
        xmllint.args(["--noout", "--huge"]);
        if schema == Schema::Strict && Path::new(SCHEMA).is_file() {
            xmllint.args(["--schema", SCHEMA]);
        }
        let output = xmllint.args(some).output()?;
        demand(output.status.success(), &String::from_utf8_lossy(&output.stderr))?;
    }
    Ok(())
}

/// What junitparser says of a report: its suites.
pub(crate) fn parsed(report: &Path) -> Result<Vec<Value>, Failed> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/junit/read.py");
    let output = Command::new("python3").arg(script).arg(report).output()?;
    demand(output.status.success(), &String::from_utf8_lossy(&output.stderr))?;
    let mut reports: Vec<Vec<Value>> = serde_json::from_slice(&output.stdout)?;
    Ok(reports.remove(0))
}

/// The cases of all suites. No two share class and name, and no two suites a name: a reader would
/// keep one of them. The counts are those that stand in the suites.
pub(crate) fn cases(suites: &[Value]) -> Result<Vec<Value>, Failed> {
    let (mut names, mut all) = (BTreeSet::new(), Vec::new());
    for suite in suites {
        demand(names.insert(suite["name"].to_string()), &format!("twice: {}", suite["name"]))?;
        let own = suite["cases"].as_array().cloned().unwrap_or_default();
        let kind =
            |kind: &str| own.iter().filter(|case| case["results"][0]["kind"] == kind).count();
        let counted = [own.len(), kind("Failure"), kind("Error"), kind("Skipped")];
        let said = ["tests", "failures", "errors", "skipped"].map(|key| suite[key].as_u64());
        let is_same = said.iter().zip(counted).all(|(said, count)| *said == Some(count as u64));
        demand(is_same, &format!("{said:?} and {counted:?} of {}", suite["name"]))?;
        all.extend(own);
    }
    let mut titles = BTreeSet::new();
    for case in &all {
        let title = format!("{} {}", case["class"], case["name"]);
        demand(titles.insert(title.clone()), &format!("twice: {title}"))?;
    }
    Ok(all)
}

/// A property of a suite or a case.
pub(crate) fn property<'v>(of: &'v Value, name: &str) -> Option<&'v str> {
    let all = of["properties"].as_array()?;
    all.iter().find(|pair| pair[0] == name).and_then(|pair| pair[1].as_str())
}
