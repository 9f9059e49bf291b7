//! One switch for each contradiction between the sources (reference section 10), as a table.

use crate::behaviour::Unknown;

/// A switch as people see it: its name and the words for its values, the default first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwitchWords {
    pub name: &'static str,
    pub about: &'static str,
    pub values: &'static [&'static str],
}

macro_rules! switches {
    ($(
        $(#[doc = $about:literal])+
        $name:ident : $kind:ident { $($value:ident = $word:literal),+ $(,)? }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $kind { $($value),+ }

            impl $kind {
                const WORDS: &[(&'static str, $kind)] = &[$(($word, $kind::$value)),+];
            }

            impl Default for $kind {
                fn default() -> $kind {
                    let [(_, first), ..] = $kind::WORDS else { unreachable!() };
                    *first
                }
            }
        )+

        /// All switches of a virtual module. Each is at its first value unless set otherwise.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Switches { $($(#[doc = $about])+ pub $name: $kind),+ }

        /// Every switch with its values.
        pub const SWITCHES: &[SwitchWords] = &[$(SwitchWords {
            name: stringify!($name),
            about: concat!($($about),+),
            values: &[$($word),+],
        }),+];

        impl Switches {
            /// Changes nothing when there is no such switch or value.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), Unknown> {
                let unknown = || Unknown::of_switch(name, value);
                match name {
                    $(stringify!($name) => {
                        let found = $kind::WORDS.iter().find(|(word, _)| *word == value);
                        self.$name = found.ok_or_else(unknown)?.1;
                        Ok(())
                    })+
                    _ => Err(unknown()),
                }
            }

            /// The word for the value that switch `name` has.
            pub fn word(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($name) => {
                        let found = $kind::WORDS.iter().find(|(_, value)| *value == self.$name);
                        found.map(|(word, _)| *word)
                    })+
                    _ => None,
                }
            }
        }
    };
}

switches! {
    /// How several information responses are framed.
    multiline: Multiline { Compact = "compact", EachLineWrapped = "each-line-wrapped" }
    /// The version from the factory: as given, or one of two that were seen.
    version: VersionStyle { Given = "given", Field = "hl7800-field", Note = "note-2018" }
    /// Answer of `AT+WDSI=?`.
    wdsi_test: WdsiTest { Span = "span", Subsets = "subsets" }
    /// Which levels `AT+WDSI` takes.
    wdsi_mask: WdsiMask {
        Strict4479 = "4479", To8191 = "8191", To4095 = "4095", Lenient = "lenient",
    }
    /// Answer of `AT+CMEE=?`.
    cmee_test: CmeeTest { ToOne = "0-1", ToTwo = "0-2" }
    /// Contexts that `AT+WDSS=2` takes.
    cid_range: CidRange { ToTwo = "1-2", OnlyOne = "1-1" }
    /// Whether there is `AT+WDSD`.
    wdsd: Wdsd { Present = "present", Absent = "absent" }
    /// What becomes of `AT+WDSC=2,2`.
    wdsc_22: Wdsc22 { Error = "error", AcceptedAs1 = "accepted" }
    /// Retry timers from the factory: eight values, or the seven of siblings.
    retry_default: RetryDefault { Eight = "eight", Seven = "seven" }
    /// Error of the device-services commands for bad parameters.
    param_error: ParameterError { Error3 = "3", Error916 = "916", Error650 = "650" }
    /// Error of `AT+WDSR` when nothing asks.
    wdsr_idle_error: IdleAnswerError { Error3 = "3", Error650 = "650" }
    /// When `AT+WDSS=1,1` gives 650 because a request waits.
    pending_650: Pending650 { Always = "always", WhenClosed = "when-closed", Never = "never" }
    /// Answer of `AT+WDSS=1,1` while authentication runs.
    busy_error: BusyError { Error3 = "3", Error650 = "650", Error652 = "652", Ok = "ok" }
    /// Who closes a session that the host opened, and after how much silence.
    user_session_close: UserSessionClose {
        HostOnly = "host-only", Auto20 = "auto-20s", Auto90 = "auto-90s", Auto120 = "auto-120s",
    }
    /// Whether a waiting request keeps an automatic session.
    pending_close: PendingClose { StaysOpen = "stays-open", Closes = "closes" }
    /// When 0 is said.
    ready_event: ReadyEvent { Services = "services", Boot = "boot" }
    /// When 6 and 23 are said in the course of a connection.
    session_point: SessionPoint {
        InTurn = "in-turn", Together = "together", Registering = "registering",
    }
    /// What a failing authentication prints.
    auth_fail: AuthFail { EachTime = "each-time", OnceAfterSilence = "once-after-silence" }
    /// Whether 5 is said when the cause is a key rotation.
    rotation_5: Rotation5 { Shown = "shown", Hidden = "hidden" }
    /// What a failing registration does.
    reg_fail: RegFail { EachTime = "each-time", SilentBootstrap = "silent-bootstrap" }
    /// What a device sees that its servers do not know.
    denied: Denied { After23 = "4-6-23-7-8", After4 = "4-7", After5 = "4-5-7" }
    /// Whether 9 comes before 2.
    offer_order: OfferOrder { NineThenTwo = "9-then-2", NineAfterAccept = "9-after-accept" }
    /// Whether a repeated 2 has a 9 before it.
    repeat_with_9: RepeatWith9 { No = "no", Yes = "yes" }
    /// Whether a download that resumes without agreement says 9.
    resume_quiet: ResumeQuiet { Quiet = "quiet", Told = "told" }
    /// When requests are shown again after a boot.
    boot_offer: BootOffer {
        StartUp = "start-up", Registration = "registration", NextSession = "next-session",
    }
    /// When a suspended download is offered again.
    suspend_offer: SuspendOffer { NextSession = "next-session", AtOnce = "at-once" }
    /// Order of 12 and 10.
    store_order: StoreOrder { TwelveTen = "12-10", TenTwelve = "10-12" }
    /// How 18 shows progress.
    progress: ProgressStyle {
        EachPercent = "each-percent", StartsAt0 = "starts-at-0", NoStart = "no-start",
        Step5 = "step-5", Step10 = "step-10", Quoted = "quoted",
    }
    /// Whether 8 comes between 14 and the reboot.
    close_at_install: CloseAtInstall { Told = "told", Silent = "silent" }
    /// Where the result of an update comes at boot.
    result_order: ResultOrder {
        BeforeKsup = "before-ksup", AfterKsup = "after-ksup", NoKsup = "no-ksup",
        AfterReady = "after-0",
    }
    /// Whether 12 is said in a local update.
    local_12: Local12 { Printed = "printed", Absent = "absent" }
    /// What a package for another version comes to.
    mismatch: Mismatch {
        AfterReboot = "after-reboot", WithoutReboot = "without-reboot", NoEvent = "no-event",
    }
    /// How long `AT+WDSD` waits for the transfer to begin.
    local_start: LocalStart { S300 = "300s", S180 = "180s" }
    /// How long an install takes.
    install_time: InstallTime { S120 = "120s", BySize = "by-size", S900 = "900s" }
    /// What asks an XMODEM sender to begin.
    xm_start: XmStart { Nak = "nak", CThenNak = "c-then-nak" }
    /// Whether 128-byte blocks are taken.
    xm_short: XmShort { Accepted = "accepted", Refused = "refused" }
    /// How often the start of a transfer is asked for.
    nak_period: NakPeriod { S3 = "3s", S1 = "1s", S10 = "10s" }
    /// Which versions spoil transfers of certain sizes (EURY-4127).
    xm_size_bug: XmSizeBug { ByVersion = "by-version", Always = "always", Never = "never" }
    /// Answer of `AT+WDSE` without a session.
    wdse_closed: WdseClosed { OnlyOk = "only-ok", Status = "status" }
    /// What `AT&F` does to device services.
    atf_wds: FactoryReset { LeavesServices = "leaves", ClearsServices = "clears" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_sets_its_switch_and_is_read_back() {
        for switch in SWITCHES {
            let mut switches = Switches::default();
            assert_eq!(switches.word(switch.name), switch.values.first().copied());
            for value in switch.values {
                assert_eq!(switches.set(switch.name, value), Ok(()), "{}", switch.name);
                assert_eq!(switches.word(switch.name), Some(*value));
            }
            let unknown = Unknown::Value { switch, value: "nonsense".to_owned() };
            assert_eq!(switches.set(switch.name, "nonsense"), Err(unknown));
        }
        let unknown = Unknown::Switch("nonsense".to_owned());
        assert_eq!(Switches::default().set("nonsense", "3"), Err(unknown));
    }
}
