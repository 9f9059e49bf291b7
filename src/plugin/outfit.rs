//! Which processes a rig needs: its roles, each with a plugin's manifest and checked settings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, either};
use crate::duration;
use crate::fault::Broken;
use crate::plugin::covered::Covered;
use crate::plugin::environment::{Environment, LookUp};
use crate::plugin::folder::{self, Folder, Found};
use crate::plugin::secrets::Secrets;
use crate::plugin::setting::Kind;
use crate::plugin::settings::{Plain, Reading, Settings};
use crate::plugin::{Manifest, manifest, nearest};
use crate::rig::{Filled, Rig};
use crate::shelf;
use crate::yaml::{Complaints, Node};

/// All that the plugins of a rig need to be started.
#[derive(Clone, Debug, Default)]
pub struct Outfit {
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) secrets: Secrets,
    /// Variables that no plugin gets in its environment.
    pub(crate) kept_back: BTreeSet<String>,
}

/// A process that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) manifest: Manifest,
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    /// The roles that it fills here, with how long each answer may take if the rig file says it.
    pub(crate) roles: BTreeMap<String, Option<Duration>>,
}

impl Outfit {
    /// Whether a plugin fills this role.
    pub fn offers(&self, role: &str) -> bool {
        self.of(role).is_some()
    }

    /// Whether the plugin that fills this role may have this method, as its manifest says.
    pub fn can(&self, role: &str, method: &str) -> bool {
        let fills = self.of(role).and_then(|wanted| wanted.manifest.fills.get(role));
        fills.is_some_and(|methods| methods.contains_key(method))
    }

    fn of(&self, role: &str) -> Option<&Wanted> {
        self.wanted.iter().find(|wanted| wanted.roles.contains_key(role))
    }
}

impl Wanted {
    /// The parameters of a call as a plugin gets them: durations in seconds, as in its settings.
    /// Whatever else is wrong with them the plugin itself knows best.
    pub(crate) fn params(
        manifest: &Manifest,
        (role, method): (&str, &str),
        mut params: Map<String, Value>,
    ) -> Result<Map<String, Value>, Broken> {
        let method = manifest.fills.get(role).and_then(|methods| methods.get(method));
        let all = method.into_iter().flat_map(|method| &method.params);
        for setting in all.filter(|setting| setting.kind == Kind::Duration) {
            let Some(Value::String(text)) = params.get(&setting.name) else { continue };
            let length = duration::parse(text).map_err(|bad| {
                let message = format!("`{}`: `{text}` is not a duration", setting.name);
                Broken::new(message).help(bad.remedy())
            })?;
            params.insert(setting.name.clone(), Value::from(length.as_secs_f64()));
        }
        Ok(params)
    }
}

/// The plugins of a rig, or all that is wrong with them and their settings.
pub fn outfit(rig: &Rig, look_up: &LookUp<'_>) -> Result<Outfit, Vec<Diagnostic>> {
    let mut complaints = Complaints::default();
    let mut environment = Environment::new(look_up);
    let here = std::env::current_dir().unwrap_or_default();
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut covered = Covered::default();
    for (filled, with) in shares(&rig.roles) {
        let first = filled[0];
        let found = plugin(first, &mut complaints);
        covered.add(&filled, found.as_ref().map(|(_, manifest)| manifest));
        let Some((folder, manifest)) = found else { continue };
        for filled in &filled {
            refuse_unfilled(filled, &manifest, &mut complaints);
        }
        let mut reading = Reading {
            environment: &mut environment,
            folder: &here,
            complaints: &mut complaints,
            plain_secrets: Plain::Refused,
        };
        let settings = reading.settings(with, &manifest, &first.place);
        let roles =
            filled.iter().map(|filled| (filled.role.clone(), filled.answer_within)).collect();
        wanted.push(Wanted { manifest, folder, settings, roles });
    }
    let Environment { secrets, named, .. } = environment;
    let outfit = Outfit { wanted, secrets, kept_back: named };
    if complaints.is_empty() {
        return Ok(outfit);
    }
    Err(complaints.into_sorted().into_iter().map(|complaint| covered.hide(complaint)).collect())
}

/// The roles that share a process, with its settings: those of one plugin with equal `with`. Where
/// only one `with` is written out for a plugin, the roles without one join it.
fn shares(roles: &[Filled]) -> Vec<(Vec<&Filled>, Option<&Node>)> {
    let mut shares: Vec<(Vec<&Filled>, Option<&Node>)> = Vec::new();
    let value = |with: Option<&Node>| with.map_or(Value::Null, Node::to_value);
    // Those with settings first, so that there is something to join.
    let (written, bare): (Vec<&Filled>, Vec<&Filled>) =
        roles.iter().partition(|filled| filled.with.is_some());
    for filled in written {
        let with = filled.with.as_ref();
        let same = shares.iter_mut().find(|(others, other)| {
            others[0].plugin == filled.plugin && value(*other) == value(with)
        });
        match same {
            Some((others, _)) => others.push(filled),
            None => shares.push((vec![filled], with)),
        }
    }
    for filled in bare {
        let of_plugin =
            |(others, _): &(Vec<&Filled>, Option<&Node>)| others[0].plugin == filled.plugin;
        let several = shares.iter().filter(|share| of_plugin(share)).count() > 1;
        let joined =
            shares.iter_mut().find(|share| of_plugin(share) && (!several || share.1.is_none()));
        match joined {
            Some((others, _)) => others.push(filled),
            None => shares.push((vec![filled], None)),
        }
    }
    shares
}

fn plugin(filled: &Filled, complaints: &mut Complaints) -> Option<(Folder, Manifest)> {
    let name = &filled.plugin;
    let found = match folder::find(name, &filled.place.source) {
        Ok(found) => found.map_err(|complaint| complaints.push(complaint)).ok()?,
        Err(tried) => {
            let complaint = Diagnostic::at(&filled.place, format!("there is no plugin `{name}`"));
            let built_in = shelf::built_in_plugins();
            let built_in: Vec<&str> = built_in
                .iter()
                .map(String::as_str)
                .filter(|name| folder::built_in(name).is_some())
                .collect();
            let remedy = format!("{}; `fotarig plugin new` begins one", nearest(name, built_in));
            let tried = tried.iter().map(String::as_str);
            let note = format!("there is no {}", either(tried));
            complaints.push(complaint.note(note).help(remedy));
            return None;
        }
    };
    read(&found, complaints).map(|manifest| (found.folder, manifest))
}

/// Reads a manifest, whose name must be that of its folder.
fn read(found: &Found, complaints: &mut Complaints) -> Option<Manifest> {
    let manifest = manifest::load(&found.manifest);
    let manifest = manifest.map_err(|all| complaints.extend(all)).ok()?;
    let folder = Path::new(&found.manifest.name).parent().and_then(Path::file_name);
    let folder = folder.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if folder != manifest.name {
        let message = format!("the plugin in `{folder}` calls itself `{}`", manifest.name);
        let file = &found.manifest.name;
        complaints.push(Diagnostic::new(message).help(format!("correct `name` in `{file}`")));
        return None;
    }
    Some(manifest)
}

fn refuse_unfilled(filled: &Filled, manifest: &Manifest, complaints: &mut Complaints) {
    if manifest.fills.contains_key(&filled.role) {
        return;
    }
    let Filled { role, plugin, .. } = filled;
    let message = format!("the plugin `{plugin}` does not fill the role `{role}`");
    let fills = either(manifest.fills.keys().map(String::as_str));
    complaints.push(Diagnostic::at(&filled.place, message).help(format!("it fills {fills}")));
}
