//! `transfer good blocks=short`: how a host sends a package file behind `AT+WDSD`.

use std::time::Duration;

use fotarig::package::{Package, Recipe, SigningKey, make};
use fotarig::xmodem::{Blocks, Frame, FrameFault, SenderSettings, Sent, Start, WrongFrame};

/// Not the key that the module trusts.
const OTHER_KEY: &[u8] = include_bytes!("../keys/other.der");
/// A version that no entry gives a module.
const OTHER_VERSION: &str = "HL7800.0.0.0.0";
/// So much is missing of a file that is truncated: more than padding could hide.
const MISSING_BYTES: usize = 200;
/// Longer than the silence inside of a block that a receiver bears.
const STALL: Duration = Duration::from_secs(5);
/// Payloads are the same in each run.
const SEED: u64 = 1;

/// What is sent and how, and how the sender must end.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    kind: Kind,
    pub(crate) settings: SenderSettings,
    /// The size in the command, if it is not that of the file.
    announced_bytes: Option<u64>,
    pub(crate) ends: Sent,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Good,
    /// A delta for a version that the module does not run.
    Mismatch,
    /// A bit of the payload is wrong.
    Corrupt,
    /// The end is missing.
    Truncated,
    /// Somebody else signed it.
    Resigned,
    /// No package at all.
    Rubbish,
}

impl Transfer {
    pub(crate) fn parse(text: &str) -> Result<Transfer, String> {
        let mut words = text.split_whitespace();
        let kind = match words.next() {
            Some("good") => Kind::Good,
            Some("mismatch") => Kind::Mismatch,
            Some("corrupt") => Kind::Corrupt,
            Some("truncated") => Kind::Truncated,
            Some("resigned") => Kind::Resigned,
            Some("rubbish") => Kind::Rubbish,
            Some(_) | None => return Err("which package file?".to_owned()),
        };
        let settings = SenderSettings::default();
        let ends = Sent::Complete;
        let mut transfer = Transfer { kind, settings, announced_bytes: None, ends };
        for word in words {
            let set = word.split_once('=').and_then(|(key, value)| transfer.set(key, value));
            set.ok_or_else(|| format!("`{word}` is nothing that a sender does"))?;
        }
        Ok(transfer)
    }

    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "announced" => self.announced_bytes = Some(value.parse().ok()?),
            "blocks" => self.settings.blocks = blocks(value)?,
            "start" => {
                self.settings.start = match value {
                    "nak" => Start::Nak,
                    "crc" => Start::CrcThenNak,
                    _ => return None,
                }
            }
            "ends" => self.ends = ending(value)?,
            fault => {
                let kind = match fault {
                    "cut" => WrongFrame::Cut,
                    "damaged" => WrongFrame::Corrupt(1),
                    "stalled" => WrongFrame::Stall(STALL),
                    "doubled" => WrongFrame::Repeat,
                    _ => return None,
                };
                let of = match value {
                    "eot" => Frame::Eot,
                    number => Frame::Block(number.parse().ok()?),
                };
                self.settings.faults.push(FrameFault { of, kind });
            }
        }
        Some(())
    }

    /// The package that the entry is given, as the file that is sent.
    pub(crate) fn file(&self, package: &Package) -> Result<Vec<u8>, String> {
        let mut recipe = Recipe {
            name: package.name.clone(),
            from: package.from.clone(),
            to: package.to.clone(),
            kind: package.kind,
            size_bytes: package.size_bytes,
            seed: SEED,
        };
        let mut key = SigningKey::test();
        match self.kind {
            Kind::Mismatch => OTHER_VERSION.clone_into(&mut recipe.from),
            Kind::Resigned => {
                key = SigningKey::from_pkcs8(OTHER_KEY).expect("a key");
            }
            Kind::Good | Kind::Corrupt | Kind::Truncated | Kind::Rubbish => {}
        }
        let mut file = make(&recipe, &key).map_err(|unmade| format!("no file: {unmade:?}"))?;
        match self.kind {
            Kind::Corrupt => *file.last_mut().expect("it has a header") ^= 1,
            Kind::Truncated => file.truncate(file.len().saturating_sub(MISSING_BYTES)),
            Kind::Rubbish => file.fill(b'?'),
            Kind::Good | Kind::Mismatch | Kind::Resigned => {}
        }
        Ok(file)
    }

    pub(crate) fn command(&self, file: &[u8]) -> String {
        let size = self.announced_bytes.unwrap_or(file.len() as u64);
        format!("AT+WDSD={size}\r")
    }
}

fn blocks(word: &str) -> Option<Blocks> {
    Some(match word {
        "short" => Blocks::Short,
        "long-then-short" => Blocks::LongThenShort,
        "long" => Blocks::Long,
        "long-and-spare" => Blocks::LongAndSpare,
        _ => return None,
    })
}

fn ending(word: &str) -> Option<Sent> {
    Some(match word {
        "complete" => Sent::Complete,
        "not-started" => Sent::NotStarted,
        "cancelled" => Sent::Cancelled,
        "too-many-errors" => Sent::TooManyErrors,
        "cut" => Sent::Cut,
        _ => return None,
    })
}
