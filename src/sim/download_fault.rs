//! What can be made to go wrong with the next download (F27), as the role `cloud` is told.

use serde::Deserialize;

use crate::sim::indication::StoreFailure;
use crate::sim::live::Live;

/// How often a connection fails that is not said to fail less often: once more than is tried.
const FAILS_FOR_GOOD: u8 = MAX_RETRIES + 1;

/// How often a module tries again in one session (reference 4.3).
pub(crate) const MAX_RETRIES: u8 = 5;

/// `fail_download`: it strikes once the download has come to `at_percent`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownloadFault {
    /// The data of 11.
    code: Code,
    /// With code 0, 0 means before 9.
    #[serde(default)]
    at_percent: u8,
    /// HTTP status that the server answers with, as `AT+WDSE` shows it.
    status: Option<u16>,
    /// With code 1 and no status: how many connections fail.
    times: Option<u8>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u8")]
struct Code(StoreFailure);

impl TryFrom<u8> for Code {
    type Error = String;

    fn try_from(code: u8) -> Result<Code, String> {
        let known = [StoreFailure::NoRoom, StoreFailure::Transfer, StoreFailure::BadPackage];
        let found = known.into_iter().find(|failure| *failure as u8 == code);
        found.map(Code).ok_or_else(|| format!("`code` is 0, 1 or 2, not {code}"))
    }
}

/// What a fault does to a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    /// The connection breaks; trying again may help.
    Connection,
    /// It cannot be stored.
    Final { failure: StoreFailure, status: Option<u16> },
}

/// What the cloud's fault does to the download that has come to `percent`, if anything.
pub(crate) fn strike(live: &mut Live<'_>, percent: u8) -> Option<Strike> {
    let (strike, rest) = live.cloud.download_fault?.strike(percent)?;
    live.cloud.download_fault = rest;
    Some(strike)
}

impl DownloadFault {
    /// Whether there is no room for what is about to be offered.
    pub(crate) fn is_before_offer(self) -> bool {
        self.code.0 == StoreFailure::NoRoom && self.at_percent == 0
    }

    /// The fault's effect at `percent`, if any, and what is left of it afterwards.
    fn strike(self, percent: u8) -> Option<(Strike, Option<DownloadFault>)> {
        if percent < self.at_percent.min(100) {
            return None;
        }
        let Code(failure) = self.code;
        if failure != StoreFailure::Transfer || self.status.is_some() {
            return Some((Strike::Final { failure, status: self.status }, None));
        }
        let left = self.times.unwrap_or(FAILS_FOR_GOOD).saturating_sub(1);
        let rest = (left > 0).then_some(DownloadFault { times: Some(left), ..self });
        Some((Strike::Connection, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<DownloadFault, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_status_is_final_and_a_broken_connection_is_not() {
        let fault = read(r#"{"code":1,"at_percent":30,"status":404}"#).expect("valid");
        assert_eq!(fault.strike(29), None);
        let failure = StoreFailure::Transfer;
        assert_eq!(fault.strike(30), Some((Strike::Final { failure, status: Some(404) }, None)));

        let mut fault = read(r#"{"code":1,"times":2}"#).ok();
        for _ in 0..2 {
            let (strike, rest) = fault.and_then(|fault| fault.strike(0)).expect("it strikes");
            assert_eq!(strike, Strike::Connection);
            fault = rest;
        }
        assert_eq!(fault, None);
    }

    #[test]
    fn only_the_codes_of_11_are_known() {
        assert!(read(r#"{"code":0}"#).is_ok_and(DownloadFault::is_before_offer));
        assert!(read(r#"{"code":3}"#).is_err_and(|error| error.contains("0, 1 or 2")));
    }
}
