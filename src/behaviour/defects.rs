//! The ways in which a virtual module can be wrong: one line each, with the section that it breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! defects {
    ($($defect:ident = $name:literal, $section:literal, $about:literal;)+) => {
        /// A named way to be faulty. It changes one behaviour.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Defect { $($defect),+ }

        impl Defect {
            pub const ALL: &[Defect] = &[$(Defect::$defect),+];

            /// As rig files, `--defect` and reports write it.
            pub fn name(self) -> &'static str {
                match self { $(Defect::$defect => $name),+ }
            }

            /// Section of the app note that it breaks, or of the wire reference (`ref`).
            pub fn section(self) -> &'static str {
                match self { $(Defect::$defect => $section),+ }
            }

            /// What such a module does.
            pub fn about(self) -> &'static str {
                match self { $(Defect::$defect => $about),+ }
            }
        }
    };
}

defects! {
    // Settings and indications.
    IgnoresMask = "ignores-mask", "7.2", "prints every indication, whatever AT+WDSI says";
    ForgetsLevel = "forgets-level", "7.2", "the level of AT+WDSI is 0 again after a reset";
    RefusesFullLevel = "refuses-full-level", "7.2", "AT+WDSI=4479 is an error";
    ForgetsAgreements = "forgets-agreements", "7.3", "the agreements are off again after a reset";
    ForgetsApn = "forgets-apn", "7.5.2", "the APN is gone after a reset";
    NoInd0 = "no-ind-0", "7.2", "services become usable without 0";
    ReadyWithoutApn = "ready-without-apn", "7.2", "says 0 although no APN is set";

    // Sessions.
    No650WithoutApn = "no-650-without-apn", "12", "a start without APN is OK, and nothing follows";
    No650WhilePending = "no-650-while-pending", "12", "a start is OK while 2 or 3 waits";
    No133 = "no-133", "12", "an APN that the network refuses gives OK and 7 instead of error 133";
    NoInd4 = "no-ind-4", "7.2", "connects without 4";
    NoInd5 = "no-ind-5", "7.4", "a refused authentication is not told by 5";
    NoInd6 = "no-ind-6", "7.4", "connects without 6";
    NoInd7 = "no-ind-7", "12", "a denial or failed session is not told by 7";
    NoInd8 = "no-ind-8", "7.4.1", "a session ends without 8";
    NoInd23 = "no-ind-23", "7.4", "connects without 23";
    DeafToStop = "deaf-to-stop", "7.4.1", "AT+WDSS=1,0 is OK, and the session stays";
    SecondSession = "second-session", "7.4.1", "a start while connected logs in once more";
    ClosesHostSession = "closes-host-session", "7.4", "closes the host's session after 20 s";
    HidesSession = "hides-session", "7.5.2", "AT+WDSS? says 0 while a session is open";
    NeverPolls = "never-polls", "7.4.2", "the polling period passes without a connection";
    PollsTooOften = "polls-too-often", "7.4.2", "connects after half of the polling period";
    PollsAtReset = "polls-at-reset", "7.4.2", "the polling clock is over after each reset";
    KeepsPollSession = "keeps-poll-session", "7.4.2", "a polling session never closes by itself";
    ClosesPollEarly = "closes-poll-early", "7.4.2", "a polling session closes after 5 s";
    SkipsBootstrap = "skips-bootstrap", "7.4", "without device-management credentials it gives up";
    KeepsDeadCredentials = "keeps-dead-credentials", "7.4",
        "five refused authentications lead to no bootstrap";
    BootstrapsEarly = "bootstraps-early", "7.4", "the first refused authentication bootstraps";
    BootstrapsAlways = "bootstraps-always", "7.4", "each session begins with a bootstrap";
    ForgetsCredentials = "forgets-credentials", "7.4", "credentials are gone after a reset";
    BlamesNewDevice = "blames-new-device", "7.2", "the first bootstrap ever says 5";
    NeverRetries = "never-retries", "7.2", "the retry timers pass without a new attempt";
    RetriesAtOnce = "retries-at-once", "7.2", "a new attempt comes after a minute";
    NatLost = "nat-lost", "7.4.3", "the network forgets the way to the module after 5 s";
    SerialLabel = "serial-label", "6",
        "is registered under another serial number: each session is denied";
    Deny7 = "deny-7", "12", "every second session fails with 7";

    // Agreements.
    InstallsUnasked = "installs-unasked", "9.2", "installs without 3 although that needs agreement";
    DownloadsUnasked = "downloads-unasked", "9.2",
        "downloads without 2 although that needs agreement";
    ConnectsUnasked = "connects-unasked", "7.3", "connects after an update without 1";
    AsksNeedlessly = "asks-needlessly", "9.1", "asks by 2 and 3 although no agreement is on";
    RepeatsEarly = "repeats-early", "9.2", "repeats a request after 5 minutes";
    NeverRepeats = "never-repeats", "9.2", "never repeats a request";
    RepeatsAnswered = "repeats-answered", "9.2", "asks once more after the request was accepted";
    IgnoresDelay = "ignores-delay", "9.2", "a delayed request comes after 30 minutes";
    DelayNeverEnds = "delay-never-ends", "9.2", "a delayed request does not come again";
    AcceptsRefusal = "accepts-refusal", "7.3", "a delay of 0 drops the request";
    AcceptsWrongAnswer = "accepts-wrong-answer", "7.3", "AT+WDSR=4 accepts a download as well";
    NoInd1 = "no-ind-1", "7.3", "waits for the agreement to connect without asking by 1";
    ForgetsRequest = "forgets-request", "13", "a reset drops the request that waits";
    LosesRequest = "loses-request", "13", "a power cut drops the request that waits";

    // Download.
    NoInd2 = "no-ind-2", "9.2", "waits for an agreement without asking by 2";
    NoInd9 = "no-ind-9", "9.5", "a package is offered without 9";
    NoInd10 = "no-ind-10", "9.5", "a package is stored without 10";
    NoInd11 = "no-ind-11", "7.2", "a package is not stored, and 11 does not say so";
    NoInd12 = "no-ind-12", "9.5", "a package is verified without 12";
    NoInd18 = "no-ind-18", "9.5", "downloads without 18";
    WrongSize = "wrong-size", "9.5", "9 shows 512 bytes more than the package has";
    ProgressRunsBack = "progress-runs-back", "9.5", "after 50 % the progress shows 49 again";
    ProgressStops = "progress-stops", "9.5", "the download hangs at 50 %";
    NeverReaches100 = "never-reaches-100", "9.5", "the progress ends at 99";
    QuotedProgress = "quoted-progress", "9.5", "shows 18,\"98%\" instead of 18,98";
    ResumesFromZero = "resumes-from-zero", "11", "a suspended download starts again from zero";
    WrongRemaining = "wrong-remaining", "11.1", "an offer after a suspension shows the full size";
    ResumesUnasked = "resumes-unasked", "11.5", "resumes without 2 although that needs agreement";
    NoOfferAtBoot = "no-offer-at-boot", "11.1", "after a boot neither 9 nor 2 is shown";
    NeverResumes = "never-resumes", "11.5", "a suspended download is not taken up again";
    ForgetsPackage = "forgets-package", "11.1", "a reset loses the partial package";
    LosesPackage = "loses-package", "11.4", "a power cut loses the partial package";
    CountsHalfBlocks = "counts-half-blocks", "11.4",
        "a flash block that a power cut left half-written is counted as good";
    DeafToNetworkLoss = "deaf-to-network-loss", "11.3", "a long network loss closes nothing";
    ClosesAtOnce = "closes-at-once", "11.3", "the shortest network loss closes the session";
    WeakLink = "weak-link", "11.3", "a download loses the network every 20 percent";
    PdnDrop = "pdn-drop", "11.3", "loses the data context once, 50 s after it registered";
    RegFlap = "reg-flap", "11.3", "the registration flaps while a package is downloaded";
    CrashKsup = "crash-ksup", "11.1", "crashes and boots once, at 40 % of a download";

    // Security.
    AcceptsBadSignature = "accepts-bad-signature", "9.3", "takes a package that nobody signed";
    AcceptsDamage = "accepts-damage", "9.3", "takes a package whose bytes were damaged";
    NoInd13 = "no-ind-13", "7.2", "a bad signature is not told by 13";
    InstallsRejected = "installs-rejected", "9.3", "says 13, and stores the package all the same";

    // Install.
    NoInd3 = "no-ind-3", "10", "waits for the agreement to install without asking by 3";
    NoInd14 = "no-ind-14", "9.4", "an update starts without 14";
    NoInd15 = "no-ind-15", "9.4", "an update fails without 15";
    NoInd16 = "no-ind-16", "9.4", "an update ends well without 16";
    Says16Twice = "says-16-twice", "9.4", "16 comes at the next boot as well";
    LiesUpdated = "lies-updated", "9.4", "says 16 with the old version";
    LiesFailed = "lies-failed", "9.4", "says 15 with the new version";
    AcceptsWrongBase = "accepts-wrong-base", "12", "installs a delta for another version";
    SilentMismatch = "silent-mismatch", "10", "a wrong delta leaves the old version without 15";
    PairRefused = "pair-refused", "9.4", "a good delta fails with 15";
    UpdateLooksGood = "update-looks-good", "9.4",
        "boots the old version after a good update, and says neither 15 nor 16";
    DowngradeRefused = "downgrade-refused", "9.4",
        "a package to an older version leaves the old one, without 15";
    HangInstall = "hang-install", "9.4", "never comes back after 14";
    SlowInstall = "slow-install", "9.4", "installs for 14 minutes, near the watchdog";
    LateInstall = "late-install", "9.4", "installs for 17 minutes, beyond the watchdog";
    Brick = "brick", "9.4", "after the update only the bootloader speaks";
    BootLoop = "boot-loop", "9.4", "after the update it resets again and again";
    HalfUpdated = "half-updated", "13", "a power cut in the install ends in a mixed version";
    InstallLost = "install-lost", "13", "a power cut in the install drops the update";
    InstallsTwice = "installs-twice", "9.4", "installs once more after the update";
    VersionGarbage = "version-garbage", "9.5", "the version is HL7800.?.?.?.0 after an update";
    NeverReports = "never-reports", "9", "the server never learns how the update ended";
    ReportsOnce = "reports-once", "9", "a status report that fails is not repeated";
    NulFlood = "nul-flood", "9.4", "a long run of NUL bytes comes after 14";
    TraceNoise = "trace-noise", "9.4", "the updater prints its trace after 14";
    EchoBack = "echo-back", "ref 7", "echo is on again after any reboot, although stored off";
    SilentBoot = "silent-boot", "ref 1.3", "boots without +KSUP although AT+KSREP is on";
    SiblingUrcs = "sibling-urcs", "ref 1.3", "prints +SIM, +PBREADY and +NVBU_IND at boot";

    // Local update.
    XmSizeBug = "xm-size-bug", "10", "transfers with a short last block end in an error";
    AcceptsBadChecksum = "accepts-bad-checksum", "10", "takes blocks whose checksum is wrong";
    AckLost = "ack-lost", "10", "the answer to one block is lost";
    NakStorm = "nak-storm", "10", "answers a block by several NAKs once";
    EotNak = "eot-nak", "10", "refuses the end of the transfer";
    DupAck = "dup-ack", "10", "acknowledges a block twice";
    BadBlock = "bad-block", "10", "refuses every transmission of block 3";
    UrcInXmodem = "urc-in-xmodem", "10", "prints +CEREG between two blocks";
    StartNeverEnds = "start-never-ends", "10", "waits for a transfer without end";
    NoStart = "no-start", "10", "never asks the sender to begin";
    LocalUnasked = "local-unasked", "10", "installs a local package without 3";
    LocalReports = "local-reports", "10", "connects by itself after a local update";
    SleepMidXmodem = "sleep-mid-xmodem", "ref 1.5", "sleeps five minutes in a transfer";
    WrongPort = "wrong-port", "10", "AT+WDSD is an error on this port";

    // AT.
    UrcInResponse = "urc-in-response", "ref 1.1", "a URC tears an information response apart";
    CeregFlood = "cereg-flood", "ref 1.1", "twenty +CEREG lines come before each answer";
    ForeignAt = "foreign-at", "ref 8", "another program's AT probes are answered on this port";
    WpppError = "wppp-error", "ref 8", "AT+WPPP? prints its line and then an error";
    DataModeLeft = "data-mode-left", "ref 8", "the first command is lost";
    ClockOff = "clock-off", "ref 8", "the clock is a minute ahead";
    LateOk = "late-ok", "ref 1.1", "answers take five seconds longer";
    NoAnswer = "no-answer", "ref 1.1", "every tenth command gets no answer";
    ErrorForOk = "error-for-ok", "ref 1.1", "AT+WDSR that is accepted answers by an error";
    Asleep = "asleep", "ref 1.5",
        "falls asleep when idle, whatever AT+KSLEEP says; what wakes it is lost";
    HibernateDeaf = "hibernate-deaf", "ref 1.5", "no answer after hibernation until a reset";
}

impl Defect {
    pub fn named(name: &str) -> Option<Defect> {
        Defect::ALL.iter().copied().find(|defect| defect.name() == name)
    }
}

/// Words of the set.
const WORDS: usize = Defect::ALL.len().div_ceil(u64::BITS as usize);

/// Which defects a module has: a bit for each.
#[derive(Clone, Debug, Default)]
pub struct Defects {
    bits: [u64; WORDS],
    /// Somebody who wants to know what is asked.
    watched: Option<Asked>,
}

/// Which defects a module was asked about. One that was never asked about changed no decision, so
/// the module would have done the same with it.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<[AtomicU64; WORDS]>);

impl Defects {
    /// Records from now on which defects are asked about, also of copies.
    pub fn watch(&mut self) -> Asked {
        self.watched.get_or_insert_default().clone()
    }

    pub fn has(&self, defect: Defect) -> bool {
        let (word, bit) = place(defect);
        if let Some(Asked(asked)) = &self.watched {
            asked[word].fetch_or(bit, Ordering::Relaxed);
        }
        self.bits[word] & bit != 0
    }

    pub fn add(&mut self, defect: Defect) {
        let (word, bit) = place(defect);
        self.bits[word] |= bit;
    }

    pub fn remove(&mut self, defect: Defect) {
        let (word, bit) = place(defect);
        self.bits[word] &= !bit;
    }

    /// Those that the module has, which is a question about each.
    pub fn iter(&self) -> impl Iterator<Item = Defect> {
        Defect::ALL.iter().copied().filter(|defect| self.has(*defect))
    }
}

/// Two sets are the same when they hold the same, whoever watches.
impl PartialEq for Defects {
    fn eq(&self, other: &Defects) -> bool {
        self.bits == other.bits
    }
}

impl Eq for Defects {}

impl Asked {
    pub fn about(&self, defect: Defect) -> bool {
        let (word, bit) = place(defect);
        self.0[word].load(Ordering::Relaxed) & bit != 0
    }
}

fn place(defect: Defect) -> (usize, u64) {
    let number = defect as usize;
    (number / u64::BITS as usize, 1 << (number % u64::BITS as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for defect in Defect::ALL {
            assert_eq!(Defect::named(defect.name()), Some(*defect));
            assert!(!defect.about().ends_with('.') && !defect.section().is_empty());
        }
    }

    #[test]
    fn a_set_holds_what_was_added() {
        let mut defects = Defects::default();
        for defect in Defect::ALL {
            defects.add(*defect);
        }
        defects.remove(Defect::NoInd3);
        assert_eq!(defects.iter().count(), Defect::ALL.len() - 1);
        assert!(!defects.has(Defect::NoInd3));
    }
    #[test]
    fn what_is_asked_is_recorded_also_through_a_copy() {
        let mut defects = Defects::default();
        let asked = defects.watch();
        assert!(!defects.clone().has(Defect::NoInd3) && asked.about(Defect::NoInd3));
        assert!(!asked.about(Defect::Brick));
        assert_eq!(defects, Defects::default());
        assert_eq!(defects.iter().count(), 0);
        assert!(asked.about(Defect::Brick), "a listing tells of each");
    }
}
