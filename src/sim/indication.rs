//! The `+WDSI` indications: code, data and the bit that switches each on.

use std::io::Write;

use crate::behaviour::{Defect, Defects};

/// Bits 0-6, 8 and 12: all that an HL7800 knows (reference 2.1, switch `wdsi_mask`).
pub(crate) const ALL_BITS: u32 = 4479;

/// A server that a session may be with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Bootstrap,
    DeviceManagement,
}

/// Why a package was not stored: the data of 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreFailure {
    NoRoom = 0,
    /// The transfer failed, by HTTP or HTTPS.
    Transfer = 1,
    BadPackage = 2,
}

/// The defect that leaves out all indications of a code. A flow goes on without what it says.
const MUTED: [(Defect, u8); 19] = [
    (Defect::NoInd0, 0),
    (Defect::NoInd1, 1),
    (Defect::NoInd2, 2),
    (Defect::NoInd3, 3),
    (Defect::NoInd4, 4),
    (Defect::NoInd5, 5),
    (Defect::NoInd6, 6),
    (Defect::NoInd7, 7),
    (Defect::NoInd8, 8),
    (Defect::NoInd9, 9),
    (Defect::NoInd10, 10),
    (Defect::NoInd11, 11),
    (Defect::NoInd12, 12),
    (Defect::NoInd13, 13),
    (Defect::NoInd14, 14),
    (Defect::NoInd15, 15),
    (Defect::NoInd16, 16),
    (Defect::NoInd18, 18),
    (Defect::NoInd23, 23),
];

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
    /// 5
    LoginRefused,
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
    /// 11; the vendor stack may leave the cause out (F27)
    NotStored(Option<StoreFailure>),
    /// 12
    SignatureGood,
    /// 13
    SignatureBad,
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
    /// 18 as `"98%"` (switch `progress`)
    QuotedProgress { percent: u8 },
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
            Indication::LoginRefused => (5, 2),
            Indication::LoggedIn => (6, 3),
            Indication::Denied => (7, 3),
            Indication::Closed => (8, 3),
            Indication::Offered { .. } => (9, 4),
            Indication::Stored => (10, 4),
            Indication::NotStored(_) => (11, 4),
            Indication::SignatureGood => (12, 5),
            Indication::SignatureBad => (13, 5),
            Indication::UpdateStarts => (14, 6),
            Indication::UpdateFailed => (15, 6),
            Indication::UpdateDone => (16, 6),
            Indication::DownloadStarts
            | Indication::Progress { .. }
            | Indication::QuotedProgress { .. } => (18, 8),
            Indication::Joined(_) => (23, 12),
        }
    }

    fn data(self) -> Option<u64> {
        match self {
            Indication::Offered { remaining_bytes } => Some(remaining_bytes),
            Indication::Progress { percent } | Indication::QuotedProgress { percent } => {
                Some(u64::from(percent))
            }
            Indication::Joined(Server::Bootstrap) => Some(0),
            Indication::Joined(Server::DeviceManagement) => Some(1),
            Indication::NotStored(failure) => failure.map(|failure| failure as u64),
            Indication::ServicesReady
            | Indication::AskConnect
            | Indication::AskDownload
            | Indication::AskInstall
            | Indication::Login
            | Indication::LoginRefused
            | Indication::LoggedIn
            | Indication::Denied
            | Indication::Closed
            | Indication::Stored
            | Indication::SignatureGood
            | Indication::SignatureBad
            | Indication::UpdateStarts
            | Indication::UpdateFailed
            | Indication::UpdateDone
            | Indication::DownloadStarts => None,
        }
    }

    /// Whether a module with these defects leaves it out.
    pub(crate) fn is_muted(self, defects: &Defects) -> bool {
        let (own_code, _) = self.code_and_bit();
        MUTED.iter().any(|(defect, code)| *code == own_code && defects.has(*defect))
    }

    /// Whether its bit is set in `level`; an event that is off is not kept for later.
    pub(crate) fn is_on(self, level: u32) -> bool {
        let (_, bit) = self.code_and_bit();
        level & (1 << bit) != 0
    }

    /// Appends the URC.
    pub(crate) fn print(self, out: &mut Vec<u8>) {
        let (code, _) = self.code_and_bit();
        let written = match (self, self.data()) {
            (Indication::QuotedProgress { percent }, _) => {
                write!(out, "\r\n+WDSI: {code},\"{percent}%\"\r\n")
            }
            (_, Some(data)) => write!(out, "\r\n+WDSI: {code},{data}\r\n"),
            (_, None) => write!(out, "\r\n+WDSI: {code}\r\n"),
        };
        written.expect("writing to memory cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_defect_mutes_the_code_of_its_name() {
        for (defect, code) in MUTED {
            assert_eq!(defect.name(), format!("no-ind-{code}"));
            let mut defects = Defects::default();
            defects.add(defect);
            let indication = Indication::Joined(Server::Bootstrap);
            assert_eq!(indication.is_muted(&defects), code == 23);
        }
        let named = Defect::ALL.iter().filter(|defect| defect.name().starts_with("no-ind-"));
        assert_eq!(named.count(), MUTED.len());
    }
}
