//! All plugin processes of one rig: started, asked, started anew after a lapse, ended.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::fault::Broken;
use crate::plugin::outfit::{Outfit, Wanted};
use crate::plugin::process::Start;
use crate::plugin::talk::{MAX_SHOWN, Request, Talk, cut};
use crate::plugin::workplace::Workplace;
use crate::rig::POWER;

/// The version of the protocol.
pub(super) const PROTOCOL: u64 = 1;

/// What a role is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    pub role: &'c str,
    pub method: &'c str,
    pub params: &'c Value,
}

/// The plugins of a rig, from its first test to its last. Dropping it ends them all.
#[derive(Default)]
pub struct Host {
    rig: String,
    seats: Vec<Seat>,
    outfit: Outfit,
    /// What plugins said for the journal, with the plugin's name.
    remarks: RefCell<Vec<String>>,
    supplied: Cell<LeftAs>,
    /// Where built-in plugins lie while they run.
    _temporary: Option<Workplace>,
}

/// The module's supply, as far as this host knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeftAs {
    /// It was not touched: as it was found.
    #[default]
    AsFound,
    On,
    /// Something was done to it, or tried, after which it may be off.
    Unsure,
}

impl LeftAs {
    /// After an answer of the supply: one that reads back as anything else is not on.
    fn after(self, method: &str, answer: &Value) -> LeftAs {
        match self {
            LeftAs::AsFound | LeftAs::Unsure if method == "on" => LeftAs::On,
            LeftAs::On if method == "state" && answer["power"] != "on" => LeftAs::Unsure,
            LeftAs::AsFound | LeftAs::On | LeftAs::Unsure => self,
        }
    }
}

/// A place for a process.
struct Seat {
    wanted: Wanted,
    folder: PathBuf,
    /// Empty after a lapse.
    talk: RefCell<Option<Talk>>,
    /// What the process says it can do: `power.off`.
    methods: RefCell<BTreeSet<String>>,
}

/// How a plugin began.
pub(crate) struct Begun {
    pub(crate) plugin: String,
    pub(crate) roles: Vec<String>,
    /// What it says that it can do, `power.off`, or why it could not be started.
    pub(crate) methods: Result<BTreeSet<String>, Broken>,
}

impl Host {
    /// A rig without plugins.
    pub fn none() -> Host {
        Host::default()
    }

    /// Starts all of them; they may open their devices and must not switch anything.
    pub fn start(
        rig: &str,
        outfit: &Outfit,
        is_interrupted: &dyn Fn() -> bool,
    ) -> Result<Host, Broken> {
        let host = Host::ready(rig, outfit)?;
        for seat in &host.seats {
            host.seated(seat, is_interrupted)?;
        }
        Ok(host)
    }

    /// A host whose plugins are started when they are asked, or by [`Host::begin`].
    pub(crate) fn ready(rig: &str, outfit: &Outfit) -> Result<Host, Broken> {
        if outfit.wanted.is_empty() {
            return Ok(Host::none());
        }
        let temporary = Workplace::new().map_err(|error| {
            Broken::new(format!("no temporary folder can be made: {error}"))
                .help("see that the disk has room, or name another place by `TMPDIR`")
        })?;
        let seats = outfit.wanted.iter().map(|wanted| Seat::new(wanted, temporary.path()));
        let seats: Vec<Seat> = seats.collect::<Result<_, Broken>>()?;
        let (rig, outfit, remarks) = (rig.to_owned(), outfit.clone(), RefCell::default());
        let supplied = Cell::default();
        Ok(Host { rig, seats, outfit, remarks, supplied, _temporary: Some(temporary) })
    }

    /// Starts each of them, also when others cannot be started, and tells how each began.
    pub(crate) fn begin(&self, is_interrupted: &dyn Fn() -> bool) -> Vec<Begun> {
        let begun = |seat: &Seat| Begun {
            plugin: seat.wanted.manifest.name.clone(),
            roles: seat.wanted.roles.keys().cloned().collect(),
            methods: self.seated(seat, is_interrupted).map(|()| seat.methods.borrow().clone()),
        };
        self.seats.iter().map(begun).collect()
    }

    /// Whether a plugin fills this role.
    pub fn offers(&self, role: &str) -> bool {
        self.seat(role).is_some()
    }

    /// Whether the plugin that fills this role has this method.
    pub fn can(&self, role: &str, method: &str) -> bool {
        let name = format!("{role}.{method}");
        self.seat(role).is_some_and(|seat| seat.methods.borrow().contains(&name))
    }

    fn seat(&self, role: &str) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.wanted.roles.contains_key(role))
    }

    /// Asks the plugin of a role. One that died, or was ended for a lapse, is started afresh.
    pub fn call(
        &self,
        call: &Call<'_>,
        is_interrupted: &dyn Fn() -> bool,
    ) -> Result<Value, Broken> {
        let Call { role, method, params } = call;
        let Some(seat) = self.seat(role) else {
            let message = format!("nothing on this rig can do `{method}` for the role `{role}`");
            return Err(
                Broken::new(message).help(format!("give `{role}` a plugin in the rig file"))
            );
        };
        let name = format!("{role}.{method}");
        let params = match params {
            Value::Object(params) => params.clone(),
            Value::Null => Map::new(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let message = format!("`{name}` of a plugin takes named parameters");
                let help = format!("write them as a mapping: `call: {name}`, `with: {{ … }}`");
                return Err(Broken::new(message).help(help));
            }
        };
        let params = Wanted::params(&seat.wanted.manifest, (role, method), params)?;
        self.seated(seat, is_interrupted)?;
        let within = seat.answer_within(role, method);
        let asks_only = matches!(*method, "state" | "wake");
        if *role == POWER && !asks_only {
            self.supplied.set(LeftAs::Unsure);
        }
        let request = Request { method: &name, params: &params, within, is_interrupted };
        let answer = self.ask(seat, &request);
        if *role == POWER
            && let Ok(answer) = &answer
        {
            self.supplied.set(self.supplied().after(method, answer));
        }
        answer
    }

    /// How the module's supply was left by the calls so far.
    pub fn supplied(&self) -> LeftAs {
        self.supplied.get()
    }

    /// Sees to it that a process sits there and has described itself.
    fn seated(&self, seat: &Seat, is_interrupted: &dyn Fn() -> bool) -> Result<(), Broken> {
        if seat.talk.borrow().is_some() {
            return Ok(());
        }
        let Wanted { manifest, settings, roles, .. } = &seat.wanted;
        let (secrets, kept_back) = (&self.outfit.secrets, &self.outfit.kept_back);
        let start = Start { manifest, folder: &seat.folder, secrets, kept_back };
        *seat.talk.borrow_mut() = Some(Talk::start(&start)?);
        let params = json!({
            "protocol": PROTOCOL,
            "plugin": manifest.name,
            "rig": self.rig,
            "roles": roles.keys().collect::<Vec<_>>(),
            "settings": settings.0,
        });
        let params = params.as_object().expect("an object was made").clone();
        let within = manifest.start_within;
        let request = Request { method: "describe", params: &params, within, is_interrupted };
        let described = self.ask(seat, &request).and_then(|description| {
            methods(&description).ok_or_else(|| {
                let name = &manifest.name;
                let said = cut(&description.to_string(), MAX_SHOWN);
                Broken::new(format!("the plugin `{name}` does not describe itself: {said}")).help(
                    format!(
                        "it answers `describe` with {{\"protocol\": {PROTOCOL}, \"methods\": \
                         [\"power.off\", …]}}"
                    ),
                )
            })
        });
        match described {
            Ok(methods) => *seat.methods.borrow_mut() = methods,
            // Who cannot start is asked again from the beginning next time.
            Err(broken) => {
                if let Some(mut talk) = seat.talk.take() {
                    talk.end();
                }
                return Err(broken);
            }
        }
        Ok(())
    }

    fn ask(&self, seat: &Seat, request: &Request<'_>) -> Result<Value, Broken> {
        let name = &seat.wanted.manifest.name;
        let mut place = seat.talk.borrow_mut();
        let talk = place.as_mut().expect("who is asked has a process");
        let answer = talk.ask(request);
        let remarks = talk.remarks().into_iter().map(|text| format!("{name}: {text}"));
        self.remarks.borrow_mut().extend(remarks);
        match answer {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(refused)) => {
                let message = format!(
                    "the plugin `{name}` refuses `{}`: {}",
                    request.method, refused.message
                );
                let mut broken = Broken::new(message);
                broken.help = refused.remedy;
                Err(broken)
            }
            Err(lapse) => {
                let broken = talk.broken(name, request.method, &lapse);
                *place = None;
                Err(broken)
            }
        }
    }

    /// What plugins said for the journal since the last time.
    pub fn remarks(&self) -> Vec<String> {
        std::mem::take(&mut *self.remarks.borrow_mut())
    }

    /// Lets every process end, and says who did not do it well. What is called afterwards starts
    /// its plugin anew.
    pub fn finish(&self) -> Vec<Broken> {
        let mut all = Vec::new();
        for seat in &self.seats {
            let manifest = &seat.wanted.manifest;
            if let Some(mut talk) = seat.talk.take()
                && let Err(lapse) = talk.finish(manifest.finish_within)
            {
                all.push(talk.broken(&manifest.name, "finish", &lapse));
            }
        }
        all
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Seat {
    fn new(wanted: &Wanted, temporary: &Path) -> Result<Seat, Broken> {
        let folder = wanted.folder.on_disk(temporary).map_err(|error| {
            let name = &wanted.manifest.name;
            Broken::new(format!("the folder of the plugin `{name}` cannot be used: {error}"))
        })?;
        let (wanted, talk) = (wanted.clone(), RefCell::default());
        Ok(Seat { wanted, folder, talk, methods: RefCell::default() })
    }

    /// The rig file knows best, then the method, then the plugin.
    fn answer_within(&self, role: &str, method: &str) -> Duration {
        let manifest = &self.wanted.manifest;
        let of_rig = self.wanted.roles.get(role).copied().flatten();
        let of_method = || manifest.fills.get(role)?.get(method)?.within;
        of_rig.or_else(of_method).unwrap_or(manifest.answer_within)
    }
}

pub(super) fn methods(description: &Value) -> Option<BTreeSet<String>> {
    if description["protocol"].as_u64() != Some(PROTOCOL) {
        return None;
    }
    let methods = description["methods"].as_array()?;
    methods.iter().map(|method| method.as_str().map(str::to_owned)).collect()
}
