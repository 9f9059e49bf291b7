//! `fotarig new`: a scenario or a whole lab to begin with, written from the templates.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use include_dir::{Dir, DirEntry, File, include_dir};

use crate::cli::author::{NewCommand, ScenarioDraftArguments};
use crate::cli::draft;
use crate::cli::{Refusal, say};
use crate::diagnostic::Diagnostic;
use crate::schema::FileKind;
use crate::shelf::shown;

static LAB: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/lab");
const SCENARIO: &str = include_str!("../../templates/scenario.yaml");
/// What the template of a scenario is called; the name of the new one takes its place.
const NAME: &str = "a new scenario";
/// Where new scenarios are put, and where `fotarig run` looks for them.
const SCENARIOS: &str = "scenarios";

pub(crate) fn go(command: &NewCommand) -> Result<ExitCode, Refusal> {
    match command {
        NewCommand::Scenario(wanted) => scenario(wanted)?,
        NewCommand::Lab { folder } => lab(folder)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn scenario(wanted: &ScenarioDraftArguments) -> Result<(), Refusal> {
    let drawn = wanted.from.as_deref().map(|from| draft::read(from, wanted.test.as_deref()));
    let drawn = drawn.transpose()?;
    let name = match (&wanted.name, &drawn) {
        (Some(name), _) => name.clone(),
        (None, Some(drawn)) => drawn.usual_name(),
        (None, None) => unreachable!("clap wants a name or a journal"),
    };
    let id = id_of(&name)?;
    let path = PathBuf::from(format!("{SCENARIOS}/{id}.yaml"));
    let title = id.rsplit('/').next().unwrap_or(id).replace(['-', '_'], " ");
    let text = match drawn {
        Some(drawn) => drawn.page(&path, &title)?,
        None => SCENARIO.replacen(NAME, &title, 1),
    };
    write(&path, text.as_bytes())?;
    say(&format!("{}\nrun it on the virtual module: fotarig run {id}\n", shown(&path)))
}

/// The id that a scenario has by its name; folders that lead elsewhere are none.
fn id_of(name: &str) -> Result<&str, Diagnostic> {
    let id = name.strip_prefix("scenarios/").unwrap_or(name);
    let id = id.strip_suffix(".yaml").unwrap_or(id);
    let is_word = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    if id.split('/').all(is_word) {
        return Ok(id);
    }
    let complaint = Diagnostic::new(format!("`{name}` cannot be the name of a scenario"));
    let remedy = "letters, digits, - and _, with / between folders: `connect/roaming`";
    Err(complaint.help(remedy))
}

fn lab(folder: &Path) -> Result<(), Refusal> {
    refuse_full(folder, "a lab")?;
    let mut written = Vec::new();
    for file in files(&LAB) {
        let path = folder.join(file.path());
        write(&path, file.contents())?;
        written.push(path);
    }
    for kind in FileKind::ALL {
        let path = folder.join(format!("schema/{}.json", kind.word()));
        write(&path, kind.schema().as_bytes())?;
        written.push(path);
    }
    written.sort();
    let list: String = written.iter().map(|path| shown(path) + "\n").collect();
    say(&format!("{list}run it on the virtual module: cd {} && fotarig run\n", shown(folder)))
}

/// What is begun gets a folder of its own, so that nothing of somebody is replaced.
pub(crate) fn refuse_full(folder: &Path, what: &str) -> Result<(), Diagnostic> {
    let name = shown(folder);
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(false) => Ok(()),
        Ok(true) => {
            Err(Diagnostic::new(format!("the folder `{name}` is not empty"))
                .help("choose a new one"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Diagnostic::new(format!("cannot make {what} in `{name}`: {error}"))),
    }
}

/// Every file of a template folder.
pub(crate) fn files(folder: &Dir<'static>) -> Vec<File<'static>> {
    let each = folder.entries().iter().flat_map(|entry| match entry {
        DirEntry::Dir(inner) => files(inner),
        DirEntry::File(file) => vec![file.clone()],
    });
    each.collect()
}

/// Writes a file that must not be there yet.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
    };
    write().map_err(|error: io::Error| {
        let name = shown(path);
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Diagnostic::new(format!("`{name}` is there already"))
                .help("choose another name, or remove the file");
        }
        Diagnostic::new(format!("cannot write `{name}`: {error}"))
    })
}
