//! `fotarig plugin check`: each look at a plugin in one line, and what to do where it fails.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Refusal, desk, say};
use crate::diagnostic::{draw, printable};
use crate::plugin::{Came, Finding, check};

pub(crate) fn go(folder: &Path) -> Result<ExitCode, Refusal> {
    let (mut looks, mut wrong, mut lost) = (0, 0, None);
    check(folder, &mut |finding| {
        looks += 1;
        wrong += u32::from(matches!(finding.came, Came::Badly(_)));
        // As it comes, since some take their time.
        lost = lost.take().or(say(&line(finding)).err());
    })?;
    if let Some(lost) = lost {
        return Err(lost);
    }
    let summary = match wrong {
        0 => "all is as docs/plugins.md asks".to_owned(),
        wrong => format!("{wrong} of {looks} are wrong"),
    };
    say(&format!("{summary}\n"))?;
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

fn line(finding: &Finding) -> String {
    let (word, rest) = match &finding.came {
        Came::Well => ("ok", String::new()),
        Came::LeftOut(why) => ("left out", format!(": {why}")),
        Came::Badly(_) => ("wrong", String::new()),
    };
    let line = printable(&format!("{word:<8}  {}{rest}", finding.what));
    match &finding.came {
        Came::Well | Came::LeftOut(_) => format!("{line}\n"),
        Came::Badly(diagnostic) => format!("{line}\n{}\n", draw(diagnostic, desk::paint())),
    }
}
