//! The firmware package under test: from which version to which, of what kind and size.

mod chain;
pub mod container;
mod content;
mod field_name;
mod file;
mod folder;
mod header;
mod limits;
mod load;
mod make;
mod mismatch;
mod outlook;
mod packages;
mod signature;

use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use content::Content;
pub use file::open;
pub use folder::open_all;
pub use header::{FORMAT_VERSION, Header};
pub use limits::{MAX_SIZE_BYTES, Unfit, check_version};
pub use load::load;
pub use make::{Recipe, Unmade, make};
pub use mismatch::Mismatch;
pub use outlook::Outlook;
pub use packages::Packages;
pub use signature::{KeyFlaw, SIGNATURE_BYTES, SigningKey};

use crate::package::container::{Flaw, is_container, verify};

/// The `from` of a whole image of which nobody has said what a module must run before.
pub const ANY_VERSION: &str = "any";
/// The payload of a file that is made for a package which is only described.
const MADE_FROM_SEED: u64 = 1;

/// A firmware package as its description gives it, as a package file says of itself, or as the
/// name of a firmware file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// What people call it.
    pub name: String,
    /// The version that a module must run for a delta to fit.
    pub from: String,
    /// The version that the module runs afterwards.
    pub to: String,
    pub kind: PackageKind,
    /// True size of the file in bytes, as `+WDSI: 9,<size>` shows it.
    pub size_bytes: u64,
    /// What the cloud calls it (on AirVantage the uid of its application), when it is there.
    pub cloud_id: Option<String>,
    /// Path of the file as it was given; nothing for a package that is only described.
    pub file: Option<String>,
    /// The bytes of that file, whole or not.
    pub content: Option<Content>,
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
    /// Whether a module with this firmware can install it: a whole image needs no base.
    pub fn fits(&self, firmware: &str) -> bool {
        match self.kind {
            PackageKind::Delta => self.from == firmware,
            PackageKind::Full => true,
        }
    }

    /// What is wrong with its bytes. Only a file of our own can be checked: a vendor's, whose
    /// format nobody has told us, is taken as well made, and so is a description.
    pub fn flaw(&self) -> Option<Flaw> {
        let content = self.content.as_ref().filter(|content| is_container(content.bytes()));
        content.and_then(|content| verify(content.bytes()).err())
    }

    /// What a host sends to the module: the file, or for a description a file that is made for it,
    /// of its size, the same each time, and signed by the test key. A real module refuses that.
    pub fn bytes_for_transfer(&self) -> Result<Content, Unmade> {
        if let Some(content) = &self.content {
            return Ok(content.clone());
        }
        let Package { name, from, to, kind, size_bytes, .. } = self.clone();
        let recipe = Recipe { name, from, to, kind, size_bytes, seed: MADE_FROM_SEED };
        make(&recipe, &SigningKey::test()).map(Content::new)
    }

    /// The package that a scenario's value describes; the opposite of [`Package::to_value`].
    pub fn from_value(value: &Map<String, Value>) -> Option<Package> {
        let text = |key| value.get(key)?.as_str().map(str::to_owned);
        let (from, to, kind) =
            (text("from")?, text("to")?, PackageKind::from_word(&text("kind")?)?);
        let name = text("name").unwrap_or_else(|| format!("{from} to {to}"));
        let size_bytes = value.get("size")?.as_u64()?;
        let cloud_id = text("cloud_id").filter(|id| !id.is_empty());
        let (file, content) = (None, None);
        let package = Package { name, from, to, kind, size_bytes, cloud_id, file, content };
        package.check().is_ok().then_some(package)
    }

    /// As scenarios see it: `${package.from}`. A package without a file has an empty `file`.
    pub fn to_value(&self) -> Value {
        json!({
            "name": self.name,
            "from": self.from,
            "to": self.to,
            "kind": self.kind.word(),
            "size": self.size_bytes,
            "cloud_id": self.cloud_id.as_deref().unwrap_or_default(),
            "file": self.file.as_deref().unwrap_or_default(),
        })
    }
}

impl PackageKind {
    /// The words of files and of the command line.
    pub const WORDS: [&str; 2] = ["delta", "full"];

    pub fn from_word(word: &str) -> Option<PackageKind> {
        [PackageKind::Delta, PackageKind::Full].into_iter().find(|kind| kind.word() == word)
    }

    pub fn word(self) -> &'static str {
        match self {
            PackageKind::Delta => "delta",
            PackageKind::Full => "full",
        }
    }
}
