//! What journalling costs of a run whose device floods it with lines.
//!
//! `cargo bench --bench journal`; the aim is less than a tenth of the run. A run over a PTY is
//! timed, then everything that it recorded is recorded once more by itself: each entry, each
//! handing over.

fn main() {
    #[cfg(unix)]
    unix::main();
    #[cfg(not(unix))]
    println!("this benchmark needs PTYs, which only Unix has");
}

#[cfg(unix)]
#[path = "support/cable.rs"]
#[expect(dead_code, reason = "shared with benchmarks that also open the other end")]
mod cable;

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::io::Write;
    use std::path::Path;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use fotarig::fault::Verdict;
    use fotarig::journal::{self, Event, Header, Journal, VERSION};
    use fotarig::moment::Moment;
    use fotarig::rig::{Address, DeviceSettings};
    use fotarig::run::{self, Session};
    use fotarig::scenario;
    use fotarig::source::Source;
    use fotarig::suite::{self, Desk, Occasion, Selection};
    use fotarig::tally::Tally;
    use fotarig::world::Interrupts;
    use fotarig::world::real::{Clock, Real};

    use crate::cable::{median, pty};

    const LINE: &[u8] = b"\r\n+WDSI: 18,42\r\n";
    const LINES: usize = 2_000_000;
    /// Rounds, so that a change of the machine's speed is seen.
    const ROUNDS: usize = 5;

    pub(super) fn main() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (first, again) = (folder.path().join("first"), folder.path().join("again"));
        let clock = Clock::start();
        let (mut shares, mut rates) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let took = flood(&first, clock).as_secs_f64();
            let alone = record_again(&first, &again, clock).as_secs_f64();
            shares.push(100.0 * alone / took);
            rates.push(2.0 / took);
        }
        let size = fs::metadata(&first).expect("a journal").len() / 1_000_000;
        println!("lines of a flood       {:>8.2} million/s", median(rates));
        println!("its journal            {size:>8} MB");
        println!("share of journalling   {:>8.1} %", median(shares));
    }

    /// A test whose device sends as fast as it is heard, with its journal in a file.
    fn flood(path: &Path, clock: Clock) -> Duration {
        let (master, port) = pty();
        let text =
            format!("name: flood\nsteps:\n  - expect: '^\\+WDSI: 18,\\d+$'\n    count: {LINES}\n");
        let desk = Desk::load(None, None).expect("the built-in desk");
        let source = Source::built_in("bench.yaml", text);
        let scenario = scenario::load(&[("bench".to_owned(), source)]).expect("a valid scenario");
        let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
        let tests = suite::tests(&scenario, &desk, &Selection::default(), occasion);
        let test = tests.expect("one that is run").remove(0);
        let journal = journal(path);
        let settings = DeviceSettings::at(Address::Serial(port));
        let world = Real::open(&settings, clock, Interrupts::default()).expect("it opens");
        let session = Session::new(Box::new(world), Arc::clone(&desk.profile), journal);
        let sender = pour(master);
        let began = clock.now();
        let (session, verdict) = run::run(session, &test);
        session.journal().flush();
        let took = clock.now().since(began);
        assert_eq!(verdict, Verdict::Passed);
        drop(session);
        drop(sender.join());
        took
    }

    /// With what follows a run by its journal.
    fn journal(path: &Path) -> Journal {
        let file = File::create(path).expect("a file");
        let header = Header { journal: VERSION, ..Header::default() };
        let mut journal = Journal::new(Box::new(file), &header);
        Tally::follow(&mut journal);
        journal
    }

    /// Only the recording, as a session does it: handed over before each wait for the device.
    fn record_again(from: &Path, to: &Path, clock: Clock) -> Duration {
        let text = fs::read(from).expect("a journal");
        let mut took = Duration::ZERO;
        let mut again = journal(to);
        let read = journal::read(text.as_slice(), |entry| {
            let began = clock.now();
            if matches!(entry.is, Event::Received(_)) {
                again.flush();
            }
            again.record(Moment::from_nanos(entry.ns), entry.is);
            took += clock.now().since(began);
        });
        read.expect("a whole journal");
        let began = clock.now();
        drop(again);
        took + clock.now().since(began)
    }

    fn pour(mut master: File) -> thread::JoinHandle<File> {
        thread::spawn(move || {
            let chunk = LINE.repeat(4000);
            for _ in 0..LINES / 4000 {
                master.write_all(&chunk).expect("the PTY is open");
            }
            master
        })
    }
}
