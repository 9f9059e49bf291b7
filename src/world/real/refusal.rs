//! Says why a port could not be opened, and what the person at the bench can do.

use crate::diagnostic::did_you_mean;
use crate::fault::Broken;

#[cfg(target_os = "linux")]
use crate::world::real::holders_linux::holders;

/// How many ports a message lists; a machine with more has them by the dozen.
const LISTED: usize = 12;

/// Programs that take serial ports without being asked, by the names that the kernel has of them,
/// and what keeps them away.
#[cfg(target_os = "linux")]
const BUSYBODIES: [(&str, &str); 2] = [
    (
        "ModemManager",
        "stop it with `sudo systemctl stop ModemManager`; a rule of udev with \
         `ENV{ID_MM_DEVICE_IGNORE}=\"1\"` keeps it away from this device for good",
    ),
    (
        "brltty",
        "it takes common USB adapters for a Braille display: without one, remove it with \
         `sudo apt remove brltty`, else mask its unit `brltty-udev.service`",
    ),
];

/// Why a port could not be opened.
#[derive(Debug)]
pub(super) enum Refusal {
    Missing,
    Denied,
    Busy,
    #[cfg(unix)]
    NotSerial,
    Other(String),
}

impl Refusal {
    /// The crate says "no device" for a lock that another holds, and on Windows for a port that
    /// is missing as well.
    pub(super) fn from_crate(error: &serialport::Error) -> Refusal {
        match error.kind() {
            serialport::ErrorKind::NoDevice if cfg!(unix) => Refusal::Busy,
            serialport::ErrorKind::Io(std::io::ErrorKind::NotFound) => Refusal::Missing,
            serialport::ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => Refusal::Denied,
            _ => Refusal::Other(error.description.clone()),
        }
    }

    /// The message for the port `path`.
    pub(super) fn explain(self, path: &str) -> Broken {
        match self {
            Refusal::Missing => missing(path, &ports()),
            Refusal::Denied => Broken::new(format!("no permission to open the port `{path}`"))
                .help(
                    "on Linux, join the group of serial ports (`sudo usermod -aG dialout $USER`; \
                     the group is `uucp` on Arch), then log in again",
                ),
            Refusal::Busy => busy(path),
            #[cfg(unix)]
            Refusal::NotSerial => Broken::new(format!("`{path}` is not a serial port"))
                .help(format!("give the device of the module; {}", listed(&ports()))),
            Refusal::Other(why) => {
                let ports = ports();
                if !cfg!(unix) && !ports.iter().any(|port| port == path) {
                    return missing(path, &ports);
                }
                Broken::new(format!("the port `{path}` cannot be opened: {why}"))
                    .help("see that the device is plugged in and that no other program uses it")
            }
        }
    }
}

fn missing(path: &str, ports: &[String]) -> Broken {
    let near = did_you_mean(path, ports.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("{near} {}", listed(ports)),
        None => listed(ports),
    };
    Broken::new(format!("there is no port `{path}`")).help(help)
}

/// The serial ports of this machine, sorted.
fn ports() -> Vec<String> {
    let found = serialport::available_ports().unwrap_or_default();
    let mut names: Vec<String> = found.into_iter().map(|port| port.port_name).collect();
    names.sort_unstable();
    names
}

fn listed(ports: &[String]) -> String {
    if ports.is_empty() {
        return "this machine has no serial port now; is the module plugged in and powered?"
            .to_owned();
    }
    let names: Vec<String> = ports.iter().take(LISTED).map(|port| format!("`{port}`")).collect();
    let more = if ports.len() > LISTED { " and more" } else { "" };
    format!("this machine has {}{more}", names.join(", "))
}

#[cfg(target_os = "linux")]
fn busy(path: &str) -> Broken {
    let holders = holders(path.as_ref());
    if holders.is_empty() {
        let message = format!("the port `{path}` is in use, by none of this user's programs");
        return Broken::new(message)
            .help(format!("`sudo fuser -v {path}` names the program that has it; close that"));
    }
    let names: Vec<String> = holders.iter().map(ToString::to_string).collect();
    let broken = Broken::new(format!("the port `{path}` is in use by {}", names.join(" and ")));
    let remedy = holders.iter().find_map(|holder| {
        let known = BUSYBODIES.iter().find(|(program, _)| *program == holder.program);
        known.map(|(_, remedy)| *remedy)
    });
    broken.help(remedy.unwrap_or("close that program, or give this rig another port"))
}

#[cfg(not(target_os = "linux"))]
fn busy(path: &str) -> Broken {
    Broken::new(format!("the port `{path}` is in use by another program"))
        .help("close that program, or give this rig another port")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_port_names_a_near_one_and_all() {
        let ports = ["/dev/ttyS0".to_owned(), "/dev/ttyUSB2".to_owned()];
        let broken = missing("/dev/ttyUSB3", &ports);
        assert_eq!(broken.message, "there is no port `/dev/ttyUSB3`");
        let help = broken.help.unwrap_or_default();
        assert!(help.contains("`/dev/ttyUSB2`?") && help.contains("`/dev/ttyS0`"), "{help}");
    }

    #[test]
    fn no_ports_at_all_is_said() {
        let help = missing("COM3", &[]).help.unwrap_or_default();
        assert!(help.contains("no serial port now"), "{help}");
    }
}
