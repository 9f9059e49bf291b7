//! Commands whose answer never changes: what hosts send and read during set-up (reference 1.4).

use crate::behaviour::Defect;
use crate::sim::answer::{Cme, Reply};
use crate::sim::commands::Form;
use crate::sim::live::Live;

/// Information responses; sorted by name. Values of the reference, or guesses where it has none.
const LINES: [(&str, Form<'static>, &str); 14] = [
    ("+CEREG", Form::Test, "+CEREG: (0-5)"),
    ("+CFUN", Form::Test, "+CFUN: (0-1,4),(0-1)"),
    ("+CGMI", Form::Bare, "Sierra Wireless"),
    ("+COPS", Form::Test, "+COPS: (1,\"Virtual\",\"Virtual\",\"00101\",7),,(0-4),(0-2)"),
    ("+CREG", Form::Test, "+CREG: (0-2)"),
    ("+CSQ", Form::Test, "+CSQ: (0-31,99),(0-7,99)"),
    ("+IFC", Form::Test, "+IFC: (0-2),(0-2)"),
    (
        "+IPR",
        Form::Test,
        "+IPR: (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)",
    ),
    ("+KBND", Form::Read, "+KBND: 0,00000000000000000800"),
    ("+KCARRIERCFG", Form::Read, "+KCARRIERCFG: 0"),
    ("+KSLEEP", Form::Test, "+KSLEEP: (0-2)[,(0-2)[,(0-99)]]"),
    ("+KSRAT", Form::Read, "+KSRAT: 0"),
    ("+KSREP", Form::Test, "+KSREP: (0-1)"),
    ("+KUSBCOMP", Form::Read, "+KUSBCOMP: 1,1,2,3"),
];

/// Commands that are taken in any form, do nothing here and answer `OK`; sorted.
const TAKEN: [&str; 32] = [
    "!UNLOCK",
    "&C1",
    "&D0",
    "&D1",
    "&R1",
    "&S0",
    "+CEDRXS",
    "+CGACT",
    "+CGEREP",
    "+CPSMS",
    "+HWREV",
    "+KBNDCFG",
    "+KCARRIERCFG",
    "+KCERTSTORE",
    "+KCNXCFG",
    "+KHWIOCFG",
    "+KIPOPT",
    "+KNWSCANCFG",
    "+KPATTERN",
    "+KSELACQ",
    "+KSIMDET",
    "+KSIMSEL",
    "+KSRAT",
    "+KSTATEV",
    "+KTCPCFG",
    "+KTEMPMON",
    "+KUDPCFG",
    "+KUSBCOMP",
    "+NVBU",
    "+SWITRACEMODE",
    "+WPPP",
    "X4",
];

const BANDS: [&str; 2] = ["+KBNDCFG: 0,00000000000000000800", "+KBNDCFG: 1,00000000000000000800"];

const WPPP: &str = "+WPPP: 1,1,\"\",\"\"";

pub(crate) fn answer(live: &Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    match (name, form) {
        ("+WPPP", Form::Read) if live.has(Defect::WpppError) => {
            return Some(Reply::InfoThenError(WPPP, Cme::NOT_ALLOWED));
        }
        ("+WPPP", Form::Read) => return Some(Reply::info(WPPP)),
        // One line per radio technology.
        ("+KBNDCFG", Form::Read) => {
            return Some(Reply::Lines(BANDS.map(str::to_owned).to_vec()));
        }
        _ => {}
    }
    let line = LINES.iter().find(|(other, with, _)| *other == name && *with == form);
    match line {
        Some((_, _, line)) => Some(Reply::info(line)),
        None => TAKEN.contains(&name).then_some(Reply::Ok),
    }
}
