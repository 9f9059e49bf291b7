//! `fotarig simulate` as other programs meet it: TCP, RFC 2217, USB, the control socket.
#![cfg(unix)]

mod control;
mod program;
mod rfc2217;
mod tcp;
mod usb;
