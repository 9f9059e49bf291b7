//! Many modules on PTYs, driven by one process: wall, CPU and memory of 1,000 exchanges with each.
//!
//! `cargo bench --bench rigs`

#[cfg(target_os = "linux")]
fn main() {
    on_linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the figures are read from /proc, which only Linux has");
}

#[cfg(target_os = "linux")]
#[path = "support/watched.rs"]
mod watched;

#[cfg(target_os = "linux")]
mod on_linux {
    use std::fmt::Write as _;
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};

    use crate::watched::{Figures, watch};

    /// How many modules are driven at once.
    const MODULES: [usize; 4] = [1, 8, 32, 64];
    const EXCHANGES: usize = 1000;
    /// Rounds of each number; the median counts.
    const ROUNDS: usize = 3;
    /// A module's 20 ms for an answer take 4 of ours, so an exchange takes that at least; the 6 s
    /// that it may take at most leave 64 modules on a few cores time to get their turn.
    const SPEED: u32 = 5;

    pub(super) fn main() {
        println!("modules  wall     exchanges/s  CPU per exchange  memory");
        for modules in MODULES {
            let mut rounds: Vec<Figures> = (0..ROUNDS).map(|_| round(modules)).collect();
            rounds.sort_by_key(|figures| figures.wall);
            let Figures { wall, cpu_seconds, memory_kib, .. } = &rounds[ROUNDS / 2];
            let exchanges = as_f64(modules * EXCHANGES);
            let (wall, memory) = (wall.as_secs_f64(), memory_kib / 1024);
            let (rate, cpu) = (exchanges / wall, cpu_seconds * 1e6 / exchanges);
            println!("{modules:7}  {wall:5.2} s  {rate:11.0}  {cpu:13.1} µs  {memory:3} MiB");
        }
    }

    fn round(modules: usize) -> Figures {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let mut served: Vec<Child> = (0..modules).map(|number| serve(folder, number)).collect();
        let scenario =
            format!("name: exchanges\nsteps:\n  - repeat: {EXCHANGES}\n    steps: [ send: AT ]\n");
        fs::write(folder.join("exchanges.yaml"), scenario).expect("a file");
        let figures = drive(folder);
        for module in &mut served {
            module.kill().expect("it runs");
            module.wait().expect("it ends");
        }
        figures
    }

    fn fotarig(folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        command.current_dir(folder);
        command
    }

    /// A module on a PTY, and the rig file that leads to it.
    fn serve(folder: &Path, number: usize) -> Child {
        let name = format!("m{number}");
        let speed = SPEED.to_string();
        let mut simulate = fotarig(folder);
        simulate.args(["simulate", "--pty", &name, "--speed", &speed]).stdout(Stdio::piped());
        let mut simulate = simulate.spawn().expect("our own program");
        let mut ready = String::new();
        let out = simulate.stdout.take().expect("a pipe was asked for");
        BufReader::new(out).read_line(&mut ready).expect("it says that it is ready");
        let mut rig = String::new();
        let _ = writeln!(rig, "name: rig-{number}\nport: {{ serial: {name}, speed: {SPEED} }}");
        fs::create_dir_all(folder.join("rigs")).expect("a folder");
        fs::write(folder.join(format!("rigs/{name}.yaml")), rig).expect("a file");
        simulate
    }

    fn drive(folder: &Path) -> Figures {
        let mut run = fotarig(folder);
        run.args(["run", "exchanges.yaml", "--rig", "rigs"]);
        let figures = watch(&mut run);
        let status = figures.status;
        assert!(status.success(), "each exchange passes: {status}");
        figures
    }

    #[expect(clippy::cast_precision_loss, reason = "a few ten thousand")]
    fn as_f64(number: usize) -> f64 {
        number as f64
    }
}
