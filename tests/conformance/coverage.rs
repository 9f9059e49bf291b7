//! What the table must have: every flow, every command in every form, every cell of 4.5.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};

use crate::step::Step;
use crate::table::{Case, Table};

/// Flows F01 to F36 of reference chapter 5.
const FLOWS: u32 = 36;

/// The commands of the module, each with the forms that the reference gives.
const COMMANDS: [&str; 43] = [
    "AT",
    "ATE0",
    "ATE1",
    "ATI",
    "ATI3",
    "AT&V",
    "AT&W",
    "AT&F",
    "ATZ",
    "AT+CGMI",
    "AT+CGMM",
    "AT+CGMR",
    "AT+CGSN",
    "AT+KGSN=",
    "AT+CMEE=",
    "AT+CMEE?",
    "AT+CMEE=?",
    "AT+CFUN=",
    "AT+CFUN?",
    "AT+CFUN=?",
    "AT+CPIN=",
    "AT+CPIN?",
    "AT+CGDCONT=",
    "AT+CGDCONT?",
    "AT+CEREG=",
    "AT+CEREG?",
    "AT+COPS?",
    "AT+CSQ",
    "AT+KSREP=",
    "AT+KSREP?",
    "AT+KSREP=?",
    "AT+KSLEEP=",
    "AT+KSLEEP?",
    "AT+KSLEEP=?",
    "AT+IPR=",
    "AT+IPR?",
    "AT+IPR=?",
    "AT+WDSG",
    "AT+WDSG=?",
    "AT+WDSE",
    "AT+WDSR=",
    "AT+WDSR=?",
    "AT+WDSR?",
];
/// Device services: each has a test, a read and a set form.
const SERVICES: [&str; 3] = ["AT+WDSI", "AT+WDSC", "AT+WDSS"];
/// The local download cannot be read.
const LOCAL: [&str; 2] = ["AT+WDSD=", "AT+WDSD=?"];

/// Rows of the table in reference 4.5, where a state that cannot answer is one row each.
const STATES: [&str; 17] = [
    "BOOT",
    "ASLEEP",
    "OFF",
    "INSTALLING",
    "NOTREADY",
    "IDLE",
    "CONN",
    "UP-USER",
    "UP-AUTO",
    "RETRY",
    "DOWNLOADING",
    "SUSPENDED",
    "request 1",
    "request 2",
    "request 3",
    "xmodem WAIT",
    "xmodem RECEIVE",
];
/// Its columns.
const ASKED: [&str; 10] = [
    "AT+WDSS=1,1",
    "AT+WDSS=1,0",
    "AT+WDSR=1",
    "AT+WDSR=3",
    "AT+WDSR=4",
    "AT+WDSR=2,5",
    "AT+WDSR=5,5",
    "AT+WDSD=1464",
    "AT+CFUN=0",
    "AT+CFUN=1,1",
];

pub(crate) fn trials(table: &Table) -> Vec<Trial> {
    let names: Vec<&str> = table.cases.iter().map(|case| case.name.as_str()).collect();
    [
        ("every flow has an entry", flows(&names)),
        ("every command has an entry", commands(&table.cases)),
        ("every cell of state × command has an entry", cells(&names)),
    ]
    .map(|(name, missing)| {
        Trial::test(format!("coverage: {name}"), move || match missing.as_slice() {
            [] => Ok(()),
            missing => Err(Failed::from(format!("missing: {}", missing.join("; ")))),
        })
    })
    .into()
}

fn flows(names: &[&str]) -> Vec<String> {
    let has = |flow: &String| names.iter().any(|name| name.contains(flow.as_str()));
    (1..=FLOWS).map(|number| format!("F{number:02}")).filter(|flow| !has(flow)).collect()
}

fn commands(cases: &[Case]) -> Vec<String> {
    let sent: BTreeSet<String> =
        cases.iter().flat_map(|case| &case.steps).filter_map(sent).collect();
    let services =
        SERVICES.iter().flat_map(|name| ["=", "?", "=?"].map(|end| format!("{name}{end}")));
    let wanted = COMMANDS.iter().chain(&LOCAL).map(|command| (*command).to_owned()).chain(services);
    wanted.filter(|command| !sent.contains(command)).collect()
}

/// A command without its parameters: `AT+WDSC=` of `AT+WDSC=1,1`.
fn sent((_, step): &(crate::table::Line, Step)) -> Option<String> {
    let Step::Send(bytes) = step else { return None };
    let text = String::from_utf8_lossy(bytes).trim().to_owned();
    match text.split_once('=') {
        Some((_, "?")) | None => Some(text),
        Some((name, _)) => Some(format!("{name}=")),
    }
}

fn cells(names: &[&str]) -> Vec<String> {
    let wanted = STATES
        .iter()
        .flat_map(|state| ASKED.iter().map(move |command| format!("{state} × {command}")));
    wanted.filter(|cell| !names.iter().any(|name| name.ends_with(cell.as_str()))).collect()
}
