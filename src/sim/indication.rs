//! The `+WDSI` indications: code, data and the bit that switches each on.

use std::io::Write;

/// Bits 0-6, 8 and 12: all that an HL7800 knows (reference 2.1, switch `wdsi_mask`).
pub(crate) const ALL_BITS: u32 = 4479;

/// A server that a session may be with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Bootstrap,
    DeviceManagement,
}

/// One event of reference chapter 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indication {
    /// 0
    ServicesReady,
    /// 1
    AskConnect,
    /// 2
    AskDownload,
    /// 3
    AskInstall,
    /// 4
    Login,
    /// 6
    LoggedIn,
    /// 7
    Denied,
    /// 8
    Closed,
    /// 9
    Offered { remaining_bytes: u64 },
    /// 10
    Stored,
    /// 12
    SignatureGood,
    /// 14
    UpdateStarts,
    /// 15
    UpdateFailed,
    /// 16
    UpdateDone,
    /// 18 without data
    DownloadStarts,
    /// 18
    Progress { percent: u8 },
    /// 23
    Joined(Server),
}

impl Indication {
    /// Code, and bit in the level of `AT+WDSI`.
    fn code_and_bit(self) -> (u8, u32) {
        match self {
            Indication::ServicesReady => (0, 0),
            Indication::AskConnect => (1, 1),
            Indication::AskDownload => (2, 1),
            Indication::AskInstall => (3, 1),
            Indication::Login => (4, 2),
            Indication::LoggedIn => (6, 3),
            Indication::Denied => (7, 3),
            Indication::Closed => (8, 3),
            Indication::Offered { .. } => (9, 4),
            Indication::Stored => (10, 4),
            Indication::SignatureGood => (12, 5),
            Indication::UpdateStarts => (14, 6),
            Indication::UpdateFailed => (15, 6),
            Indication::UpdateDone => (16, 6),
            Indication::DownloadStarts | Indication::Progress { .. } => (18, 8),
            Indication::Joined(_) => (23, 12),
        }
    }

    fn data(self) -> Option<u64> {
        match self {
            Indication::Offered { remaining_bytes } => Some(remaining_bytes),
            Indication::Progress { percent } => Some(u64::from(percent)),
            Indication::Joined(Server::Bootstrap) => Some(0),
            Indication::Joined(Server::DeviceManagement) => Some(1),
            Indication::ServicesReady
            | Indication::AskConnect
            | Indication::AskDownload
            | Indication::AskInstall
            | Indication::Login
            | Indication::LoggedIn
            | Indication::Denied
            | Indication::Closed
            | Indication::Stored
            | Indication::SignatureGood
            | Indication::UpdateStarts
            | Indication::UpdateFailed
            | Indication::UpdateDone
            | Indication::DownloadStarts => None,
        }
    }

    /// Appends the URC if its bit is set in `level`; an event that is off is not kept for later.
    pub(crate) fn print(self, level: u32, out: &mut Vec<u8>) {
        let (code, bit) = self.code_and_bit();
        if level & (1 << bit) == 0 {
            return;
        }
        let written = match self.data() {
            Some(data) => write!(out, "\r\n+WDSI: {code},{data}\r\n"),
            None => write!(out, "\r\n+WDSI: {code}\r\n"),
        };
        written.expect("writing to memory cannot fail");
    }
}
