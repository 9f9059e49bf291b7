//! What reports of 10,000 tests in 2 million journal lines cost: time, memory, sizes.
//!
//! `cargo bench --bench reports`; the aim is all of them together in 5 seconds and 500 MB.

#[cfg(target_os = "linux")]
#[path = "reports/large.rs"]
mod large;
#[cfg(target_os = "linux")]
#[path = "support/watched.rs"]
mod watched;

#[cfg(target_os = "linux")]
fn main() {
    on_linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the figures are read from /proc, which only Linux has");
}

#[cfg(target_os = "linux")]
mod on_linux {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use crate::large;
    use crate::watched::watch;

    /// Each by itself, and at last all at once; the first is the reading and the terminal's report.
    const WANTED: [&[(&str, &str)]; 4] = [
        &[],
        &[("junit", "one.xml")],
        &[("html", "one.html")],
        &[("junit", "all.xml"), ("html", "all.html")],
    ];

    pub(super) fn main() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let journal = folder.join("large.jsonl");
        let (tests, lines) = large::write(folder, &journal);
        let size = megabytes(&journal);
        println!("a journal of {tests} tests, {lines} lines, {size:.0} MB");
        println!("{:<32} {:>8} {:>8} {:>8}  sizes", "reports", "wall", "CPU", "memory");
        for wanted in WANTED {
            let mut report = Command::new(env!("CARGO_BIN_EXE_fotarig"));
            report.args(["report", "large.jsonl"]).current_dir(folder);
            for (format, path) in wanted {
                report.arg("--report").arg(format!("{format}={path}"));
            }
            let figures = watch(&mut report);
            assert_eq!(figures.status.code(), Some(1), "some of the tests fail");
            let names: Vec<&str> = wanted.iter().map(|(format, _)| *format).collect();
            let sizes = wanted.iter().map(|(_, path)| megabytes(&folder.join(path)));
            let sizes: Vec<String> = sizes.map(|size| format!("{size:.1} MB")).collect();
            let (wall, cpu) = (figures.wall.as_secs_f64(), figures.cpu_seconds);
            let (memory, sizes) = (figures.memory_kib / 1024, sizes.join(", "));
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            println!("{names:<32} {wall:6.2} s {cpu:6.2} s {memory:4} MiB  {sizes}");
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    fn megabytes(path: &Path) -> f64 {
        fs::metadata(path).expect("it was written").len() as f64 / 1e6
    }
}
