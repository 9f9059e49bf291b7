//! A look at what fills a rig's roles: whether each plugin starts, and whether power can be cut.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::plugin::Host;
use crate::rig::{Port, Proof};
use crate::run::Visit;
use crate::suite::bench::Bench;
use crate::suite::checkup::finding::Tell;
use crate::suite::checkup::module::Known;
use crate::suite::checkup::{Checkup, TryCut};

/// What can be asked without doing anything.
const HARMLESS: [(&str, &str); 2] = [("power", "state"), ("cloud", "state")];

/// Starts each plugin; one that cannot be started does not keep the others from it.
pub(super) fn begin(bench: &Bench<'_>, tell: &mut Tell<'_>) -> Option<Rc<Host>> {
    let begun = match bench.begin() {
        Ok(begun) => begun,
        Err(broken) => {
            tell.badly("plugins", broken);
            return None;
        }
    };
    for one in begun {
        for role in &one.roles {
            match &one.methods {
                Ok(methods) => tell.well(role, able(&one.plugin, role, methods)),
                Err(broken) => tell.role_fails(role, broken.clone()),
            }
        }
    }
    bench.host().map_err(|broken| tell.badly("plugins", broken)).ok()
}

/// What a plugin says that it can do for a role.
fn able(plugin: &str, role: &str, methods: &BTreeSet<String>) -> String {
    let of_role = |method: &String| Some(method.strip_prefix(role)?.strip_prefix('.')?.to_owned());
    let methods: Vec<String> = methods.iter().filter_map(of_role).collect();
    if methods.is_empty() {
        return format!("`{plugin}` can do nothing for it with these settings");
    }
    format!("`{plugin}` can {}", methods.join(", "))
}

/// Asks what only asks.
pub(super) fn ask(
    checkup: &Checkup,
    visit: &mut Visit,
    tell: &mut Tell<'_>,
) -> Result<(), Trouble> {
    for (role, method) in HARMLESS {
        // A simulated rig knows itself.
        if matches!(checkup.desk.rig.port, Port::Virtual(_)) || !visit.can(role, method) {
            continue;
        }
        match visit.call(role, method) {
            Ok(answer) => tell.well(role, format!("`{role}.{method}` says {}", brief(&answer))),
            Err(Trouble::Interrupted) => return Err(Trouble::Interrupted),
            Err(trouble) => tell.badly(role, trouble),
        }
    }
    Ok(())
}

/// What is told of an answer that has none of the usual words.
const MAX_ANSWER_CHARS: usize = 60;

fn brief(answer: &Value) -> String {
    let states = [&answer["power"], &answer["state"], &answer["operation"]["state"]];
    if let Some(state) = states.into_iter().find_map(Value::as_str) {
        return format!("`{state}`");
    }
    if answer.get("operation").is_some_and(Value::is_null) {
        return "that there is no operation".to_owned();
    }
    let text = answer.to_string();
    if text.chars().count() <= MAX_ANSWER_CHARS {
        return text;
    }
    text.chars().take(MAX_ANSWER_CHARS).chain(['…']).collect()
}

/// Cuts the supply once, if that is wanted and the module is the one that is meant.
pub(super) fn power(
    checkup: &Checkup,
    visit: &mut Visit,
    known: Known,
    tell: &mut Tell<'_>,
) -> Result<(), Trouble> {
    let can_cut = visit.can("power", "off") && visit.can("power", "on");
    match (can_cut, checkup.cut, known) {
        (false, TryCut::LeftOut, _) => return Ok(()),
        (false, TryCut::Wanted, _) => {
            let message = "nothing on this rig can cut the supply";
            let help = "give the rig file the role `power`; `fotarig plugin list` shows plugins";
            tell.badly("power cut", Trouble::broken(Diagnostic::new(message).help(help)));
            return Ok(());
        }
        (true, TryCut::LeftOut, _) => {
            tell.left_out("power cut", "with --power the supply is cut once, and that is proven");
            return Ok(());
        }
        (true, TryCut::Wanted, Known::Other) => {
            tell.left_out("power cut", "it is another module");
            return Ok(());
        }
        (true, TryCut::Wanted, Known::Meant) => {}
    }
    let cut = match visit.cut() {
        Ok(cut) => cut,
        Err(Trouble::Interrupted) => return Err(Trouble::Interrupted),
        Err(trouble) => {
            tell.badly("power cut", trouble);
            return Ok(());
        }
    };
    let (took, was_off, boot) = (show(cut.off_took), show(cut.was_off), show(cut.boot_took));
    let proofs: Vec<&str> = cut.proofs.iter().map(|proof| word(*proof)).collect();
    let proven = match proofs.as_slice() {
        [] => "simulated".to_owned(),
        proofs => format!("proven by {}", proofs.join(" and ")),
    };
    let text = format!("off in {took}, {proven}; on after {was_off}, booted in {boot}");
    tell.well("power cut", text);
    if cut.proofs == [Proof::ReadBack] {
        let message = "a switch that reads back `off` does not say that the module is off";
        tell.noted(
            "power cut",
            Diagnostic::new(message)
                .help("`proof: [readback, silence]` in the rig file asks the module as well"),
        );
    }
    Ok(())
}

fn word(proof: Proof) -> &'static str {
    match proof {
        Proof::ReadBack => "read-back",
        Proof::Silence => "silence",
        Proof::UsbGone => "its USB port, which vanished",
    }
}
