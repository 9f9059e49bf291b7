//! A machine with serial ports, described in a folder as Linux describes its own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use fotarig::world::real::Machine;
use tempfile::TempDir;

/// A folder with the parts of `/sys` and `/dev` that tell of serial ports.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn empty() -> Desk {
        let desk = Desk(tempfile::tempdir().expect("a folder"));
        for folder in ["sys/class/tty", "dev/serial/by-id"] {
            fs::create_dir_all(desk.at(folder)).expect("a folder");
        }
        desk
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Plugs in a port: its name, its socket with the interface, vendor and product, serial number.
    pub(crate) fn plug(&self, tty: &str, socket: (&str, u8), device: &str, serial: &str) {
        let (socket, interface) = socket;
        let at_usb = self.at("sys/devices/usb1").join(socket);
        let behind = at_usb.join(format!("{socket}:1.{interface}")).join(tty);
        fs::create_dir_all(&behind).expect("a folder");
        let write = |path: &Path, text: &str| fs::write(path, text).expect("a file");
        let (vendor, product) = device.split_once(':').expect("vendor and product");
        write(&at_usb.join("idVendor"), vendor);
        write(&at_usb.join("idProduct"), product);
        write(&at_usb.join("product"), "A thing");
        write(&at_usb.join("serial"), serial);
        let number = behind.parent().expect("an interface").join("bInterfaceNumber");
        write(&number, &format!("{interface:02x}"));
        let class = self.at("sys/class/tty").join(tty);
        fs::create_dir_all(&class).expect("a folder");
        symlink(&behind, class.join("device")).expect("a link");
        write(&self.at("dev").join(tty), "");
        if !serial.is_empty() {
            let link = format!("dev/serial/by-id/usb-thing_{serial}-if{interface:02}");
            symlink(self.at("dev").join(tty), self.at(&link)).expect("a link");
        }
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::at(self.at("sys"), self.at("dev"))
    }
}
