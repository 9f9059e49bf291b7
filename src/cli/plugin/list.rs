//! `fotarig plugin list`: what a rig file can name, as it would be found from here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Refusal, say};
use crate::diagnostic::Diagnostic;
use crate::plugin::{Folder, Found, built_in, find, load, names_in};
use crate::shelf::{built_in_plugins, shown};
use crate::source::Source;

pub(crate) fn go() -> Result<ExitCode, Refusal> {
    let here = names_in(Path::new(""));
    let built_in = built_in_plugins().into_iter().filter(|name| built_in(name).is_some());
    let names: BTreeSet<String> = here.into_iter().chain(built_in).collect();
    // A rig file here: one that lies elsewhere may have plugins beside it.
    let rig = Source::new("rig.yaml", "");
    let (mut lines, mut complaints) = (Vec::new(), Vec::new());
    for name in names {
        let Ok(found) = find(&name, &rig) else { continue };
        match found.map_err(|complaint| vec![complaint]).and_then(|found| line(&found)) {
            Ok(line) => lines.push(line),
            Err(more) => complaints.extend(more),
        }
    }
    let width = |column: usize| {
        let lengths = lines.iter().map(|line: &[String; 4]| line[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let (names, roles) = (width(0), width(1));
    let mut text = String::new();
    for [name, fills, about, place] in &lines {
        let _ = writeln!(text, "{name:<names$}  {fills:<roles$}  {about} ({place})");
    }
    say(&text)?;
    if complaints.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(complaints.into()) }
}

/// Name, roles, what it is, where it is.
fn line(found: &Found) -> Result<[String; 4], Vec<Diagnostic>> {
    let manifest = load(&found.manifest)?;
    let roles: Vec<&str> = manifest.fills.keys().map(String::as_str).collect();
    let place = match &found.folder {
        Folder::Disk(path) => shown(path),
        Folder::BuiltIn(_) => "built in".to_owned(),
    };
    let roles = roles.join(", ");
    Ok([manifest.name, roles, manifest.about.trim_end_matches('.').to_owned(), place])
}
