//! A vendor's firmware file, whose format is not ours: the virtual module takes it as well made
//! when it knows its bytes, over the AT port as over the air.

use std::sync::Arc;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::{Content, Package};
use fotarig::sim::Module;

use crate::bench::demo_package;
use crate::local_host::{Host, alone};

fn firmware_file() -> Package {
    let bytes: Vec<u8> = (0..3000_u32).map(|at| (at % 251) as u8).collect();
    let (size_bytes, content) = (bytes.len() as u64, Some(Content::new(bytes)));
    Package { name: "vendor's".to_owned(), size_bytes, content, ..demo_package() }
}

/// What the module runs and has said after these bytes were sent to it.
fn sent(module: Module, bytes: Vec<u8>) -> (String, String) {
    let mut host = Host::of(module);
    host.begin(bytes);
    let mut said = String::new();
    while host.step(Moment::START + Duration::from_secs(3600)) {
        said.push_str(&String::from_utf8_lossy(&host.heard));
    }
    (host.module.firmware().to_owned(), said)
}

#[test]
fn a_firmware_file_is_known_by_its_bytes() {
    let package = firmware_file();
    let bytes = || package.content.as_ref().expect("it has some").bytes().to_vec();
    let (from, to) = (package.from.clone(), package.to.clone());

    let (firmware, _) = sent(Module::new(&alone(), &package, 1), bytes());
    assert_eq!(firmware, to, "it is the package under test");

    let mut module = Module::new(&alone(), &demo_package(), 1);
    module.get_to_know(&[Arc::new(package.clone())]);
    assert_eq!(sent(module, bytes()).0, to, "it is a package of the run");

    let (firmware, said) = sent(Module::new(&alone(), &demo_package(), 1), bytes());
    assert_eq!(firmware, from, "nobody knows it");
    assert!(said.contains("+WDSI: 13"), "{said}");

    let mut damaged = bytes();
    damaged[2000] ^= 1;
    let (firmware, said) = sent(Module::new(&alone(), &package, 1), damaged);
    assert_eq!(firmware, from, "it is another file");
    assert!(said.contains("+WDSI: 13"), "{said}");
}
