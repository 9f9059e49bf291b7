//! What a module would say of a package: the indication that decides, and why.

use crate::package::Package;
use crate::package::container::Flaw;

/// What comes of an update with a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// `+WDSI: 16`: the module runs the new version.
    Updated,
    /// `+WDSI: 15`: a delta for another version (app note 9.4).
    WrongBase,
    /// `+WDSI: 13`: somebody else signed it (app note 9.3); over the air 11,2 follows.
    WrongSignature,
    /// The file is damaged, or no package: `+WDSI: 11,2` over the air (app note 7.2), where the
    /// download is at fault; 13 after `AT+WDSD`, whose check is that of the install (guess).
    Damaged,
}

impl Outlook {
    /// On a module that runs this firmware.
    pub fn of(package: &Package, firmware: &str) -> Outlook {
        match package.flaw() {
            Some(flaw) => Outlook::of_flaw(&flaw),
            None if package.fits(firmware) => Outlook::Updated,
            None => Outlook::WrongBase,
        }
    }

    /// Of a file with this flaw, on any module.
    pub fn of_flaw(flaw: &Flaw) -> Outlook {
        match flaw {
            Flaw::Signature => Outlook::WrongSignature,
            Flaw::NotAPackage
            | Flaw::Version { .. }
            | Flaw::Header { .. }
            | Flaw::Truncated { .. }
            | Flaw::Surplus { .. }
            | Flaw::Payload => Outlook::Damaged,
        }
    }

    /// The line that a host waits for, or the lines, in an update over the air.
    pub fn over_the_air(self) -> &'static str {
        match self {
            Outlook::Updated => "+WDSI: 16",
            Outlook::WrongBase => "+WDSI: 15",
            Outlook::WrongSignature => "+WDSI: 13 and +WDSI: 11,2",
            Outlook::Damaged => "+WDSI: 11,2",
        }
    }

    /// The line that a host waits for after `AT+WDSD` and `AT+WDSR=4`.
    pub fn in_a_local_update(self) -> &'static str {
        match self {
            Outlook::Updated => "+WDSI: 16",
            Outlook::WrongBase => "+WDSI: 15",
            Outlook::WrongSignature | Outlook::Damaged => "+WDSI: 13",
        }
    }
}
