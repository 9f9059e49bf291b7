//! What a test costs over a PTY: exchanges against a bare loop, stamps, and a flood of lines.

fn main() {
    #[cfg(unix)]
    unix::main();
    #[cfg(not(unix))]
    println!("this benchmark needs PTYs, which only Unix has");
}

#[cfg(unix)]
#[path = "support/cable.rs"]
mod cable;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use fotarig::fault::Verdict;
    use fotarig::journal::{Header, Journal, VERSION};
    use fotarig::moment::Moment;
    use fotarig::rig::{Address, DeviceSettings};
    use fotarig::run::{self, Session};
    use fotarig::scenario;
    use fotarig::source::Source;
    use fotarig::suite::{self, Desk, Occasion, Selection};
    use fotarig::world::real::{Clock, Real};
    use fotarig::world::{Interrupts, Wake, World};

    use crate::cable::{median, pty, slave};

    const COMMAND: &[u8] = b"AT\r";
    const ANSWER: &[u8] = b"\r\nOK\r\n";
    /// Rounds in turn, so that a change of the machine's speed meets both sides.
    const ROUNDS: usize = 5;
    const ROUND: Duration = Duration::from_secs(1);
    /// Of one whole test.
    const EXCHANGES: u32 = 10_000;
    const STAMPS: usize = 2_000;
    /// As far apart as URCs of a busy module.
    const STAMP_GAP: Duration = Duration::from_millis(1);
    const LINE: &[u8] = b"\r\n+WDSI: 18,42\r\n";
    /// Whole lines, of a size that a person can wait for.
    const FLOOD_BYTES: usize = LINE.len() * 4_000_000;

    pub(super) fn main() {
        let clock = Clock::start();
        exchanges(clock);
        stamps(clock);
        flood(clock);
    }

    fn exchanges(clock: Clock) {
        let mut bare = Vec::new();
        let mut real = Vec::new();
        let mut test = Vec::new();
        for _ in 0..ROUNDS {
            bare.push(bare_rate(clock));
            real.push(real_rate(clock));
            test.push(test_rate(clock));
        }
        let ratio = |of: &[f64]| median(bare.iter().zip(of).map(|(bare, of)| of / bare).collect());
        println!("real world to bare     {:>10.2}", ratio(&real));
        println!("whole test to bare     {:>10.2}", ratio(&test));
        println!("exchanges, bare loop   {:>10.0} /s", median(bare));
        println!("exchanges, real world  {:>10.0} /s", median(real));
        println!("exchanges, whole test  {:>10.0} /s", median(test));
    }

    /// A blocking write and blocking reads, and nothing else.
    fn bare_rate(clock: Clock) -> f64 {
        let (master, path) = pty();
        let mut port = slave(&path);
        let responder = respond(master);
        let mut buffer = [0; 4096];
        let rate = rate(clock, || {
            port.write_all(COMMAND).expect("the PTY is open");
            let mut heard = Vec::new();
            while !heard.ends_with(ANSWER) {
                let length = port.read(&mut buffer).expect("the PTY is open");
                heard.extend_from_slice(&buffer[..length]);
            }
        });
        drop(port);
        let _ = responder.join();
        rate
    }

    fn real_rate(clock: Clock) -> f64 {
        let (master, path) = pty();
        let mut port = open(&path, clock);
        let responder = respond(master);
        let rate = rate(clock, || {
            port.write(COMMAND).expect("the PTY is open");
            let mut heard = Vec::new();
            while !heard.ends_with(ANSWER) {
                if let Wake::Bytes { bytes, .. } = port.wait(Moment::NEVER).expect("it is open") {
                    heard.extend(bytes);
                }
            }
        });
        drop(port);
        let _ = responder.join();
        rate
    }

    /// A test that sends a command again and again, with decoder, inbox and journal file.
    fn test_rate(clock: Clock) -> f64 {
        let (master, path) = pty();
        let responder = respond(master);
        let text = format!(
            "name: exchanges\nsteps:\n  - script: for n in 0..{EXCHANGES} {{ send(\"AT\") }}\n"
        );
        let took = run_test(&path, &text, clock);
        let _ = responder.join();
        f64::from(EXCHANGES) / took.as_secs_f64()
    }

    /// Runs a scenario on the port, with its journal in a file; returns how long it took.
    fn run_test(path: &str, text: &str, clock: Clock) -> Duration {
        let desk = Desk::load(None, None).expect("the built-in desk");
        let source = Source::built_in("bench.yaml", text);
        let scenario = scenario::load(&[("bench".to_owned(), source)]).expect("a valid scenario");
        let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
        let tests = suite::tests(&scenario, &desk, &Selection::default(), occasion);
        let test = tests.expect("one that is run").remove(0);
        let file = tempfile::tempfile().expect("a temporary file");
        let header = Header { journal: VERSION, ..Header::default() };
        let journal = Journal::new(Box::new(file), &header);
        let world = Box::new(open(path, clock));
        let session = Session::new(world, Arc::clone(&desk.profile), journal);
        let began = clock.now();
        let (session, verdict) = run::run(session, &test);
        let took = clock.now().since(began);
        assert_eq!(verdict, Verdict::Passed);
        drop(session);
        took
    }

    /// Exchanges a second; the first tenth warms up.
    fn rate(clock: Clock, mut exchange: impl FnMut()) -> f64 {
        let warm = clock.now() + ROUND / 10;
        while clock.now() < warm {
            exchange();
        }
        let began = clock.now();
        let mut count = 0.0;
        while clock.now() < began + ROUND {
            exchange();
            count += 1.0;
        }
        count / clock.now().since(began).as_secs_f64()
    }

    /// Answers each command until the port is closed.
    fn respond(mut master: File) -> thread::JoinHandle<()> {
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = master.read(&mut buffer) {
                if buffer[..length].ends_with(b"\r") && master.write_all(ANSWER).is_err() {
                    return;
                }
            }
        })
    }

    /// Each line says when it was sent.
    fn stamps(clock: Clock) {
        let (mut master, path) = pty();
        let mut port = open(&path, clock);
        let sender = thread::spawn(move || {
            for _ in 0..STAMPS {
                pause();
                let line = format!("{}\n", clock.now().as_nanos());
                master.write_all(line.as_bytes()).expect("the PTY is open");
            }
            master
        });
        let mut late = Vec::new();
        while late.len() < STAMPS {
            if let Wake::Bytes { at, bytes } = port.wait(Moment::NEVER).expect("it is open") {
                for line in String::from_utf8_lossy(&bytes).lines() {
                    let sent = Moment::from_nanos(line.parse().expect("a line is sent at once"));
                    late.push(at.since(sent).as_secs_f64() * 1e6);
                }
            }
        }
        drop(sender.join());
        late.sort_unstable_by(f64::total_cmp);
        println!("stamp late, median     {:>10.1} µs", late[STAMPS / 2]);
        println!("stamp late, 99 %       {:>10.1} µs", late[STAMPS * 99 / 100]);
    }

    #[expect(clippy::disallowed_methods, reason = "plays a device that is silent for a while")]
    fn pause() {
        thread::sleep(STAMP_GAP);
    }

    fn flood(clock: Clock) {
        let (master, path) = pty();
        let port = slave(&path);
        let sender = pour(master);
        let began = clock.now();
        let mut buffer = vec![0; 65_536];
        let mut heard = 0;
        while heard < FLOOD_BYTES {
            heard += (&port).read(&mut buffer).expect("the PTY is open");
        }
        println!("flood, bare loop       {:>10.0} MB/s", megabytes(heard, clock, began));
        drop(sender.join());

        let (master, path) = pty();
        let mut port = open(&path, clock);
        let sender = pour(master);
        let began = clock.now();
        let mut heard = 0;
        while heard < FLOOD_BYTES {
            if let Wake::Bytes { bytes, .. } = port.wait(Moment::NEVER).expect("it is open") {
                heard += bytes.len();
            }
        }
        println!("flood, real world      {:>10.0} MB/s", megabytes(heard, clock, began));
        drop(sender.join());

        let (master, path) = pty();
        let lines = FLOOD_BYTES / LINE.len();
        let text =
            format!("name: flood\nsteps:\n  - expect: '^\\+WDSI: 18,\\d+$'\n    count: {lines}\n");
        let sender = pour(master);
        let took = run_test(&path, &text, clock);
        let rate = megabytes(lines, clock, clock.now() - took);
        println!("lines, whole test      {rate:>10.2} million/s");
        drop(sender.join());
    }

    fn pour(mut master: File) -> thread::JoinHandle<File> {
        thread::spawn(move || {
            let chunk = LINE.repeat(4096);
            let mut left = FLOOD_BYTES;
            while left > 0 {
                let length = left.min(chunk.len());
                master.write_all(&chunk[..length]).expect("the PTY is open");
                left -= length;
            }
            master
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    fn megabytes(bytes: usize, clock: Clock, began: Moment) -> f64 {
        bytes as f64 / 1e6 / clock.now().since(began).as_secs_f64()
    }

    fn open(path: &str, clock: Clock) -> Real {
        let settings = DeviceSettings::at(Address::Serial(path.to_owned()));
        Real::open(&settings, clock, Interrupts::default()).expect("it opens")
    }
}
