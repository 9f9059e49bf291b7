//! One block of XMODEM on the wire: header, number, data and check.

use crc::{CRC_16_XMODEM, Crc, Table};

use crate::xmodem::settings::Start;

pub(crate) const SOH: u8 = 0x01;
pub(crate) const STX: u8 = 0x02;
pub(crate) const EOT: u8 = 0x04;
pub(super) const ACK: u8 = 0x06;
pub(super) const BACKSPACE: u8 = 0x08;
pub(super) const NAK: u8 = 0x15;
pub(super) const CAN: u8 = 0x18;
const PAD: u8 = 0x1A;

/// Data bytes of a block that begins with SOH.
pub(crate) const SHORT: usize = 128;
/// Data bytes of a block that begins with STX.
pub(crate) const LONG: usize = 1024;
/// Header, number and complement stand before the data.
pub(super) const HEAD: usize = 3;

/// With the large table: the module waits while a block is sealed.
static CRC: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_XMODEM);

/// What stands behind the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Sum,
    Crc,
}

impl Check {
    pub(super) fn asked_by(start: Start) -> Check {
        match start {
            Start::Nak => Check::Sum,
            Start::CrcThenNak => Check::Crc,
        }
    }

    pub(super) fn start_character(self) -> u8 {
        match self {
            Check::Sum => NAK,
            Check::Crc => b'C',
        }
    }

    /// The bytes behind the data; the CRC has its high byte first.
    pub(super) fn of(self, data: &[u8]) -> impl Iterator<Item = u8> + use<> {
        let (value, length) = match self {
            Check::Sum => (data.iter().map(|byte| u16::from(*byte)).fold(0, u16::wrapping_add), 1),
            Check::Crc => (CRC.checksum(data), 2),
        };
        value.to_be_bytes().into_iter().skip(2 - length)
    }

    pub(super) fn length(self) -> usize {
        self.of(&[]).count()
    }
}

/// A block with this number (counted from 1, without wrapping): `data` filled up to a length.
pub(super) fn sealed(number: u64, data: &[u8], (length, check): (usize, Check)) -> Vec<u8> {
    let header = if length == SHORT { SOH } else { STX };
    let number = number.to_le_bytes()[0];
    let mut frame = vec![header, number, !number];
    frame.extend_from_slice(data);
    frame.resize(HEAD + length, PAD);
    frame.extend(check.of(&frame[HEAD..]));
    frame
}
