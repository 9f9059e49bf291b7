//! Ports over TCP and RFC 2217: every byte arrives as it is, and what is wrong is said.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use fotarig::fault::Broken;
use fotarig::rig::{Address, DeviceSettings, LinePolicy};
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Wake, World};
use rfc2217::{PortSettings, Server, ServerEvent};

use crate::far::{in_ms, instant, listen};

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
    let place = listener.local_addr().expect("it has one").to_string();
    (listener, place)
}

fn open(address: Address) -> Result<Real, Broken> {
    let usual = DeviceSettings::at(address);
    let settings = DeviceSettings { returns_within: Duration::ZERO, ..usual };
    Real::open(&settings, Clock::start(), Interrupts::default())
}

fn every_byte() -> Vec<u8> {
    (0..=255).cycle().take(256 * 64).collect()
}

/// A server of RFC 2217 that sends back each byte of the line; it ends with its client, and gives
/// what it was asked for.
fn echoing(listener: TcpListener) -> thread::JoinHandle<(Server, Vec<ServerEvent>)> {
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut telnet = Server::new(PortSettings::default());
        let mut events = Vec::new();
        let mut raw = [0; 700];
        loop {
            client.write_all(&telnet.take_output()).expect("the client is there");
            match client.read(&mut raw) {
                Ok(length) if length > 0 => {
                    let said = telnet.receive(&raw[..length]);
                    telnet.write_data(&said);
                }
                Ok(_) | Err(_) => return (telnet, events),
            }
            while let Some(event) = telnet.poll_event() {
                events.push(event);
            }
        }
    })
}

#[test]
fn over_tcp_every_byte_arrives_as_it_is() {
    let (listener, place) = listener();
    let far = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut heard = vec![0; every_byte().len()];
        client.read_exact(&mut heard).expect("the client is there");
        client.write_all(&heard).expect("the client is there");
        heard
    });
    let mut real = open(Address::Tcp(place)).expect("somebody listens");
    real.write(&every_byte()).expect("it is there");
    assert_eq!(listen(&mut real, every_byte().len()), every_byte());
    assert_eq!(far.join().expect("it ends"), every_byte());
}

#[test]
fn over_rfc2217_every_byte_arrives_as_it_is() {
    let (listener, place) = listener();
    let far = echoing(listener);
    let mut real = open(Address::Rfc2217(place)).expect("somebody listens");
    for _ in 0..8 {
        real.write(&every_byte()).expect("it is there");
        assert_eq!(listen(&mut real, every_byte().len()), every_byte());
    }
    drop(real);
    far.join().expect("it ends with its client");
}

#[test]
fn rfc2217_sets_speed_flow_control_and_lines() {
    let (listener, place) = listener();
    let far = echoing(listener);
    let usual = DeviceSettings::at(Address::Rfc2217(place));
    let (dtr, rts) = (LinePolicy::Off, LinePolicy::Keep);
    let flow = fotarig::rig::Flow::Hardware;
    let settings = DeviceSettings { baud: 921_600, flow, dtr, rts, ..usual };
    let real = Real::open(&settings, Clock::start(), Interrupts::default());
    drop(real.expect("it agrees to all"));
    let (telnet, events) = far.join().expect("it ends with its client");
    assert_eq!(telnet.settings().baud_rate, 921_600);
    assert_eq!(telnet.settings().flow_control, rfc2217::FlowControl::RtsCts);
    assert!(events.contains(&ServerEvent::Dtr(false)), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, ServerEvent::Rts(_))), "{events:?}");
}

/// What the module says while the settings are agreed on belongs to the conversation.
#[test]
fn what_comes_during_the_opening_is_heard() {
    let (listener, place) = listener();
    let far = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        client.write_all(b"\r\n+KSUP: 0\r\n").expect("the client is there");
        (client, listener)
    });
    let mut real = open(Address::Tcp(place)).expect("somebody listens");
    assert_eq!(listen(&mut real, 12), b"\r\n+KSUP: 0\r\n");
    drop(far.join());
    let (listener, place) = self::listener();
    let far = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut telnet = Server::new(PortSettings::default());
        telnet.write_data(b"\r\n+KSUP: \xff\r\n");
        let mut raw = [0; 700];
        while let Ok(length @ 1..) = client.read(&mut raw) {
            drop(telnet.receive(&raw[..length]));
            client.write_all(&telnet.take_output()).expect("the client is there");
        }
    });
    let mut real = open(Address::Rfc2217(place)).expect("somebody listens");
    assert_eq!(listen(&mut real, 12), b"\r\n+KSUP: \xff\r\n");
    drop(real);
    drop(far.join());
}

#[test]
fn what_does_not_speak_telnet_is_told_from_what_does() {
    let refused = |answer: fn(TcpStream)| {
        let (listener, place) = listener();
        let far = thread::spawn(move || answer(listener.accept().expect("a client").0));
        let broken = open(Address::Rfc2217(place)).err().expect("no port of RFC 2217");
        drop(far.join());
        (broken.message, broken.help.unwrap_or_default())
    };
    let (message, help) = refused(|mut silent| {
        let mut all = Vec::new();
        drop(silent.read_to_end(&mut all));
    });
    assert!(message.contains("does not speak telnet") && help.contains("`tcp:`"), "{message}");
    let (message, help) = refused(|mut echo| {
        let mut raw = [0; 700];
        while let Ok(length @ 1..) = echo.read(&mut raw) {
            drop(echo.write_all(&raw[..length]));
        }
    });
    assert!(message.contains("does not speak telnet") && help.contains("`tcp:`"), "{message}");
    let (message, _) = refused(|mut plain| {
        // DONT and WONT for whatever is asked, as a telnet server without RFC 2217 says.
        for option in [0, 3, 44] {
            drop(plain.write_all(&[255, 254, option, 255, 252, option]));
        }
        let mut all = Vec::new();
        drop(plain.read_to_end(&mut all));
    });
    assert!(message.contains("without the settings of a port"), "{message}");
    let (message, help) = refused(drop);
    assert!(message.contains("ended the connection"), "{message}");
    assert!(help.contains("another one"), "{help}");
}

#[test]
fn a_server_that_sets_another_speed_is_told() {
    let (listener, place) = listener();
    let far = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut telnet = Server::new(PortSettings::default());
        let mut raw = [0; 700];
        while let Ok(length @ 1..) = client.read(&mut raw) {
            drop(telnet.receive(&raw[..length]));
            let mut said = telnet.take_output();
            // 115200, which it was asked for, becomes 9600 in its answer.
            for at in 0..said.len().saturating_sub(3) {
                if said[at..at + 4] == 115_200_u32.to_be_bytes() {
                    said[at..at + 4].copy_from_slice(&9_600_u32.to_be_bytes());
                }
            }
            client.write_all(&said).expect("the client is there");
        }
    });
    let broken = open(Address::Rfc2217(place)).err().expect("another speed");
    assert!(broken.message.contains("has set 9600 baud, not the 115200 wanted"), "{broken}");
    drop(far.join());
}

#[test]
fn nobody_there_is_said_at_once() {
    let (listener, place) = listener();
    drop(listener);
    let began = instant();
    let broken = open(Address::Tcp(place.clone())).err().expect("nobody listens");
    assert_eq!(broken.message, format!("nobody listens at `{place}`"));
    assert!(began.elapsed() < Duration::from_secs(2));
    let broken = open(Address::Tcp("no-such-host.invalid:1".to_owned())).err().expect("no host");
    assert!(broken.message.contains("no host `no-such-host.invalid`"), "{broken}");
}

/// A full backlog of a listener that never accepts takes no further connection, and says nothing.
#[cfg(target_os = "linux")]
#[test]
fn no_answer_is_said_after_five_seconds() {
    let (listener, place) = listener();
    rustix::net::listen(&listener, 0).expect("it listens already");
    let address = place.parse().expect("an address");
    let limit = Duration::from_millis(300);
    let full: Vec<TcpStream> =
        (0..4).map_while(|_| TcpStream::connect_timeout(&address, limit).ok()).collect();
    let began = instant();
    let broken = open(Address::Tcp(place.clone())).err().expect("no answer");
    assert_eq!(broken.message, format!("no answer from `{place}` within 5s"));
    assert!((4..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    drop(full);
}

/// Half-open: the other end acknowledges, and never reads.
#[test]
fn a_server_that_never_reads_breaks_a_write_in_bounded_time() {
    for address in [Address::Tcp, Address::Rfc2217] {
        let (listener, place) = listener();
        let address = address(place);
        let is_telnet = matches!(address, Address::Rfc2217(_));
        let far = thread::spawn(move || {
            let (mut client, _) = listener.accept().expect("a client");
            let mut telnet = Server::new(PortSettings::default());
            let mut raw = [0; 700];
            // All settings and both lines are answered, then it falls silent.
            while is_telnet && !matches!(telnet.poll_event(), Some(ServerEvent::Rts(_))) {
                let length = client.read(&mut raw).expect("the client is there");
                drop(telnet.receive(&raw[..length]));
                client.write_all(&telnet.take_output()).expect("the client is there");
            }
            client
        });
        let mut real = open(address).expect("somebody listens");
        let began = instant();
        let broken = real.write(&vec![b'x'; 32_000_000]).expect_err("nobody reads");
        assert!(broken.message.contains("its server has stalled"), "{broken}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        drop(far.join());
    }
}

/// The reader has to do with the server as well, and sends what the writer has queued.
#[test]
fn over_rfc2217_writes_get_out_while_the_server_talks() {
    let (listener, place) = listener();
    let far = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut telnet = Server::new(PortSettings::default());
        let mut raw = [0; 700];
        while !matches!(telnet.poll_event(), Some(ServerEvent::Rts(_))) {
            let length = client.read(&mut raw).expect("the client is there");
            drop(telnet.receive(&raw[..length]));
            client.write_all(&telnet.take_output()).expect("the client is there");
        }
        let mut talk = client.try_clone().expect("a second descriptor");
        let talker = thread::spawn(move || while talk.write_all(b"+CEREG: 1\r\n").is_ok() {});
        while let Ok(1..) = client.read(&mut raw) {}
        drop(talker.join());
    });
    let mut real = open(Address::Rfc2217(place)).expect("somebody listens");
    let began = instant();
    for _ in 0..5_000 {
        real.write(b"AT\r\n").expect("there is room");
        real.wait(real.now()).expect("it is there");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(real);
    drop(far.join());
}

#[test]
fn an_end_of_the_connection_is_told() {
    let (listener, place) = listener();
    let mut real = open(Address::Tcp(place.clone())).expect("somebody listens");
    let (mut far, _) = listener.accept().expect("a client");
    far.write_all(b"last words").expect("the client is there");
    drop((far, listener));
    assert_eq!(listen(&mut real, 10), b"last words");
    let woken = real.wait(in_ms(&real, 2_000));
    assert!(matches!(&woken, Ok(Wake::Gone { why, .. }) if why.contains("closed")), "{woken:?}");
    let broken = real.wait(in_ms(&real, 2_000)).expect_err("nobody waits for its return");
    assert!(broken.message.contains(&format!("`tcp {place}` is gone")), "{broken}");
}
