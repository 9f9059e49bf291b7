//! One line of a conversation, read: what the host does, or what must come.

use std::time::Duration;

use fotarig::duration;
use fotarig::sim::Dtr;
use serde_json::{Map, Value};

use crate::transfer::Transfer;

/// Times of a module have a jitter of a tenth; the rest is what rounding may add.
const JITTER: f64 = 0.1001;
/// What rounding may add to a time of zero.
const ROUNDING_S: f64 = 1e-6;
/// Simple commands answer in under 0.3 s (reference 1.1).
const SIMPLE_ANSWER_S: f64 = 0.3;
/// How lines of download progress begin.
pub(crate) const PROGRESS: &str = "+WDSI: 18,";
/// The roles of a rig that a conversation may call.
const ROLES: [&str; 4] = ["power", "network", "cloud", "module"];

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// `> AT+CSQ` is sent with a CR, `>> "\x00"` as it stands.
    Send(Vec<u8>),
    /// `< OK` or `..OK`
    Hear { line: String, window: Option<Window>, skip: Skip },
    /// `<< "AT\r\r\nOK\r\n"`: all that comes since the host sent something, byte for byte.
    Wire { bytes: Vec<u8>, window: Option<Window> },
    /// `quiet 30 min`: nothing comes.
    Quiet { time: Duration, skip: Skip },
    /// `wait 10 s`: what comes is compared afterwards.
    Wait(Duration),
    /// `ignore 60 s`: whatever comes is not looked at.
    Ignore(Duration),
    /// `firmware X`: the version that is installed now.
    Firmware(String),
    /// `transfer good  1..3 s`: a host sends a package file by 1K-XMODEM, and how long that takes.
    Transfer { transfer: Transfer, window: Option<Window> },
    /// `cloud install size=1464`: a call of the control vocabulary.
    Call(Call),
    /// `dtr dropped`
    SetDtr(Dtr),
}

/// A call of a role. What a `state` call is given is what its answer must contain.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) role: String,
    pub(crate) method: String,
    pub(crate) params: Map<String, Value>,
}

impl Call {
    /// Params as they are sent; what a `state` call is given stays here.
    pub(crate) fn sent(&self) -> Value {
        match self.method.as_str() {
            "state" => Value::Null,
            _ if self.params.is_empty() => Value::Null,
            _ => Value::Object(self.params.clone()),
        }
    }
}

/// What may come before the line that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skip {
    Nothing,
    /// Lines of download progress.
    Progress,
}

impl Skip {
    pub(crate) fn covers(self, line: &str) -> bool {
        match self {
            Skip::Nothing => false,
            Skip::Progress => line.starts_with(PROGRESS),
        }
    }
}

/// Seconds after the line before, or after what the host did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) earliest: f64,
    pub(crate) latest: f64,
}

/// The steps of one line; `> AT  => OK` is two.
pub(crate) fn parse(line: &str) -> Result<Vec<Step>, String> {
    if let Some(text) = line.strip_prefix(">>") {
        return Ok(vec![Step::Send(quoted(text.trim())?)]);
    }
    if let Some(text) = line.strip_prefix("<<") {
        return Ok(vec![wire(text)?]);
    }
    if let Some(text) = line.strip_prefix('>') {
        return exchange(text.trim());
    }
    if let Some(text) = line.strip_prefix("..quiet ") {
        return Ok(vec![Step::Quiet { time: time(text)?, skip: Skip::Progress }]);
    }
    if let Some(text) = line.strip_prefix("..") {
        return Ok(vec![hear(text, Skip::Progress)?]);
    }
    if let Some(text) = line.strip_prefix('<') {
        return Ok(vec![hear(text, Skip::Nothing)?]);
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let step = match (word, rest.trim()) {
        ("quiet", text) => Step::Quiet { time: time(text)?, skip: Skip::Nothing },
        ("ignore", text) => Step::Ignore(time(text)?),
        ("wait", text) => Step::Wait(time(text)?),
        ("firmware", version) if !version.is_empty() => Step::Firmware(version.to_owned()),
        ("transfer", text) => transfer(text)?,
        ("dtr", "dropped") => Step::SetDtr(Dtr::Dropped),
        ("dtr", "asserted") => Step::SetDtr(Dtr::Asserted),
        (role, call) if ROLES.contains(&role) => Step::Call(self::call(role, call)?),
        _ => return Err("not a line of a conversation".to_owned()),
    };
    Ok(vec![step])
}

/// `AT+CMEE?   => +CMEE: 1 | OK`: a command with its whole answer.
fn exchange(text: &str) -> Result<Vec<Step>, String> {
    let (command, answer) = match text.split_once("  =>") {
        Some((command, answer)) => (command.trim(), Some(answer)),
        None => (text, None),
    };
    let mut steps = vec![Step::Send(format!("{command}\r").into_bytes())];
    for (at, line) in answer.into_iter().flat_map(|answer| answer.split(" | ")).enumerate() {
        let latest = if at == 0 { SIMPLE_ANSWER_S } else { ROUNDING_S };
        let simple = Window { earliest: 0.0, latest };
        let mut step = hear(line, Skip::Nothing)?;
        if let Step::Hear { window, .. } = &mut step {
            window.get_or_insert(simple);
        }
        steps.push(step);
    }
    Ok(steps)
}

fn hear(text: &str, skip: Skip) -> Result<Step, String> {
    let (line, window) = timed(text)?;
    Ok(Step::Hear { line: line.to_owned(), window, skip })
}

/// Bytes may contain blanks; a time can only stand behind the quotes.
fn wire(text: &str) -> Result<Step, String> {
    let quotes = text.rfind('"').map_or(0, |at| at + 1);
    let (inside, behind) = text.split_at(quotes);
    let (behind, window) = match behind.split_once("  ") {
        Some((behind, window)) => (behind, Some(self::window(window.trim())?)),
        None => (behind, None),
    };
    Ok(Step::Wire { bytes: quoted(format!("{inside}{behind}").trim())?, window })
}

fn transfer(text: &str) -> Result<Step, String> {
    let (text, window) = timed(text)?;
    Ok(Step::Transfer { transfer: Transfer::parse(text)?, window })
}

/// What stands before two blanks, and the time behind them.
fn timed(text: &str) -> Result<(&str, Option<Window>), String> {
    match text.trim().split_once("  ") {
        Some((text, window)) => Ok((text.trim(), Some(self::window(window.trim())?))),
        None => Ok((text.trim(), None)),
    }
}

/// `+2 s` with the jitter of a tenth, or the bounds `5..30 s`.
fn window(text: &str) -> Result<Window, String> {
    if let Some(about) = text.strip_prefix('+') {
        let about = time(about)?.as_secs_f64();
        let slack = about * JITTER + ROUNDING_S;
        return Ok(Window { earliest: (about - slack).max(0.0), latest: about + slack });
    }
    let Some((from, to)) = text.split_once("..") else {
        return Err(format!("`{text}` is no time: write `+2 s` or `5..30 s`"));
    };
    let unit = to.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let earliest = (time(&format!("{from}{unit}"))?.as_secs_f64() - ROUNDING_S).max(0.0);
    Ok(Window { earliest, latest: time(to)?.as_secs_f64() + ROUNDING_S })
}

pub(crate) fn time(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|bad| format!("`{text}` is no time: {}", bad.remedy()))
}

/// A call: a method, then `key=value`; a value that is no JSON is text.
fn call(role: &str, text: &str) -> Result<Call, String> {
    let mut words = text.split_whitespace();
    let method = words.next().ok_or_else(|| format!("what shall `{role}` do?"))?.to_owned();
    let mut params = Map::new();
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(format!("`{word}` is no `key=value`"));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        params.insert(key.to_owned(), value);
    }
    Ok(Call { role: role.to_owned(), method, params })
}

/// Bytes between double quotes, with `\r`, `\n`, `\"`, `\\`, `\x00` and repetition ` * 100`.
fn quoted(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` is not bytes in double quotes");
    let inside = text.strip_prefix('"').ok_or_else(wrong)?;
    let (inside, behind) = inside.rsplit_once('"').ok_or_else(wrong)?;
    let mut bytes = Vec::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            bytes.extend(letter.to_string().bytes());
            continue;
        }
        bytes.push(match letters.next().ok_or_else(wrong)? {
            'r' => b'\r',
            'n' => b'\n',
            'x' => {
                let digits: String = letters.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).map_err(|_| wrong())?
            }
            same @ ('"' | '\\') => u8::try_from(same).map_err(|_| wrong())?,
            _ => return Err(wrong()),
        });
    }
    match behind.trim().strip_prefix('*') {
        Some(times) => Ok(bytes.repeat(times.trim().parse().map_err(|_| wrong())?)),
        None if behind.trim().is_empty() => Ok(bytes),
        None => Err(wrong()),
    }
}
