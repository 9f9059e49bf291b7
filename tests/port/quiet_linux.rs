//! A quiet wait sleeps, as the system counts it.

use std::thread;

use fotarig::world::{Wake, World};

use crate::far::{in_ms, pair};

/// How often the threads with these names slept and were woken so far.
fn wakes(names: &[&str]) -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux has it").flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok())
        .filter(|status| {
            let name = status.lines().find_map(|line| line.strip_prefix("Name:\t"));
            name.is_some_and(|name| names.contains(&name))
        })
        .filter_map(|status| {
            let line =
                status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:\t"))?;
            line.parse::<u64>().ok()
        })
        .sum()
}

#[test]
fn a_quiet_wait_sleeps() {
    let waiter = thread::Builder::new().name("quiet waiter".to_owned());
    let waiter = waiter.spawn(|| {
        let (mut real, far, _) = pair();
        // The reader is named after its port.
        let threads = ["quiet waiter", far.path.as_str()];
        let before = wakes(&threads);
        assert_eq!(real.wait(in_ms(&real, 3_000)), Ok(Wake::Deadline));
        wakes(&threads) - before
    });
    let woken = waiter.expect("a thread").join().expect("it waited");
    assert!(woken <= 4, "woken {woken} times in 3 s");
}
