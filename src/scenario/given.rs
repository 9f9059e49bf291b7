//! The state in which a scenario wants the device before its first step.

use crate::diagnostic::{Diagnostic, either};
use crate::rig::Credentials;
use crate::scenario::{Library, Template};
use crate::source::Place;
use crate::yaml::{Fields, Node};

/// The state of the device before the first step, as far as a scenario says it.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The version that the module runs.
    pub firmware: Option<Template>,
    pub credentials: Option<(Credentials, Place)>,
    pub package_state: Option<(PackageState, Place)>,
    /// Commands that must be answered by OK.
    pub settings: Vec<Template>,
}

/// What waits for the module on its device-management server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageState {
    None,
    /// An operation that installs the package under test.
    Offered,
}

impl PackageState {
    pub const WORDS: [(&str, PackageState); 2] =
        [("none", PackageState::None), ("offered", PackageState::Offered)];

    pub fn word(self) -> &'static str {
        match self {
            PackageState::None => "none",
            PackageState::Offered => "offered",
        }
    }
}

impl Library {
    pub(crate) fn start(&mut self, node: &Node) -> Start {
        let Some(mut fields) = Fields::of(node, "`given`", &mut self.complaints) else {
            return Start::default();
        };
        let credentials = Credentials::ALL.map(|credentials| (credentials.word(), credentials));
        let start = Start {
            firmware: fields.take("firmware").and_then(|node| self.template(node)),
            credentials: fields
                .take("credentials")
                .and_then(|node| self.placed_word(node, &credentials)),
            package_state: fields
                .take("package_state")
                .and_then(|node| self.placed_word(node, &PackageState::WORDS)),
            settings: fields.take("settings").map(|node| self.settings(node)).unwrap_or_default(),
        };
        fields.finish(&mut self.complaints);
        start
    }

    fn settings(&mut self, node: &Node) -> Vec<Template> {
        let commands = self.complaints.one_or_more(node);
        commands.into_iter().filter_map(|node| self.setting(node)).collect()
    }

    /// In a list in brackets a comma ends an item, and what is left of `AT+WDSS=2,1` is `1`.
    fn setting(&mut self, node: &Node) -> Option<Template> {
        let command = self.command(node)?;
        if command.text.starts_with("${") || command.text.to_ascii_uppercase().starts_with("AT") {
            return Some(command);
        }
        let message = format!("`{}` is not a command", command.text);
        let complaint = Diagnostic::at(&node.place, message);
        self.complaints
            .push(complaint.help("it starts with AT; one with a comma in it needs quotes"));
        None
    }

    fn placed_word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<(T, Place)> {
        self.word(node, words).map(|word| (word, node.place.clone()))
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| node.text() == Some(word));
        if found.is_none() {
            let known = either(words.iter().map(|(word, _)| *word));
            let message = format!("expected {known}, found {}", node.kind());
            self.complaints.push(Diagnostic::at(&node.place, message));
        }
        found.map(|(_, value)| *value)
    }
}
