//! What a conversation has of the answers to its commands, and of lines that nobody has taken.

use crate::at::Kind;
use crate::journal::{Event, Unclaimed, Wire};
use crate::run::inbox::Number;
use crate::run::session::Session;

/// Unclaimed lines that are listed by name; the journal has all bytes anyway.
const MAX_UNCLAIMED: usize = 100;

impl Session {
    /// The final result code or prompt of the running command, the oldest that was not looked at.
    pub(crate) fn answer(&mut self) -> Option<Number> {
        self.ears.running.as_mut()?.answers.pop_front()
    }

    /// Whether the module has sent the running command back.
    pub(crate) fn is_echoed(&self) -> bool {
        self.ears.running.as_ref().is_some_and(|running| running.echoed)
    }

    /// The command's step is over: its answer is not awaited any more.
    pub(crate) fn answered(&mut self, result: &[u8]) {
        let Some(running) = self.ears.running.take() else { return };
        if result == b"OK"
            && let (Some(fact), Some(first)) = (self.profile.fact(&running.command), running.first)
        {
            let fact = fact.to_owned();
            let line = String::from_utf8_lossy(&Wire::brief(&first).0).into_owned();
            let value = stated(&line).to_owned();
            self.record(Event::Learned { fact: fact.into(), value: value.into() });
        }
    }

    /// No step waits for the answer; when it comes, it is still told from other lines.
    pub(crate) fn ignore_answer(&mut self) {
        self.ears.running = None;
    }

    /// The lines that nobody took.
    pub(crate) fn unclaimed(&self) -> Unclaimed {
        let waiting = self.inbox.waiting_from(0);
        let lines: Vec<_> = waiting
            .take(MAX_UNCLAIMED)
            .map(|line| (line.at.as_nanos(), Wire::brief(&line.text)))
            .collect();
        let all = self.inbox.waiting_from(0).count();
        Unclaimed { more: (all - lines.len()) as u64 + self.given_up, lines }
    }

    /// Takes the information responses from a line on, as text.
    pub(crate) fn take_information_from(&mut self, first: Number) -> Vec<String> {
        let lines = self.inbox.waiting_from(first);
        let lines = lines.filter(|line| line.kind == Kind::Information);
        let numbers: Vec<Number> = lines.map(|line| line.number).collect();
        let taken = numbers.into_iter().filter_map(|number| self.inbox.take(number));
        taken.map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect()
    }

    /// The answer to an earlier command will not come: the device has booted since.
    pub(crate) fn forget_command(&mut self) {
        self.decoder.abandon(&mut self.ears.keep(&mut self.inbox));
        self.ears.running = None;
    }
}

/// What an information response states: without its command's name and the quotes.
pub(crate) fn stated(line: &str) -> &str {
    let value = match line.split_once(": ") {
        Some((name, value)) if name.starts_with('+') => value,
        Some(_) | None => line,
    };
    value.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_stated_with_or_without_its_name() {
        assert_eq!(stated("+KGSN: VM000000000001"), "VM000000000001");
        assert_eq!(stated("+CGMM: \"HL7800\""), "HL7800");
        assert_eq!(stated("001010123456780"), "001010123456780");
        assert_eq!(stated("a: b"), "a: b");
    }
}
