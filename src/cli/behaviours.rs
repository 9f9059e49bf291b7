//! Families, switches and defects of the virtual module: chosen on the command line, and shown.

use std::fmt::Write;

use crate::behaviour::{Defect, FAMILIES, SWITCHES};
use crate::cli::arguments::BehaviourArguments;
use crate::diagnostic::Diagnostic;
use crate::rig::VirtualSettings;

/// What was typed goes over what the rig file says.
pub(crate) fn apply(
    wanted: &BehaviourArguments,
    settings: &mut VirtualSettings,
) -> Result<(), Diagnostic> {
    if let Some(family) = wanted.family {
        settings.become_family(family);
    }
    for text in &wanted.switches {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        settings.switches.set(name, value).map_err(|unknown| {
            Diagnostic::new(format!("--switch {text}: {unknown}")).help(unknown.remedy())
        })?;
    }
    for defect in &wanted.defects {
        settings.defects.add(*defect);
    }
    settings.noise = wanted.noise.unwrap_or(settings.noise);
    Ok(())
}

/// What `fotarig simulate --list` shows.
pub(crate) fn tables() -> String {
    let mut text = "families (--family NAME)\n".to_owned();
    for family in &FAMILIES {
        let switches = family.switches.iter().map(|(name, value)| format!(" {name}={value}"));
        let switches: String = switches.collect();
        line(&mut text, format_args!("  {:8} {}{switches}", family.name, family.model));
    }
    text += "\nswitches (--switch NAME=VALUE, the first value is the default)\n";
    for switch in SWITCHES {
        line(&mut text, format_args!("  {:18} {}", switch.name, switch.values.join(", ")));
        line(&mut text, format_args!("  {:18} {}", "", switch.about.trim()));
    }
    text += "\ndefects (--defect NAME), each with the section that it breaks\n";
    for defect in Defect::ALL {
        let (name, section) = (defect.name(), defect.section());
        line(&mut text, format_args!("  {name:22} {section:8} {}", defect.about()));
    }
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to memory cannot fail");
}
