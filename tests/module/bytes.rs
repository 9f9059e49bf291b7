//! Real package files over the air: the module finds out by itself what is wrong with their bytes.

use fotarig::package::{Content, Package, PackageKind, Recipe, SigningKey, make};
use fotarig::sim::Module;

use crate::bench::{demo_package, provisioned};
use crate::play::Bench;

const SIZE_BYTES: u64 = 4000;

fn file() -> Vec<u8> {
    let Package { name, from, to, .. } = demo_package();
    let kind = PackageKind::Delta;
    let recipe = Recipe { name, from, to, kind, size_bytes: SIZE_BYTES, seed: 1 };
    make(&recipe, &SigningKey::test()).expect("large enough for its header")
}

/// Downloads what the servers have in `bytes`, and plays on from 100 %.
fn download(bytes: Vec<u8>, conversation: &str) {
    let content = Some(Content::new(bytes));
    let package = Package { size_bytes: SIZE_BYTES, content, ..demo_package() };
    let mut bench = Bench::new(Module::new(&provisioned(), &package, 1));
    bench.play(
        "
        > AT+WDSI=4479
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,4000
        < +WDSI: 18
        ..+WDSI: 18,100
        ",
    );
    bench.play(conversation);
}

const DAMAGED: &str = "
    < +WDSI: 11,2        +2s
    quiet 1h
    firmware BHL7800.1.6.3.0.20180803
    ";

#[test]
fn a_good_file_is_stored_and_installed() {
    download(
        file(),
        "
        < +WDSI: 12          +2s
        < +WDSI: 10
        < +WDSI: 14
        < +WDSI: 8
        < +WDSI: 16
        firmware THL7800.1.6.3.0.99.20180803
        ",
    );
}

#[test]
fn one_wrong_byte_of_the_payload_is_damage() {
    let mut bytes = file();
    let last = bytes.last_mut().expect("not empty");
    *last ^= 1;
    download(bytes, DAMAGED);
}

#[test]
fn a_truncated_file_is_damage() {
    let mut bytes = file();
    bytes.truncate(bytes.len() - 1);
    download(bytes, DAMAGED);
}

/// The signature is behind the empty line that ends the header.
#[test]
fn a_wrong_signature_is_told_by_13() {
    let mut bytes = file();
    let header = bytes.windows(2).position(|pair| pair == b"\n\n").expect("a header ends") + 2;
    bytes[header] ^= 1;
    download(
        bytes,
        "
        < +WDSI: 13          +2s
        < +WDSI: 11,2        +200ms
        quiet 1h
        firmware BHL7800.1.6.3.0.20180803
        ",
    );
}
