//! How fast the inbox finds a line when 100,000 others wait that nobody wanted.

use divan::Bencher;
use fotarig::at::Kind;
use fotarig::moment::Moment;
use fotarig::run::Inbox;
use fotarig::scenario::Ready;

/// Lines that wait in the inbox.
const WAITING: usize = 100_000;

fn main() {
    divan::main();
}

fn full() -> Inbox {
    let mut inbox = Inbox::default();
    for percent in 0..WAITING {
        let line = format!("+WDSI: 18,{percent}");
        inbox.push(Moment::START, Kind::Urc, line.as_bytes());
    }
    inbox
}

/// A pattern that was never looked for: every waiting line is tried once.
#[divan::bench]
fn a_new_pattern(bencher: Bencher<'_, '_>) {
    let pattern = Ready::compile(r"^\+WDSI: 16$").expect("a valid pattern");
    bencher
        .counter(divan::counter::ItemsCount::new(WAITING))
        .with_inputs(full)
        .bench_local_values(|mut inbox| (inbox.find(&pattern, 0), inbox));
}

/// A line comes, is found and taken, as in a scenario that goes on: what was tried is not tried
/// again.
#[divan::bench]
fn the_next_line(bencher: Bencher<'_, '_>) {
    let pattern = Ready::compile(r"^OK$").expect("a valid pattern");
    let mut inbox = full();
    inbox.find(&pattern, 0);
    bencher.counter(divan::counter::ItemsCount::new(1_usize)).bench_local(|| {
        inbox.push(Moment::START, Kind::Final, b"OK");
        let number = inbox.find(&pattern, 0).expect("the line that was just put in");
        inbox.take(number)
    });
}
