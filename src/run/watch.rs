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
    /// How many lines it wants; none when a condition says when it is enough.
    pub(crate) wanted: Option<u64>,
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
    /// What `latest` is counted from.
    pub(crate) start: Moment,
    /// Lines that came before are none of this item's: they are left for others.
    opens: Option<Moment>,
    pub(crate) earliest: Option<Moment>,
    pub(crate) latest: Moment,
}

/// What became of a line that an item matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Taken,
    /// It came before the item's time, and is left.
    TooOld,
    /// It came after the time of an optional item, which is absent therefore.
    Absent,
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
            let wanted = match &item.count {
                Count::Times(times) => Some(scope.number(times)?),
                Count::Until(_) => None,
            };
            items.push(Awaited { item, ready, wanted, state, taken: 0, first_at });
        }
        let (start, armed, cursor) = (session.now(), session.inbox.end(), session.inbox.start());
        Ok(Watch { expectation, items, bounds, start, cursor, armed, last: None })
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
                && let Some(number) = stand.session.inbox.find(&ready, self.cursor)
            {
                if self.claim(0, number, stand)? == Claim::TooOld {
                    self.cursor = number + 1;
                }
            }
            return Ok(());
        }
        while !self.is_over() && self.cursor < stand.session.inbox.end() {
            let number = self.cursor;
            let Some(line) = stand.session.inbox.get(number) else {
                self.cursor += 1;
                continue;
            };
            let candidates = self.candidates();
            let wanted = candidates.clone().find(|i| self.fits(*i, line));
            if let Some(index) = wanted {
                if self.claim(index, number, stand)? == Claim::Absent {
                    // Without its optional item the line may be another one's.
                    continue;
                }
            } else if number >= self.armed {
                self.refuse_disorder(candidates.end, line, stand.session)?;
            }
            self.cursor += 1;
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
    fn refuse_disorder(
        &self,
        reached: usize,
        line: &Waiting,
        session: &Session,
    ) -> Result<(), Trouble> {
        if self.expectation.order == Order::Any {
            return Ok(());
        }
        let matches = |awaited: &Awaited<'_>| awaited.ready.regex.is_match(&line.text);
        let (before, later) = self.items.split_at(reached);
        match later.iter().find(|awaited| matches(awaited)) {
            Some(early) if !before.iter().any(matches) => {
                let open = before.iter().find(|awaited| awaited.state == State::Open);
                let open = open.unwrap_or(early);
                Err(missed::out_of_order(open, early, line, session).meaning(open.item.means))
            }
            _ => Ok(()),
        }
    }

    /// Gives a line to an item that it matches.
    fn claim(
        &mut self,
        index: usize,
        number: Number,
        stand: &mut Stand<'_>,
    ) -> Result<Claim, Trouble> {
        let window = self.window(index, stand)?;
        let optional = self.is_optional(index);
        let Some(line) = stand.session.inbox.get(number) else { return Ok(Claim::TooOld) };
        if window.opens.is_some_and(|opens| line.at < opens) {
            return Ok(Claim::TooOld);
        }
        let awaited = &mut self.items[index];
        if line.at > window.latest {
            if optional {
                awaited.state = State::Absent;
                return Ok(Claim::Absent);
            }
            let trouble = missed::too_late(awaited, &window, line, stand.session);
            return Err(trouble.meaning(awaited.item.means));
        }
        if window.earliest.is_some_and(|earliest| line.at < earliest) {
            let trouble = missed::too_early(awaited, &window, line, stand.session);
            return Err(trouble.meaning(awaited.item.means));
        }
        let Some(line) = stand.session.inbox.take(number) else { return Ok(Claim::TooOld) };
        if awaited.taken == 0 {
            awaited.first_at = line.at;
        }
        awaited.taken += 1;
        stand.scope.capture(&awaited.ready, &line.text);
        let enough = match (&awaited.item.count, awaited.wanted) {
            (Count::Until(script), _) => stand.conditions.holds(script, stand.scope.variables())?,
            (Count::Times(_), wanted) => wanted.is_none_or(|wanted| awaited.taken >= wanted),
        };
        if enough {
            let origin = window.opens.unwrap_or(window.start);
            awaited.state = State::Met;
            if let Some(label) = &awaited.item.label {
                stand.scope.mark(label, line.at);
            }
            let written = awaited.item.pattern.text();
            stand.session.record(Event::Met(Met {
                pattern: (&*awaited.ready.text).into(),
                line: Wire::brief(&line.text),
                lines: awaited.taken,
                first_ns: apart(origin, awaited.first_at),
                last_ns: apart(origin, line.at),
                at_least_ns: window.earliest.map(|earliest| apart(origin, earliest)),
                at_most_ns: Some(apart(origin, window.latest)),
                written: (*written != *awaited.ready.text).then(|| written.into()),
            }));
        }
        stand.session.took(&line);
        self.last = Some(line);
        if self.expectation.order == Order::AsListed {
            for passed in &mut self.items[..index] {
                if passed.state == State::Open {
                    passed.state = State::Absent;
                }
            }
        }
        Ok(Claim::Taken)
    }

    fn is_optional(&self, index: usize) -> bool {
        self.expectation.presence == Presence::Optional
            || self.items[index].item.presence == Presence::Optional
    }

    /// The bounds of an item. A label may have been set by an item before it, so they are computed
    /// when they are needed.
    fn window(&self, index: usize, stand: &Stand<'_>) -> Result<Window<'e>, Trouble> {
        let item: &'e Item = self.items[index].item;
        let (own, all) = (&item.bounds, self.bounds);
        let begin = |bounds: &'e Bounds, otherwise: Moment| match &bounds.since {
            Some(label) => Ok((Some(label.name.as_str()), stand.scope.moment(label)?)),
            None => Ok::<_, Trouble>((None, otherwise)),
        };
        let (all_since, all_start) = begin(all, self.start)?;
        let (own_since, own_start) = begin(own, all_start)?;
        let own_since = own_since.or(all_since);
        let length = |timing: &Timing| stand.scope.length(timing);
        let within = |bounds: &Bounds| bounds.within.as_ref().map(length).transpose();
        let default = stand.session.profile().expect_within;
        // The item's own limit counts from its own start, that of the whole step from the step's.
        let (since, start, latest) = match (within(own)?, within(all)?) {
            (Some(own), Some(whole)) if own_start + own > all_start + whole => {
                (all_since, all_start, all_start + whole)
            }
            (Some(own), _) => (own_since, own_start, own_start + own),
            (None, Some(whole)) => (all_since, all_start, all_start + whole),
            (None, None) => (own_since, own_start, own_start + default),
        };
        let last = index + 1 == self.items.len() || self.expectation.order == Order::Any;
        // The step's `after` is about its end: in a list only the last line can be too early.
        let earliest = match (&own.after, all.after.as_ref().filter(|_| last)) {
            (Some(after), _) => Some(own_start + length(after)?),
            (None, Some(after)) => Some(all_start + length(after)?),
            (None, None) => None,
        };
        let opens = (own_since.is_some() || earliest.is_some()).then_some(own_start);
        Ok(Window { since, start, opens, earliest, latest })
    }

    /// The open items whose time can run out now: in a list, those up to the first required one.
    fn running(&self) -> impl Iterator<Item = usize> + use<'e> {
        let open = |index: &usize| self.items[*index].state == State::Open;
        let mut running: Vec<usize> = (0..self.items.len()).filter(open).collect();
        if self.expectation.order == Order::AsListed {
            let required = running.iter().position(|index| !self.is_optional(*index));
            running.truncate(required.map_or(running.len(), |at| at + 1));
        }
        running.into_iter()
    }

    /// When the watch must look again even if nothing comes.
    pub(crate) fn deadline(&self, stand: &Stand<'_>) -> Result<Moment, Trouble> {
        self.running().try_fold(Moment::NEVER, |earliest, index| {
            Ok(earliest.min(self.window(index, stand)?.latest))
        })
    }

    /// Time has come to `now`: what is optional is absent now, what is required is missed.
    pub(crate) fn expire(&mut self, now: Moment, stand: &mut Stand<'_>) -> Result<(), Trouble> {
        for index in self.running() {
            let window = self.window(index, stand)?;
            if window.latest > now {
                continue;
            }
            if !self.is_optional(index) {
                let trouble = missed::never_came(self, index, &window, stand.session);
                return Err(trouble.meaning(self.items[index].item.means));
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
