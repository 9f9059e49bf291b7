//! Makes sure, before anything else is done, that a rig's module is the one that its file names.

use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::rig::{Identity, POWER, Rig, Written};
use crate::run::reboot::BOOT_WITHIN;
use crate::run::session::stated;
use crate::run::stage::Stage;

/// How often a module is asked whether it is there before that is doubted: the first `AT` may only
/// wake it, and the second may meet the end of its boot.
const ATTEMPTS: u32 = 5;
/// How often a fact is asked for: a late answer to an earlier attempt is no answer to this.
const ASKED_AT_MOST: u32 = 3;
/// After an attempt that was not answered, its answer may still come: nothing for so long means
/// that it does not.
const LATE_ANSWERS: Duration = Duration::from_secs(1);

/// Whether a session may work with its module.
#[derive(Clone, Debug, Default)]
pub(crate) enum Admission {
    /// Nothing is asked of it, or it has shown what was.
    #[default]
    Granted,
    /// To be done before the first step.
    Due(Box<Identity>),
    /// It is not the module that is meant: no test does anything to it.
    Refused(Box<Diagnostic>),
}

impl Admission {
    pub(crate) fn to(rig: &Rig) -> Admission {
        Admission::Due(Box::new(rig.identity.clone()))
    }

    pub(crate) fn is_granted(&self) -> bool {
        match self {
            Admission::Granted => true,
            Admission::Due(_) | Admission::Refused(_) => false,
        }
    }
}

/// A fact that a rig file names.
struct Named<'r> {
    /// As profiles call it.
    fact: &'static str,
    /// As people call it.
    word: &'static str,
    wanted: &'r Written,
}

impl Stage {
    /// Looks who is there, once in a session. A module that nothing is asked of hears nothing.
    pub(crate) fn admit(&mut self) -> Result<(), Trouble> {
        let identity = match &self.session.admission {
            Admission::Granted => return Ok(()),
            Admission::Refused(why) => return Err(Trouble::Broken(why.clone())),
            Admission::Due(identity) => identity.clone(),
        };
        let outcome = self.get_to_know(&identity);
        self.session.admission = match &outcome {
            Ok(()) => Admission::Granted,
            Err(Trouble::Failed(why) | Trouble::Broken(why)) => Admission::Refused(why.clone()),
            Err(Trouble::Interrupted) => return outcome,
        };
        // Nothing is tested yet: whatever is wrong is wrong with the rig.
        outcome.map_err(|trouble| Trouble::Broken(trouble.into_diagnostic()))
    }

    fn get_to_know(&mut self, identity: &Identity) -> Result<(), Trouble> {
        let rests_off = self.session.rests_off();
        if rests_off {
            self.session.call(POWER, "on", &Value::Null)?;
            self.boot(self.session.now() + BOOT_WITHIN)?;
        }
        let named = named(identity);
        if let Some(first) = named.first() {
            self.wake(first)?;
            self.compare(&named)?;
        }
        if rests_off { self.quiet() } else { Ok(()) }
    }

    /// A module that does not answer is given its supply, if the rig can do that.
    fn wake(&mut self, named: &Named<'_>) -> Result<(), Trouble> {
        if self.is_awake()? {
            return Ok(());
        }
        if self.session.can(POWER, "on") {
            self.session.call(POWER, "on", &Value::Null)?;
            if self.boot(self.session.now() + BOOT_WITHIN).is_ok() && self.is_awake()? {
                return Ok(());
            }
        }
        let message =
            format!("the module does not answer, so that its {} is not known", named.word);
        Err(Trouble::broken(
            Diagnostic::at(&named.wanted.place, message).help(
                "is it powered, and are port and `baud` right? nothing but `AT` was sent to it",
            ),
        ))
    }

    fn is_awake(&mut self) -> Result<bool, Trouble> {
        for attempt in 0..ATTEMPTS {
            if self.answers("AT", Moment::NEVER)? {
                if attempt > 0 {
                    self.wait(LATE_ANSWERS)?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks for all that the rig file names before it is said what differs.
    fn compare(&mut self, named: &[Named<'_>]) -> Result<(), Trouble> {
        let mut differences = Vec::new();
        let mut fitting = Vec::new();
        for one in named {
            let said = self.fact(one)?;
            if said == one.wanted.text {
                fitting.push(one.word);
            } else {
                differences.push((one, said));
            }
        }
        let Some((one, said)) = differences.first() else { return Ok(()) };
        let (word, wanted) = (one.word, &one.wanted.text);
        let message = format!("the rig file says {word} `{wanted}`, the module says `{said}`");
        let mut complaint = Diagnostic::at(&one.wanted.place, message);
        for (one, said) in &differences[1..] {
            let (word, wanted) = (one.word, &one.wanted.text);
            complaint = complaint.note(format!("and {word} `{wanted}`: it says `{said}`"));
        }
        if !fitting.is_empty() {
            complaint = complaint.note(format!("its {} is right", fitting.join(" and ")));
        }
        Err(Trouble::broken(complaint.help(
            "another module is at this port: change the cable, or the rig file if that is meant",
        )))
    }

    /// What the module says of itself.
    fn fact(&mut self, named: &Named<'_>) -> Result<String, Trouble> {
        let (word, place) = (named.word, &named.wanted.place);
        let Some(command) = self.session.profile().command_for(named.fact).map(str::to_owned)
        else {
            let profile = &self.session.profile().name;
            let message = format!("the profile `{profile}` does not say how to ask for the {word}");
            let help = format!("add `{}` to its `facts`, or leave it out here", named.fact);
            return Err(Trouble::broken(Diagnostic::at(place, message).help(help)));
        };
        for _ in 0..ASKED_AT_MOST {
            let first = self.session.inbox.end();
            self.answers(&command, Moment::NEVER)?;
            let lines = self.session.take_information_from(first);
            if let Some(line) = lines.first() {
                return Ok(stated(line).to_owned());
            }
        }
        let message = format!("the module does not say its {word} upon `{command}`");
        Err(Trouble::broken(Diagnostic::at(place, message)))
    }
}

fn named(identity: &Identity) -> Vec<Named<'_>> {
    let all = [
        ("model", "model", &identity.model),
        ("imei", "IMEI", &identity.imei),
        ("serial", "serial number", &identity.serial),
    ];
    all.into_iter()
        .filter_map(|(fact, word, wanted)| Some(Named { fact, word, wanted: wanted.as_ref()? }))
        .collect()
}
