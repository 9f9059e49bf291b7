//! How one module family talks, as data: its URCs by name, and which commands prompt.

use crate::at::dialect_error::DialectError;
use crate::at::urc::{Urc, UrcRule};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Prompt {
    /// How the commands begin that prompt so.
    command: Vec<u8>,
    bytes: Vec<u8>,
}

/// The data that the decoder needs to know about a module family.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// By [`bucket`] of the name, since a flood of lines asks for one name after the other.
    urcs: Vec<Vec<UrcRule>>,
    /// The length of the longest name: no line is searched for a colon beyond it.
    longest: usize,
    prompts: Vec<Prompt>,
}

/// The URCs of V.250, 27.007 and 27.005 that need no shape; of `+CMT` and `+CDS` the first line.
const NAMES: [&str; 19] = [
    "+CBM",
    "+CBMI",
    "+CCWA",
    "+CDS",
    "+CDSI",
    "+CEDRXP",
    "+CGEV",
    "+CIEV",
    "+CLIP",
    "+CMT",
    "+CMTI",
    "+CNEC_EMM",
    "+CRING",
    "+CSSI",
    "+CSSU",
    "+CTZE",
    "+CTZV",
    "+CUSD",
    "RING",
];

/// Several times the names of a profile, so that most buckets have one name or none.
const BUCKETS: usize = 256;

/// Registration: the URC lacks the `<n>` with which the answer begins (27.007, 7.2 and 10.1.22), so
/// its second value, if any, is a quoted area code and no number.
const REGISTRATION: [&str; 3] = ["+CREG", "+CGREG", "+CEREG"];

/// Commands after which a module asks for a message text with `>` (27.005, 3.5.1 and 3.5.3).
const MESSAGES: [&str; 2] = ["AT+CMGS=", "AT+CMGW="];

impl Default for Dialect {
    /// What 3GPP 27.007 and V.250 say; nothing of any vendor.
    fn default() -> Dialect {
        let mut dialect = Dialect::empty();
        let plain = NAMES.into_iter().map(Urc::named);
        let registration = REGISTRATION.into_iter().map(|name| Urc {
            urc: Some(format!(r"^\{name}: ?\d+(,[^0-9]|$)")),
            read: Some(format!(r"^\{name}: ?\d+,\d")),
            ..Urc::named(name)
        });
        for urc in plain.chain(registration) {
            dialect.add_urc(&urc).expect("our own patterns are valid");
        }
        for command in MESSAGES {
            let added = dialect.add_prompt(command, b">");
            added.expect("our own prompts are valid");
        }
        dialect
    }
}

impl Dialect {
    /// Knows no URC and no prompt.
    pub fn empty() -> Dialect {
        Dialect { urcs: vec![Vec::new(); BUCKETS], longest: 0, prompts: Vec::new() }
    }

    /// Adds a URC; one of the same name that is known already is replaced.
    pub fn add_urc(&mut self, urc: &Urc) -> Result<(), DialectError> {
        if urc.name.is_empty() || urc.name.contains([':', '\r', '\n']) {
            return Err(DialectError::Name { name: urc.name.clone() });
        }
        let rule = UrcRule::new(urc)?;
        self.longest = self.longest.max(rule.name.len());
        let place = rule.name.iter().fold(0, |place, byte| bucket(place, *byte));
        self.urcs[place].retain(|known| known.name != rule.name);
        self.urcs[place].push(rule);
        Ok(())
    }

    /// Adds the bytes with which the module asks for data after a command that begins with
    /// `command`, such as NAK and `C` for `AT+WDSD=`. They are for this command alone: at the start
    /// of a line each of them is a prompt then, whatever follows.
    pub fn add_prompt(&mut self, command: &str, bytes: &[u8]) -> Result<(), DialectError> {
        let usable = |byte: &u8| !matches!(byte, b'\r' | b'\n' | b'+');
        if command.is_empty() || bytes.is_empty() || !bytes.iter().all(usable) {
            return Err(DialectError::Prompt { command: command.to_owned() });
        }
        self.prompts.push(Prompt { command: command.as_bytes().to_vec(), bytes: bytes.to_vec() });
        Ok(())
    }

    /// The URC whose name `text` carries.
    pub(crate) fn urc(&self, text: &[u8]) -> Option<&UrcRule> {
        let head = &text[..text.len().min(self.longest + 1)];
        let (mut end, mut place) = (0, 0);
        while let Some(byte) = head.get(end).filter(|byte| **byte != b':') {
            place = bucket(place, *byte);
            end += 1;
        }
        let name = &head[..end];
        self.urcs[place].iter().find(|urc| urc.name == name)
    }

    /// The bytes that are prompts while `command` waits. A test command prompts for nothing.
    pub(crate) fn prompts(&self, command: &[u8]) -> Vec<u8> {
        let asks = |prompt: &&Prompt| {
            let start = command.get(..prompt.command.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(&prompt.command))
        };
        if command.ends_with(b"=?") {
            return Vec::new();
        }
        let asking = self.prompts.iter().filter(asks);
        asking.flat_map(|prompt| prompt.bytes.clone()).collect()
    }
}

/// The bucket of a name that goes on with `byte`, from the bucket of what stands before.
fn bucket(before: usize, byte: u8) -> usize {
    (before * 31 + usize::from(byte)) % BUCKETS
}
