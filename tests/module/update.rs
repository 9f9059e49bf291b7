//! Whole updates: flows F12 to F16, F30, F35 and F36.

use crate::play::{demo_package, play, play_on, provisioned};

/// The worked example of note 9.5: the download is free, the install needs agreement.
#[test]
fn f35_worked_example() {
    play_on(
        &provisioned(),
        &demo_package(),
        "
        > AT+WDSC=2,1
        < OK
        > AT+CGMR
        < BHL7800.1.6.3.0.20180803
        < OK
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 9,1464      +3s
        < +WDSI: 18          +1s
        < +WDSI: 18,100      +2s
        < +WDSI: 12          +2s
        < +WDSI: 10          +200ms
        < +WDSI: 3           +3s
        > AT+WDSR=4
        < OK                 +200ms
        < +WDSI: 14          +500ms
        < +WDSI: 8           +2s
        # two minutes of install and five seconds of boot
        < +WDSI: 16          +127s
        < +WDSI: 0           +8s
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 8           +21s
        > AT+CGMR
        < THL7800.1.6.3.0.99.20180803
        < OK
        firmware THL7800.1.6.3.0.99.20180803
        # the operation is over
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        quiet 1h
        ",
    );
}

#[test]
fn f12_without_agreements_the_host_has_no_say() {
    play(
        "
        > AT+WDSS=1,1
        < OK
        < +WDSI: 4
        < +WDSI: 6
        < +WDSI: 23,1
        < +WDSI: 9,1200000   +3s
        < +WDSI: 18          +1s
        < +WDSI: 18,1        +2400ms
        < +WDSI: 18,2        +2400ms
        < +WDSI: 18,3        +2400ms
        ..+WDSI: 18,100
        < +WDSI: 12          +2s
        < +WDSI: 10          +200ms
        < +WDSI: 14          +3s
        < +WDSI: 8           +2s
        < +WDSI: 16          +127s
        < +WDSI: 0           +8s
        < +WDSI: 4           +2s
        < +WDSI: 6           +5s
        < +WDSI: 23,1        +1s
        < +WDSI: 8           +21s
        quiet 1h
        firmware THL7800.1.6.3.0.99.20180803
        ",
    );
}
