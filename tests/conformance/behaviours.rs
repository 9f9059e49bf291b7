//! Each defect and each switch value that is not the default is shown by an entry that needs it.

use fotarig::behaviour::{Defect, SWITCHES};
use libtest_mimic::{Failed, Trial};

use crate::in_process;
use crate::table::{Case, Table};

pub(crate) fn trials(table: &Table) -> Vec<Trial> {
    let defects = Defect::ALL.iter().map(|defect| format!("defect {}", defect.name()));
    let switches = SWITCHES.iter().flat_map(|switch| {
        let values = switch.values.iter().skip(1);
        values.map(|value| format!("switch {} {value}", switch.name))
    });
    let trial = |wanted: String| {
        let is_given = |case: &&Case| case.givens.iter().any(|line| line.text == wanted);
        let cases: Vec<Case> = table.cases.iter().filter(is_given).cloned().collect();
        Trial::test(format!("shown: {wanted}"), move || shown(&wanted, cases).map_err(Failed::from))
    };
    defects.chain(switches).map(trial).collect()
}

/// An entry that is given `wanted` and holds as well without it shows nothing.
fn shown(wanted: &str, cases: Vec<Case>) -> Result<(), String> {
    if cases.is_empty() {
        return Err(format!("no entry is `given {wanted}`"));
    }
    let needs = |mut case: Case| {
        case.givens.retain(|line| line.text != wanted);
        in_process::passes(&case).is_err()
    };
    if cases.into_iter().any(needs) {
        Ok(())
    } else {
        Err(format!("each entry that is `given {wanted}` holds without it as well"))
    }
}
