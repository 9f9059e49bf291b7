//! Texts that a virtual module answers with, or compares: what can stand on a line of an AT port.

use crate::diagnostic::Diagnostic;
use crate::package::check_version;
use crate::yaml::{Complaints, Node};

/// Longest APN of the standard (3GPP TS 23.003, 9.1); more than any other answer has.
const MAX_BYTES: usize = 100;

/// Model, IMEI and the like; empty where there is none.
pub(super) fn line(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let rule = format!("at most {MAX_BYTES} printable ASCII characters");
    text(node, &rule, complaints, is_line)
}

/// It stands between quotes in `AT+CGDCONT?`; empty as from the factory.
pub(super) fn apn(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let rule = format!("at most {MAX_BYTES} printable ASCII characters without quotes");
    text(node, &rule, complaints, |text| is_line(text) && !text.contains('"'))
}

/// 3GPP TS 31.101, 9.5.1.
pub(super) fn pin(node: &Node, complaints: &mut Complaints) -> Option<String> {
    text(node, "4 to 8 digits", complaints, |text| {
        (4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A version as package files have it, or no package would ever fit.
pub(super) fn firmware(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = complaints.text(node)?;
    match check_version(&text) {
        Ok(()) => Some(text),
        Err(unfit) => {
            let complaint = Diagnostic::at(&node.place, unfit.to_string());
            complaints.push(complaint.help(unfit.remedy()));
            None
        }
    }
}

fn is_line(text: &str) -> bool {
    text.len() <= MAX_BYTES && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn text(
    node: &Node,
    rule: &str,
    complaints: &mut Complaints,
    is_right: fn(&str) -> bool,
) -> Option<String> {
    let text = complaints.text(node)?;
    if is_right(&text) {
        return Some(text);
    }
    complaints.push(Diagnostic::at(&node.place, format!("expected {rule}")));
    None
}
