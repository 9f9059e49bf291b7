//! A look at a rig's port: where it is, whether it opens, whether its driver keeps bytes back.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::plugin::Host;
use crate::rig::{Address, DeviceSettings, Flow, LAB};
use crate::suite::bench::Bench;
use crate::suite::checkup::Checkup;
use crate::suite::checkup::finding::Tell;
use crate::world::real::{LatencyTimer, Listed, Real, is_running};

/// The program that takes every modem that appears.
const MODEM_MANAGER: &str = "ModemManager";

/// The settings of the port, with the address that a lab has told.
pub(super) fn locate(
    bench: &Bench<'_>,
    settings: &DeviceSettings,
    host: &Host,
    tell: &mut Tell<'_>,
) -> Option<DeviceSettings> {
    if settings.address == Address::Lab && tell.unknown_roles.iter().any(|role| role == LAB) {
        tell.left_out("port", "nobody tells where it is: see the lab");
        return None;
    }
    match bench.located(settings, host) {
        Ok(located) => {
            if settings.address == Address::Lab {
                tell.well(LAB, format!("has lent `{}`", located.address));
            }
            Some(located)
        }
        Err(broken) => {
            tell.badly(LAB, broken);
            None
        }
    }
}

/// Opens it, as a run does.
pub(super) fn open(
    checkup: &Checkup,
    settings: &DeviceSettings,
    tell: &mut Tell<'_>,
) -> Option<Real> {
    let Checkup { machine, clock, interrupts, .. } = checkup;
    let path = path(checkup, &settings.address);
    let timer = |path: &Option<String>| {
        path.as_ref().map_or(LatencyTimer::None, |path| machine.latency_timer(path))
    };
    let before = timer(&path);
    let start = clock.now();
    let (at_speed, interrupts) = (clock.at_speed(settings.speed), interrupts.clone());
    let real = match Real::open_on(machine.clone(), settings, at_speed, interrupts) {
        Ok(real) => real,
        Err(broken) => {
            tell.badly("port", broken);
            return None;
        }
    };
    let took = show(clock.now().since(start));
    let place = place(checkup, &settings.address, path.as_deref());
    let after = timer(&path);
    let delay = match (before, after) {
        (LatencyTimer::Milliseconds(was), LatencyTimer::Milliseconds(is)) if was != is => {
            format!("; latency timer {is} ms, {was} ms until now")
        }
        (_, LatencyTimer::Milliseconds(is)) => format!("; latency timer {is} ms"),
        (_, LatencyTimer::None) => String::new(),
    };
    tell.well("port", format!("{place} opened in {took}{}{delay}", manners(settings)));
    if let (LatencyTimer::Milliseconds(ms), Some(path), true) = (after, &path, after.is_slow()) {
        tell.noted("port", slow(ms, path));
    }
    if path.is_some() && is_running(MODEM_MANAGER) {
        tell.noted("port", taken_soon());
    }
    Some(real)
}

/// Where it is, with what it is at USB.
fn place(checkup: &Checkup, address: &Address, path: Option<&str>) -> String {
    match (address, listed(checkup, path)) {
        (Address::Usb(_), Some(listed)) => format!("`{address}` is {listed},"),
        (Address::Serial(_), Some(listed)) if listed.path != address.to_string() => {
            format!("`{address}` is {listed},")
        }
        (_, Some(listed)) => listed.to_string(),
        (_, None) => format!("`{address}`"),
    }
}

/// The local device, if it is one.
fn path(checkup: &Checkup, address: &Address) -> Option<String> {
    match address {
        Address::Serial(path) => Some(path.clone()),
        Address::Usb(identity) => {
            let ports = checkup.machine.ports().into_iter();
            let mut fitting =
                ports.filter(|port| port.usb.as_ref().is_some_and(|usb| usb.fits(identity)));
            fitting.next().map(|port| port.path)
        }
        Address::Tcp(_) | Address::Rfc2217(_) | Address::Lab => None,
    }
}

/// What the machine knows of the device, whatever link leads to it.
fn listed(checkup: &Checkup, path: Option<&str>) -> Option<Listed> {
    let target = Path::new(path?).canonicalize().ok()?;
    let mut ports = checkup.machine.ports().into_iter();
    ports.find(|port| Path::new(&port.path).canonicalize().is_ok_and(|path| path == target))
}

fn manners(settings: &DeviceSettings) -> String {
    let flow = match settings.flow {
        Flow::None => "no flow control",
        Flow::Hardware => "flow control RTS/CTS",
        Flow::Software => "flow control XON/XOFF",
    };
    let baud = settings.baud;
    match &settings.address {
        Address::Serial(_) | Address::Usb(_) => format!(", for us alone; {baud} 8N1, {flow}"),
        Address::Rfc2217(_) => format!("; {baud} 8N1, {flow}"),
        // Its server has the settings.
        Address::Tcp(_) | Address::Lab => String::new(),
    }
}

fn slow(ms: u32, path: &str) -> Diagnostic {
    let name = path.rsplit('/').next().unwrap_or(path);
    let message =
        format!("the adapter's latency timer is {ms} ms: each answer comes so much later");
    Diagnostic::new(message).help(format!(
        "for all adapters, as root: `echo 'ACTION==\"add\", SUBSYSTEM==\"usb-serial\", \
         DRIVER==\"ftdi_sio\", ATTR{{latency_timer}}=\"1\"' > /etc/udev/rules.d/99-latency.rules`; \
         now: `echo 1 | sudo tee /sys/bus/usb-serial/devices/{name}/latency_timer`"
    ))
}

fn taken_soon() -> Diagnostic {
    let message = format!("`{MODEM_MANAGER}` runs: it takes modems that appear, also in a reboot");
    Diagnostic::new(message).help(
        "`sudo systemctl stop ModemManager`, or a udev rule with `ENV{ID_MM_DEVICE_IGNORE}=\"1\"` \
         for this device",
    )
}
