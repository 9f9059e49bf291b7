//! The receiver: at what time, what comes, and what it does about it.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::xmodem::{
    AnswerFault, Frame, Receiver, ReceiverSettings, Receiving, ShortBlocks, Start, WrongAnswer,
};

use crate::wire::{LONG, SHORT, at_ms, data_of, note, read, shown};

/// Milliseconds, what comes, what is done.
type Row = (u64, &'static str, &'static str);

/// Plays a table. The first row is the command, and each alarm has to have its row.
fn play(settings: ReceiverSettings, size_bytes: u64, rows: &[Row]) {
    let mut receiver = Receiver::new(settings, size_bytes, Moment::START);
    let mut alarm = Moment::NEVER;
    let mut blocks = 0;
    for (ms, words, expected) in rows {
        let now = at_ms(*ms);
        assert!(now <= alarm, "an alarm at {alarm} has no row before {now}");
        let bytes = read(words);
        let mut input = bytes.as_slice();
        let mut log = String::new();
        alarm = loop {
            match receiver.advance(now, &mut input) {
                Receiving::Store(data) => {
                    blocks += 1;
                    let length = if data.len() <= SHORT { SHORT } else { LONG };
                    assert_eq!(data, &data_of(blocks, length)[..data.len()], "at {now}");
                    note(&mut log, &format!("store{}", data.len()));
                }
                Receiving::Say(byte) => note(&mut log, &shown(&[byte])),
                Receiving::Ended(outcome) => note(&mut log, &format!("{outcome:?}")),
                Receiving::Wait(alarm) => break alarm,
            }
        };
        if !input.is_empty() {
            note(&mut log, &format!("left{}", input.len()));
        }
        assert_eq!(log, *expected, "at {now}, when `{words}` came");
    }
}

fn as_the_module() -> ReceiverSettings {
    ReceiverSettings::default()
}

fn faulty(to: Frame, instead: WrongAnswer) -> ReceiverSettings {
    ReceiverSettings { faults: vec![AnswerFault { to, instead }], ..as_the_module() }
}

#[test]
fn the_normal_course() {
    play(
        as_the_module(),
        1464,
        &[
            (0, "'\n'", ""),
            (1270, "", "NAK"),
            (1300, "STX1", "store1024 ACK"),
            (1400, "SOH2", "store128 ACK"),
            (1500, "SOH3", "store128 ACK"),
            (1600, "SOH4", "store128 ACK"),
            (1700, "SOH5", "store56 ACK"),
            (1800, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn nak_repeats_until_the_first_block_comes() {
    play(
        as_the_module(),
        1,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (4270, "", "NAK"),
            (7270, "", "NAK"),
            (9000, "STX1", "store1 ACK"),
            (9100, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn nobody_starts() {
    let settings =
        ReceiverSettings { start_limit: Duration::from_secs(8), ..ReceiverSettings::default() };
    play(
        settings,
        1,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (4270, "", "NAK"),
            (7270, "", "NAK"),
            (8000, "", "NotStarted"),
            (99_000, "'AT\\r'", "left3"),
        ],
    );
}

#[test]
fn crc_is_asked_for_four_times() {
    let settings = ReceiverSettings { start: Start::CrcThenNak, ..ReceiverSettings::default() };
    play(
        settings,
        100,
        &[
            (0, "", ""),
            (1270, "", "C"),
            (4270, "", "C"),
            (7270, "", "C"),
            (10_270, "", "C"),
            (13_270, "", "NAK"),
            (13_300, "SOH1", "store100 ACK"),
            (13_400, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn a_lost_ack_is_no_second_block() {
    play(
        as_the_module(),
        2048,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "STX1 STX1", "store1024 ACK ACK"),
            (1400, "STX2", "store1024 ACK"),
            (1500, "STX2", "ACK"),
            (1600, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn a_sender_that_stays_one_block_ahead() {
    const ALL: &str = "store1024 ACK ACK store1024 ACK store1024 ACK ACK Complete";
    play(
        as_the_module(),
        3072,
        &[(0, "", ""), (1270, "", "NAK"), (1300, "STX1 STX1 STX2 STX3 EOT", ALL)],
    );
}

#[test]
fn behind_the_end_only_eot_is_ours() {
    play(
        as_the_module(),
        128,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "SOH1", "store128 ACK"),
            (1400, "EOT 'AT+WDSR=4\\r'", "ACK Complete left10"),
            (1500, "EOT EOT", "ACK ACK"),
            (1600, "EOT 'AT\\r'", "ACK left3"),
        ],
    );
}

#[test]
fn a_damaged_block_is_purged_and_asked_for_again() {
    play(
        as_the_module(),
        2048,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "STX1", "store1024 ACK"),
            (1400, "STX2! 'more'", ""),
            (2000, "EOT", ""),
            (3000, "", "NAK"),
            (3100, "STX2?", ""),
            (4100, "", "NAK"),
            (4200, "'x'", ""),
            (5200, "", "NAK"),
            (5300, "STX2", "store1024 ACK"),
            (5400, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn silence_inside_a_block_and_between_blocks() {
    play(
        as_the_module(),
        2048,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "STX1", "store1024 ACK"),
            (1400, "STX2<", ""),
            (2399, "STX2>", "store1024 ACK"),
            (12_399, "", "NAK"),
            (12_400, "STX3<", ""),
            (13_400, "", "NAK"),
            (13_500, "EOT", "ACK Complete"),
        ],
    );
}

#[test]
fn a_first_block_that_is_damaged_starts_again() {
    play(
        as_the_module(),
        128,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "SOH1!", ""),
            (2300, "", "NAK"),
            (5300, "", "NAK"),
            (5400, "SOH1", "store128 ACK"),
        ],
    );
}

#[test]
fn a_number_that_jumps_ends_it_after_ten() {
    let mut rows = vec![(0, "", ""), (1270, "", "NAK"), (1300, "STX1", "store1024 ACK")];
    rows.extend((0..10).map(|n| (1400 + n, "STX3", "NAK")));
    rows.push((1500, "STX3", "CAN CAN TooManyErrors"));
    rows.push((1600, "CAN CAN 'AT\\r'", "left3"));
    play(as_the_module(), 9999, &rows);
}

#[test]
fn a_sender_that_falls_silent_ends_it_after_ten() {
    let mut rows = vec![(0, "", ""), (1270, "", "NAK"), (2000, "STX1", "store1024 ACK")];
    rows.extend((1..=10).map(|n| (2000 + n * 10_000, "", "NAK")));
    rows.push((112_000, "", "CAN CAN TooManyErrors"));
    play(as_the_module(), 9999, &rows);
}

#[test]
fn two_cans_cancel_and_one_does_not() {
    play(
        as_the_module(),
        256,
        &[
            (0, "", ""),
            (1270, "CAN", "NAK"),
            (1300, "SOH1", "store128 ACK"),
            (1400, "CAN", ""),
            (1500, "SOH2", "store128 ACK"),
            (1600, "CAN", ""),
            (1700, "CAN CAN CAN", "Cancelled"),
            (1800, "'A'", "left1"),
        ],
    );
}

#[test]
fn one_spare_block_is_padding_and_two_are_too_much() {
    let wrong = "ACK WrongLength { stored_bytes: 1024, spare_blocks: 2 }";
    let start = [(0, "", ""), (1270, "", "NAK"), (1300, "STX1", "store1024 ACK")];
    let spare = [(1400, "STX2", "ACK"), (1500, "EOT", "ACK Complete")];
    play(as_the_module(), 1024, &[&start[..], &spare[..]].concat());
    let spare = [(1400, "STX2 STX3", "ACK ACK"), (1500, "EOT", wrong)];
    play(as_the_module(), 1024, &[&start[..], &spare[..]].concat());
}

#[test]
fn spare_blocks_come_to_an_end() {
    let blocks: Vec<String> = (2..=18).map(|block| format!("STX{block}")).collect();
    let end = "CAN CAN WrongLength { stored_bytes: 1024, spare_blocks: 17 }";
    let acks = format!("{}{end}", "ACK ".repeat(16));
    let blocks: &'static str = blocks.join(" ").leak();
    let rows = [(0, "", ""), (1270, "", "NAK"), (1300, "STX1", "store1024 ACK")];
    play(as_the_module(), 1024, &[&rows[..], &[(1400, blocks, acks.leak())]].concat());
}

#[test]
fn eot_comes_too_early() {
    play(
        as_the_module(),
        1025,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "STX1", "store1024 ACK"),
            (1400, "EOT", "ACK WrongLength { stored_bytes: 1024, spare_blocks: 0 }"),
            (1500, "EOT", "ACK"),
        ],
    );
}

#[test]
fn short_blocks_can_be_refused() {
    let refusing =
        ReceiverSettings { short_blocks: ShortBlocks::Refused, ..ReceiverSettings::default() };
    play(
        refusing,
        1100,
        &[
            (0, "", ""),
            (1270, "", "NAK"),
            (1300, "STX1", "store1024 ACK"),
            (1400, "SOH2", "NAK"),
            (1500, "STX2", "store76 ACK"),
        ],
    );
}

#[test]
fn faults_on_purpose() {
    let start = [(0, "", ""), (1270, "", "NAK")];
    let table: [(Frame, WrongAnswer, &[Row]); 6] = [
        (
            Frame::Block(1),
            WrongAnswer::Nothing,
            &[(1300, "STX1", "store1024"), (1400, "STX1", "ACK"), (1500, "EOT", "ACK Complete")],
        ),
        (Frame::Block(1), WrongAnswer::Twice, &[(1300, "STX1", "store1024 ACK ACK")]),
        (
            Frame::Block(1),
            WrongAnswer::Naks(1),
            &[(1300, "STX1", "NAK"), (1400, "STX1", "store1024 ACK")],
        ),
        (
            Frame::Eot,
            WrongAnswer::Naks(2),
            &[
                (1300, "STX1", "store1024 ACK"),
                (1400, "EOT", "NAK"),
                (1500, "EOT", "NAK"),
                (1600, "EOT", "ACK Complete"),
            ],
        ),
        (
            Frame::Eot,
            WrongAnswer::Nothing,
            &[(1300, "STX1", "store1024 ACK"), (1400, "EOT", "Complete"), (1500, "EOT", "ACK")],
        ),
        (Frame::Eot, WrongAnswer::Twice, &[(1300, "STX1 EOT", "store1024 ACK ACK ACK Complete")]),
    ];
    for (to, instead, rows) in table {
        play(faulty(to, instead), 1024, &[&start[..], rows].concat());
    }
}

#[test]
fn the_number_wraps() {
    let mut receiver = Receiver::new(as_the_module(), 600 * SHORT as u64, Moment::START);
    let stream: Vec<u8> = (1..=600).flat_map(|n| crate::wire::block(n, SHORT)).collect();
    let mut input = &stream[..];
    let mut stored = 0;
    loop {
        match receiver.advance(Moment::START, &mut input) {
            Receiving::Store(data) => stored += data.len(),
            Receiving::Say(byte) => assert_eq!(byte, 6),
            Receiving::Wait(_) => break,
            Receiving::Ended(outcome) => panic!("{outcome:?}"),
        }
    }
    assert_eq!(stored, 600 * SHORT);
}
