//! Commands whose answer never changes: what hosts send and read during set-up (reference 1.4).

use crate::sim::answer::Reply;
use crate::sim::commands::Form;

/// Information responses; sorted by name. Values of the reference, or guesses where it has none.
const LINES: [(&str, Form<'static>, &str); 15] = [
    ("+CEREG", Form::Test, "+CEREG: (0-5)"),
    ("+CFUN", Form::Test, "+CFUN: (0-1,4),(0-1)"),
    ("+CGMI", Form::Bare, "Sierra Wireless"),
    ("+CMEE", Form::Test, "+CMEE: (0-1)"),
    (
        "+IPR",
        Form::Test,
        "+IPR: (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)",
    ),
    ("+KBND", Form::Read, "+KBND: 0,00000000000000000800"),
    ("+KBNDCFG", Form::Read, "+KBNDCFG: 0,00000000000000000800"),
    ("+KCARRIERCFG", Form::Read, "+KCARRIERCFG: 0"),
    ("+KCELLMEAS", Form::Set("0"), "+KCELLMEAS: -97,120,10,5,8"),
    ("+KSLEEP", Form::Test, "+KSLEEP: (0-2)[,(0-2)[,(0-99)]]"),
    ("+KSRAT", Form::Read, "+KSRAT: 0"),
    ("+KSREP", Form::Test, "+KSREP: (0-1)"),
    ("+KUSBCOMP", Form::Read, "+KUSBCOMP: 1,1,2,3"),
    ("+WDSI", Form::Test, "+WDSI: (0-4479)"),
    ("+WPPP", Form::Read, "+WPPP: 1,1,\"\",\"\""),
];

/// Commands that are taken in any form, do nothing here and answer `OK`; sorted.
const TAKEN: [&str; 29] = [
    "!UNLOCK",
    "&K3",
    "+CEDRXS",
    "+CGACT",
    "+CGEREP",
    "+CPSMS",
    "+HWREV",
    "+IFC",
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
    "Q0",
];

pub(crate) fn answer(name: &str, form: Form<'_>) -> Option<Reply> {
    let line = LINES.iter().find(|(other, with, _)| *other == name && *with == form);
    match line {
        Some((_, _, line)) => Some(Reply::info(line)),
        None => TAKEN.contains(&name).then_some(Reply::Ok),
    }
}
