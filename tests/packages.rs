//! The packages of a run in the simulated world: each can be installed, with its own bytes.

use std::sync::Arc;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::{Content, Package, PackageKind, Packages, Recipe, SigningKey, make};
use fotarig::rig::{Credentials, Offer, VirtualSettings};
use fotarig::world::{Interrupts, Simulated, Wake, World};
use serde_json::{Value, json};

fn package(from: &str, to: &str) -> Package {
    let name = format!("{from} to {to}");
    let (from, to, kind) = (from.to_owned(), to.to_owned(), PackageKind::Delta);
    let (cloud_id, file, content) = (None, None, None);
    Package { name, from, to, kind, size_bytes: 1464, cloud_id, file, content }
}

/// With a file that is good, or has one wrong bit.
fn with_file(package: Package, wrong_bit: u8) -> Package {
    let Package { name, from, to, kind, size_bytes, .. } = package.clone();
    let recipe = Recipe { name, from, to, kind, size_bytes, seed: 1 };
    let mut bytes = make(&recipe, &SigningKey::test()).expect("it is large enough");
    bytes[1400] ^= wrong_bit;
    let file = Some(format!("{}.ua", package.to));
    Package { file, content: Some(Content::new(bytes)), ..package }
}

fn rig(packages: &Arc<Packages>) -> Simulated {
    let settings = VirtualSettings {
        apn: "internet.test".to_owned(),
        credentials: Credentials::Valid,
        offer: Offer::Nothing,
        ..VirtualSettings::default()
    };
    let rig = Simulated::new(&settings, packages.first(), 1, Interrupts::default());
    rig.stocked(packages)
}

/// What the module has said within an hour after a session, and the version that it then runs.
fn updated(rig: &mut Simulated) -> (String, String) {
    rig.write(b"AT+WDSI=4479\rAT+WDSS=1,1\r").expect("it is there");
    let said = listen(rig, Duration::from_secs(3600));
    rig.write(b"AT+CGMR\r").expect("it is there");
    let version = listen(rig, Duration::from_secs(5));
    let mut words = version.split_whitespace().filter(|word| !["AT+CGMR", "OK"].contains(word));
    (said, words.next().unwrap_or_default().to_owned())
}

fn listen(rig: &mut Simulated, length: Duration) -> String {
    let end = rig.now() + length;
    let mut heard = Vec::new();
    while let Ok(Wake::Bytes { bytes, .. }) = rig.wait(end) {
        heard.extend(bytes);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

fn install(rig: &mut Simulated, package: &Value) -> Result<Value, String> {
    let params = json!({ "package": package });
    rig.call("cloud", "install", &params).map_err(|broken| broken.message)
}

#[test]
fn a_package_value_is_installed_and_its_bytes_are_checked() {
    let described = package("A", "B");
    let good = with_file(package("A", "C"), 0);
    let damaged = with_file(package("A", "D"), 1);
    let packages = Arc::new(Packages::of(vec![described, good, damaged]));
    for (at, (indication, version)) in
        [("+WDSI: 16", "B"), ("+WDSI: 16", "C"), ("+WDSI: 11,2", "A")].into_iter().enumerate()
    {
        let mut rig = rig(&packages);
        install(&mut rig, &packages.all()[at].to_value()).expect("it is a package of the run");
        let (said, runs) = updated(&mut rig);
        assert!(said.contains(indication), "{said}");
        assert_eq!(runs, version, "{said}");
    }
}

#[test]
fn a_package_can_be_named() {
    let packages = Arc::new(Packages::of(vec![with_file(package("A", "B"), 0)]));
    let mut rig = rig(&packages);
    for name in ["B.ua", "A to B"] {
        rig.call("cloud", "install", &json!({ "file": name })).expect("it is there");
    }
    let unknown = rig.call("cloud", "install", &json!({ "file": "C.ua" })).expect_err("no such");
    assert!(unknown.message.contains("`C.ua` is no package of this run"), "{}", unknown.message);
}

#[test]
fn a_file_that_is_another_package_is_refused() {
    let packages = Arc::new(Packages::of(vec![with_file(package("A", "B"), 0)]));
    let mut rig = rig(&packages);
    let mut value = packages.first().to_value();
    value["size"] = json!(1465);
    let refused = install(&mut rig, &value).expect_err("the size is wrong");
    assert!(refused.contains("`B.ua` has 1464 bytes, and the package 1465"), "{refused}");
    value["file"] = json!("other.ua");
    let refused = install(&mut rig, &value).expect_err("there is no such file");
    assert!(refused.contains("`other.ua` is no package of this run"), "{refused}");
    value["flavour"] = json!("x");
    assert!(install(&mut rig, &value).expect_err("unknown").contains("flavour"));
}

#[test]
fn what_is_sent_is_the_file_or_is_made() {
    let described = package("A", "B");
    let made = described.bytes_for_transfer().expect("it is large enough");
    assert_eq!(made.bytes().len(), 1464);
    assert_eq!(Ok(made), described.bytes_for_transfer());
    let filed = with_file(described.clone(), 1);
    assert_eq!(filed.bytes_for_transfer().ok(), filed.content);
    assert!(Package { size_bytes: 12, ..described }.bytes_for_transfer().is_err());
}

#[test]
fn the_moment_of_a_call_is_that_of_the_rig() {
    let packages = Arc::new(Packages::of(vec![package("A", "B")]));
    let mut rig = rig(&packages);
    let offered = install(&mut rig, &packages.first().to_value());
    assert_eq!((offered, rig.now()), (Ok(Value::Null), Moment::START));
}
