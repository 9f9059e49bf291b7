//! The longest that a step may take, as far as it is known before a run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::duration;
use crate::profile::Profile;
use crate::run::reboot::{BOOT_WITHIN, PROBE_WITHIN};
use crate::run::script::SCRIPT_WITHIN;
use crate::run::stage::SETTLE_WITHIN;
use crate::scenario::{
    Action, Answer, Bounds, Expectation, Number, Script, Step, Template, Timing,
};
use crate::variables::Variables;

/// Verbs of scripts that let time pass.
const SLOW_VERBS: [&str; 5] = ["send", "expect", "wait", "power", "call"];

/// An upper bound of time, and how many steps there are of which nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub known: Duration,
    pub unknown: usize,
}

impl Budget {
    pub(crate) fn of(length: Option<Duration>) -> Budget {
        let unknown = usize::from(length.is_none());
        Budget { known: length.unwrap_or_default(), unknown }
    }

    #[must_use]
    pub fn and(self, other: Budget) -> Budget {
        let known = self.known.saturating_add(other.known);
        Budget { known, unknown: self.unknown + other.unknown }
    }

    /// So many rounds of it; without a number nothing is known of it.
    #[must_use]
    pub(crate) fn times(self, rounds: Option<u64>) -> Budget {
        match rounds.map(|rounds| u32::try_from(rounds).unwrap_or(u32::MAX)) {
            Some(rounds) => Budget { known: self.known.saturating_mul(rounds), ..self },
            None => Budget { known: Duration::ZERO, unknown: self.unknown.max(1) },
        }
    }

    /// Not longer than a limit, whatever it is of which nothing is known.
    #[must_use]
    pub(crate) fn within(self, limit: Option<Duration>) -> Budget {
        match limit {
            Some(limit) if self.unknown > 0 || self.known > limit => Budget::of(Some(limit)),
            Some(_) | None => self,
        }
    }
}

/// What bounds come from: the profile's limits, and the values that are known before the run.
pub(crate) struct Foreseen<'p> {
    pub(crate) profile: &'p Profile,
    pub(crate) variables: Variables,
}

impl Foreseen<'_> {
    /// The bound of a step that has no steps of its own; nothing when it is not known.
    pub(crate) fn bound(&self, step: &Step) -> Option<Duration> {
        let within = step.bounds.within.as_ref();
        match &step.action {
            Action::Send { command, answer, expect } => {
                self.exchange(command, answer, (expect.as_ref(), &step.bounds))
            }
            Action::Expect(expect) => self.expectation(expect, &step.bounds),
            Action::Wait(timing) => self.length(timing),
            Action::Settle(silence) => match within {
                Some(within) => self.length(within),
                None => Some(SETTLE_WITHIN.max(self.length(silence)? * 2)),
            },
            Action::Script(script) => match within {
                Some(within) => self.length(within),
                None => Some(if lets_time_pass(script) { SCRIPT_WITHIN } else { Duration::ZERO }),
            },
            Action::Reboot(limit) => {
                let limit = limit.as_ref().map_or(Some(BOOT_WITHIN), |limit| self.length(limit))?;
                let after = u32::try_from(self.profile.after_boot.len()).unwrap_or(u32::MAX);
                // An attempt to reach the module may begin just before the limit.
                Some(limit + PROBE_WITHIN * after.saturating_add(1))
            }
            // A transfer without a limit lasts as long as the module takes blocks.
            Action::Transfer(_) => {
                Some(self.length(within?)? + self.profile.answer_within("AT+WDSD"))
            }
            // The rig answers at once; what has steps of its own is counted by them.
            Action::Call(_)
            | Action::Log(_)
            | Action::Measure(_)
            | Action::Use { .. }
            | Action::Repeat(_) => Some(Duration::ZERO),
        }
    }

    fn exchange(
        &self,
        command: &Template,
        answer: &Answer,
        (expect, bounds): (Option<&Expectation>, &Bounds),
    ) -> Option<Duration> {
        let usual = self.profile.answer_within(&self.text(command));
        let within = bounds.within.as_ref().map(|within| self.length(within));
        let answered = match (answer, within, expect) {
            // The next command waits for it.
            (Answer::None, _, _) | (_, None, _) => usual,
            (_, Some(within), None) => within?,
            (_, Some(within), Some(_)) => usual.min(within?),
        };
        let expected = expect.map(|expect| self.expectation(expect, bounds));
        Some(answered.max(expected.unwrap_or(Some(Duration::ZERO))?))
    }

    /// The latest moment at which its last item may come, counted from the start of the step. A
    /// label of an earlier step lies in the past, so that its bounds end sooner.
    fn expectation(&self, expect: &Expectation, bounds: &Bounds) -> Option<Duration> {
        let whole = bounds.within.as_ref().map(|within| self.length(within));
        if let Some(whole) = whole {
            return whole;
        }
        let mut latest = Duration::ZERO;
        let mut labels: BTreeMap<&str, Duration> = BTreeMap::new();
        for item in &expect.items {
            let since = item.bounds.since.as_ref().and_then(|label| labels.get(&*label.name));
            let own = item.bounds.within.as_ref().map(|within| self.length(within));
            let own = own.unwrap_or(Some(self.profile.expect_within))?;
            let end = own + since.copied().unwrap_or_default();
            if let Some(label) = &item.label {
                labels.insert(&label.name, end);
            }
            latest = latest.max(end);
        }
        Some(latest)
    }

    pub(crate) fn length(&self, timing: &Timing) -> Option<Duration> {
        match timing {
            Timing::Fixed(length) => Some(*length),
            Timing::Computed(template) => {
                duration::parse(&template.fill(&self.variables).ok()?).ok()
            }
        }
    }

    pub(crate) fn number(&self, number: &Number) -> Option<u64> {
        match number {
            Number::Fixed(number) => Some(*number),
            Number::Computed(template) => template.fill(&self.variables).ok()?.parse().ok(),
        }
    }

    /// A text with what is known filled in; all of it as written when one part is not.
    pub(crate) fn text(&self, template: &Template) -> String {
        template.fill(&self.variables).unwrap_or_else(|_| template.text.clone())
    }
}

fn lets_time_pass(script: &Script) -> bool {
    script.words().any(|word| SLOW_VERBS.contains(&word))
}
