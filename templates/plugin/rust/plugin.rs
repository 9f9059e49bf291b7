//! A plugin of fotarig without dependencies: one request per line in, one answer per line out.
//!
//! The host writes compact JSON with the keys of a request in the order that docs/plugins.md shows,
//! so looking for a key is enough here; with nested settings, use the crate serde_json.

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut port = String::new();
    let mut out = io::stdout();
    for line in io::stdin().lock().split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let answer = answer(&line, &mut port);
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str, port: &mut String) -> String {
    if !line.starts_with('{') || !line.contains("\"jsonrpc\":\"2.0\"") {
        return error("null", -32700, "a line that is no request", "");
    }
    let id = field(line, "id");
    if !line.contains("\"params\":{") {
        return error(&id, -32602, "params is no object", "");
    }
    match field(line, "method").as_str() {
        "describe" => {
            *port = field(line, "port");
            if !std::path::Path::new(port).exists() {
                let remedy = "plug it in, or correct the setting port";
                return error(&id, -32000, "the device is not there", remedy);
            }
            result(&id, r#"{"protocol":1,"methods":["power.off","power.on"]}"#)
        }
        "power.off" => tell(&id, port, "relay off 0"),
        "power.on" => tell(&id, port, "relay on 0"),
        _ => error(&id, -32601, "there is no such method", ""),
    }
}

/// Writes a line to the device.
fn tell(id: &str, port: &str, line: &str) -> String {
    let device = std::fs::OpenOptions::new().write(true).open(port);
    match device.and_then(|mut device| writeln!(device, "{line}")) {
        Ok(()) => result(id, "null"),
        Err(why) => {
            eprintln!("{port}: {why}");
            error(id, -32000, "the device is gone", "plug it in, or correct the setting port")
        }
    }
}

/// The value of a text or a number in a request.
fn field(line: &str, name: &str) -> String {
    let Some((_, rest)) = line.split_once(&format!("\"{name}\":")) else { return String::new() };
    match rest.strip_prefix('"') {
        Some(text) => text.split('"').next().unwrap_or("").to_owned(),
        None => rest.split([',', '}']).next().unwrap_or("").to_owned(),
    }
}

fn result(id: &str, result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

fn error(id: &str, code: i32, message: &str, remedy: &str) -> String {
    let data = format!(r#"{{"remedy":"{remedy}"}}"#);
    let error = format!(r#"{{"code":{code},"message":"{message}","data":{data}}}"#);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
}
