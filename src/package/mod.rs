//! The firmware package under test: from which version to which, of what kind and size.

mod load;

use serde::Deserialize;
use serde_json::{Value, json};

pub use load::load;

/// A firmware package as its description file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// What people call it.
    pub name: String,
    /// The version that a module must run for the package to fit.
    pub from: String,
    /// The version that the module runs afterwards.
    pub to: String,
    pub kind: PackageKind,
    /// True size of the file in bytes, as `+WDSI: 9,<size>` shows it.
    pub size_bytes: u64,
}

/// How much of the firmware a package carries.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum PackageKind {
    /// The difference to one base version.
    Delta,
    /// A whole image.
    Full,
}

impl Package {
    /// As scenarios see it: `${package.from}`.
    pub fn to_value(&self) -> Value {
        json!({
            "name": self.name,
            "from": self.from,
            "to": self.to,
            "kind": self.kind.word(),
            "size": self.size_bytes,
        })
    }
}

impl PackageKind {
    pub fn word(self) -> &'static str {
        match self {
            PackageKind::Delta => "delta",
            PackageKind::Full => "full",
        }
    }
}
