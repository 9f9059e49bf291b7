//! The profile and what is in it: echo, result codes, flow control, speed; `ATZ`, `AT&F`, `AT&W`.

use crate::behaviour::FactoryReset;
use crate::sim::agenda::Event;
use crate::sim::answer::{ErrorStyle, Reply, Switch};
use crate::sim::commands::{Form, number, numbers};
use crate::sim::flash::{Agreements, FlowControl, Profile};
use crate::sim::live::Live;
use crate::sim::times;

/// Speeds of `AT+IPR` (reference 1.4).
const SPEEDS: [u32; 11] =
    [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600];

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    let profile = &mut live.ram.profile;
    Some(match (name, form) {
        ("E" | "E0" | "E1", Form::Bare) => set(&mut profile.echo, name),
        ("Q" | "Q0" | "Q1", Form::Bare) => set(&mut profile.quiet, name),
        ("V" | "V0" | "V1", Form::Bare) => set(&mut profile.verbose, name),
        ("&K0", Form::Bare) => control_flow(profile, FlowControl::None),
        ("&K3", Form::Bare) => control_flow(profile, FlowControl::Hardware),
        ("&K4", Form::Bare) => control_flow(profile, FlowControl::Software),
        ("+IFC", Form::Read) => Reply::line(format!("+IFC: {}", profile.flow.directions())),
        ("+IFC", Form::Set(values)) => {
            Reply::done(FlowControl::from_directions(values).map(|flow| {
                profile.flow = flow;
            }))
        }
        ("+IPR", Form::Read) => Reply::line(format!("+IPR: {}", profile.bits_per_second)),
        ("+IPR", Form::Set(values)) => {
            let speed = number(values).filter(|speed| SPEEDS.contains(speed));
            Reply::done(speed.map(|speed| profile.bits_per_second = speed))
        }
        ("Z" | "Z0", Form::Bare) => load(live, live.flash.profile),
        ("&F" | "&F0", Form::Bare) => reset_to_factory(live),
        ("&W" | "&W0", Form::Bare) => {
            live.flash.profile = *profile;
            Reply::Ok
        }
        ("&V", Form::Bare) => Reply::Lines(view(live)),
        _ => return None,
    })
}

/// `ATE` without a number is `ATE0`; it is still echoed itself, since it has been by now.
fn set(setting: &mut Switch, name: &str) -> Reply {
    *setting = if name.ends_with('1') { Switch::On } else { Switch::Off };
    Reply::Ok
}

fn control_flow(profile: &mut Profile, flow: FlowControl) -> Reply {
    profile.flow = flow;
    Reply::Ok
}

/// Error numbers are in no profile: off again (reference chapter 7, guess).
fn load(live: &mut Live<'_>, profile: Profile) -> Reply {
    live.ram.profile = profile;
    live.ram.errors = ErrorStyle::Plain;
    Reply::Ok
}

/// `AT&F`. On a sibling it reaches device services as well, and the module reboots.
fn reset_to_factory(live: &mut Live<'_>) -> Reply {
    match live.settings.switches.atf_wds {
        FactoryReset::LeavesServices => {}
        FactoryReset::ClearsServices => {
            live.flash.agreements = Agreements::NONE;
            live.flash.request = None;
            live.ram.agenda.cancel(Event::RepeatRequest);
            live.after(times::BEFORE_RESET, Event::Reboot);
        }
    }
    load(live, Profile::FACTORY)
}

/// `AT&V`: two lines for each of three profiles (reference 1.4).
fn view(live: &Live<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, profile) in [
        ("ACTIVE PROFILE:", live.ram.profile),
        ("STORED PROFILE 0:", live.flash.profile),
        ("STORED PROFILE 1:", Profile::FACTORY),
    ] {
        let Profile { echo, quiet, verbose, flow, bits_per_second, .. } = profile;
        let (echo, quiet, verbose) = (echo.number(), quiet.number(), verbose.number());
        let (directions, flow) = (flow.directions(), flow as u32);
        lines.push(title.to_owned());
        lines.push(format!(
            "E{echo} Q{quiet} V{verbose} X4 &C1 &D1 &R1 &S0 +IFC={directions} &K{flow} \
             +IPR={bits_per_second} +FCLASS0"
        ));
        lines.push("S00:0 S01:0 S03:13 S04:10 S05:8 S07:60 S08:2 S10:1".to_owned());
    }
    lines
}

impl FlowControl {
    /// The same for both directions, as `AT+IFC` writes it.
    fn directions(self) -> &'static str {
        match self {
            FlowControl::None => "0,0",
            FlowControl::Software => "1,1",
            FlowControl::Hardware => "2,2",
        }
    }

    fn from_directions(values: &str) -> Option<FlowControl> {
        match numbers(values)?.as_slice() {
            [0] | [0, 0] => Some(FlowControl::None),
            [1] | [1, 1] => Some(FlowControl::Software),
            [2] | [2, 2] => Some(FlowControl::Hardware),
            _ => None,
        }
    }
}
