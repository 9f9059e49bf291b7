//! The state of module and cloud as JSON, for programs that drive a virtual module.

use serde_json::{Value, json};

use crate::behaviour::{Defect, SWITCHES, Switches};
use crate::moment::Moment;
use crate::sim::cloud::Cloud;
use crate::sim::commands::network_time;
use crate::sim::flash::{Outcome, Request, Stage, Update};
use crate::sim::module::{Module, PortPresence, Supply};
use crate::sim::ram::{Opener, Registration, Session};

/// Answer of `module state`.
pub(crate) fn of(module: &Module) -> Value {
    let flash = &module.flash;
    let running = module.now.since(Moment::START);
    json!({
        "time_s": running.as_secs_f64(),
        "network_time": network_time(running),
        "supply": match module.supply { Supply::Off => "off", Supply::On => "on" },
        "port": match module.port() {
            PortPresence::There => "there",
            PortPresence::Gone => "gone",
        },
        "firmware": flash.firmware,
        "registration": module.ram.as_ref().map(|ram| registration(ram.registration)),
        "session": module.ram.as_ref().map(|ram| session(ram.session)),
        "package": flash.update.as_ref().map(package),
        "request": flash.request.map(|request| match request {
            Request::Connect => 1,
            Request::Download => 2,
            Request::Install => 3,
        }),
        "credentials": flash.credentials.word(),
        "result": flash.result.map(|result| match result.outcome {
            Outcome::Updated => "updated",
            Outcome::Refused => "failed",
        }),
        "defects": module.settings.defects.iter().map(Defect::name).collect::<Vec<_>>(),
        "switches": changed(&module.settings.switches),
    })
}

/// Answer of `cloud state`.
pub(crate) fn of_cloud(cloud: &Cloud) -> Value {
    let operation = cloud.operation.as_ref().map(|operation| {
        json!({ "package": operation.package.to_value(), "state": operation.state.word() })
    });
    json!({ "operation": operation })
}

fn registration(registration: Registration) -> &'static str {
    match registration {
        Registration::Off => "off",
        Registration::Home => "home",
        Registration::Searching => "searching",
    }
}

fn session(session: Session) -> &'static str {
    match session {
        Session::Idle => "idle",
        Session::Connecting(_) => "connecting",
        Session::Up(Opener::Host) => "host",
        Session::Up(Opener::Module) => "module",
    }
}

fn package(update: &Update) -> Value {
    let size_bytes = update.package.size_bytes;
    let (stage, stored_bytes) = match update.stage {
        Stage::Fetching { strip } => ("fetching", strip.whole_bytes()),
        Stage::Fetched => ("fetched", size_bytes),
        Stage::Stored => ("stored", size_bytes),
        Stage::Installing => ("installing", size_bytes),
    };
    json!({ "stage": stage, "stored_bytes": stored_bytes, "size_bytes": size_bytes })
}

/// Switches that are not at their defaults.
fn changed(switches: &Switches) -> Value {
    let changed = SWITCHES.iter().filter_map(|switch| {
        let word = switches.word(switch.name)?;
        (switch.values.first() != Some(&word)).then(|| (switch.name.to_owned(), word.into()))
    });
    Value::Object(changed.collect())
}
