//! What the name of a firmware file says, as files are called in the field: its versions.
//!
//! `HL7802_4.4.14.0_to_4.5.4.0_allBin_nbIOT11_sig11.ua` is a delta (reference 6.4, seen in the
//! field; the app note calls the ending DWL, section 10), `HL7800.4.6.9.4.ua` a full image. The
//! name starts with the model, and may give it again before the second version. A version is told
//! as `AT+CGMR` shows it: `HL7802.4.4.14.0`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::package::{ANY_VERSION, PackageKind};

/// The endings of firmware files.
const ENDINGS: [&str; 2] = ["ua", "dwl"];

/// Read from a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldName {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) kind: PackageKind,
}

/// The name without its ending, when it is the name of a firmware file.
pub(crate) fn stem(file_name: &str) -> Option<&str> {
    let (stem, ending) = file_name.rsplit_once('.')?;
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)).then_some(stem)
}

impl FieldName {
    /// Nothing when the versions cannot be read: guessing would send a wrong package to a module.
    pub(crate) fn read(stem: &str) -> Option<FieldName> {
        let found = FORM.captures(stem)?;
        let model = found["model"].to_ascii_uppercase();
        let first = version(&model, &found["first"]);
        let Some(second) = found.name("second") else {
            let is_whole = !SPLIT.is_match(&found["rest"]) && is_apart(&found);
            let from = ANY_VERSION.to_owned();
            return is_whole.then_some(FieldName { from, to: first, kind: PackageKind::Full });
        };
        let other = found.name("other").map(|model| model.as_str().to_ascii_uppercase());
        let to = version(other.as_ref().unwrap_or(&model), second.as_str());
        is_apart(&found).then_some(FieldName { from: first, to, kind: PackageKind::Delta })
    }
}

fn version(model: &str, numbers: &str) -> String {
    format!("{model}.{numbers}")
}

/// Whether the last version ends where it seems to: `4.5.4.0rc1` is another one than `4.5.4.0`.
fn is_apart(found: &Captures<'_>) -> bool {
    !found["rest"].starts_with(char::is_alphanumeric)
}

/// The models have a letter in front in some builds: BHL7800, THL7800 (app note 9.5).
static FORM: LazyLock<Regex> = LazyLock::new(|| {
    let (model, numbers) = ("[A-Z]?HL78[0-9]{2}", r"[0-9]+(?:\.[0-9]+){2,}");
    let second = format!("(?:(?<other>{model})[._-])?(?<second>{numbers})");
    let form = format!("(?is-u)^(?<model>{model})[._-](?<first>{numbers})(?:_to_{second})?");
    Regex::new(&format!("{form}(?u:(?<rest>.*))$")).expect("a valid pattern")
});

/// What stands between two versions; behind one version alone it is a mistake.
static SPLIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?i)[_.-]to[_.-]").expect("a valid pattern"));

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file_name: &str) -> Option<(String, String)> {
        let FieldName { from, to, kind } = FieldName::read(stem(file_name)?)?;
        assert_eq!(kind == PackageKind::Full, from == ANY_VERSION, "{file_name}");
        Some((from, to))
    }

    #[test]
    fn names_of_the_field() {
        for (name, from, to) in [
            (
                "HL7802_4.4.14.0_to_4.5.4.0_allBin_nbIOT11_sig11.ua",
                "HL7802.4.4.14.0",
                "HL7802.4.5.4.0",
            ),
            ("HL7800_4.5.4.0_to_4.6.9.4.dwl", "HL7800.4.5.4.0", "HL7800.4.6.9.4"),
            ("hl7800.4.5.4.0_TO_4.6.9.4 (1).UA", "HL7800.4.5.4.0", "HL7800.4.6.9.4"),
            ("HL7800.4.5.4.0_to_HL7800.4.6.9.4.ua", "HL7800.4.5.4.0", "HL7800.4.6.9.4"),
            (
                "BHL7800.1.6.3.0.20180803_to_THL7800.1.6.3.0.99.20180803.dwl",
                "BHL7800.1.6.3.0.20180803",
                "THL7800.1.6.3.0.99.20180803",
            ),
            ("HL7800.4.6.9.4.ua", "any", "HL7800.4.6.9.4"),
            ("HL7812_4.7.1.0_allBin_full.dwl", "any", "HL7812.4.7.1.0"),
        ] {
            assert_eq!(read(name), Some((from.to_owned(), to.to_owned())), "{name}");
        }
    }

    #[test]
    fn names_that_say_too_little() {
        for name in [
            "firmware.ua",
            "4.4.14.0_to_4.5.4.0.ua",
            "HL7802.ua",
            "HL7802_4.4_to_4.5.ua",
            "HL7802_4.4.14.0_to_.ua",
            "HL7802_4.4.14.0_to_latest.ua",
            "HL7802_4.4.14.0-to-4.5.4.0.ua",
            "HL7802_4.4.14.0rc1.ua",
            "HL7802_4.4.14.0_to_4.5.4.0b_allBin.ua",
            "HL9900_4.4.14.0.ua",
            "new HL7802_4.4.14.0.ua",
            "HL7802_4.4.14.0\u{e4}.ua",
            "HL7802_4.4.14.0.bin",
            "HL7802_4.4.14.0",
            ".ua",
            "",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
