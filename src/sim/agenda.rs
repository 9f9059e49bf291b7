//! What will happen, and when: the events that are still to come, in order.

use crate::moment::Moment;
use crate::sim::cloud::Refusal;
use crate::sim::indication::{Indication, Server};
use crate::sim::ram::Denial;

/// Something that happens inside a module that has power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The command line that is being carried out gets its answer.
    Answer,
    Boot(BootStep),
    Session(SessionStep),
    Download(DownloadStep),
    Install(InstallStep),
    Local(LocalStep),
    /// The period of `AT+WDSC=3` is over.
    Poll,
    /// A timer of `AT+WDSC=4` is over.
    Retry,
    /// The network was lost for too long.
    NetworkLost,
    /// The data context is lost, and is back.
    ContextLost,
    ContextBack,
    /// An unanswered or delayed request is shown again.
    RepeatRequest,
    Say(Indication),
    Reboot,
    SwitchOff,
    /// Nothing was sent or said for the delay of `AT+KSLEEP`.
    FallAsleep,
    /// The WAKEUP pin has had its effect.
    Awake,
    /// Another program on the same port sends its probe (defect `foreign-at`).
    ForeignProbe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BootStep {
    /// The AT port answers from now on.
    Ready,
    /// Requests that the reset interrupted are shown again.
    Requests,
    Registered,
    /// The context was set again: 0, if the module is registered.
    ContextSet,
    /// What waited for the network goes on.
    Resume,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionStep {
    Login,
    LoggedIn(Server),
    Joined(Server),
    CredentialsWritten,
    AuthenticationFailed(Refusal),
    RegistrationFailed,
    Denied(Denial),
    /// The servers said nothing for too long.
    Unanswered,
    /// The result of an update reaches the server.
    Report,
    /// The server sends what it has for the module, if anything.
    ServerSpeaks,
    /// Nothing was exchanged for a while.
    Quiet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DownloadStep {
    /// A suspended download is offered again (switch `suspend_offer`).
    Offer,
    Start,
    /// The bytes of another block have come, and are being written to flash.
    Block,
    /// The block is in flash.
    Written,
    /// The signature has been checked.
    Checked,
    /// 13 was said.
    Rejected,
    Stored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallStep {
    /// The signature of a local package is checked.
    Check,
    Start,
    CloseSession,
    /// The port falls silent and the image is written.
    Apply,
    /// A block of the image is whole.
    Block,
}

/// Steps of `AT+WDSD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalStep {
    /// The receiver goes on: its time has come, or its last work is done.
    GoOn,
    /// The command is answered.
    Answer,
    /// 3
    Ask,
}

/// The events to come, soonest first; those of one moment stay in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agenda(Vec<(Moment, Event)>);

impl Agenda {
    pub(crate) fn add(&mut self, at: Moment, event: Event) {
        let place = self.0.partition_point(|(other, _)| *other <= at);
        self.0.insert(place, (at, event));
    }

    /// The next event if it is due by `now`. What is put at [`Moment::NEVER`] never happens.
    pub(crate) fn take_due(&mut self, now: Moment) -> Option<(Moment, Event)> {
        let (at, _) = *self.0.first()?;
        (at <= now && at < Moment::NEVER).then(|| self.0.remove(0))
    }

    pub(crate) fn next(&self) -> Option<Moment> {
        let (at, _) = *self.0.first()?;
        (at < Moment::NEVER).then_some(at)
    }

    pub(crate) fn holds(&self, event: Event) -> bool {
        self.0.iter().any(|(_, other)| *other == event)
    }

    pub(crate) fn cancel(&mut self, event: Event) {
        self.0.retain(|(_, other)| *other != event);
    }

    /// Drops everything about a download.
    pub(crate) fn cancel_download(&mut self) {
        self.0.retain(|(_, event)| !matches!(event, Event::Download(_)));
    }

    /// Drops what cannot happen without a session.
    pub(crate) fn cancel_session(&mut self) {
        self.0.retain(|(_, event)| match event {
            Event::Session(_) | Event::NetworkLost => false,
            Event::Download(step) => match step {
                DownloadStep::Start | DownloadStep::Block => false,
                // A block that is being written is finished all the same.
                DownloadStep::Written
                | DownloadStep::Checked
                | DownloadStep::Rejected
                | DownloadStep::Stored
                | DownloadStep::Offer => true,
            },
            Event::Install(step) => *step != InstallStep::CloseSession,
            Event::Answer
            | Event::Boot(_)
            | Event::Local(_)
            | Event::Poll
            | Event::Retry
            | Event::ContextLost
            | Event::ContextBack
            | Event::RepeatRequest
            | Event::Say(_)
            | Event::Reboot
            | Event::SwitchOff
            | Event::FallAsleep
            | Event::Awake
            | Event::ForeignProbe => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_keeps_its_order_and_never_does_not_come() {
        let mut agenda = Agenda::default();
        agenda.add(Moment::NEVER, Event::SwitchOff);
        agenda.add(Moment::from_nanos(5), Event::Reboot);
        agenda.add(Moment::from_nanos(5), Event::Poll);
        agenda.add(Moment::from_nanos(1), Event::Answer);
        let mut order = Vec::new();
        while let Some((_, event)) = agenda.take_due(Moment::NEVER) {
            order.push(event);
        }
        assert_eq!(order, [Event::Answer, Event::Reboot, Event::Poll]);
        assert_eq!(agenda.next(), None);
    }
}
