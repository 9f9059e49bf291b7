//! How a virtual module behaves where modules differ: switches, defects, noise and families.
//!
//! Sources contradict each other, and firmware can be wrong. Both are data here, with names that
//! rig files, `fotarig simulate` and its control socket use; what they change is decided in `sim`.

mod defects;
mod families;
mod switches;
mod unknown;

pub use defects::{Asked, Defect, Defects};
pub use families::{FAMILIES, Family};
pub use switches::{
    AuthFail, BootOffer, BusyError, CidRange, CloseAtInstall, CmeeTest, Denied, FactoryReset,
    IdleAnswerError, InstallTime, Local12, LocalStart, Mismatch, Multiline, NakPeriod, OfferOrder,
    ParameterError, Pending650, PendingClose, ProgressStyle, ReadyEvent, RegFail, RepeatWith9,
    ResultOrder, ResumeQuiet, RetryDefault, Rotation5, SWITCHES, SessionPoint, StoreOrder,
    SuspendOffer, SwitchWords, Switches, UserSessionClose, VersionStyle, Wdsc22, Wdsd, WdseClosed,
    WdsiMask, WdsiTest, XmShort, XmSizeBug, XmStart,
};
pub use unknown::Unknown;

/// How disturbed the line between module and host is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Noise {
    #[default]
    None,
    /// What a correct host stands: split, joined and delayed bytes, NUL bytes at boot, indications
    /// at bad moments.
    Harmless,
    /// Bytes are also dropped and flipped, and the first after a pause is lost.
    Rough,
}

impl Noise {
    pub const WORDS: [(&'static str, Noise); 3] =
        [("none", Noise::None), ("harmless", Noise::Harmless), ("rough", Noise::Rough)];

    pub fn named(name: &str) -> Option<Noise> {
        Noise::WORDS.iter().find(|(word, _)| *word == name).map(|(_, noise)| *noise)
    }
}
