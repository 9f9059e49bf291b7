//! RFC 2217, byte by byte: what telnet clients send, and what they must get.

use std::io::{Read, Write};

use crate::program::{Client, Simulate};

const RFC2217: &str = "--rfc2217 127.0.0.1:0";

const OPENING: usize = 12;

/// A client that has had the opening of the server and its consent to RFC 2217.
fn client(simulate: &Simulate) -> Client {
    let mut client = simulate.connect();
    let mut opening = [0; OPENING];
    client.0.read_exact(&mut opening).expect("the opening");
    client.0.write_all(&[255, 251, 44]).expect("WILL COM-PORT-OPTION");
    let mut consent = [0; 10];
    client.0.read_exact(&mut consent).expect("DO, and the modem state");
    assert_eq!(consent[..6], [255, 253, 44, 255, 250, 44]);
    client
}

/// Sends a request of the option and returns what comes back, up to the end of the answer.
fn request(client: &mut Client, body: &[u8], length: usize) -> Vec<u8> {
    let request = [&[255, 250, 44], body, &[255, 240]].concat();
    client.0.write_all(&request).expect("it is there");
    let mut answer = vec![0; length];
    client.0.read_exact(&mut answer).expect("an answer");
    answer
}

#[test]
fn every_request_is_answered() {
    let simulate = Simulate::start(RFC2217);
    assert!(simulate.ready.contains("is on rfc2217 127.0.0.1:"), "{}", simulate.ready);
    let mut client = client(&simulate);
    let baud = request(&mut client, &[1, 0, 0, 0x25, 0x80], 10);
    assert_eq!(baud, [255, 250, 44, 101, 0, 0, 0x25, 0x80, 255, 240]);
    // Data size, parity, stop size; flow control, DTR off and on, RTS off and on; purges.
    for (code, value) in [
        (2, 7),
        (3, 3),
        (4, 2),
        (5, 1),
        (5, 9),
        (5, 8),
        (5, 12),
        (5, 11),
        (12, 1),
        (12, 2),
        (12, 3),
    ] {
        let answer = request(&mut client, &[code, value], 7);
        assert_eq!(answer, [255, 250, 44, code + 100, value, 255, 240], "{code},{value}");
    }
    let signature = request(&mut client, &[0], 4 + "fotarig".len());
    assert!(signature.ends_with(b"fotarig"), "{signature:?}");
}

#[test]
fn dtr_lets_the_module_sleep_and_wakes_it() {
    let simulate = Simulate::start("--rfc2217 127.0.0.1:0 --control control");
    let (mut client, mut control) = (client(&simulate), simulate.control());
    let mut said = || {
        let minute = r#"{"role":"clock","method":"skip","params":{"time":"1min"}}"#;
        control.ask(minute)["result"]["said_bytes"].as_u64().expect("a count")
    };
    assert_eq!(client.ask("AT+KSLEEP=0,0,2"), "AT+KSLEEP=0,0,2\r\r\nOK\r\n");
    request(&mut client, &[5, 9], 7);
    let before = said();
    client.0.write_all(b"AT\r").expect("it is there");
    assert_eq!((said(), said()), (before, before), "it sleeps");
    request(&mut client, &[5, 8], 7);
    said();
    assert_eq!(client.ask("AT"), "AT\r\r\nOK\r\n");
}

#[test]
fn bytes_of_telnet_are_doubled_both_ways() {
    let simulate = Simulate::start(RFC2217);
    let mut client = client(&simulate);
    client.0.write_all(b"AT\xff\xff\r").expect("it is there");
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n") || heard.len() < 10 {
        let mut byte = [0];
        client.0.read_exact(&mut byte).expect("an answer");
        heard.extend(byte);
    }
    assert!(heard.starts_with(b"AT\xff\xff\r"), "the echo has it doubled: {heard:?}");
}

#[test]
fn clients_that_leave_in_the_middle_leave_a_clean_line() {
    let simulate = Simulate::start(RFC2217);
    for half in [&b"\xff"[..], b"\xff\xfa\x2c\x01\x00", b"AT+CG", b"AT+CGMM\r", b"\xff\xfb"] {
        let mut client = client(&simulate);
        client.0.write_all(half).expect("it is there");
        drop(client);
    }
    for turn in 0..300 {
        let mut client = client(&simulate);
        client.0.write_all(b"AT\r").expect("it is there");
        assert_eq!(client.hear("OK\r\n"), "AT\r\r\nOK\r\n", "client {turn}");
    }
}

/// Thousands of requests whose answers nobody takes: they wait in the sender's own pipe.
#[test]
fn requests_without_end_do_not_wedge() {
    let simulate = Simulate::start(RFC2217);
    let mut client = client(&simulate);
    client.0.set_nonblocking(true).expect("it can");
    let requests = [255, 250, 44, 1, 0, 0, 0, 0, 255, 240].repeat(1_000);
    let mut sent = 0;
    while sent < 100_000_000 {
        match client.0.write(&requests) {
            Ok(length) => sent += length,
            Err(_) => break,
        }
    }
    drop(client);
    let mut next = simulate.connect();
    let mut opening = [0; OPENING];
    next.0.read_exact(&mut opening).expect("the next one is let in");
}
