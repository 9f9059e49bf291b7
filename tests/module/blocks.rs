//! What a suspension leaves in flash: blocks, half-written blocks and small packages, F22 and F23.

use fotarig::rig::VirtualSettings;

use crate::play::{demo_package, play, play_on, provisioned};

/// A power cut in the middle of a block costs that block: 1500 bytes more than 18 had promised.
#[test]
fn f22_a_half_written_block_is_fetched_again() {
    play(
        "
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 2
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        ..+WDSI: 18,25
        quiet 10ms
        power off
        power on
        < +WDSI: 9,901500    +7s
        < +WDSI: 2           +0s
        < +WDSI: 0
        > AT+WDSR=3
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 18,25
        < +WDSI: 18,26       +2400ms
        ",
    );
}

/// All bytes have reached flash: only the check of the signature is done again.
#[test]
fn f22_power_cut_before_the_signature_check() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000
        < +WDSI: 18
        ..+WDSI: 18,100
        quiet 100ms
        power off
        power on
        < +WDSI: 12          +9s
        < +WDSI: 10          +200ms
        < +WDSI: 0
        < +WDSI: 4           +2s
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 14          +3s
        ",
    );
}

/// Nothing of a package below 1500 bytes is stored before its end (note 11.5).
#[test]
fn f23_a_small_package_starts_again_from_zero() {
    play_on(
        &VirtualSettings { link_bits_per_second: 100, ..provisioned() },
        &demo_package(),
        "
        > AT+WDSC=1,1
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464
        < +WDSI: 2
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        quiet 1min
        > AT+WDSS=1,0
        < OK
        < +WDSI: 8
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1464
        < +WDSI: 2
        > AT+WDSR=3
        < OK
        < +WDSI: 18
        < +WDSI: 18,100      +117s
        < +WDSI: 12
        < +WDSI: 10
        ",
    );
}
