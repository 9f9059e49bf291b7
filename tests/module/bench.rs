//! Packages and settings that modules under test are made of.

use fotarig::package::{Package, PackageKind};
use fotarig::rig::{Credentials, VirtualSettings};

/// The worked example of note 9.5.
pub(crate) fn demo_package() -> Package {
    Package {
        name: "demo".to_owned(),
        from: "BHL7800.1.6.3.0.20180803".to_owned(),
        to: "THL7800.1.6.3.0.99.20180803".to_owned(),
        kind: PackageKind::Delta,
        size_bytes: 1464,
        cloud_id: None,
        file: None,
        content: None,
    }
}

/// Four minutes on the default link.
pub(crate) fn large_package() -> Package {
    Package { size_bytes: 1_200_000, ..demo_package() }
}

/// With an APN and credentials, as after the first session.
pub(crate) fn provisioned() -> VirtualSettings {
    VirtualSettings {
        apn: "internet.test".to_owned(),
        credentials: Credentials::Valid,
        ..VirtualSettings::default()
    }
}
