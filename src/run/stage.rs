//! What a step does to the device: the primitives that steps and scripts are made of.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::at::Kind;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::package::Package;
use crate::run::condition::Conditions;
use crate::run::inbox::Waiting;
use crate::run::missed;
use crate::run::scope::Scope;
use crate::run::session::{Session, Turn};
use crate::run::watch::{Stand, Watch};
use crate::scenario::{Answer, Bounds, Expectation, Ready};
use crate::source::Place;

/// How long `settle` waits for silence when the scenario sets no limit.
pub(crate) const SETTLE_WITHIN: Duration = Duration::from_secs(120);

/// A device with the variables of the running test.
pub(crate) struct Stage {
    pub(crate) session: Session,
    pub(crate) scope: Scope,
    pub(crate) conditions: Conditions,
    /// The package under test.
    pub(crate) package: Arc<Package>,
}

/// A command with everything that is expected of it.
pub(crate) struct Exchange<'e> {
    pub(crate) command: &'e str,
    pub(crate) answer: &'e Answer,
    pub(crate) expect: Option<&'e Expectation>,
    pub(crate) bounds: &'e Bounds,
    pub(crate) place: &'e Place,
}

/// What a command's answer was, as far as it is awaited.
struct Awaiting<'e> {
    exchange: &'e Exchange<'e>,
    wanted: Option<Ready>,
    sent: Moment,
    start: Moment,
    latest: Moment,
    result: Option<Vec<u8>>,
}

impl Stage {
    /// Sends a command and awaits its final result code and its expectation. Returns the moment
    /// of sending.
    pub(crate) fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Moment, Trouble> {
        self.session.clear_line()?;
        let first = self.session.inbox.end();
        let outcome = self.try_exchange(exchange);
        if outcome.is_err() {
            self.session.ignore_answer();
        }
        self.session.inbox.drop_finals_from(first);
        outcome
    }

    fn try_exchange(&mut self, exchange: &Exchange<'_>) -> Result<Moment, Trouble> {
        let wanted = match exchange.answer {
            Answer::Ok => Some(ok()),
            Answer::Matching(pattern) => Some(self.scope.pattern(pattern)?),
            Answer::Prompt => Some(prompt()),
            Answer::None => None,
        };
        // Armed before the command leaves: a URC between command and answer counts.
        let mut watch = match exchange.expect {
            Some(expect) => Some(Watch::arm(expect, exchange.bounds, &self.session, &self.scope)?),
            None => None,
        };
        let sent = self.session.send(exchange.command)?;
        if let Some(watch) = &mut watch {
            watch.start = sent;
        }
        let mut awaiting = self.await_answer(exchange, wanted, sent)?;
        loop {
            self.take_answer(&mut awaiting)?;
            let mut over = awaiting.is_over();
            let mut until = if over { Moment::NEVER } else { awaiting.latest };
            if let Some(watch) = &mut watch {
                let mut stand = self.stand();
                watch.look(&mut stand)?;
                over &= watch.is_over();
                until = until.min(watch.deadline(&stand)?);
            }
            if over {
                break;
            }
            if self.session.turn(until)? == Turn::Deadline {
                if !awaiting.is_over() && until >= awaiting.latest {
                    let (command, place) = (exchange.command, exchange.place);
                    let bounds = (sent, awaiting.latest);
                    return Err(missed::no_answer(command, place, bounds, &self.session));
                }
                if let Some(watch) = &mut watch {
                    watch.expire(until, &mut self.stand())?;
                }
            }
        }
        match &awaiting.result {
            Some(result) => self.session.answered(result),
            None => self.session.ignore_answer(),
        }
        Ok(sent)
    }

    fn await_answer<'e>(
        &self,
        exchange: &'e Exchange<'e>,
        wanted: Option<Ready>,
        sent: Moment,
    ) -> Result<Awaiting<'e>, Trouble> {
        let since = exchange.bounds.since.as_ref();
        let start = since.map_or(Ok(sent), |label| self.scope.moment(label))?;
        let usual = sent + self.session.profile().answer_within(exchange.command);
        let latest = match (&exchange.bounds.within, exchange.expect) {
            (Some(within), None) => start + self.scope.length(within)?,
            // The step's limit is about its lines; the command itself is answered as ever.
            (Some(within), Some(_)) => usual.min(start + self.scope.length(within)?),
            (None, _) => usual,
        };
        Ok(Awaiting { exchange, wanted, sent, start, latest, result: None })
    }

    /// Looks whether the final result code has come, and whether it is the wanted one.
    fn take_answer(&mut self, awaiting: &mut Awaiting<'_>) -> Result<(), Trouble> {
        while let (Some(wanted), None) = (&awaiting.wanted, &awaiting.result) {
            let Some(number) = self.session.answer() else { return Ok(()) };
            let Some(line) = self.session.inbox.get(number) else { continue };
            let Exchange { command, place, .. } = *awaiting.exchange;
            if wanted.regex.is_match(&line.text) {
                if line.at > awaiting.latest {
                    let bounds = (awaiting.sent, awaiting.latest);
                    return Err(missed::no_answer(command, place, bounds, &self.session));
                }
                awaiting.result = Some(line.text.clone());
                let at = line.at;
                if line.kind == Kind::Prompt {
                    self.session.inbox.take(number);
                }
                self.scope.capture(wanted, awaiting.result.as_deref().unwrap_or_default());
                self.refuse_early(awaiting, at)?;
            } else if line.kind == Kind::Final {
                let place = (place, &self.session);
                return Err(missed::wrong_answer(command, line, &wanted.text, place));
            }
        }
        Ok(())
    }

    /// `after` beside a `send` that expects nothing else is about its answer.
    fn refuse_early(&self, awaiting: &Awaiting<'_>, at: Moment) -> Result<(), Trouble> {
        let Exchange { command, expect, bounds, place, .. } = awaiting.exchange;
        let (None, Some(after)) = (expect, &bounds.after) else { return Ok(()) };
        let after = self.scope.length(after)?;
        if at >= awaiting.start + after {
            return Ok(());
        }
        let bounds = (awaiting.start, after);
        Err(missed::answered_early(command, place, bounds, (at, &self.session)))
    }

    /// Awaits lines; returns the last one that was taken.
    pub(crate) fn expect(
        &mut self,
        expect: &Expectation,
        bounds: &Bounds,
    ) -> Result<Option<Waiting>, Trouble> {
        let mut watch = Watch::arm(expect, bounds, &self.session, &self.scope)?;
        loop {
            let mut stand = self.stand();
            watch.look(&mut stand)?;
            if watch.is_over() {
                return Ok(watch.into_last());
            }
            let until = watch.deadline(&stand)?;
            if self.session.turn(until)? == Turn::Deadline {
                watch.expire(until, &mut self.stand())?;
            }
        }
    }

    /// Lets time pass; a forbidden line ends it at once.
    pub(crate) fn wait(&mut self, length: Duration) -> Result<(), Trouble> {
        let until = self.session.now() + length;
        while self.session.turn(until)? == Turn::Heard {}
        Ok(())
    }

    /// Waits until nothing has come for `silence`.
    pub(crate) fn settle(
        &mut self,
        silence: Duration,
        bounds: &Bounds,
        place: &Place,
    ) -> Result<(), Trouble> {
        let start = self.session.now();
        let within = bounds.within.as_ref().map(|within| self.scope.length(within)).transpose()?;
        let latest = start + within.unwrap_or(SETTLE_WITHIN.max(silence * 2));
        let mut quiet_since = start;
        loop {
            let until = (quiet_since + silence).min(latest);
            match self.session.turn(until)? {
                Turn::Heard => quiet_since = self.session.heard_at(),
                Turn::Deadline if until >= quiet_since + silence => return Ok(()),
                Turn::Deadline => {
                    return Err(missed::not_silent(place, start, &self.session));
                }
            }
        }
    }

    fn stand(&mut self) -> Stand<'_> {
        Stand {
            session: &mut self.session,
            scope: &mut self.scope,
            conditions: &mut self.conditions,
        }
    }
}

impl Awaiting<'_> {
    fn is_over(&self) -> bool {
        self.wanted.is_none() || self.result.is_some()
    }
}

/// What a module says that wants data: NAK, `C` or `>`.
fn prompt() -> Ready {
    static PROMPT: LazyLock<Ready> =
        LazyLock::new(|| Ready::compile("^(\\x15|C|>)$").expect("a valid pattern"));
    PROMPT.clone()
}

/// The final result code that every command is expected to have, unless said otherwise.
pub(crate) fn ok() -> Ready {
    static OK: LazyLock<Ready> = LazyLock::new(|| Ready::compile("^OK$").expect("a valid pattern"));
    OK.clone()
}
