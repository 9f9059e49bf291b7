//! Finds the pairs of a firmware version and a delta that does not fit it (app note 9.4).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::package::{ANY_VERSION, Package, PackageKind};

/// Each pair is a test, which on a real module takes some minutes: more than these are no suite.
const MAX_MISMATCHES: usize = 200;

/// A module with this firmware must refuse this delta.
#[derive(Clone, Debug)]
pub struct Mismatch {
    pub firmware: String,
    pub package: Arc<Package>,
}

impl Mismatch {
    /// As scenarios see it: `${pair.firmware}`, `${pair.package.from}`; the name is for people.
    pub fn to_value(&self) -> Value {
        json!({
            "name": format!("{} on {}", self.package.name, self.firmware),
            "firmware": self.firmware,
            "package": self.package.to_value(),
        })
    }
}

/// Each delta with each version that occurs and is not its base. Where these are too many, each
/// delta has its first wrong version before any has its second one.
pub(crate) fn mismatches(packages: &[Arc<Package>]) -> Vec<Mismatch> {
    let mut versions: Vec<&str> = Vec::new();
    for version in packages.iter().flat_map(|package| [&package.from, &package.to]) {
        if version != ANY_VERSION && !versions.contains(&version.as_str()) {
            versions.push(version);
        }
    }
    let is_delta = |package: &&Arc<Package>| match package.kind {
        PackageKind::Delta => true,
        PackageKind::Full => false,
    };
    let mut pairs = Vec::new();
    for (at, package) in packages.iter().filter(is_delta).enumerate() {
        let wrong = versions.iter().filter(|version| **version != package.from);
        pairs.extend(wrong.enumerate().map(|(round, firmware)| (round, at, firmware, package)));
    }
    pairs.sort_by_key(|(round, at, ..)| (*round, *at));
    pairs.truncate(MAX_MISMATCHES);
    pairs.sort_by_key(|(round, at, ..)| (*at, *round));
    let pair = |(_, _, firmware, package): (_, _, &&str, &Arc<Package>)| Mismatch {
        firmware: (*firmware).to_owned(),
        package: Arc::clone(package),
    };
    pairs.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(from: &str, to: &str, kind: PackageKind) -> Arc<Package> {
        Arc::new(Package {
            name: format!("{from}{to}"),
            from: from.to_owned(),
            to: to.to_owned(),
            kind,
            size_bytes: 1,
            cloud_id: None,
            file: None,
            content: None,
        })
    }

    fn pairs(packages: &[Arc<Package>]) -> Vec<String> {
        let shown = |pair: Mismatch| format!("{} {}", pair.firmware, pair.package.name);
        mismatches(packages).into_iter().map(shown).collect()
    }

    #[test]
    fn every_delta_meets_every_other_version() {
        let delta = |from, to| package(from, to, PackageKind::Delta);
        assert_eq!(pairs(&[]), [""; 0]);
        assert_eq!(pairs(&[delta("A", "B")]), ["B AB"]);
        assert_eq!(pairs(&[delta("A", "A")]), [""; 0]);
        assert_eq!(pairs(&[delta("A", "B"), delta("B", "A")]), ["B AB", "A BA"]);
        let full = package(ANY_VERSION, "C", PackageKind::Full);
        assert_eq!(pairs(&[delta("A", "B"), Arc::clone(&full)]), ["B AB", "C AB"]);
        assert_eq!(pairs(&[full]), [""; 0]);
    }

    #[test]
    fn of_too_many_each_delta_keeps_some() {
        let versions: Vec<String> = (0..100).map(|n| format!("V{n}.")).collect();
        let deltas: Vec<_> =
            versions.windows(2).map(|two| package(&two[0], &two[1], PackageKind::Delta)).collect();
        let found = mismatches(&deltas);
        assert_eq!(found.len(), MAX_MISMATCHES);
        let is_met = |delta: &Arc<Package>| found.iter().any(|pair| pair.package == *delta);
        assert!(deltas.iter().all(is_met));
    }
}
