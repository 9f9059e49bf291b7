//! Why a device-services command is refused, and the number of the error (reference 1.2 and 2).

use crate::behaviour::{BusyError, IdleAnswerError, ParameterError, Switches};
use crate::sim::answer::{Cme, Reply};
use crate::sim::commands::number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A parameter that is no number, not in its range, or one too many.
    OutOfRange,
    /// A parameter that is empty or left out.
    Missing,
    /// Not possible now, or not in this form.
    WrongState,
    /// `AT+WDSR` answers what was not asked.
    NotAsked,
    /// A start while authentication is running.
    Busy,
}

impl Refusal {
    /// All refusals of all commands, with the switches that decide.
    pub(crate) fn reply(self, switches: &Switches) -> Reply {
        let by_parameters = |cause| match switches.param_error {
            ParameterError::Error3 => Cme::NOT_ALLOWED,
            ParameterError::Error916 => cause,
            ParameterError::Error650 => Cme::SERVICES,
        };
        Reply::Error(match self {
            Refusal::OutOfRange => by_parameters(Cme::INVALID_RANGE),
            Refusal::Missing => by_parameters(Cme::MISSING_PARAMETER),
            Refusal::WrongState => Cme::NOT_ALLOWED,
            Refusal::NotAsked => match switches.wdsr_idle_error {
                IdleAnswerError::Error3 => Cme::NOT_ALLOWED,
                IdleAnswerError::Error650 => Cme::SERVICES,
            },
            Refusal::Busy => match switches.busy_error {
                BusyError::Error3 => Cme::NOT_ALLOWED,
                BusyError::Error650 => Cme::SERVICES,
                BusyError::Error652 => Cme::IN_PROGRESS,
                BusyError::Ok => return Reply::Ok,
            },
        })
    }
}

/// All parameters as numbers.
pub(crate) fn wanted(values: &str) -> Result<Vec<u32>, Refusal> {
    let one = |value: &str| match value {
        "" => Err(Refusal::Missing),
        _ => number(value).ok_or(Refusal::OutOfRange),
    };
    values.split(',').map(one).collect()
}
