//! How one module family talks, as data: the names and shapes of its URCs, and who prompts.

use std::error::Error;
use std::fmt;

use regex::bytes::Regex;

/// A URC as a profile states it. The patterns are regular expressions on the bytes of the whole
/// line; they are only needed when a command has the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Urc {
    /// What stands before the colon (`+WDSI`), or the whole line (`RING`).
    pub name: String,
    /// How the URC looks.
    pub urc: Option<String>,
    /// How the answer to `AT<name>?` and to `AT<name>` looks.
    pub read: Option<String>,
    /// How the answer to `AT<name>=…` looks; without it there is none.
    pub set: Option<String>,
}

impl Urc {
    /// A URC whose name is all that is known of it.
    pub fn named(name: impl Into<String>) -> Urc {
        Urc { name: name.into(), ..Urc::default() }
    }
}

/// Which shape of a [`Urc`] a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Urc,
    Read,
    Set,
}

/// Whether a line has a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// The dialect does not say how the shape looks.
    Unknown,
}

/// A URC, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct UrcRule {
    name: Vec<u8>,
    urc: Option<Regex>,
    read: Option<Regex>,
    set: Option<Regex>,
}

impl UrcRule {
    fn new(urc: &Urc) -> Result<UrcRule, DialectError> {
        Ok(UrcRule {
            name: urc.name.clone().into_bytes(),
            urc: compile(Shape::Urc, urc.urc.as_deref())?,
            read: compile(Shape::Read, urc.read.as_deref())?,
            set: compile(Shape::Set, urc.set.as_deref())?,
        })
    }

    pub(crate) fn fit(&self, shape: Shape, text: &[u8]) -> Fit {
        let pattern = match shape {
            Shape::Urc => &self.urc,
            Shape::Read => &self.read,
            Shape::Set => &self.set,
        };
        match pattern {
            None => Fit::Unknown,
            Some(pattern) if pattern.is_match(text) => Fit::Yes,
            Some(_) => Fit::No,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Prompt {
    command: Vec<u8>,
    bytes: Vec<u8>,
}

/// The data that the decoder needs to know about a module family.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Sorted by name.
    urcs: Vec<UrcRule>,
    /// The length of the longest name: no line is searched for a colon beyond it.
    longest: usize,
    prompts: Vec<Prompt>,
}

/// The URCs of V.250 (6.3) and 3GPP 27.007 and 27.005 that need no shape.
const NAMES: [&str; 17] = [
    "+CBM",
    "+CBMI",
    "+CCWA",
    "+CDSI",
    "+CEDRXP",
    "+CGEV",
    "+CIEV",
    "+CLIP",
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
        Dialect { urcs: Vec::new(), longest: 0, prompts: Vec::new() }
    }

    /// Adds a URC; one of the same name that is known already is replaced.
    pub fn add_urc(&mut self, urc: &Urc) -> Result<(), DialectError> {
        if urc.name.is_empty() || urc.name.contains([':', '\r', '\n']) {
            return Err(DialectError::Name { name: urc.name.clone() });
        }
        let rule = UrcRule::new(urc)?;
        self.longest = self.longest.max(rule.name.len());
        match self.position(&rule.name) {
            Ok(known) => self.urcs[known] = rule,
            Err(place) => self.urcs.insert(place, rule),
        }
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
        let end = head.iter().position(|byte| *byte == b':');
        let name = &head[..end.unwrap_or(head.len())];
        self.position(name).ok().map(|place| &self.urcs[place])
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

    fn position(&self, name: &[u8]) -> Result<usize, usize> {
        self.urcs.binary_search_by(|urc| urc.name.as_slice().cmp(name))
    }
}

fn compile(shape: Shape, pattern: Option<&str>) -> Result<Option<Regex>, DialectError> {
    let compiled = pattern.map(|pattern| {
        Regex::new(pattern).map_err(|reason| DialectError::Pattern {
            shape,
            pattern: pattern.to_owned(),
            reason: reason.to_string(),
        })
    });
    compiled.transpose()
}

/// What is wrong with an entry of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectError {
    /// A URC's name is empty, or has a colon or a line end in it.
    Name { name: String },
    /// A shape is no regular expression.
    Pattern {
        shape: Shape,
        pattern: String,
        /// As the regex crate draws it, several lines.
        reason: String,
    },
    /// A prompt without command or bytes, or one that is a line end or begins a response.
    Prompt { command: String },
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DialectError::Name { name } => write!(
                f,
                "`{name}` is no URC name: write what stands before the colon, such as `+WDSI`"
            ),
            DialectError::Pattern { pattern, reason, .. } => {
                write!(f, "`{pattern}` is no regular expression: {reason}")
            }
            DialectError::Prompt { command } => write!(
                f,
                "the prompt of `{command}` needs a command and at least one byte, none of them a \
                 line end or `+`"
            ),
        }
    }
}

impl Error for DialectError {}
