//! The params of the methods that a virtual module has: what may be wished, and what is refused.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::duration;
use crate::package::{Package, PackageKind};
use crate::rig::Credentials;
use crate::sim::cloud::Flaw;
use crate::sim::control::{PackageShelf, Refused};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NetworkWish {
    pub(super) link_bits_per_second: Option<u32>,
    /// A duration, or `never`.
    pub(super) nat: Option<String>,
    pub(super) refuses_apn: Option<bool>,
    pub(super) answers: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct InstallWish {
    pub(super) package: Option<PackageWish>,
    pub(super) file: Option<String>,
    pub(super) flaw: Option<Flaw>,
}

/// A package value of a scenario.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageWish {
    name: Option<String>,
    from: String,
    to: String,
    kind: PackageKind,
    size: u64,
    /// What another cloud calls it; this one does not ask.
    cloud_id: Option<String>,
    /// Where its bytes are; empty as none for a package that is only described.
    file: Option<String>,
}

impl PackageWish {
    /// Held to the limits of every package. A file must be the package that is described.
    pub(super) fn package(&self, shelf: &dyn PackageShelf) -> Result<Package, Refused> {
        let PackageWish { name, from, to, kind, size, cloud_id, file } = self;
        let package = Package {
            name: name.clone().unwrap_or_else(|| format!("{from} to {to}")),
            from: from.clone(),
            to: to.clone(),
            kind: *kind,
            size_bytes: *size,
            cloud_id: cloud_id.clone().filter(|id| !id.is_empty()),
            file: file.clone().filter(|file| !file.is_empty()),
            content: None,
        };
        let check = package.check();
        check.map_err(|unfit| Refused(format!("{unfit}: {}", unfit.remedy())))?;
        let Some(file) = &package.file else {
            return Ok(package);
        };
        let content = shelf.fetch(file).map_err(Refused)?.content;
        let has = content.as_ref().map_or(0, |content| content.bytes().len() as u64);
        if has != *size {
            let sentence = format!("`{file}` has {has} bytes, and the package {size}");
            return Err(Refused(sentence));
        }
        Ok(Package { content, ..package })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefuseWish {
    pub(super) what: What,
    pub(super) times: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowWish {
    pub(super) what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Authentication,
    Registration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialsWish {
    pub(super) to: Credentials,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionWish {
    pub(super) to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinWish {
    /// Null takes the PIN away.
    pub(super) to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefectWish {
    pub(super) name: String,
    pub(super) on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SwitchWish {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoiseWish {
    pub(super) level: String,
}

/// Params as the method wants them; none are an empty object.
pub(super) fn read<T: DeserializeOwned>(params: &Value) -> Result<T, Refused> {
    let params = match params {
        Value::Null => Value::Object(serde_json::Map::default()),
        given => given.clone(),
    };
    serde_json::from_value(params).map_err(|error| {
        // A person knows neither fields nor variants.
        let words = [("unknown variant", "unknown word"), ("unknown field", "unknown key")];
        let plain =
            words.iter().fold(error.to_string(), |text, (from, to)| text.replacen(from, to, 1));
        Refused(format!("params: {plain}"))
    })
}

/// For methods without params.
pub(super) fn nothing(params: &Value) -> Result<(), Refused> {
    match params {
        Value::Null => Ok(()),
        Value::Object(given) if given.is_empty() => Ok(()),
        _ => Err(Refused("this method takes no params".to_owned())),
    }
}

pub(super) fn length(text: &str) -> Result<Duration, Refused> {
    duration::parse(text)
        .map_err(|bad| Refused(format!("`{text}` is not a duration: {}", bad.remedy())))
}
