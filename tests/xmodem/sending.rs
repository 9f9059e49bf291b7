//! The sender: at what time, what it hears, and what it does about it.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::xmodem::{
    Blocks, Frame, FrameFault, Sender, SenderSettings, Sending, Start, WrongFrame,
};

use crate::wire::{LONG, at_ms, note, read, shown};

/// Milliseconds, what is heard, what is done.
type Row = (u64, &'static str, &'static str);

/// Plays a table. The first row is the start, and each alarm has to have its row.
fn play(settings: SenderSettings, size: usize, rows: &[Row]) {
    let mut sender = Sender::new(settings, vec![7; size], Moment::START);
    let mut alarm = Moment::NEVER;
    for (ms, words, expected) in rows {
        let now = at_ms(*ms);
        assert!(now <= alarm, "an alarm at {alarm} has no row before {now}");
        let bytes = read(words);
        let mut input = bytes.as_slice();
        let mut log = String::new();
        alarm = loop {
            match sender.advance(now, &mut input) {
                Sending::Say(bytes) => note(&mut log, &shown(bytes)),
                Sending::Ended(outcome) => note(&mut log, &format!("{outcome:?}")),
                Sending::Wait(alarm) => break alarm,
            }
        };
        if !input.is_empty() {
            note(&mut log, &format!("left{}", input.len()));
        }
        assert_eq!(log, *expected, "at {now}, when `{words}` came");
    }
}

fn as_sx() -> SenderSettings {
    SenderSettings::default()
}

#[test]
fn the_normal_course() {
    play(
        as_sx(),
        1300,
        &[
            (0, "", ""),
            (1000, "'AT+WDSD=1300\\r' NAK", "STX1"),
            (1100, "ACK", "SOH2"),
            (1200, "ACK", "SOH3"),
            (1300, "ACK", "SOH4"),
            (1400, "ACK", "EOT"),
            (1500, "ACK '\\r'", "Complete left1"),
            (1600, "'OK\\r'", "left3"),
        ],
    );
}

#[test]
fn how_a_file_is_cut() {
    let cut = |blocks, size| {
        let mut sender =
            Sender::new(SenderSettings { blocks, ..as_sx() }, vec![7; size], Moment::START);
        let mut log = String::new();
        loop {
            let mut input = if log.is_empty() { &[0x15][..] } else { &[0x06][..] };
            match sender.advance(Moment::START, &mut input) {
                Sending::Say(bytes) => note(&mut log, shown(bytes).get(..3).expect("a frame")),
                Sending::Ended(_) => return log,
                Sending::Wait(_) => {}
            }
        }
    };
    let table = [
        (Blocks::LongThenShort, 0, "EOT"),
        (Blocks::LongThenShort, 1, "SOH EOT"),
        (Blocks::LongThenShort, 896, "SOH SOH SOH SOH SOH SOH SOH EOT"),
        (Blocks::LongThenShort, 897, "STX EOT"),
        (Blocks::LongThenShort, 1024, "STX EOT"),
        (Blocks::LongThenShort, 1025, "STX SOH EOT"),
        (Blocks::Short, 129, "SOH SOH EOT"),
        (Blocks::Long, 1025, "STX STX EOT"),
        (Blocks::LongAndSpare, 0, "STX EOT"),
        (Blocks::LongAndSpare, 1023, "STX EOT"),
        (Blocks::LongAndSpare, 1024, "STX STX EOT"),
        (Blocks::LongAndSpare, 1025, "STX STX EOT"),
    ];
    for (blocks, size, expected) in table {
        assert_eq!(cut(blocks, size), expected, "{blocks:?} of {size}");
    }
}

#[test]
fn nak_and_silence_repeat() {
    play(
        as_sx(),
        LONG,
        &[
            (0, "", ""),
            (1000, "NAK", "STX1"),
            (1100, "NAK", "STX1"),
            (16_100, "", "STX1"),
            (16_200, "ACK", "EOT"),
            (16_300, "NAK", "EOT"),
            (31_300, "", "EOT"),
            (31_400, "ACK", "Complete"),
        ],
    );
}

#[test]
fn who_never_gets_an_ack_gives_up() {
    let mut rows = vec![(0, "", ""), (1000, "NAK", "STX1")];
    rows.extend((0..10).map(|n| (1100 + n, "NAK", "STX1")));
    rows.push((1200, "NAK", "CAN+CAN TooManyErrors"));
    play(as_sx(), LONG, &rows);
}

#[test]
fn nobody_asks() {
    play(as_sx(), LONG, &[(0, "", ""), (60_000, "", "NotStarted"), (61_000, "NAK", "left1")]);
}

#[test]
fn two_cans_cancel_and_one_does_not() {
    play(
        as_sx(),
        LONG,
        &[
            (0, "", ""),
            (1000, "NAK", "STX1"),
            (1100, "CAN ACK", "EOT"),
            (1200, "CAN", ""),
            (1300, "CAN CAN", "Cancelled left1"),
        ],
    );
}

#[test]
fn c_is_a_letter_of_a_urc_or_asks_for_a_crc() {
    let text = "'+CEREG:1'";
    play(as_sx(), LONG, &[(0, text, ""), (1000, "NAK", "STX1"), (1100, "'+C' ACK", "EOT")]);
    let both = SenderSettings { start: Start::CrcThenNak, ..as_sx() };
    play(both.clone(), LONG, &[(0, "'C'", "STX1-crc"), (1000, "NAK", "STX1-crc")]);
    play(both, LONG, &[(0, "NAK", "STX1"), (1000, "'C'", "STX1-crc")]);
}

#[test]
fn an_answer_that_is_older_than_its_block_is_dropped() {
    let settings = SenderSettings { deaf: Duration::from_millis(90), ..as_sx() };
    play(
        settings,
        2 * LONG,
        &[
            (0, "NAK NAK NAK", "STX1"),
            (89, "NAK", ""),
            (90, "ACK ACK", "STX2"),
            (180, "ACK", "EOT"),
        ],
    );
}

#[test]
fn faults_on_purpose() {
    let table: [(Frame, WrongFrame, &[Row]); 8] = [
        (Frame::Block(2), WrongFrame::Cut, &[(1, "ACK", "514-bytes Cut"), (9, "NAK", "left1")]),
        (
            Frame::Block(2),
            WrongFrame::Corrupt(2),
            &[(1, "ACK", "STX2!"), (2, "NAK", "STX2!"), (3, "NAK", "STX2")],
        ),
        (Frame::Block(2), WrongFrame::Repeat, &[(1, "ACK", "STX2 STX2"), (2, "NAK", "STX2")]),
        (
            Frame::Block(2),
            WrongFrame::Stall(Duration::from_millis(9)),
            &[(1, "ACK", "514-bytes"), (5, "NAK", ""), (10, "", "514-bytes"), (11, "NAK", "STX2")],
        ),
        (Frame::Eot, WrongFrame::Cut, &[(1, "ACK", "STX2"), (2, "ACK", "Cut")]),
        (Frame::Eot, WrongFrame::Repeat, &[(1, "ACK", "STX2"), (2, "ACK", "EOT EOT")]),
        (
            Frame::Eot,
            WrongFrame::Corrupt(1),
            &[(1, "ACK", "STX2"), (2, "ACK", "1-bytes"), (3, "NAK", "EOT")],
        ),
        (
            Frame::Eot,
            WrongFrame::Stall(Duration::from_millis(9)),
            &[(1, "ACK", "STX2"), (2, "ACK", ""), (10, "", "EOT")],
        ),
    ];
    for (of, kind, rows) in table {
        let settings = SenderSettings { faults: vec![FrameFault { of, kind }], ..as_sx() };
        play(settings, 2 * LONG, &[&[(0, "NAK", "STX1")], rows].concat());
    }
}
