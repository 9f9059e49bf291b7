//! Ports that are found by what they are at USB, on machines that a test has described.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fotarig::fault::Broken;
use fotarig::rig::{Address, DeviceSettings, UsbIdentity};
use fotarig::world::real::{Clock, LatencyTimer, Machine, Real};
use fotarig::world::{Interrupts, Wake, World};
use tempfile::TempDir;

use crate::far::{Far, in_ms, listen, sleep_ms};

/// A folder with the parts of `/sys` and `/dev` that tell of serial ports.
struct Bench(TempDir);

/// A port of a device, as Linux lays it out: `ttyUSB0` below its interface, `ttyACM0` at it.
struct Plug<'p> {
    tty: &'p str,
    socket: &'p str,
    interface: u8,
    /// Vendor, product.
    device: (u16, u16),
    serial: &'p str,
}

/// The AT port of a module with a serial number.
const MODULE: Plug<'_> =
    Plug { tty: "ttyACM0", socket: "1-1", interface: 2, device: (0x1199, 0xc001), serial: "VM1" };

impl Bench {
    fn empty() -> Bench {
        let bench = Bench(tempfile::tempdir().expect("a folder"));
        for folder in ["sys/class/tty", "sys/devices", "dev/serial/by-id"] {
            fs::create_dir_all(bench.at(folder)).expect("a folder");
        }
        bench
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn machine(&self) -> Machine {
        Machine::at(self.at("sys"), self.at("dev"))
    }

    /// Plugs in a port that leads to `target`; returns the folder of its device.
    fn plug(&self, plug: &Plug<'_>, target: &str) -> PathBuf {
        let Plug { tty, socket, interface, device: (vendor, product), serial } = plug;
        let device = self.at("sys/devices/pci0/usb1").join(socket);
        let at_interface = device.join(format!("{socket}:1.{interface}"));
        let behind = if tty.starts_with("ttyUSB") { at_interface.join(tty) } else { at_interface };
        fs::create_dir_all(&behind).expect("a folder");
        write(&device.join("idVendor"), &format!("{vendor:04x}\n"));
        write(&device.join("idProduct"), &format!("{product:04x}\n"));
        write(&device.join("product"), "HL7800\n");
        if !serial.is_empty() {
            write(&device.join("serial"), &format!("{serial}\n"));
        }
        let interface_folder = device.join(format!("{socket}:1.{interface}"));
        write(&interface_folder.join("bInterfaceNumber"), &format!("{interface:02x}\n"));
        let class = self.at("sys/class/tty").join(tty);
        fs::create_dir_all(&class).expect("a folder");
        symlink(&behind, class.join("device")).expect("a link");
        symlink(target, self.at("dev").join(tty)).expect("a link");
        behind
    }

    fn unplug(&self, plug: &Plug<'_>) {
        let class = self.at("sys/class/tty").join(plug.tty);
        fs::remove_dir_all(class).expect("it is there");
        fs::remove_file(self.at("dev").join(plug.tty)).expect("it is there");
        drop(fs::remove_dir_all(self.at("sys/devices/pci0/usb1").join(plug.socket)));
    }

    fn open(&self, address: Address) -> Result<Real, Broken> {
        let usual = DeviceSettings::at(address);
        let settings = DeviceSettings { returns_within: Duration::from_secs(10), ..usual };
        Real::open_on(self.machine(), &settings, Clock::start(), Interrupts::default())
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
}

fn identity(serial: Option<&str>, interface: Option<u8>) -> Address {
    let serial = serial.map(str::to_owned);
    Address::Usb(UsbIdentity { vendor: 0x1199, product: 0xc001, serial, interface })
}

#[test]
fn ports_are_listed_with_what_they_are() {
    let bench = Bench::empty();
    bench.plug(&MODULE, "/dev/null");
    bench.plug(&Plug { tty: "ttyUSB3", socket: "1-2.4", serial: "", ..MODULE }, "/dev/null");
    symlink("../../ttyUSB3", bench.at("dev/serial/by-id/usb-a")).expect("a link");
    let ports = bench.machine().ports();
    let shown: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let dev = bench.at("dev").display().to_string();
    assert_eq!(
        shown,
        [
            format!("`{dev}/ttyACM0` (USB 1199:c001 serial VM1 interface 2)"),
            format!("`{dev}/ttyUSB3` (USB 1199:c001 interface 2)"),
        ]
    );
    let usb = ports[1].usb.as_ref().expect("it is at USB");
    assert_eq!((usb.socket.as_str(), usb.called.as_str()), ("1-2.4", "HL7800"));
    assert!(Machine::at("/none", "/none").ports().is_empty());
}

#[test]
fn an_identity_finds_its_port() {
    let bench = Bench::empty();
    let mut far = Far::new();
    bench.plug(&MODULE, &far.path);
    bench.plug(&Plug { tty: "ttyACM1", interface: 4, ..MODULE }, "/dev/null");
    let mut real = bench.open(identity(None, Some(2))).expect("there is one");
    far.say(b"hello");
    assert_eq!(listen(&mut real, 5), b"hello");
}

#[test]
fn none_and_several_are_told_with_what_is_there() {
    let bench = Bench::empty();
    let broken = bench.open(identity(None, None)).err().expect("nothing is plugged in");
    assert_eq!(broken.message, "no port of this machine is USB 1199:c001");
    assert!(broken.help.is_some_and(|help| help.contains("plugged in and powered")));
    bench.plug(&MODULE, "/dev/null");
    let broken = bench.open(identity(Some("VM2"), None)).err().expect("another one");
    assert!(broken.message.contains("serial VM2"), "{broken}");
    assert!(broken.help.is_some_and(|help| help.contains("serial VM1 interface 2")));
    bench.plug(&Plug { tty: "ttyACM1", interface: 4, ..MODULE }, "/dev/null");
    let broken = bench.open(identity(None, None)).err().expect("which?");
    assert_eq!(broken.message, "2 ports of this machine are USB 1199:c001");
    let help = broken.help.unwrap_or_default();
    assert!(help.contains("say which") && help.contains("ttyACM1"), "{help}");
}

/// By its path, too: what it is at USB was seen when it was opened.
#[test]
fn a_port_is_followed_to_another_name() {
    let bench = Bench::empty();
    let path = bench.at("dev/ttyACM0").to_str().expect("ASCII").to_owned();
    for (address, serial) in [(Address::Serial(path), ""), (identity(Some("VM1"), None), "VM1")] {
        let before = Plug { serial, ..MODULE };
        let after = Plug { tty: "ttyACM7", ..before };
        let far = Far::new();
        bench.plug(&before, &far.path);
        let mut real = bench.open(address).expect("it is there");
        bench.unplug(&before);
        drop(far);
        assert!(matches!(real.wait(in_ms(&real, 5_000)), Ok(Wake::Gone { .. })));
        // Meanwhile another module gets the old name.
        let (mut other, mut far) = (Far::new(), Far::new());
        let neighbour = Plug { socket: "1-9", serial: "", ..MODULE };
        bench.plug(&neighbour, &other.path);
        sleep_ms(300);
        bench.plug(&after, &far.path);
        match real.wait(in_ms(&real, 5_000)) {
            Ok(Wake::Back { port, .. }) => assert!(port.ends_with("ttyACM7"), "{port}"),
            woken => panic!("{woken:?}"),
        }
        other.say(b"not this one");
        far.say(b"hello");
        assert_eq!(listen(&mut real, 5), b"hello");
        bench.unplug(&neighbour);
        bench.unplug(&after);
    }
}

#[test]
fn an_opening_makes_an_adapter_quick_where_it_may() {
    let bench = Bench::empty();
    let far = Far::new();
    let adapter = Plug { tty: "ttyUSB0", ..MODULE };
    let device = bench.plug(&adapter, &far.path);
    let path = bench.at("dev/ttyUSB0").to_str().expect("ASCII").to_owned();
    let timer = || bench.machine().latency_timer(&path);
    assert_eq!(timer(), LatencyTimer::None);
    write(&device.join("latency_timer"), "16\n");
    assert_eq!(timer(), LatencyTimer::Milliseconds(16));
    assert!(timer().is_slow());
    drop(bench.open(Address::Serial(path.clone())).expect("it is there"));
    assert_eq!(timer(), LatencyTimer::Milliseconds(1));
    assert!(!timer().is_slow());
}
