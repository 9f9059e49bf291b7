//! `transfer good blocks=short`: how a host sends a package file behind `AT+WDSD`.

use std::time::Duration;

use fotarig::xmodem::{Blocks, Frame, FrameFault, SenderSettings, Sent, Start, WrongFrame};

use crate::package_file::PackageFile;

/// Longer than the silence inside of a block that a receiver bears.
const STALL: Duration = Duration::from_secs(5);
/// What is sent and how, and how the sender must end.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) file: PackageFile,
    pub(crate) settings: SenderSettings,
    /// The size in the command, if it is not that of the file.
    announced_bytes: Option<u64>,
    pub(crate) ends: Sent,
}

impl Transfer {
    pub(crate) fn parse(text: &str) -> Result<Transfer, String> {
        let mut words = text.split_whitespace();
        let file = PackageFile::named(words.next().unwrap_or_default())?;
        let settings = SenderSettings::default();
        let ends = Sent::Complete;
        let mut transfer = Transfer { file, settings, announced_bytes: None, ends };
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
