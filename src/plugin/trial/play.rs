//! Plays a transcript: each call with its answer, and what the device got.

use crate::diagnostic::Diagnostic;
use crate::fault::Broken;
use crate::plugin::talk::{Request, Talk};
use crate::plugin::trial::stand_in::StandIn;
use crate::plugin::trial::transcript::{Awaited, Line, Transcript};
use crate::plugin::trial::{Finding, Subject};
use crate::rpc::Refused;

impl Subject {
    /// All lines; after a lapse nothing more can be said.
    pub(super) fn play(&self, script: &Transcript, tell: &mut dyn FnMut(&Finding)) {
        let what = format!("{}: describe", script.name);
        let (mut stand_in, settings) = match self.prepare(Some(script)) {
            Ok(prepared) => prepared,
            Err(all) => {
                return all.into_iter().for_each(|one| tell(&Finding::badly(&what, one)));
            }
        };
        let started = self.start().and_then(|mut talk| {
            self.describe(&mut talk, &settings)?;
            Ok(talk)
        });
        let mut talk = match started {
            Ok(talk) => talk,
            Err(broken) => return tell(&Finding::of(what, Err(broken))),
        };
        tell(&Finding::well(what));
        for line in &script.say {
            let Some(call) = &line.call else { continue };
            let what = format!("{}: line {} {call}", script.name, line.place.line());
            match self.line(line, call, &mut talk, stand_in.as_mut()) {
                Ok(()) => tell(&Finding::well(what)),
                Err(Bad::Wrong(diagnostic)) => tell(&Finding::badly(what, *diagnostic)),
                Err(Bad::Lapse(broken)) => return tell(&Finding::of(what, Err(broken))),
            }
        }
        let what = format!("{}: ends in time", script.name);
        let finished = talk.finish(self.manifest.finish_within);
        let finished = finished.map_err(|lapse| talk.broken(&self.manifest.name, "finish", &lapse));
        tell(&Finding::of(what, finished));
    }

    fn line(
        &self,
        line: &Line,
        call: &str,
        talk: &mut Talk,
        stand_in: Option<&mut StandIn>,
    ) -> Result<(), Bad> {
        let mut stand_in = stand_in;
        if let Some(stand_in) = &mut stand_in {
            stand_in.forget();
            if let Some(what) = &line.tell {
                stand_in.tell(what)?;
            }
        }
        let params = self.params(call, line.with.as_ref())?;
        let (role, method) = call.split_once('.').unwrap_or((call, ""));
        let known = self.manifest.fills.get(role).and_then(|role| role.get(method));
        let within = known.and_then(|known| known.within).unwrap_or(self.manifest.answer_within);
        let request = Request { method: call, params: &params, within, is_interrupted: &|| false };
        let answer = talk.ask(&request);
        let answer = answer.map_err(|lapse| talk.broken(&self.manifest.name, call, &lapse))?;
        let wrong = |message: String| Bad::Wrong(Box::new(Diagnostic::at(&line.place, message)));
        match (&line.awaited, answer) {
            (Awaited::Anything, Ok(_)) => {}
            (Awaited::Answer(awaited), Ok(answer)) if *awaited == answer => {}
            (Awaited::Answer(awaited), Ok(answer)) => {
                return Err(wrong(format!("it answers {answer}, and {awaited} is awaited")));
            }
            (Awaited::Error { .. }, Ok(answer)) => {
                return Err(wrong(format!("it answers {answer}, and an error is awaited")));
            }
            (Awaited::Anything | Awaited::Answer(_), Err(refused)) => {
                return Err(wrong(format!("it answers an error: {}", shown(&refused))));
            }
            (Awaited::Error { message, remedy }, Err(refused)) => {
                let fits = message.is_match(&refused.message)
                    && remedy.as_ref().is_none_or(|remedy| {
                        refused.remedy.as_deref().is_some_and(|text| remedy.is_match(text))
                    });
                if !fits {
                    return Err(wrong(format!("it answers another error: {}", shown(&refused))));
                }
            }
        }
        for wanted in &line.device {
            let Some(stand_in) = &mut stand_in else {
                return Err(wrong("there is no stand-in that could tell".to_owned()));
            };
            stand_in.got(wanted).map_err(|others| {
                wrong(format!("the device did not get `{wanted}`, but {others:?}"))
            })?;
        }
        Ok(())
    }
}

enum Bad {
    /// The transcript can go on.
    Wrong(Box<Diagnostic>),
    Lapse(Broken),
}

impl From<Broken> for Bad {
    fn from(broken: Broken) -> Bad {
        Bad::Lapse(broken)
    }
}

fn shown(refused: &Refused) -> String {
    match &refused.remedy {
        Some(remedy) => format!("{} ({remedy})", refused.message),
        None => refused.message.clone(),
    }
}
