//! The local update on the wire: chapter 6 with the quirks of its senders, F33, F34, EURY-4127.

use std::time::Duration;

use fotarig::behaviour::Defect;
use fotarig::moment::Moment;
use fotarig::rig::VirtualSettings;
use fotarig::sim::Module;
use fotarig::xmodem::{Blocks, Frame, FrameFault, SenderSettings, Sent, WrongFrame};

use crate::local::{GOOD, SIZE, alone, bench, faulty, switched};
use crate::play::demo_package;
use crate::transfer::{package_file, send, send_as};

/// Everything that the module says in answer to `input`, with its moments.
fn watch(settings: &VirtualSettings, input: &[u8], seconds: u64) -> Vec<(Moment, Vec<u8>)> {
    let mut module = Module::new(settings, &demo_package(), 5);
    let mut said = Vec::new();
    let (mut now, mut input) = (Moment::START, input);
    loop {
        let mut out = Vec::new();
        let alarm = module.advance(now, input, &mut out);
        if !out.is_empty() {
            said.push((now, out));
        }
        input = b"";
        match alarm {
            Some(alarm) if alarm <= Moment::START + Duration::from_secs(seconds) => now = alarm,
            Some(_) | None => return said,
        }
    }
}

#[test]
fn f33_a_transfer_that_nobody_begins() {
    let said = watch(&alone(), b"AT+CMEE=1\rAT+WDSD=5000\r\n", 1000);
    let naks: Vec<_> = said.iter().filter(|(_, bytes)| bytes == b"\x15").collect();
    assert!((95..=100).contains(&naks.len()), "{} NAKs", naks.len());
    // Directly behind the echo, and each a write of its own.
    let first = naks[0].0.since(Moment::START).as_secs_f64();
    assert!((1.25..1.35).contains(&first), "{first}");
    let second = naks[1].0.since(naks[0].0).as_secs_f64();
    assert!((2.9..3.1).contains(&second), "{second}");
    let (at, last) = said.last().expect("an answer");
    assert_eq!(last, b"\r\n+CME ERROR: 3\r\n");
    assert!((299..302).contains(&at.since(Moment::START).as_secs()));
}

#[test]
fn the_switches_of_the_start() {
    let limit = |settings| {
        let said = watch(&settings, b"AT+WDSD=5000\r", 2000);
        let (at, last) = said.last().expect("something");
        (at.since(Moment::START).as_secs(), last.clone(), said.len())
    };
    let error = b"\r\nERROR\r\n".to_vec();
    let (at, last, _) = limit(switched("local_start", "180s"));
    assert!((179..182).contains(&at) && last == error);
    let (_, _, often) = limit(switched("nak_period", "1s"));
    let (_, _, seldom) = limit(switched("nak_period", "10s"));
    assert!(often > 290 && seldom < 35, "{often} {seldom}");
    let said = watch(&switched("xm_start", "c-then-nak"), b"AT+WDSD=5000\r", 60);
    let starts: Vec<u8> = said.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    assert!(starts.ends_with(b"\x15") && starts.windows(2).any(|two| two == b"CC"));
    let (at, last, count) = limit(faulty(Defect::NoStart));
    assert!((299..302).contains(&at) && last == error && count == 2);
    let (at, last, _) = limit(faulty(Defect::StartNeverEnds));
    assert!(at > 1990 && last == b"\x15");
}

#[test]
fn a_block_takes_its_time() {
    let mut bench = bench(&alone());
    let start = bench.now;
    send(&mut bench, &package_file(100 * 1024));
    let took = bench.now.since(start).as_secs_f64() - 1.27;
    assert!((26.0..28.5).contains(&took), "{took}");
}

#[test]
fn eot_that_is_repeated_is_acknowledged_and_no_more() {
    let mut bench = bench(&alone());
    send(&mut bench, &package_file(SIZE));
    bench.play("< OK\n< +WDSI: 3");
    let mut out = Vec::new();
    for _ in 0..3 {
        bench.now = bench.now + Duration::from_secs(10);
        bench.module.advance(bench.now, b"\x04", &mut out);
    }
    assert_eq!(out, b"\x06\x06\x06");
    bench.play("> AT+WDSR=4\n< OK\n< +WDSI: 12\n< +WDSI: 14");
}

#[test]
fn every_way_to_cut_a_file_into_blocks() {
    for blocks in [Blocks::Short, Blocks::LongThenShort, Blocks::Long, Blocks::LongAndSpare] {
        for size in [1024, 2048, 5000] {
            let settings = SenderSettings { blocks, ..SenderSettings::default() };
            let mut bench = bench(&alone());
            let outcome = send_as(&mut bench, size, &package_file(size as u64), settings);
            assert_eq!(outcome, Sent::Complete);
            bench.play(GOOD);
        }
    }
    let short = SenderSettings { blocks: Blocks::Short, ..SenderSettings::default() };
    let mut bench = bench(&switched("xm_short", "refused"));
    let outcome = send_as(&mut bench, 5000, &package_file(SIZE), short);
    assert_ne!(outcome, Sent::Complete);
    bench.play("< +CME ERROR: 3");
}

#[test]
fn eury_4127() {
    const SIZES: [u64; 7] =
        [1_199_028, 203_744, 1_171_600, 1_235_028, 1_290_400, 1_237_804, 984_236];
    let old = || VirtualSettings { firmware: Some("HL7800.4.5.4.0".to_owned()), ..alone() };
    for size in SIZES {
        let mut bench = bench(&old());
        assert_eq!(send(&mut bench, &vec![7; usize::try_from(size).unwrap()]), Sent::Complete);
        let spoilt = size == 1_235_028;
        bench.play(if spoilt { "< +CME ERROR: 3\nquiet 1h" } else { "< OK\n< +WDSI: 3" });
    }
    let never = switched("xm_size_bug", "never");
    let always = switched("xm_size_bug", "always");
    let mut defect = faulty(Defect::XmSizeBug);
    defect.switches = never.switches.clone();
    for (settings, firmware, answer) in [
        (alone(), "HL7802.4.6.9.4", "< OK\n< +WDSI: 3"),
        (never, "HL7800.4.5.4.0", "< OK\n< +WDSI: 3"),
        (always, "HL7800.4.7.1.0", "< +CME ERROR: 3\nquiet 1h"),
        (defect, "HL7800.4.7.1.0", "< +CME ERROR: 3\nquiet 1h"),
    ] {
        let settings = VirtualSettings { firmware: Some(firmware.to_owned()), ..settings };
        let mut bench = bench(&settings);
        send(&mut bench, &[7; 2148]);
        bench.play(answer);
    }
}

#[test]
fn f34_a_transfer_that_is_broken_off() {
    let file = package_file(SIZE);
    let mut bench = bench(&alone());
    // Of fewer bytes than were announced.
    send_as(&mut bench, 6000, &file, SenderSettings::default());
    bench.play("< +CME ERROR: 3\nquiet 1h");
    let mut out = Vec::new();
    bench.module.advance(bench.now, b"AT+WDSD=5000\r", &mut out);
    bench.now = bench.now + Duration::from_secs(3);
    bench.module.advance(bench.now, b"", &mut out);
    bench.send(b"\x18\x18\x18\x18\x08\x08\x08\x08");
    bench.play("< +CME ERROR: 3\nquiet 1h\n> AT\n< OK");
    // The client disappears; after ten NAKs the module gives up, and a new one may begin.
    let fault = FrameFault { of: Frame::Block(3), kind: WrongFrame::Cut };
    let settings = SenderSettings { faults: vec![fault], ..SenderSettings::default() };
    assert_eq!(send_as(&mut bench, file.len(), &file, settings), Sent::Cut);
    let until = bench.now + Duration::from_secs(150);
    bench.run_until(until);
    let (_, line) = bench.next_line().expect("an answer");
    assert_eq!(line.trim_start_matches(['\u{15}', '\u{18}']), "");
    bench.play("< +CME ERROR: 3");
    send(&mut bench, &file);
    bench.play(GOOD);
}

#[test]
fn defects_of_the_answers() {
    let file = package_file(SIZE);
    for (defect, sent) in [
        (Defect::AckLost, Sent::Complete),
        (Defect::NakStorm, Sent::Complete),
        (Defect::UrcInXmodem, Sent::Complete),
        (Defect::BadBlock, Sent::Cancelled),
    ] {
        let mut bench = bench(&faulty(defect));
        let start = bench.now;
        let outcome = send(&mut bench, &file);
        assert_eq!(outcome, sent, "{}", defect.name());
        let took = bench.now.since(start).as_secs();
        match defect {
            Defect::AckLost => assert!(took > 10),
            Defect::NakStorm | Defect::UrcInXmodem | Defect::BadBlock => assert!(took < 10),
            other => panic!("{other:?}"),
        }
    }
    let said = |defect| {
        let block = block(1, b'x', 0);
        let mut module = Module::new(&faulty(defect), &demo_package(), 1);
        let (mut now, mut out) = (Moment::START, Vec::new());
        module.advance(now, b"ATE0\rAT+WDSD=1025\r", &mut out);
        for bytes in [&block[..], &self::block(2, b'x', 0), b"\x04"] {
            now = now + Duration::from_secs(2);
            module.advance(now, b"", &mut out);
            out.clear();
            module.advance(now, bytes, &mut out);
            module.advance(now + Duration::from_secs(1), b"", &mut out);
            if bytes != block {
                break;
            }
        }
        out
    };
    assert_eq!(said(Defect::DupAck), b"\x06\x06");
    assert_eq!(said(Defect::NakStorm), b"\x15");
    let mut bench = bench(&faulty(Defect::EotNak));
    assert_ne!(send(&mut bench, &file), Sent::Complete);
}

/// A block of 1024 times `fill`, whose sum is off by `wrong`.
fn block(number: u8, fill: u8, wrong: u8) -> Vec<u8> {
    let mut block = vec![2, number, !number];
    block.extend([fill; 1024]);
    block.push((0..1024).fold(wrong, |sum: u8, _| sum.wrapping_add(fill)));
    block
}

#[test]
fn a_wrong_checksum() {
    for (settings, answer) in [(alone(), b"\x15"), (faulty(Defect::AcceptsBadChecksum), b"\x06")] {
        let mut module = Module::new(&settings, &demo_package(), 1);
        let mut out = Vec::new();
        module.advance(Moment::START, b"AT+WDSD=1024\r", &mut out);
        let at = Moment::START + Duration::from_secs(2);
        module.advance(at, b"", &mut out);
        out.clear();
        module.advance(at, &block(1, 7, 1), &mut out);
        module.advance(at + Duration::from_secs(2), b"", &mut out);
        assert_eq!(out, answer);
    }
}

#[test]
fn a_module_that_sleeps_in_a_transfer() {
    let mut bench = bench(&faulty(Defect::SleepMidXmodem));
    assert_eq!(send(&mut bench, &package_file(SIZE)), Sent::TooManyErrors);
}
