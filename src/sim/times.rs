//! How long everything takes; one named time each, with its source.

use std::time::Duration;

// Answers. Reference 1.1: simple commands answer in under 0.3 s, and chapter 5: `OK` 0.2 s (guess).
pub(crate) const SIMPLE_ANSWER: Duration = Duration::from_millis(20);
pub(crate) const SERVICE_ANSWER: Duration = Duration::from_millis(200);
/// Defect `late-ok`.
pub(crate) const LATE_ANSWER: Duration = Duration::from_secs(5);
/// Defect `foreign-at`: from an answer to the next probe of another program.
pub(crate) const FOREIGN_PROBE: Duration = Duration::from_secs(10);
/// Reference 1.4: under 5 s.
pub(crate) const RADIO_ANSWER: Duration = Duration::from_secs(1);
/// F11: how long the network takes to refuse an APN (guess).
pub(crate) const APN_REFUSED: Duration = Duration::from_secs(5);
/// F11: how long the module tries before error 148 (guess).
pub(crate) const ACTIVATION_FAILS: Duration = Duration::from_secs(10);
/// From the `OK` of a reset or a switch-off until it happens (guess).
pub(crate) const BEFORE_RESET: Duration = Duration::from_millis(200);
/// From an `OK` to an event that follows it at once, as 0 after `AT+WDSS=2` (guess).
pub(crate) const SOON: Duration = Duration::from_millis(100);

// Boot. Reference 1.3 and chapter 5.
pub(crate) const BOOT: Duration = Duration::from_secs(5);
pub(crate) const REQUESTS_AFTER_BOOT: Duration = Duration::from_secs(2);
/// Within the 5 to 30 s of the reference.
pub(crate) const REGISTRATION: Duration = Duration::from_secs(8);
pub(crate) const AUTOMATIC_CONNECTION: Duration = Duration::from_secs(2);

// Sleep. Reference 1.5: 1 to 5 s before the module answers (guess which).
pub(crate) const WAKE_FROM_SLEEP: Duration = Duration::from_millis(1500);
pub(crate) const WAKE_FROM_HIBERNATION: Duration = Duration::from_secs(4);

// Session. Reference chapter 5, F03 and F04.
pub(crate) const LOGIN_AFTER_START: Duration = Duration::from_secs(2);
pub(crate) const LOGGED_IN: Duration = Duration::from_secs(5);
pub(crate) const JOINED: Duration = Duration::from_secs(1);
pub(crate) const CREDENTIALS_WRITTEN: Duration = Duration::from_secs(3);
pub(crate) const LOGIN_AFTER_BOOTSTRAP: Duration = Duration::from_secs(1);
/// F05: each refused authentication; five with their pauses take 90 to 120 s.
pub(crate) const AUTHENTICATION_FAILS: Duration = Duration::from_secs(15);
/// Switch `auth_fail`: silent retransmissions of 45 to 95 s.
pub(crate) const RETRANSMISSIONS: Duration = Duration::from_secs(70);
pub(crate) const LOGIN_AFTER_FAILURE: Duration = Duration::from_secs(4);
/// F06.
pub(crate) const REGISTRATION_FAILS: Duration = Duration::from_secs(10);
/// Servers that say nothing, until the module gives up (guess).
pub(crate) const UNANSWERED: Duration = Duration::from_secs(60);
/// Defect `retries-at-once`.
pub(crate) const EARLY_RETRY: Duration = Duration::from_secs(60);
/// F08: the bootstrap server refuses after 5 s.
pub(crate) const DENIED: Duration = Duration::from_secs(5);
pub(crate) const REPORT: Duration = Duration::from_secs(1);
/// Offers and install orders come 3 s after what makes the server send them.
pub(crate) const SERVER_SPEAKS: Duration = Duration::from_secs(3);
pub(crate) const CLOSED_AFTER_STOP: Duration = Duration::from_secs(1);
/// An automatic session closes after this silence (note 7.4.2).
pub(crate) const INACTIVITY: Duration = Duration::from_secs(20);

// Network. Reference 4.2, and the loss of a context as seen in the field (section 8).
pub(crate) const NETWORK_LOST: Duration = Duration::from_secs(150);
/// Defect `closes-at-once`.
pub(crate) const LOST_AT_ONCE: Duration = Duration::from_secs(1);
/// Defect `nat-lost`.
pub(crate) const SHORT_NAT: Duration = Duration::from_secs(5);
/// Defect `reg-flap`.
pub(crate) const FLAP: Duration = Duration::from_secs(5);
pub(crate) const CONTEXT_LIFE: Duration = Duration::from_secs(50);
/// `+KCNX_IND: 1,5,30`: the module tries again after 30 s.
pub(crate) const CONTEXT_RETRY: Duration = Duration::from_secs(30);

// Requests. Note 9.2.
/// Defect `repeats-early`.
pub(crate) const EARLY_REPEAT: Duration = Duration::from_secs(5 * 60);
pub(crate) const REQUEST_REPEAT: Duration = Duration::from_secs(30 * 60);

// Download. F12 and F13.
pub(crate) const FIRST_PROGRESS: Duration = Duration::from_secs(1);
pub(crate) const PROGRESS_AFTER_ACCEPT: Duration = Duration::from_secs(2);
/// F35: 1464 bytes take 2 s; below that the overhead of the transfer counts, not the link.
pub(crate) const SHORTEST_DOWNLOAD: Duration = Duration::from_secs(2);
/// From the end of a session to the offer of what was suspended: soon after 8.
pub(crate) const OFFER_AFTER_END: Duration = Duration::from_millis(1200);
/// Reference 4.2: five retries of 30 s.
pub(crate) const TRANSPORT_RETRY: Duration = Duration::from_secs(30);
/// How long flash takes for a block (guess).
pub(crate) const BLOCK_WRITE: Duration = Duration::from_millis(20);
/// From the last 18.
pub(crate) const SIGNATURE_CHECK: Duration = Duration::from_secs(2);
pub(crate) const STORED_AFTER_CHECK: Duration = Duration::from_millis(200);

// Install. F12, F13 and reference 4.2.
pub(crate) const INSTALL_AFTER_ACCEPT: Duration = Duration::from_millis(500);
pub(crate) const CLOSE_BEFORE_INSTALL: Duration = Duration::from_secs(2);
pub(crate) const SILENT_BEFORE_INSTALL: Duration = Duration::from_secs(2);
/// Within the 1 to 8 min of note 9.4 (reference switch `install_time`).
pub(crate) const INSTALL: Duration = Duration::from_secs(120);
/// With closing and boot just within the 15 minutes of the host's watchdog; the jitter of an
/// install is small, since each of its blocks has its own.
pub(crate) const INSTALL_LONGEST: Duration = Duration::from_secs(850);
/// Defect `slow-install`: far beyond note 9.4, and still within the watchdog.
pub(crate) const INSTALL_SLOW: Duration = Duration::from_secs(14 * 60);
/// Longer than the watchdog.
pub(crate) const INSTALL_TOO_LONG: Duration = Duration::from_secs(17 * 60);

/// The shortest and the longest install seen, in seconds, and their packages (F31, step 6).
const INSTALLS_SEEN: [(u64, u64); 2] = [(30_000, 81), (980_000, 220)];

/// On the line through what was seen, and not beyond its ends.
pub(crate) fn install_of(package_bytes: u64) -> Duration {
    let [(small, short), (large, long)] = INSTALLS_SEEN;
    let above = package_bytes.clamp(small, large) - small;
    Duration::from_secs(short + above * (long - short) / (large - small))
}

/// From one boot to the next reset of a module that is in a loop: nine in four minutes were seen.
pub(crate) const BOOT_LOOP: Duration = Duration::from_secs(20);

// Local update. Reference 6.1 and F31.
/// From the command; its answer would have come before.
pub(crate) const FIRST_NAK: Duration = Duration::from_millis(1_270);
/// A block of 1024 bytes takes 0.27 s, of which the wire takes 0.09 s at 115200 bits per second.
pub(crate) const STORE_1K: Duration = Duration::from_millis(180);
/// Between two answer bytes, so that each is a write of its own (quirk 5).
pub(crate) const BETWEEN_BYTES: Duration = Duration::from_millis(2);
/// 3 was seen 9 ms behind the EOT.
pub(crate) const RESULT_AFTER_END: Duration = Duration::from_millis(4);
pub(crate) const REQUEST_AFTER_RESULT: Duration = Duration::from_millis(5);
/// How long a module sleeps that should not: longer than senders wait (6.2, 11).
pub(crate) const SLEEP_IN_TRANSFER: Duration = Duration::from_secs(300);
