//! Parameters that were typed for one run, instead of those in the files.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::scenario::params::{Param, check};
use crate::scenario::{Library, Scenario};
use crate::source::Source;
use crate::yaml;

/// Where a typed parameter stands, as complaints name it.
const OPTION: &str = "--param";

/// Gives the parameters `NAME=VALUES` to every scenario that has them. Values are written as in a
/// scenario: `cut=[5, 50]`, `cut={ random: 1000, from: 0, to: 100 }`.
pub fn replace(scenarios: &mut [Arc<Scenario>], typed: &[String]) -> Result<(), Vec<Diagnostic>> {
    let mut library = Library::default();
    for text in typed {
        for param in library.typed(text) {
            library.hand_out(&param, scenarios);
        }
    }
    if library.complaints.is_empty() { Ok(()) } else { Err(library.complaints.into_sorted()) }
}

impl Library {
    fn typed(&mut self, text: &str) -> Vec<Param> {
        let Some((name, values)) = text.split_once('=') else {
            let complaint = Diagnostic::new(format!("`{OPTION} {text}` has no values"));
            self.complaints.push(complaint.help("for example `--param 'cut=[5, 50]'`"));
            return Vec::new();
        };
        match yaml::parse(&Source::new(OPTION, format!("{name}: {values}"))) {
            Ok(node) => self.params(&node),
            Err(complaint) => {
                self.complaints.push(complaint);
                Vec::new()
            }
        }
    }

    fn hand_out(&mut self, param: &Param, scenarios: &mut [Arc<Scenario>]) {
        let mut found = false;
        for scenario in scenarios.iter_mut() {
            if !scenario.params.iter().any(|own| own.name == param.name) {
                continue;
            }
            found = true;
            let scenario = Arc::make_mut(scenario);
            for own in scenario.params.iter_mut().filter(|own| own.name == param.name) {
                *own = param.clone();
            }
            check(&scenario.params, &param.place, &mut self.complaints);
        }
        if !found {
            let all = scenarios.iter().flat_map(|scenario| &scenario.params);
            let mut known: Vec<&str> = all.map(|param| param.name.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            let remedy = match did_you_mean(&param.name, known.iter().copied()) {
                Some(remedy) => remedy,
                None if known.is_empty() => "these scenarios have none".to_owned(),
                None => format!("known here: {}", either(known)),
            };
            let message = format!("no scenario of this run has a parameter `{}`", param.name);
            self.complaints.push(Diagnostic::at(&param.place, message).help(remedy));
        }
    }
}
