//! Brings about, or verifies, the state that a scenario wants before its first step.
//!
//! A virtual module is made so by its role `module`. What a real one is like can only be looked at,
//! or brought about by what its host and its server can do; what cannot is the rig's fault.

use std::time::Duration;

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::fault::{Means, Trouble};
use crate::journal::{Event, StepAt};
use crate::package::ANY_VERSION;
use crate::rig::Credentials;
use crate::run::stage::{Exchange, Stage};
use crate::scenario::{
    Answer, Bounds, Expectation, Item, PackageState, Pattern, Start, Template, Timing,
};
use crate::source::Place;

/// A session with a bootstrap before it: two logins over a slow network.
pub(crate) const SESSION_WITHIN: Duration = Duration::from_secs(120);
/// App note 7.2.
const ALL_INDICATIONS: &str = "AT+WDSI=4479";
/// What a session of a real module takes, beside credentials.
const OPENS: &str = "valid credentials are seen by a session that opens: it takes an APN \
                     (`AT+CGDCONT=1,\"IP\",\"…\"`), a network, and a server that knows the device";
/// The role that only a virtual module has.
const MODULE: &str = "module";

impl Stage {
    /// Whatever goes wrong here says nothing about the device.
    pub(crate) fn bring_about(&mut self, start: &Start) -> Result<(), Trouble> {
        self.try_to_bring_about(start).map_err(|trouble| {
            trouble.meaning(Means::Broken).note("the scenario's `given` could not be met")
        })
    }

    fn try_to_bring_about(&mut self, start: &Start) -> Result<(), Trouble> {
        if let Some(wanted) = &start.firmware {
            let version = self.scope.text(wanted)?;
            self.announce_given(&format!("firmware {version}"), &wanted.place);
            self.run_version(&version, wanted).map_err(|it| it.placed(&wanted.place))?;
        }
        for command in &start.settings {
            let text = self.command(command)?;
            self.announce_given(&text, &command.place);
            let ordered = self.order(&text, None, &command.place);
            ordered.map_err(|trouble| trouble.placed(&command.place))?;
        }
        if let Some((credentials, place)) = &start.credentials {
            self.announce_given(&format!("credentials {}", credentials.word()), place);
            if start.package_state.is_some() && !self.session.offers(MODULE) {
                // The session that may be needed would be offered what an earlier test has left.
                self.withdraw().map_err(|trouble| trouble.placed(place))?;
            }
            self.hold(*credentials, place).map_err(|trouble| trouble.placed(place))?;
        }
        if let Some((state, place)) = &start.package_state {
            self.announce_given(&format!("package_state {}", state.word()), place);
            self.offer(*state).map_err(|trouble| trouble.placed(place))?;
        }
        Ok(())
    }

    fn announce_given(&mut self, what: &str, place: &Place) {
        let (file, line) = (place.source.name.clone(), place.line());
        let at = StepAt { path: "given".to_owned(), what: format!("given {what}"), file, line };
        self.session.record(Event::StepStarted(at));
    }

    /// Without the role `cloud` a person has seen to it, on the server's own pages.
    fn offer(&mut self, state: PackageState) -> Result<(), Trouble> {
        if !self.session.offers("cloud") {
            let word = state.word();
            let text =
                format!("package_state {word} is taken on trust: this rig has no role `cloud`");
            self.session.record(Event::Logged(text.into()));
            return Ok(());
        }
        match state {
            PackageState::None => return self.withdraw(),
            PackageState::Offered => {
                let package = self.scope.variables().get("package").cloned();
                self.ask("cloud", "install", package.unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// Nothing waits on the server any more, if the rig has a say in that.
    fn withdraw(&mut self) -> Result<(), Trouble> {
        if self.session.offers("cloud") {
            self.ask("cloud", "cancel", Value::Null)?;
        }
        Ok(())
    }

    fn run_version(&mut self, version: &str, wanted: &Template) -> Result<(), Trouble> {
        if self.session.offers(MODULE) {
            self.session.call(MODULE, "firmware", &json!({ "to": version }))?;
            return Ok(());
        }
        if version == ANY_VERSION {
            return Ok(());
        }
        let first = self.session.inbox.end();
        self.order("AT+CGMR", None, &wanted.place)?;
        let answer = self.session.take_information_from(first);
        if answer.iter().any(|line| line.trim() == version) {
            return Ok(());
        }
        let message = format!("the module runs `{}`, not `{version}`", answer.join(" "));
        let diagnostic = Diagnostic::at(&wanted.place, message);
        let remedy = "install that version first, or test a package for the one that is there";
        Err(Trouble::broken(diagnostic.help(remedy)))
    }

    fn hold(&mut self, credentials: Credentials, place: &Place) -> Result<(), Trouble> {
        if self.session.offers(MODULE) {
            self.session.call(MODULE, "credentials", &json!({ "to": credentials.word() }))?;
            return Ok(());
        }
        match credentials {
            // A session makes them valid: a module without them bootstraps first.
            Credentials::Valid => self.open_and_close(place),
            Credentials::Missing | Credentials::Bootstrap => {
                let message = "a real module cannot be made to forget its credentials";
                let diagnostic = Diagnostic::at(place, message);
                let remedy = "run this scenario on a virtual module, or leave it out by its tags";
                Err(Trouble::broken(diagnostic.help(remedy)))
            }
        }
    }

    /// With all indications, and without taking a package that waits.
    fn open_and_close(&mut self, place: &Place) -> Result<(), Trouble> {
        let level = self.first_line("AT+WDSI?", "+WDSI: ", place)?;
        let agreed = self.first_line("AT+WDSC?", "+WDSC: 1,", place)?;
        self.order(ALL_INDICATIONS, None, place)?;
        self.order("AT+WDSC=1,1", None, place)?;
        // One that an earlier test has left open shows the same.
        if self.first_line("AT+WDSS?", "+WDSS: 1,", place)?.as_deref() != Some("1") {
            let opened = self.order("AT+WDSS=1,1", Some(r"^\+WDSI: 23,1$"), place);
            opened.map_err(|trouble| trouble.note(OPENS))?;
        }
        self.order("AT+WDSS=1,0", Some(r"^\+WDSI: 8$"), place)?;
        let earlier = [("AT+WDSC=1,", agreed), ("AT+WDSI=", level)];
        for (command, value) in earlier {
            if let Some(value) = value {
                self.order(&format!("{command}{value}"), None, place)?;
            }
        }
        // What this session has said must not be taken for what the scenario's own ones say.
        self.session.inbox.clear();
        Ok(())
    }

    /// What follows `start` in an information response.
    fn first_line(
        &mut self,
        command: &str,
        start: &str,
        place: &Place,
    ) -> Result<Option<String>, Trouble> {
        let first = self.session.inbox.end();
        self.order(command, None, place)?;
        let answer = self.session.take_information_from(first);
        Ok(answer.iter().find_map(|line| line.strip_prefix(start)).map(str::to_owned))
    }

    /// Sends a command that must be answered by OK, and awaits a line of it.
    fn order(&mut self, command: &str, line: Option<&str>, place: &Place) -> Result<(), Trouble> {
        let expect = line.map(|line| {
            let pattern = Pattern::parse(line, place).expect("a pattern of this file");
            Expectation::of(Item::once(pattern, Means::Broken))
        });
        let within = expect.is_some().then_some(Timing::Fixed(SESSION_WITHIN));
        let bounds = Bounds { within, ..Bounds::default() };
        let (answer, expect) = (&Answer::Ok, expect.as_ref());
        self.exchange(&Exchange { command, answer, expect, bounds: &bounds, place })?;
        Ok(())
    }
}
