//! Conversations of the reference, and how far they have come line by line.

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Wire};
use crate::progression::{Course, Phase, Progression};

/// What is told of these entries, a second apart: `3 Download Underway 50 since 1`.
fn told(events: &[Event<'_>]) -> Vec<String> {
    let mut progression = Progression::default();
    let mut told = Vec::new();
    for (second, is) in (0..).zip(events) {
        let entry = Entry { ns: second * 1_000_000_000, on: None, is: is.clone() };
        progression.hear(&entry, |progress| {
            let done = progress.done.map(|done| format!(" {:.0}", done * 100.0));
            told.push(format!(
                "{second} {:?} {:?}{} since {}",
                progress.what,
                progress.course,
                done.unwrap_or_default(),
                progress.since.as_nanos() / 1_000_000_000,
            ));
        });
    }
    told
}

fn says(codes: &str) -> Event<'static> {
    let lines = codes.split_whitespace().map(|code| format!("\r\n+WDSI: {code}\r\n"));
    Event::Received(Wire::from(lines.collect::<String>().into_bytes()))
}

fn power(method: &'static str) -> Event<'static> {
    let (took_ns, after, answer, refused, params) = (None, None, None, None, None);
    let (role, method) = ("power".into(), method.into());
    Event::Called { role, method, params, took_ns, after, answer, refused }
}

#[test]
fn an_update_over_the_air_is_a_download_and_an_install() {
    let course = ["9,1200000", "18", "18,50", "18,100", "12 10", "14", "8", "16"].map(says);
    let expected = [
        "1 Download Underway 0 since 1",
        "2 Download Underway 50 since 1",
        "3 Download Underway 100 since 1",
        "4 Download Finished 100 since 1",
        "5 Install Underway since 5",
        "7 Install Finished since 5",
    ];
    assert_eq!(told(&course), expected);
}

#[test]
fn a_download_goes_on_where_it_was_cut() {
    let course = [
        says("9,1000"),
        says("18 18,60"),
        power("off"),
        says("9,420 2"),
        says("18"),
        says("18,\"61%\""),
        says("18,100 10 14"),
        says("15"),
    ];
    let expected = [
        "1 Download Underway 0 since 1",
        "1 Download Underway 60 since 1",
        "2 Download Halted 60 since 1",
        "3 Download Halted 58 since 1",
        "4 Download Underway 58 since 1",
        "5 Download Underway 61 since 1",
        "6 Download Underway 100 since 1",
        "6 Download Finished 100 since 1",
        "6 Install Underway since 6",
        "7 Install Failed since 6",
    ];
    assert_eq!(told(&course), expected);
}

#[test]
fn another_package_is_another_download() {
    let course = ["9,1000 18,40", "8", "18,41", "13", "9,1000", "18,5", "11,1", "18,7"].map(says);
    let expected = [
        "0 Download Underway 40 since 0",
        "1 Download Halted 40 since 0",
        "2 Download Underway 41 since 0",
        "3 Download Failed 41 since 0",
        "5 Download Underway 5 since 5",
        "6 Download Failed 5 since 5",
        "7 Download Underway 7 since 7",
    ];
    assert_eq!(told(&course), expected);
}

#[test]
fn a_transfer_counts_its_blocks() {
    let sent = |bytes: &[u8]| Event::Sent(Wire::from(bytes.to_vec()));
    let ok = || Event::Received(Wire::from(b"\x06\r\nOK\r\n".to_vec()));
    let ended = || Event::StepEnded { path: "3".into(), verdict: Verdict::Passed };
    let file = Event::TransferStarted { bytes: 256 };
    let blocks = [sent(&[1, 1, 254, 0]), sent(&[1, 2, 253, 0]), sent(&[4])];
    let whole =
        [std::slice::from_ref(&file), blocks.as_slice(), &[ok(), says("3"), ended()]].concat();
    let expected = [
        "0 Transfer Underway 0 since 0",
        "2 Transfer Underway 50 since 0",
        "3 Transfer Underway 100 since 0",
        "4 Transfer Finished 100 since 0",
    ];
    assert_eq!(told(&whole), expected);
    let broken_off = [&[file], &blocks[..2], &[ended(), ok(), says("14")]].concat();
    let expected = [
        "0 Transfer Underway 0 since 0",
        "2 Transfer Underway 50 since 0",
        "3 Transfer Failed 50 since 0",
        "5 Install Underway since 5",
    ];
    assert_eq!(told(&broken_off), expected);
}

#[test]
fn what_goes_on_is_known_until_it_is_over() {
    let mut progression = Progression::default();
    let mut hear = |is| {
        progression.hear(&Entry { ns: 7, on: None, is }, |_| {});
        progression.current().map(|now| (now.what, now.course))
    };
    assert_eq!(hear(says("18,4")), Some((Phase::Download, Course::Underway)));
    assert_eq!(hear(power("reset")), Some((Phase::Download, Course::Halted)));
    assert_eq!(hear(says("18,900 10")), None);
    assert_eq!(hear(says("14")), Some((Phase::Install, Course::Underway)));
    assert_eq!(hear(power("off")), Some((Phase::Install, Course::Underway)));
    assert_eq!(hear(Event::TestEnded { verdict: Verdict::Failed, reason: None }), None);
}
