//! `fotarig package make`: a test package, written as a whole or not at all.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::arguments::MakeArguments;
use crate::cli::{Refusal, package::key, say, waiting};
use crate::diagnostic::Diagnostic;
use crate::package::{self, Recipe, SigningKey, Unmade};
use crate::shelf::shown;

pub(crate) fn make(wanted: &MakeArguments) -> Result<ExitCode, Refusal> {
    let by = match &wanted.key {
        Some(path) => key(path)?,
        None => SigningKey::test(),
    };
    let MakeArguments { from, to, kind, size, seed, .. } = wanted;
    let recipe = Recipe {
        name: wanted.name.clone().unwrap_or_else(|| format!("{from} to {to}")),
        from: from.clone(),
        to: to.clone(),
        kind: *kind,
        size_bytes: *size,
        seed: *seed,
    };
    let bytes = package::make(&recipe, &by).map_err(|why| refused(&why))?;
    let overwrite = if wanted.force { Overwrite::Replace } else { Overwrite::Refuse };
    write(&wanted.output, &bytes, overwrite)?;
    let signer = match &wanted.key {
        Some(path) => format!("the key of `{}`", shown(path)),
        None => "the public test key".to_owned(),
    };
    let (path, kind) = (shown(&wanted.output), kind.word());
    say(&format!("{path}: {kind}, {from} → {to}, {size} bytes, signed by {signer}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn refused(why: &Unmade) -> Diagnostic {
    match why {
        Unmade::TooSmall { smallest_bytes } => {
            Diagnostic::new("a package of that size has no room for its header and signature")
                .help(format!("with these names the smallest is --size {smallest_bytes}"))
        }
        Unmade::Unfit(unfit) => Diagnostic::new(unfit.to_string()).help(unfit.remedy()),
    }
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overwrite {
    Refuse,
    Replace,
}

fn write(path: &Path, bytes: &[u8], overwrite: Overwrite) -> Result<(), Diagnostic> {
    let name = shown(path);
    let problem = |error: &io::Error| Diagnostic::new(format!("cannot write `{name}`: {error}"));
    let exists =
        || Diagnostic::new(format!("`{name}` is there already")).help("--force replaces it");
    if path.exists() && !path.is_file() {
        let message = format!("cannot write `{name}`: it is no file");
        return Err(Diagnostic::new(message).help("name the file after -o"));
    }
    if path.is_file() && overwrite == Overwrite::Refuse {
        return Err(exists());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let message = format!("cannot write `{name}`: there is no folder `{}`", shown(folder));
        return Err(Diagnostic::new(message).help("make it first"));
    }
    // A link stays; the file that it leads to is replaced.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(folder);
    let mut file = waiting::file_in(folder).map_err(|error| problem(&error))?;
    file.write_all(bytes).map_err(|error| problem(&error))?;
    let persisted = match overwrite {
        Overwrite::Replace => file.persist(&place),
        Overwrite::Refuse => file.persist_noclobber(&place),
    };
    match persisted.map_err(|error| error.error) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        Err(error) => Err(problem(&error)),
    }
}
