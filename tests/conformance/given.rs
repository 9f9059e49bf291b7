//! What an entry is given: the rig and the package that its lines `given …` describe.

use std::fmt::Write as _;

use fotarig::diagnostic::{Paint, draw_all};
use fotarig::package::{self, Package};
use fotarig::rig::{self, Port, VirtualSettings};
use fotarig::source::Source;

use crate::table::Line;

/// The module of an entry that says nothing else: an APN, and credentials as after a session.
const DEFAULT_MODULE: [(&str, &str); 2] = [("apn", "internet.test"), ("credentials", "valid")];
/// The worked example of note 9.5.
const DEFAULT_PACKAGE: [(&str, &str); 5] = [
    ("name", "demo"),
    ("from", "BHL7800.1.6.3.0.20180803"),
    ("to", "THL7800.1.6.3.0.99.20180803"),
    ("kind", "delta"),
    ("size", "1464"),
];

/// Texts of the files that a person would write for this entry.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) rig: String,
    pub(crate) package: String,
    pub(crate) host: Host,
}

/// What the host has done before the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// All indications are on and errors have numbers.
    Prepared,
    /// Nothing: the module is as it came.
    Unprepared,
}

impl Given {
    pub(crate) fn new(lines: &[Line]) -> Result<Given, String> {
        let mut module = keys(&DEFAULT_MODULE);
        let mut package = keys(&DEFAULT_PACKAGE);
        let (mut switches, mut defects) = (Vec::new(), Vec::new());
        let mut host = Host::Prepared;
        for line in lines {
            let words: Vec<&str> = line.text.splitn(3, ' ').collect();
            match *words.as_slice() {
                ["unprepared"] => host = Host::Unprepared,
                ["package", key, value] => put(&mut package, key, value),
                ["switch", name, value] => switches.push(format!("{name}: \"{value}\"")),
                ["defect", name] => defects.push(name),
                [key, ref value @ ..] if !value.is_empty() => {
                    put(&mut module, key, &value.join(" "));
                }
                _ => return Err(line.wrong("write `given KEY VALUE`")),
            }
        }
        put(&mut module, "switches", &format!("{{ {} }}", switches.join(", ")));
        put(&mut module, "defects", &format!("[{}]", defects.join(", ")));
        let mut rig = "name: conformance\nport:\n  virtual:\n".to_owned();
        for (key, value) in module {
            let _ = writeln!(rig, "    {key}: {value}");
        }
        let mut description = String::new();
        for (key, value) in package {
            let _ = writeln!(description, "{key}: {value}");
        }
        Ok(Given { rig, package: description, host })
    }

    pub(crate) fn settings(&self) -> Result<VirtualSettings, String> {
        let rig = rig::load(&Source::new("rig.yaml", &self.rig));
        match rig.map_err(|mistakes| draw_all(&mistakes, Paint::Plain))?.port {
            Port::Virtual(settings) => Ok(*settings),
            Port::Device(_) => unreachable!("the rig was written with a virtual port"),
        }
    }

    pub(crate) fn package(&self) -> Result<Package, String> {
        package::load(&Source::new("package.yaml", &self.package))
            .map_err(|mistakes| draw_all(&mistakes, Paint::Plain))
    }
}

fn keys(defaults: &[(&str, &str)]) -> Vec<(String, String)> {
    defaults.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn put(keys: &mut Vec<(String, String)>, key: &str, value: &str) {
    keys.retain(|(known, _)| known != key);
    keys.push((key.to_owned(), value.to_owned()));
}
