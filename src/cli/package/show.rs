//! `fotarig package show`: what a package is, and what a module would say of it.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::arguments::ShowArguments;
use crate::cli::{Refusal, package::key, say};
use crate::diagnostic::{Diagnostic, printable};
use crate::package::container::{is_container, take_apart, verify};
use crate::package::{self, ANY_VERSION, FORMAT_VERSION, Outlook, Package, PackageKind, Packages};
use crate::package::{SIGNATURE_BYTES, SigningKey, check_version};
use crate::shelf::shown;

pub(crate) fn show(wanted: &ShowArguments) -> Result<ExitCode, Refusal> {
    if let Some(Err(unfit)) = wanted.firmware.as_deref().map(check_version) {
        return Err(Diagnostic::new(format!("--firmware: {unfit}")).help(unfit.remedy()).into());
    }
    let key = wanted.key.as_deref().map(key).transpose()?;
    if wanted.package.is_dir() {
        say(&printable(&together(&Packages::of(package::open_all(&wanted.package)?))))?;
        return Ok(ExitCode::SUCCESS);
    }
    let package = package::open(&wanted.package)?;
    let path = shown(&wanted.package);
    let Package { name, from, to, kind, size_bytes, cloud_id, file, content } = &package;
    let is_ours = content.as_ref().is_some_and(|content| is_container(content.bytes()));
    let mut text = match file {
        Some(file) if *file != path => format!("{path}: package description of `{file}`\n"),
        Some(_) if is_ours => format!("{path}: package file, format {FORMAT_VERSION}\n"),
        Some(_) => format!("{path}: firmware file, known by its name\n"),
        None => format!("{path}: package description\n"),
    };
    let kind = kind.word();
    let _ = writeln!(text, "name       {name}\nfrom       {from}\nto         {to}");
    let _ = writeln!(text, "kind       {kind}\nsize       {size_bytes} bytes");
    if let Some(id) = cloud_id {
        let _ = writeln!(text, "cloud id   {id}");
    }
    match content {
        Some(content) if is_ours => text += &checks(content.bytes(), key.as_ref()),
        Some(_) => text += "payload    in a format of its vendor: taken as well made\n",
        None => text += "payload    none: a description has nothing to check\n",
    }
    text += &outlooks(&package, wanted.firmware.as_deref());
    say(&printable(&text))?;
    Ok(if package.flaw().is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The packages of a folder, the row in which they follow each other, and what does not fit.
fn together(packages: &Packages) -> String {
    let mut text = String::new();
    for Package { name, from, to, kind, size_bytes, .. } in packages.all().iter().map(AsRef::as_ref)
    {
        let kind = kind.word();
        let _ = writeln!(text, "{name}: {kind}, {from} → {to}, {size_bytes} bytes");
    }
    let names: Vec<&str> = packages.chain().iter().map(|package| package.name.as_str()).collect();
    let _ = writeln!(text, "chain      {}", names.join(" → "));
    let _ = writeln!(text, "mismatches {}", packages.mismatches().len());
    text
}

/// What a package file holds, and what is wrong with it.
fn checks(bytes: &[u8], key: Option<&SigningKey>) -> String {
    let mut text = String::new();
    if let Ok((header, parts)) = take_apart(bytes) {
        let (signed, payload) = (parts.signed.len(), parts.payload.len());
        let _ = writeln!(
            text,
            "parts      {signed} header, {SIGNATURE_BYTES} signature, {payload} payload"
        );
        let digest = if parts.has_payload_of(&header) { "good" } else { "bad" };
        let _ = writeln!(text, "payload    digest {digest}");
        let signature = if parts.is_signed() {
            "good, by the public test key"
        } else if key.is_some_and(|key| key.has_signed(parts.signed, parts.signature)) {
            "bad: not by the public test key, but by the key that was given"
        } else {
            "bad: not by the public test key"
        };
        let _ = writeln!(text, "signature  {signature}");
    }
    if let Err(flaw) = verify(bytes) {
        let _ = writeln!(text, "flaw       {flaw}");
    }
    text
}

/// What modules would say: the one that was asked for, or those that differ.
fn outlooks(package: &Package, firmware: Option<&str>) -> String {
    let asked = firmware.unwrap_or(&package.from);
    let outlook = Outlook::of(package, asked);
    let shown = if asked == ANY_VERSION { "any version" } else { asked };
    let mut text = format!("a module with {shown} says {}\n", told(package, outlook));
    let local = outlook.in_a_local_update();
    if local != outlook.over_the_air() {
        let _ = writeln!(text, "after a local transfer (AT+WDSD, AT+WDSR=4) it says {local}");
    }
    if firmware.is_none() && outlook == Outlook::Updated && asked != ANY_VERSION {
        let others = match package.kind {
            PackageKind::Delta => Outlook::WrongBase,
            PackageKind::Full => Outlook::Updated,
        };
        let _ = writeln!(text, "with any other version it says {}", told(package, others));
    }
    text
}

fn told(package: &Package, outlook: Outlook) -> String {
    let why = match outlook {
        Outlook::Updated => format!("and runs {}", package.to),
        Outlook::WrongBase => format!("since the delta fits {} only", package.from),
        Outlook::WrongSignature => "since its signature is wrong".to_owned(),
        Outlook::Damaged => "since the file is damaged".to_owned(),
    };
    format!("{}, {why}", outlook.over_the_air())
}
