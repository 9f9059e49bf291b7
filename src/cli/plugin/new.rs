//! `fotarig plugin new`: a plugin that works, with its test, written from the templates.

use std::path::Path;
use std::process::ExitCode;

use include_dir::{Dir, include_dir};

use crate::cli::author::{Language, NewRole};
use crate::cli::new::{files, refuse_full, write};
use crate::cli::{Refusal, say};
use crate::diagnostic::Diagnostic;
use crate::plugin::{PLUGINS, PYTHON_MODULE};
use crate::shelf::{built_in, shown};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/plugin");

/// What the templates are called; the name of the new plugin takes its place.
const NAME: &str = "new-plugin";
/// What the templates fill, and the two methods that they have.
const TEMPLATE: [&str; 4] = ["power", "off", "on", "Switches the supply"];

pub(crate) fn go(name: &str, language: Language, role: NewRole) -> Result<ExitCode, Refusal> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(is_plain) {
        let complaint = Diagnostic::new(format!("`{name}` cannot be the name of a plugin"));
        return Err(complaint.help("small letters, digits and `-`: `bench-relay`").into());
    }
    let folder = Path::new(PLUGINS).join(name);
    refuse_full(&folder, "a plugin")?;
    let template = match language {
        Language::Python => "python",
        Language::Sh => "sh",
        Language::Rust => "rust",
    };
    let template = TEMPLATES.get_dir(template).expect("each language has a template");
    // What plays the device is the same for each.
    let shared = TEMPLATES.files().map(|file| (TEMPLATES.path(), file.clone()));
    let own = files(template).into_iter().map(|file| (template.path(), file));
    let mut written = Vec::new();
    for (top, file) in shared.chain(own) {
        let inner = file.path().strip_prefix(top).expect("a file of the template");
        // Under its own name it would make the template a package to cargo.
        let path = folder.join(shown(inner).trim_end_matches(".in"));
        let text = file.contents_utf8().expect("templates are text");
        write(&path, filled(text, name, role).as_bytes())?;
        written.push(path);
    }
    let module = Path::new(PLUGINS).join(PYTHON_MODULE);
    if language == Language::Python && !module.exists() {
        let source = built_in(&shown(&module)).expect("the binary holds what plugins share");
        write(&module, source.text.as_bytes())?;
        written.push(module);
    }
    written.sort();
    let list: String = written.iter().map(|path| shown(path) + "\n").collect();
    let build = match language {
        Language::Rust => format!("build it: cd {} && cargo build --release\n", shown(&folder)),
        Language::Python | Language::Sh => String::new(),
    };
    say(&format!("{list}{build}check it: fotarig plugin check {}\n", shown(&folder)))?;
    Ok(ExitCode::SUCCESS)
}

/// The template's text for this plugin.
fn filled(text: &str, name: &str, role: NewRole) -> String {
    let text = text.replace(NAME, name);
    let [power, off, on, about] = TEMPLATE;
    match role {
        NewRole::Power => text,
        NewRole::Network => text
            .replace(about, "Switches the coverage")
            .replace(&format!("{power}.{off}"), "network.down")
            .replace(&format!("{power}.{on}"), "network.up")
            .replace(&format!("{power}_{off}"), "network_down")
            .replace(&format!("{power}_{on}"), "network_up")
            .replace(
                &format!("{power}:\n    {off}: {{}}\n    {on}: {{}}"),
                "network:\n    down: {}\n    up: {}",
            )
            .replace(&format!("{power}: {{ plugin"), "network: { plugin"),
    }
}
