//! What the protocol asks of every plugin: bad requests answered and survived, an end in time.

use std::time::Duration;

use serde_json::Map;

use crate::diagnostic::{Diagnostic, either};
use crate::fault::Broken;
use crate::plugin::settings::Settings;
use crate::plugin::talk::{Request, Talk};
use crate::plugin::trial::transcript::Transcript;
use crate::plugin::trial::{Finding, Subject};
use crate::rpc::{Id, Refused, code};

/// No plugin has a method of this name.
const NO_METHOD: &str = "no_such_method";

impl Subject {
    /// Two lives of a process: one that is asked badly, and one whose stdin ends in a line.
    pub(super) fn contract(&self, script: Option<&Transcript>, tell: &mut dyn FnMut(&Finding)) {
        let what = "describes itself";
        let (stand_in, settings) = match self.prepare(script) {
            Ok(prepared) => prepared,
            Err(_) if script.is_none() => {
                let why = "it needs settings: write a transcript with `settings`";
                return tell(&Finding::left_out(what, why));
            }
            Err(all) => return all.into_iter().for_each(|one| tell(&Finding::badly(what, one))),
        };
        let started = self.start().and_then(|mut talk| {
            let methods = self.describe(&mut talk, &settings)?;
            Ok((talk, methods))
        });
        let (mut talk, methods) = match started {
            Ok(started) => started,
            Err(broken) => return tell(&Finding::of(what, Err(broken))),
        };
        tell(&self.described(&methods));
        let is_played = stand_in.is_some();
        if let Err(finding) = self.bad_requests(&mut talk, &methods, is_played, tell) {
            return tell(&finding);
        }
        tell(&self.end(talk));
        tell(&self.cut_off(&settings));
        drop(stand_in);
    }

    /// What it describes must be in the manifest, where people find it.
    fn described(&self, methods: &[String]) -> Finding {
        let what = "describes itself";
        let is_known = |name: &String| {
            let (role, method) = name.split_once('.')?;
            self.manifest.fills.get(role)?.get(method)
        };
        let unknown = methods.iter().find(|name| is_known(name).is_none());
        match unknown {
            None => Finding::well(format!("{what}: {} methods", methods.len())),
            Some(name) => {
                let message = format!("it describes `{name}`, which plugin.yaml does not have");
                let help = "write it there under `fills`, or leave it out of the answer";
                Finding::badly(what, Diagnostic::new(message).help(help))
            }
        }
    }

    fn bad_requests(
        &self,
        talk: &mut Talk,
        methods: &[String],
        is_played: bool,
        tell: &mut dyn FnMut(&Finding),
    ) -> Result<(), Finding> {
        let role = self.manifest.fills.keys().next().map_or("power", String::as_str);
        let unknown = format!("{role}.{NO_METHOD}");
        let what = "answers an unknown method, and goes on";
        tell(&self.unknown_method(talk, &unknown, what)?);

        let what = "answers parameters that are no object, and goes on";
        match methods.first().filter(|_| is_played) {
            None => tell(&Finding::left_out(what, "without a stand-in it might switch something")),
            Some(method) => {
                let id = talk.next_id();
                let line =
                    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":[1]}}"#);
                let answer = self.raw(talk, &line, what)?;
                tell(&expect(what, &answer, &Id::Number(id), code::WRONG_PARAMS));
            }
        }
        let what = "answers a line that is no JSON, and goes on";
        let answer = self.raw(talk, "this is no JSON", what)?;
        tell(&expect(what, &answer, &Id::Null, code::NOT_JSON));

        tell(&self.unknown_method(talk, &unknown, "still answers after all that")?);
        Ok(())
    }

    fn unknown_method(
        &self,
        talk: &mut Talk,
        method: &str,
        what: &str,
    ) -> Result<Finding, Finding> {
        let (params, within) = (&Map::new(), self.manifest.answer_within);
        let asked = talk.ask(&Request { method, params, within, is_interrupted: &|| false });
        match asked {
            Ok(answer) => Ok(coded(what, answer.err().as_ref(), code::UNKNOWN_METHOD)),
            Err(lapse) => {
                let broken = talk.broken(&self.manifest.name, method, &lapse);
                Err(Finding::of(what, Err(broken)))
            }
        }
    }

    fn raw(
        &self,
        talk: &mut Talk,
        line: &str,
        what: &str,
    ) -> Result<(Id, Option<Refused>), Finding> {
        talk.process.tell(format!("{line}\n").into_bytes());
        let heard = talk.hear(self.manifest.answer_within, &|| false);
        match heard {
            Ok((id, is)) => Ok((id, is.err())),
            Err(lapse) => {
                let broken = talk.broken(&self.manifest.name, line, &lapse);
                let help = "read line by line, and answer each line, whatever it is";
                Err(Finding::of(what, Err(broken.help(help))))
            }
        }
    }

    fn end(&self, mut talk: Talk) -> Finding {
        let what = "ends when its stdin is closed, and leaves nothing behind";
        talk.process.close();
        let within = self.manifest.finish_within;
        talk.process.until(within, crate::plugin::process::Process::has_ended);
        if !talk.process.has_ended() {
            let lapse = crate::plugin::talk::Lapse::Unfinished(within);
            let broken = talk.broken(&self.manifest.name, "finish", &lapse);
            return Finding::of(what, Err(broken.help("end with status 0 at the end of stdin")));
        }
        let left = talk.process.leaves_children();
        Finding::of(
            what,
            match left {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(Broken::new(format!("it ends with {status}"))
                    .help("end with status 0 at the end of stdin")),
                Err(()) => Err(Broken::new("a process that it has started is left over")
                    .help("end your children before you end")),
            },
        )
    }

    /// A fotarig that is killed may leave half a line.
    fn cut_off(&self, settings: &Settings) -> Finding {
        let what = "ends when its stdin ends in the middle of a line";
        let started = self.start().and_then(|mut talk| {
            self.describe(&mut talk, settings)?;
            Ok(talk)
        });
        let mut talk = match started {
            Ok(talk) => talk,
            Err(broken) => return Finding::of(what, Err(broken)),
        };
        talk.process.tell(br#"{"jsonrpc":"2.0","id":2,"meth"#.to_vec());
        talk.process.close();
        let within: Duration = self.manifest.finish_within;
        talk.process.until(within, crate::plugin::process::Process::has_ended);
        if talk.process.has_ended() {
            return Finding::well(what);
        }
        let lapse = crate::plugin::talk::Lapse::Unfinished(within);
        Finding::of(what, Err(talk.broken(&self.manifest.name, "finish", &lapse)))
    }
}

fn expect(what: &str, answer: &(Id, Option<Refused>), id: &Id, code: i64) -> Finding {
    if answer.0 == *id {
        return coded(what, answer.1.as_ref(), code);
    }
    let message = format!("it answers with the id {}, and {id} is awaited", answer.0);
    Finding::badly(what, Diagnostic::new(message))
}

fn coded(what: &str, refused: Option<&Refused>, code: i64) -> Finding {
    let help = format!("answer {{\"error\": {{\"code\": {code}, \"message\": \"…\"}}}}");
    match refused {
        Some(refused) if refused.code == code => Finding::well(what),
        Some(refused) => {
            let expected = code.to_string();
            let expected = either([expected.as_str()]);
            let message = format!("its error has the code {}, not {expected}", refused.code);
            Finding::badly(what, Diagnostic::new(message).help(help))
        }
        None => {
            let message = "it answers as if nothing were wrong";
            Finding::badly(what, Diagnostic::new(message).help(help))
        }
    }
}
