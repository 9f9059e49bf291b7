//! Tries a plugin out: everything that `docs/plugins.md` asks of it, and its own transcripts.

mod contract;
mod play;
mod stand_in;
mod transcript;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostic;
use crate::fault::Broken;
use crate::plugin::environment::Environment;
use crate::plugin::outfit::Wanted;
use crate::plugin::process::Start;
use crate::plugin::settings::{Plain, Reading, Settings};
use crate::plugin::talk::{MAX_SHOWN, Request, Talk, cut};
use crate::plugin::trial::stand_in::StandIn;
use crate::plugin::trial::transcript::Transcript;
use crate::plugin::{MANIFEST, Manifest, Outfit, PROTOCOL, manifest};
use crate::shelf;
use crate::yaml::{Complaints, Entry, Node, Tree};

/// What one look at a plugin came to.
#[derive(Clone, Debug)]
pub struct Finding {
    pub what: String,
    pub came: Came,
}

/// How it came out.
#[derive(Clone, Debug)]
pub enum Came {
    Well,
    /// Not looked at, and why.
    LeftOut(String),
    Badly(Box<Diagnostic>),
}

impl Finding {
    fn well(what: impl Into<String>) -> Finding {
        Finding { what: what.into(), came: Came::Well }
    }

    fn left_out(what: impl Into<String>, why: impl Into<String>) -> Finding {
        Finding { what: what.into(), came: Came::LeftOut(why.into()) }
    }

    fn badly(what: impl Into<String>, diagnostic: Diagnostic) -> Finding {
        Finding { what: what.into(), came: Came::Badly(Box::new(diagnostic)) }
    }

    fn of(what: impl Into<String>, came: Result<(), Broken>) -> Finding {
        match came {
            Ok(()) => Finding::well(what),
            Err(broken) => Finding::badly(what, told(broken)),
        }
    }
}

fn told(broken: Broken) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(broken.message);
    (diagnostic.notes, diagnostic.help) = (broken.notes, broken.help);
    diagnostic
}

/// A plugin on the table.
struct Subject {
    folder: PathBuf,
    manifest: Manifest,
}

/// Everything about the plugin in a folder, told as it is found; or why there is none.
pub fn check(folder: &Path, tell: &mut dyn FnMut(&Finding)) -> Result<(), Vec<Diagnostic>> {
    let one = |complaint| vec![complaint];
    let path = folder.join(MANIFEST);
    if !path.is_file() {
        let message = format!("there is no `{}`", shelf::shown(&path));
        let help = "name the folder of a plugin; `fotarig plugin new` begins one";
        return Err(one(Diagnostic::new(message).help(help)));
    }
    let manifest = manifest::load(&shelf::read(&path).map_err(one)?)?;
    let folder = folder.canonicalize().map_err(|error| one(Diagnostic::new(error.to_string())))?;
    let transcripts = transcript::all_in(&folder)?;
    tell(&name(&folder, &manifest));
    let subject = Subject { folder, manifest };
    if transcripts.is_empty() {
        let why = "there is no transcript.yaml, which would say what the plugin does";
        tell(&Finding::left_out("transcript", why));
        subject.contract(None, tell);
    }
    for (number, transcript) in transcripts.iter().enumerate() {
        // What holds with one device holds with each.
        if number == 0 {
            subject.contract(Some(transcript), tell);
        }
        subject.play(transcript, tell);
    }
    Ok(())
}

fn name(folder: &Path, manifest: &Manifest) -> Finding {
    let what = "plugin.yaml is right";
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    if folder == manifest.name.as_str() {
        return Finding::well(what);
    }
    let message = format!("the plugin in `{folder}` calls itself `{}`", manifest.name);
    Finding::badly(what, Diagnostic::new(message).help("rename the folder, or correct `name`"))
}

impl Subject {
    /// The stand-in of a transcript, and settings of both.
    fn prepare(
        &self,
        script: Option<&Transcript>,
    ) -> Result<(Option<StandIn>, Settings), Vec<Diagnostic>> {
        let started = script.map(|script| StandIn::start(script, &self.folder)).transpose();
        let stand_in = started.map_err(|broken| vec![told(broken)])?.flatten();
        let own = script.and_then(|script| script.settings.as_ref());
        let of_stand_in = stand_in.as_ref().map(|stand_in| &stand_in.settings);
        let settings = self.settings(&[of_stand_in, own])?;
        Ok((stand_in, settings))
    }

    /// The settings of these mappings; where two have one, the first counts.
    fn settings(&self, given: &[Option<&Node>]) -> Result<Settings, Vec<Diagnostic>> {
        let mut complaints = Complaints::default();
        let mut entries: Vec<Entry> = Vec::new();
        for node in given.iter().flatten() {
            let Tree::Map(more) = &node.tree else { continue };
            for entry in more {
                if entries.iter().all(|known| known.key.text() != entry.key.text()) {
                    entries.push(entry.clone());
                }
            }
        }
        let source = crate::source::Source::new(MANIFEST, "");
        let place = crate::source::Place::new(&source, 0..0);
        let with = given.iter().flatten().next().map_or(place.clone(), |node| node.place.clone());
        let with = Node { place: with, tree: Tree::Map(entries) };
        let look_up = |name: &str| std::env::var(name).ok();
        let mut environment = Environment::new(&look_up);
        let here = std::env::current_dir().unwrap_or_default();
        let mut reading = Reading {
            environment: &mut environment,
            folder: &here,
            complaints: &mut complaints,
            plain_secrets: Plain::Allowed,
        };
        let settings = reading.settings(Some(&with), &self.manifest, &place);
        if complaints.is_empty() { Ok(settings) } else { Err(complaints.into_sorted()) }
    }

    fn start(&self) -> Result<Talk, Broken> {
        let outfit = Outfit::default();
        let (secrets, kept_back) = (&outfit.secrets, &outfit.kept_back);
        let (manifest, folder) = (&self.manifest, self.folder.as_path());
        Talk::start(&Start { manifest, folder, secrets, kept_back })
    }

    /// Lets it describe itself, with all its roles.
    fn describe(&self, talk: &mut Talk, settings: &Settings) -> Result<Vec<String>, Broken> {
        let name = &self.manifest.name;
        let params = json!({
            "protocol": PROTOCOL,
            "plugin": name,
            "rig": "check",
            "roles": self.manifest.fills.keys().collect::<Vec<_>>(),
            "settings": settings.0,
        });
        let params = params.as_object().expect("an object was made");
        let within = self.manifest.start_within;
        let request = Request { method: "describe", params, within, is_interrupted: &|| false };
        match talk.ask(&request) {
            Ok(Ok(description)) => {
                crate::plugin::host::methods(&description).map(Vec::from_iter).ok_or_else(|| {
                    let said = cut(&description.to_string(), MAX_SHOWN);
                    let message = format!("`{name}` describes itself by {said}");
                    let help = format!(
                        "answer {{\"protocol\": {PROTOCOL}, \"methods\": [\"power.off\", …]}}"
                    );
                    Broken::new(message).help(help)
                })
            }
            Ok(Err(refused)) => {
                let mut broken = Broken::new(format!("it refuses `describe`: {}", refused.message));
                broken.help = refused.remedy;
                Err(broken)
            }
            Err(lapse) => Err(talk.broken(name, "describe", &lapse)),
        }
    }

    fn params(&self, method: &str, with: Option<&Node>) -> Result<Map<String, Value>, Broken> {
        let params = with.map(Node::to_value).unwrap_or_default();
        let params = params.as_object().cloned().unwrap_or_default();
        let (role, name) = method.split_once('.').unwrap_or((method, ""));
        Wanted::params(&self.manifest, (role, name), params)
    }
}

/// The source of a line that a program said, so that complaints can show it.
fn spoken(name: &str, line: &str) -> Result<Node, Diagnostic> {
    let source = crate::source::Source::new(name, line);
    crate::yaml::parse(&Arc::clone(&source))
}
