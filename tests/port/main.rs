//! The real world over PTYs, and the virtual module served on one.
#![cfg(unix)]

mod far;
mod faults;
mod floods;
mod network;
#[cfg(target_os = "linux")]
mod quiet_linux;
mod returns;
mod served;
#[cfg(target_os = "linux")]
mod usb_linux;
mod waits;
