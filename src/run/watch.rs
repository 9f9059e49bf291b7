//! Watches the inbox for the lines of one expectation: their order, counts and bounds.

use std::time::Duration;

use crate::fault::Trouble;
use crate::journal::{Event, Met, Wire};
use crate::moment::Moment;
use crate::run::condition::Conditions;
use crate::run::inbox::{Number, Waiting};
use crate::run::missed;
use crate::run::scope::Scope;
use crate::run::session::Session;
use crate::scenario::{Bounds, Count, Expectation, Item, Order, Presence, Ready, Timing};

/// An expectation at work. It is armed before the command is sent, so that no line can slip by.
pub(crate) struct Watch<'e> {
    expectation: &'e Expectation,
    items: Vec<Awaited<'e>>,
    /// The step's own bounds, for items that have none.
    bounds: &'e Bounds,
    /// What bounds count from, unless they name a label.
    pub(crate) start: Moment,
    /// The first line that was not looked at.
    cursor: Number,
    /// Lines from here on came after arming: only they can be out of order.
    pub(crate) armed: Number,
    /// The line that was taken last.
    last: Option<Waiting>,
}

/// One expected line on its way.
pub(crate) struct Awaited<'e> {
    pub(crate) item: &'e Item,
    pub(crate) ready: Ready,
    state: State,
    taken: u64,
    first_at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Met,
    /// Optional, and not there.
    Absent,
}

/// Between which arrivals a line is in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'e> {
    /// The label that the start belongs to; none for the step's own start.
    pub(crate) since: Option<&'e str>,
    pub(crate) start: Moment,
    pub(crate) earliest: Option<Moment>,
    pub(crate) latest: Moment,
}

/// What a watch needs from its test.
pub(crate) struct Stand<'t> {
    pub(crate) session: &'t mut Session,
    pub(crate) scope: &'t mut Scope,
    pub(crate) conditions: &'t mut Conditions,
}

impl<'e> Watch<'e> {
    /// Fills in the patterns. Set `start` to when the command left, if there is one.
    pub(crate) fn arm(
        expectation: &'e Expectation,
        bounds: &'e Bounds,
        session: &Session,
        scope: &Scope,
    ) -> Result<Watch<'e>, Trouble> {
        let mut items = Vec::with_capacity(expectation.items.len());
        for item in &expectation.items {
            let ready = scope.pattern(&item.pattern)?;
            let (state, first_at) = (State::Open, Moment::START);
            items.push(Awaited { item, ready, state, taken: 0, first_at });
        }
        let (start, armed) = (session.now(), session.inbox.end());
        Ok(Watch { expectation, items, bounds, start, cursor: 0, armed, last: None })
    }

    pub(crate) fn is_over(&self) -> bool {
        self.items.iter().all(|awaited| awaited.state != State::Open)
    }

    /// Items that have what they want, and all items.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let met = self.items.iter().filter(|awaited| awaited.state == State::Met).count();
        (met, self.items.len())
    }

    /// Looks at every line that came since the last time.
    pub(crate) fn look(&mut self, stand: &mut Stand<'_>) -> Result<(), Trouble> {
        if let [only] = self.items.as_slice() {
            let ready = only.ready.clone();
            while self.items[0].state == State::Open
                && let Some(number) = stand.session.inbox.find(&ready)
            {
                if !self.claim(0, number, stand)? {
                    break;
                }
            }
            return Ok(());
        }
        while !self.is_over() && self.cursor < stand.session.inbox.end() {
            let number = self.cursor;
            self.cursor += 1;
            let Some(line) = stand.session.inbox.get(number) else { continue };
            let candidates = self.candidates();
            let wanted = candidates.clone().find(|i| self.fits(*i, line));
            match wanted {
                Some(index) => {
                    self.claim(index, number, stand)?;
                }
                None if number >= self.armed => self.refuse_disorder(candidates.end, line)?,
                None => {}
            }
        }
        Ok(())
    }

    /// The items that the next line may meet.
    fn candidates(&self) -> std::ops::Range<usize> {
        let open = |awaited: &Awaited<'_>| awaited.state == State::Open;
        let first = self.items.iter().position(open).unwrap_or(self.items.len());
        if self.expectation.order == Order::Any {
            return first..self.items.len();
        }
        let required = |awaited: &Awaited<'_>| awaited.item.presence == Presence::Required;
        let next = self.items[first..].iter().position(required);
        first..next.map_or(self.items.len(), |next| first + next + 1)
    }

    fn fits(&self, index: usize, line: &Waiting) -> bool {
        let awaited = &self.items[index];
        awaited.state == State::Open && awaited.ready.regex.is_match(&line.text)
    }

    /// A line that only a later item can match makes the order impossible. A line that an earlier
    /// item could match as well is a repetition, and those may come between.
    fn refuse_disorder(&self, reached: usize, line: &Waiting) -> Result<(), Trouble> {
        if self.expectation.order == Order::Any {
            return Ok(());
        }
        let matches = |awaited: &Awaited<'_>| awaited.ready.regex.is_match(&line.text);
        let (before, later) = self.items.split_at(reached);
        match later.iter().find(|awaited| matches(awaited)) {
            Some(early) if !before.iter().any(matches) => {
                let open = before.iter().find(|awaited| awaited.state == State::Open);
                Err(missed::out_of_order(open.unwrap_or(early), early, line))
            }
            _ => Ok(()),
        }
    }

    /// Gives a line to an item; false when the line came before the item's start and is left.
    fn claim(
        &mut self,
        index: usize,
        number: Number,
        stand: &mut Stand<'_>,
    ) -> Result<bool, Trouble> {
        let window = self.window(index, stand)?;
        let Some(line) = stand.session.inbox.get(number) else { return Ok(false) };
        if window.earliest.is_some() && line.at < window.start {
            return Ok(false);
        }
        let awaited = &mut self.items[index];
        if line.at > window.latest {
            return Err(missed::too_late(awaited, &window, line));
        }
        if window.earliest.is_some_and(|earliest| line.at < earliest) {
            return Err(missed::too_early(awaited, &window, line));
        }
        let Some(line) = stand.session.inbox.take(number) else { return Ok(false) };
        if awaited.taken == 0 {
            awaited.first_at = line.at;
        }
        awaited.taken += 1;
        stand.scope.capture(&awaited.ready, &line.text);
        let enough = match &awaited.item.count {
            Count::Times(times) => awaited.taken >= *times,
            Count::Until(script) => stand.conditions.holds(script, stand.scope.variables())?,
        };
        if enough {
            awaited.state = State::Met;
            if let Some(label) = &awaited.item.label {
                stand.scope.mark(label, line.at);
            }
            stand.session.record(Event::Met(Met {
                pattern: (&*awaited.ready.text).into(),
                line: Wire::from(line.text.clone()),
                lines: awaited.taken,
                first_ns: apart(window.start, awaited.first_at),
                last_ns: apart(window.start, line.at),
            }));
        }
        self.last = Some(line);
        if self.expectation.order == Order::AsListed {
            for passed in &mut self.items[..index] {
                if passed.state == State::Open {
                    passed.state = State::Absent;
                }
            }
        }
        Ok(true)
    }

    /// The bounds of an item. A label may have been set by an item before it, so they are computed
    /// when they are needed.
    fn window(&self, index: usize, stand: &Stand<'_>) -> Result<Window<'e>, Trouble> {
        let item: &'e Item = self.items[index].item;
        let (own, all) = (&item.bounds, self.bounds);
        let since = own.since.as_ref().or(all.since.as_ref());
        let start = since.map_or(Ok(self.start), |label| stand.scope.moment(label))?;
        let length = |timing: &Timing| stand.scope.length(timing);
        let within = |bounds: &Bounds| bounds.within.as_ref().map(length).transpose();
        let default = stand.session.profile().expect_within;
        let latest = match (within(own)?, within(all)?) {
            (Some(own), Some(whole)) => own.min(whole),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => default,
        };
        let last = index + 1 == self.items.len() || self.expectation.order == Order::Any;
        // The step's `after` is about its end: in a list only the last line can be too early.
        let after = own.after.as_ref().or(all.after.as_ref().filter(|_| last));
        let earliest = after.map(length).transpose()?.map(|after| start + after);
        let since = since.map(|label| label.name.as_str());
        Ok(Window { since, start, earliest, latest: start + latest })
    }

    /// When the watch must look again even if nothing comes.
    pub(crate) fn deadline(&self, stand: &Stand<'_>) -> Result<Moment, Trouble> {
        let mut earliest = Moment::NEVER;
        for (index, awaited) in self.items.iter().enumerate() {
            if awaited.state != State::Open {
                continue;
            }
            earliest = earliest.min(self.window(index, stand)?.latest);
            if self.expectation.order == Order::AsListed {
                break;
            }
        }
        Ok(earliest)
    }

    /// Time has come to `now`: what is optional is absent now, what is required is missed.
    pub(crate) fn expire(&mut self, now: Moment, stand: &mut Stand<'_>) -> Result<(), Trouble> {
        for index in 0..self.items.len() {
            if self.items[index].state != State::Open {
                continue;
            }
            let window = self.window(index, stand)?;
            if window.latest > now {
                if self.expectation.order == Order::AsListed {
                    return Ok(());
                }
                continue;
            }
            let optional = self.expectation.presence == Presence::Optional
                || self.items[index].item.presence == Presence::Optional;
            if !optional {
                return Err(missed::never_came(self, index, &window, stand.session));
            }
            self.items[index].state = State::Absent;
        }
        Ok(())
    }

    pub(crate) fn last(&self) -> Option<&Waiting> {
        self.last.as_ref()
    }

    pub(crate) fn into_last(self) -> Option<Waiting> {
        self.last
    }

    pub(crate) fn awaited(&self, index: usize) -> &Awaited<'e> {
        &self.items[index]
    }
}

impl Awaited<'_> {
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }
}

/// Nanoseconds from `start` to `at`, negative when it was before.
fn apart(start: Moment, at: Moment) -> i64 {
    let length = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
    if at >= start { length(at.since(start)) } else { -length(start.since(at)) }
}
