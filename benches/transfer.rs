//! What carrying a file costs over a PTY: our `transfer` step beside `sx` and a bare loop.

fn main() {
    #[cfg(unix)]
    unix::main();
    #[cfg(not(unix))]
    println!("this benchmark needs PTYs, which only Unix has");
}

#[cfg(unix)]
#[path = "transfer/receiver.rs"]
mod receiver;

#[cfg(unix)]
#[path = "support/cable.rs"]
mod cable;

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::Arc;
    use std::time::Duration;

    use fotarig::fault::Verdict;
    use fotarig::journal::{Header, Journal, VERSION};
    use fotarig::moment::Moment;
    use fotarig::rig::{Address, DeviceSettings};
    use fotarig::run::{self, Session};
    use fotarig::scenario;
    use fotarig::source::Source;
    use fotarig::suite::{self, Desk, Occasion, Selection};
    use fotarig::world::Interrupts;
    use fotarig::world::real::{Clock, Real};
    use fotarig::xmodem::{Sender, SenderSettings, Sending, Start};

    use crate::cable::{median, pty, slave};
    use crate::receiver::{Line, Reception};

    const ACK: u8 = 0x06;
    const FILE_BYTES: usize = 4 << 20;
    /// 11 s at 921600 baud: what a block loses does not depend on how many there are.
    const PACED_BYTES: usize = 1 << 20;
    /// Rounds in turn, so that a change of the machine's speed meets all three.
    const ROUNDS: usize = 9;
    const PACED_ROUNDS: usize = 3;

    /// Who sends.
    #[derive(Clone, Copy)]
    enum By {
        /// A blocking write and a blocking read for each block, and nothing else.
        Bare,
        /// Debian's `sx -k`.
        Sx,
        /// A test with one `transfer` step, with decoder, inbox and journal file.
        Test,
    }

    pub(super) fn main() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let scene = Scene::of(FILE_BYTES, folder.path());
        let [bare, sx, test] = scene.rounds(Line::Free, ROUNDS);
        println!("test to sx             {:>10.2}", median(ratios(&test, &sx)));
        println!("test to bare           {:>10.2}", median(ratios(&test, &bare)));
        println!("sx to bare             {:>10.2}", median(ratios(&sx, &bare)));
        println!("block, bare loop       {:>10.1} µs", scene.block(bare));
        println!("block, sx -k           {:>10.1} µs", scene.block(sx));
        println!("block, whole test      {:>10.1} µs", scene.block(test));
        println!("journal per byte       {:>10.2} bytes", scene.journal_ratio());

        let scene = Scene::of(PACED_BYTES, folder.path());
        let bound = Line::BAUD_921600.carries(scene.frames.iter().map(Vec::len).sum());
        let [bare, sx, test] = scene.rounds(Line::BAUD_921600, PACED_ROUNDS);
        for (name, took) in [("bare loop", bare), ("sx -k", sx), ("whole test", test)] {
            let took = median(took);
            let lost = (took - bound.as_secs_f64()) / scene.count() * 1e6;
            println!("921600 baud, {name:<10}{:>10.4} of the bound", bound.as_secs_f64() / took);
            println!("    lost per block     {lost:>10.1} µs");
        }
    }

    /// A file, and what its sender says.
    struct Scene {
        clock: Clock,
        path: String,
        data: Vec<u8>,
        frames: Vec<Vec<u8>>,
    }

    impl Scene {
        fn of(size: usize, folder: &Path) -> Scene {
            let data: Vec<u8> = (0..size).map(|at| (at * 31 + at / 251).to_le_bytes()[0]).collect();
            let path = folder.join(format!("file-{size}"));
            fs::write(&path, &data).expect("a temporary file");
            let path = path.to_str().expect("a temporary folder's name is text").to_owned();
            Scene { clock: Clock::start(), path, frames: frames(&data), data }
        }

        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        fn count(&self) -> f64 {
            self.frames.len() as f64
        }

        /// Microseconds of a block.
        fn block(&self, took: Vec<f64>) -> f64 {
            median(took) / self.count() * 1e6
        }

        /// Seconds of each round, of all three.
        fn rounds(&self, line: Line, rounds: usize) -> [Vec<f64>; 3] {
            let mut all = [Vec::new(), Vec::new(), Vec::new()];
            for _ in 0..rounds {
                for (took, by) in all.iter_mut().zip([By::Bare, By::Sx, By::Test]) {
                    took.push(self.carry(by, line).as_secs_f64());
                }
            }
            all
        }

        /// From the first byte of the first block until the last answer.
        fn carry(&self, by: By, line: Line) -> Duration {
            let (master, path) = pty();
            // Open before the receiver speaks: a fresh PTY would echo what it says.
            let port = slave(&path);
            let reception = Reception::start(master, self.data.len(), (self.clock, line));
            match by {
                By::Bare => self.send(&port),
                By::Sx => self.sx(port),
                By::Test => drop(self.test(&path)),
            }
            let (took, stored) = reception.end();
            assert!(stored == self.data, "the file came as another");
            took
        }

        fn send(&self, mut port: &File) {
            let mut byte = [0];
            port.read_exact(&mut byte).expect("the receiver asks");
            for frame in &self.frames {
                port.write_all(frame).expect("the PTY is open");
                port.read_exact(&mut byte).expect("the receiver answers");
                assert_eq!(byte, [ACK]);
            }
        }

        fn sx(&self, port: File) {
            let mut sx = Command::new("sx");
            sx.args(["-q", "-k"]).arg(&self.path).stderr(Stdio::null());
            sx.stdin(port.try_clone().expect("a descriptor")).stdout(port);
            let status = sx.status().expect("`sx` is there: apt install lrzsz");
            assert!(status.success(), "sx: {status}");
        }

        /// Runs a scenario on the port; returns its journal.
        fn test(&self, port: &str) -> File {
            let text =
                format!("name: transfer\nsteps:\n  - transfer: {}\n    answer: none\n", self.path);
            let desk = Desk::load(None, None).expect("the built-in desk");
            let source = Source::built_in("bench.yaml", text);
            let scenario =
                scenario::load(&[("bench".to_owned(), source)]).expect("a valid scenario");
            let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
            let tests = suite::tests(&scenario, &desk, &Selection::default(), occasion);
            let test = tests.expect("one that is run").remove(0);
            let file = tempfile::tempfile().expect("a temporary file");
            let header = Header { journal: VERSION, ..Header::default() };
            let kept = file.try_clone().expect("a descriptor");
            let journal = Journal::new(Box::new(file), &header);
            let settings = DeviceSettings::at(Address::Serial(port.to_owned()));
            let world = Real::open(&settings, self.clock, Interrupts::default());
            let world = Box::new(world.expect("it opens"));
            let session = Session::new(world, Arc::clone(&desk.profile), journal);
            let (session, verdict) = run::run(session, &test);
            assert_eq!(verdict, Verdict::Passed);
            drop(session);
            kept
        }

        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        fn journal_ratio(&self) -> f64 {
            let (master, path) = pty();
            let port = slave(&path);
            let line = (self.clock, Line::Free);
            let reception = Reception::start(master, self.data.len(), line);
            let mut journal = self.test(&path);
            drop(port);
            reception.end();
            let length = journal.seek(SeekFrom::End(0)).expect("a file");
            length as f64 / self.data.len() as f64
        }
    }

    /// All blocks as they are on the wire, and the end.
    fn frames(data: &[u8]) -> Vec<Vec<u8>> {
        let settings = SenderSettings { start: Start::CrcThenNak, ..SenderSettings::default() };
        let mut sender = Sender::new(settings, data.to_vec(), Moment::START);
        let mut frames = Vec::new();
        let mut heard = b"C".as_slice();
        loop {
            match sender.advance(Moment::START, &mut heard) {
                Sending::Say(frame) => frames.push(frame.to_vec()),
                Sending::Wait(_) => heard = &[ACK],
                Sending::Ended(_) => return frames,
            }
        }
    }

    fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
        // Speeds, so the times the other way round.
        of.iter().zip(to).map(|(of, to)| to / of).collect()
    }
}
