//! The whole page of a draft: its head, the state before, steps and teardown.

use std::fmt::Write as _;

use crate::draft::lines::quoted;
use crate::draft::pattern::Patterns;
use crate::draft::steps::{scalar, steps};
use crate::draft::{Means, Origin, Record};

pub(crate) fn page(record: &Record, means: &Means<'_>, name: &str, from: &str) -> String {
    let steps = steps(record, means);
    let mut page = String::new();
    let mut line = |text: &str| {
        page.push_str(text);
        page.push('\n');
    };
    let what = match record.origin {
        Origin::Console => format!("a conversation by hand on the rig {}", record.rig),
        Origin::Run => format!("the test {} on the rig {}", record.id, record.rig),
    };
    line(&comment(&format!("A draft from {from}: {what}.")));
    line("# Behind a line stands when it came and what it means. Keep what matters, leave out the");
    line("# rest, and forbid what must not come; `fotarig prove` shows what it is worth.");
    if record.is_cut {
        line("# It is not the whole test: there was more than a scenario should have.");
    }
    line(&format!("name: {}", scalar(name)));
    line("about: What it shows, and where the app note says so.");
    line("tags: [draft]");
    given(record, means, &mut line);
    line("steps:");
    for row in &steps.steps {
        line(row);
    }
    let is_switched = steps.steps.iter().any(|row| row.trim() == "- power: off");
    if !steps.teardown.is_empty() {
        line("teardown:");
        for row in &steps.teardown {
            line(row);
        }
    } else if is_switched {
        line("teardown:");
        line("  - power: on");
    }
    page
}

fn given(record: &Record, means: &Means<'_>, line: &mut impl FnMut(&str)) {
    if record.given.is_empty() {
        return;
    }
    let patterns = Patterns { glossary: &means.profile.glossary, package: &record.package };
    line("given:");
    let mut settings = String::new();
    for (key, value) in &record.given {
        if key == "settings" {
            let comma = if settings.is_empty() { "" } else { ", " };
            let _ = write!(settings, "{comma}{}", quoted(value));
            continue;
        }
        let variable = patterns.of_package(value).filter(|_| key == "firmware");
        line(&format!("  {key}: {}", variable.unwrap_or_else(|| scalar(value))));
    }
    if !settings.is_empty() {
        line(&format!("  settings: [{settings}]"));
    }
}

fn comment(text: &str) -> String {
    format!("# {}", text.replace(['\n', '\r'], " "))
}
