//! A proof as a whole table, each defect with each scenario: CSV, Markdown and JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::behaviour::Defect;
use crate::proof::{Finding, Mark, Proof};

/// A row for each defect, a column for each scenario (RFC 4180).
pub fn csv(proof: &Proof) -> String {
    let ids = proof.scenarios.iter().map(|worth| worth.id.as_str());
    let head = ["defect", "section", "about", "verdict"].into_iter().chain(ids);
    let mut text = row(head);
    for defect in Defect::ALL.iter().copied() {
        let marks = proof.scenarios.iter().map(|worth| worth.mark(defect).word());
        let verdict = proof.standing(defect).word();
        let head = [defect.name(), defect.section(), defect.about(), verdict];
        text += &row(head.into_iter().chain(marks));
    }
    text
}

fn row<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let quoted = |cell: &str| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    cells.map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

/// The same for a page: a dot where nothing can be seen, so that the rest stands out.
pub fn markdown(proof: &Proof) -> String {
    let mut text = "| defect | section | verdict |".to_owned();
    for worth in &proof.scenarios {
        let _ = write!(text, " {} |", cell(&worth.id));
    }
    text += "\n|---|---|---|";
    text += &"---|".repeat(proof.scenarios.len());
    text.push('\n');
    for defect in Defect::ALL.iter().copied() {
        let verdict = proof.standing(defect).word();
        let _ = write!(text, "| {} | {} | {verdict} |", defect.name(), defect.section());
        for worth in &proof.scenarios {
            let sign = match worth.mark(defect) {
                Mark::NotApplicable => "·",
                mark @ (Mark::Caught(_) | Mark::Broken(_) | Mark::NotCaught(_)) => mark.word(),
            };
            let _ = write!(text, " {sign} |");
        }
        text.push('\n');
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// All that is known, for programs; what is not applicable is left out of a defect's scenarios.
pub fn json(proof: &Proof) -> String {
    let defects: Vec<Value> = Defect::ALL.iter().map(|defect| of_defect(proof, *defect)).collect();
    let scenarios = proof.scenarios.iter().map(|worth| {
        json!({
            "id": worth.id,
            "name": worth.name,
            "tests": worth.tests,
            "fails_without_defect": worth.unsound.iter().map(finding).collect::<Vec<_>>(),
            "skipped": worth.skipped.iter().map(finding).collect::<Vec<_>>(),
        })
    });
    let shaken = proof.shaken.iter().map(|(seed, found)| {
        let mut value = finding(found);
        value["seed"] = json!(seed);
        value
    });
    let whole = json!({
        "holds": proof.holds(),
        "seed": proof.seed,
        "packages": proof.packages,
        "runs": proof.runs,
        "noise_seeds": proof.noise_seeds,
        "fails_on_noise": shaken.collect::<Vec<_>>(),
        "scenarios": scenarios.collect::<Vec<_>>(),
        "defects": defects,
    });
    serde_json::to_string_pretty(&whole).expect("plain data") + "\n"
}

fn of_defect(proof: &Proof, defect: Defect) -> Value {
    let mut met = Map::new();
    for worth in &proof.scenarios {
        let mark = worth.mark(defect);
        if let Some(found) = mark.finding() {
            let value = json!({ "mark": mark.word(), "test": found.test, "cause": found.cause });
            met.insert(worth.id.clone(), value);
        }
    }
    json!({
        "name": defect.name(),
        "section": defect.section(),
        "about": defect.about(),
        "verdict": proof.standing(defect).word(),
        "scenarios": met,
    })
}

fn finding(found: &Finding) -> Value {
    json!({ "test": found.test, "verdict": found.verdict.to_string(), "cause": found.cause })
}
