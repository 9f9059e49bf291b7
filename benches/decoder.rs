//! How many bytes a second the AT decoder takes, in the shapes in which they come from a port.

use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use fotarig::at::{Decoder, Dialect, Kind, Urc};
use fotarig::moment::Moment;

/// About what a read from a busy PTY or USB port returns.
const CHUNK: usize = 4096;
/// Enough lines that the first and the last do not matter.
const REPEAT: usize = 50_000;

fn main() {
    divan::main();
}

fn decoder() -> Decoder {
    let mut dialect = Dialect::default();
    let wdsi = Urc {
        urc: Some(r"^\+WDSI: ?\d{1,2}(,.*)?$".to_owned()),
        read: Some(r"^\+WDSI: ?\d+$".to_owned()),
        ..Urc::named("+WDSI")
    };
    dialect.add_urc(&wdsi).expect("a valid URC");
    Decoder::new(Arc::new(dialect))
}

/// Feeds `bytes` in chunks and returns how many lines were URCs.
fn feed(decoder: &mut Decoder, bytes: &[u8], chunk: usize) -> usize {
    let mut urcs = 0;
    for chunk in bytes.chunks(chunk) {
        decoder.feed(Moment::START, black_box(chunk), &mut |line| {
            urcs += usize::from(black_box(line).kind == Kind::Urc);
        });
    }
    urcs
}

#[divan::bench]
fn urc_flood(bencher: Bencher<'_, '_>) {
    let bytes = b"\r\n+WDSI: 18,42\r\n".repeat(REPEAT);
    let bencher = bencher.counter(BytesCount::of_slice(&bytes));
    bencher.with_inputs(decoder).bench_values(|mut decoder| {
        assert_eq!(feed(&mut decoder, &bytes, CHUNK), REPEAT);
    });
}

#[divan::bench]
fn urc_flood_while_a_command_waits(bencher: Bencher<'_, '_>) {
    let bytes = b"\r\n+WDSI: 18,42\r\n".repeat(REPEAT);
    let bencher = bencher.counter(BytesCount::of_slice(&bytes));
    bencher.with_inputs(decoder).bench_values(|mut decoder| {
        decoder.sent(b"AT+CFUN=1");
        assert_eq!(feed(&mut decoder, &bytes, CHUNK), REPEAT);
    });
}

#[divan::bench]
fn byte_by_byte(bencher: Bencher<'_, '_>) {
    let bytes = b"\r\n+WDSI: 18,42\r\n".repeat(REPEAT);
    let bencher = bencher.counter(BytesCount::of_slice(&bytes));
    bencher.with_inputs(decoder).bench_values(|mut decoder| {
        assert_eq!(feed(&mut decoder, &bytes, 1), REPEAT);
    });
}

#[divan::bench]
fn exchanges(bencher: Bencher<'_, '_>) {
    const ANSWER: &[u8] = b"AT+CSQ\r\r\n+CSQ: 16,99\r\n\r\nOK\r\n";
    let bencher = bencher.counter(BytesCount::new(ANSWER.len() * REPEAT));
    bencher.with_inputs(decoder).bench_values(|mut decoder| {
        for _ in 0..REPEAT {
            decoder.sent(black_box(b"AT+CSQ"));
            feed(&mut decoder, ANSWER, CHUNK);
            assert!(!decoder.awaiting());
        }
    });
}

#[divan::bench]
fn line_of_1_mb(bencher: Bencher<'_, '_>) {
    let mut bytes = vec![b'x'; 1_000_000];
    bytes.push(b'\n');
    let bencher = bencher.counter(BytesCount::of_slice(&bytes));
    bencher.with_inputs(decoder).bench_values(|mut decoder| {
        assert_eq!(feed(&mut decoder, &bytes, CHUNK), 0);
    });
}
