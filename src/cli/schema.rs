//! `fotarig schema`: JSON Schemas on standard output, or as files in a folder.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::author::SchemaArguments;
use crate::cli::{Refusal, say};
use crate::diagnostic::Diagnostic;
use crate::schema::FileKind;
use crate::shelf::shown;

pub(crate) fn go(arguments: &SchemaArguments) -> Result<ExitCode, Refusal> {
    let kinds = arguments.kind.map_or(FileKind::ALL.to_vec(), |kind| vec![kind]);
    for kind in kinds {
        match &arguments.output {
            Some(folder) => say(&format!("{}\n", write(kind, folder)?))?,
            None => say(&kind.schema())?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes one schema; what was there is replaced, since a schema is never edited by hand.
fn write(kind: FileKind, folder: &Path) -> Result<String, Diagnostic> {
    let path = folder.join(format!("{}.json", kind.word()));
    let written =
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, kind.schema()));
    match written {
        Ok(()) => Ok(shown(&path)),
        Err(error) => Err(Diagnostic::new(format!("cannot write `{}`: {error}", shown(&path)))),
    }
}
