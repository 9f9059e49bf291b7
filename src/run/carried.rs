//! The bytes that a transfer carries: of the package under test, of another one, or of a file.

use std::path::Path;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::package::{MAX_SIZE_BYTES, Package};
use crate::run::stage::Stage;
use crate::scenario::{Carried, Data};
use crate::shelf;
use crate::source::Place;
use crate::variables::show;

impl Stage {
    pub(crate) fn bytes(&self, what: &Carried, place: &Place) -> Result<Vec<u8>, Trouble> {
        let data = match what {
            Carried::Package => return self.package_bytes(&self.package, place),
            Carried::Other(data) => data,
        };
        match self.scope.data(data)? {
            Value::Object(described) => self.described_bytes(&described, place),
            path => match show(&path).as_str() {
                "" if is_own_file(data) => self.package_bytes(&self.package, place),
                "" => Err(no_file("this package is only described", place)),
                path => file_bytes(path, place),
            },
        }
    }

    fn described_bytes(
        &self,
        described: &Map<String, Value>,
        place: &Place,
    ) -> Result<Vec<u8>, Trouble> {
        match described.get("file") {
            Some(Value::String(path)) if !path.is_empty() => file_bytes(path, place),
            Some(_) | None => {
                let package = Package::from_value(described).ok_or_else(|| {
                    let message = "this is neither a package nor the path of a file";
                    Trouble::broken(Diagnostic::at(place, message))
                })?;
                self.package_bytes(&package, place)
            }
        }
    }

    /// A file that is made for a description is for the virtual rig only: no real module takes it,
    /// and the report would speak of another file than was sent.
    fn package_bytes(&self, package: &Package, place: &Place) -> Result<Vec<u8>, Trouble> {
        if package.content.is_none() && !self.session.offers("module") {
            return Err(no_file("the package is only described", place));
        }
        let made = package.bytes_for_transfer();
        let content = made.map_err(|_| no_file("the package is too small to be made", place))?;
        Ok(content.bytes().to_vec())
    }
}

/// `${package.file}` of a described package stands for the package.
fn is_own_file(data: &Data) -> bool {
    matches!(data, Data::Template(template) if template.text.trim() == "${package.file}")
}

fn file_bytes(path: &str, place: &Place) -> Result<Vec<u8>, Trouble> {
    let wrong = |what: &str| {
        Trouble::broken(Diagnostic::at(place, format!("`{path}` cannot be sent: {what}")))
    };
    let file = Path::new(path);
    // A pipe would be waited for, without end.
    if file.exists() && !file.is_file() {
        return Err(wrong("it is no file"));
    }
    // One byte more than allowed tells "too large" without reading a huge file.
    let bytes = shelf::read_bytes(file, MAX_SIZE_BYTES + 1);
    let bytes = bytes.map_err(|complaint| Trouble::broken(complaint.marking(place, "")))?;
    match bytes.len() as u64 {
        0 => Err(wrong("it is empty")),
        1..=MAX_SIZE_BYTES => Ok(bytes),
        _ => Err(wrong(&format!("it is larger than {} MiB", MAX_SIZE_BYTES >> 20))),
    }
}

fn no_file(what: &str, place: &Place) -> Trouble {
    let complaint = Diagnostic::at(place, format!("{what}: it has no file to send"));
    Trouble::broken(complaint.help(
        "give the firmware file itself with --package, or its path as `file` in the description",
    ))
}
