//! `fotarig explain`: what a line, an error, a command or a name means, and where that is written.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::behaviour::{Defect, FAMILIES, SWITCHES};
use crate::cli::author::ExplainArguments;
use crate::cli::{Refusal, say};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::glossary::{Entry, Explanation, Glossary};
use crate::suite;

/// How wide the first column of the list is.
const WIDE: usize = 22;

pub(crate) fn go(arguments: &ExplainArguments) -> Result<ExitCode, Refusal> {
    let glossary = suite::profile(&arguments.profile)?.glossary;
    if arguments.texts.is_empty() {
        say(&list(&glossary))?;
        return Ok(ExitCode::SUCCESS);
    }
    let each: Vec<_> = arguments.texts.iter().map(|text| explain(&glossary, text)).collect();
    let found: Vec<Explanation> = match each.iter().position(Vec::is_empty) {
        None => each.concat(),
        Some(unclear) => {
            // A line that nobody quoted comes as several words.
            let whole = explain(&glossary, &arguments.texts.join(" "));
            if whole.is_empty() {
                return Err(unknown(&glossary, &arguments.texts[unclear]).into());
            }
            whole
        }
    };
    say(&found.iter().map(drawn).collect::<Vec<_>>().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// What a text means, drawn.
pub(crate) fn told(glossary: &Glossary, text: &str) -> Result<String, Diagnostic> {
    let found = explain(glossary, text);
    if found.is_empty() {
        return Err(unknown(glossary, text));
    }
    Ok(found.iter().map(drawn).collect::<Vec<_>>().join("\n"))
}

/// What a text means: for the module first, then as a name of the virtual one.
fn explain(glossary: &Glossary, text: &str) -> Vec<Explanation> {
    let found = glossary.explain(text);
    if found.is_empty() { name(text.trim()).into_iter().collect() } else { found }
}

/// A defect, a switch or a family.
fn name(text: &str) -> Option<Explanation> {
    let defect = Defect::named(text).map(|defect| Explanation {
        text: format!("{text} (a defect of the virtual module)"),
        means: format!("such a module {}", defect.about()),
        next: Some(format!("fotarig simulate --pty PATH --defect {text}")),
        see: section(defect.section()),
    });
    let switch = || {
        let switch = SWITCHES.iter().find(|switch| switch.name == text)?;
        let (values, first) = (switch.values.join(", "), switch.values.first()?);
        Some(Explanation {
            text: format!("{text} (a switch of the virtual module)"),
            means: format!("{} It is one of: {values}; {first} unless set", switch.about.trim()),
            next: Some(format!("fotarig simulate --pty PATH --switch {text}={first}")),
            see: "sources that contradict each other; docs/simulate.md".to_owned(),
        })
    };
    let family = || {
        let family = FAMILIES.iter().find(|family| family.name == text)?;
        let switches: Vec<_> =
            family.switches.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let differs =
            if switches.is_empty() { "no switch".to_owned() } else { switches.join(", ") };
        Some(Explanation {
            text: format!("{text} (a family of the virtual module)"),
            means: format!("model {}; what differs: {differs}", family.model),
            next: Some(format!("fotarig simulate --pty PATH --family {text}")),
            see: "docs/simulate.md".to_owned(),
        })
    };
    defect.or_else(switch).or_else(family)
}

/// `7.2` is a section of the app note, `ref 1.3` was seen in the field.
fn section(section: &str) -> String {
    match section.strip_prefix("ref") {
        Some(_) => "in the field".to_owned(),
        None => format!("app note {section}"),
    }
}

fn drawn(explanation: &Explanation) -> String {
    let Explanation { text, means, next, see } = explanation;
    let next = next.as_ref().map(|next| format!("  next   {next}\n")).unwrap_or_default();
    format!("{text}\n  means  {means}\n{next}  see    {see}\n")
}

fn unknown(glossary: &Glossary, text: &str) -> Diagnostic {
    let entries = glossary.entries().map(|entry| entry.text.as_str());
    let defects = Defect::ALL.iter().map(|defect| defect.name());
    let names = SWITCHES.iter().map(|switch| switch.name);
    let families = FAMILIES.iter().map(|family| family.name);
    let known = entries.chain(defects).chain(names).chain(families);
    let remedy = did_you_mean(text, known)
        .unwrap_or_else(|| "`fotarig explain` lists what can be explained".to_owned());
    Diagnostic::new(format!("nothing is known of `{text}`")).help(remedy)
}

/// Everything that can be explained, a line for each.
fn list(glossary: &Glossary) -> String {
    let mut text = String::new();
    let topics = [
        ("indications", &glossary.indications),
        ("errors", &glossary.errors),
        ("other lines", &glossary.lines),
        ("commands", &glossary.commands),
    ];
    for (title, entries) in topics {
        let lines = entries.iter().map(|Entry { text, means, .. }| (text.as_str(), means.as_str()));
        topic(&mut text, title, lines);
    }
    topic(&mut text, "defects", Defect::ALL.iter().map(|it| (it.name(), it.about())));
    topic(&mut text, "switches", SWITCHES.iter().map(|it| (it.name, it.about.trim())));
    topic(&mut text, "families", FAMILIES.iter().map(|it| (it.name, it.model)));
    text + "fotarig explain TEXT says more of each\n"
}

fn topic<'t>(text: &mut String, title: &str, lines: impl Iterator<Item = (&'t str, &'t str)>) {
    writeln!(text, "{title}").expect("writing to memory cannot fail");
    for (name, means) in lines {
        writeln!(text, "  {name:WIDE$} {means}").expect("writing to memory cannot fail");
    }
    text.push('\n');
}
