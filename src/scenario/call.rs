//! Calls of a rig's roles: `power: off`, `network: { set: … }`, `call: module.switch`.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::rig::{methods_of, roles};
use crate::scenario::{Data, Library, Variable};
use crate::source::Place;
use crate::variables::is_name;
use crate::yaml::{Entry, Node, Tree};

/// A call of a role: `power`, `off`.
#[derive(Clone, Debug)]
pub struct Call {
    pub role: String,
    pub method: String,
    pub params: Data,
    /// The variable that the answer becomes.
    pub save: Option<Variable>,
}

impl Call {
    /// Whether it takes away a module's supply or resets it: what tests time by a line.
    pub fn is_cut(&self) -> bool {
        is_cut(&self.role, &self.method)
    }
}

/// Whether a call takes away a module's supply or resets it.
pub fn is_cut(role: &str, method: &str) -> bool {
    role == "power" && matches!(method, "off" | "reset")
}

impl Library {
    /// A method of `role`: one word, or a mapping of one method to its params.
    pub(crate) fn role_call(&mut self, role: &str, node: &Node) -> Option<Call> {
        let (method, params, place) = match &node.tree {
            Tree::Map(entries) => {
                let [Entry { key, value }] = entries.as_slice() else {
                    let methods = either(methods_of(role).iter().copied());
                    let (message, remedy) = match entries.len() {
                        0 => (format!("what does `{role}` do here?"), format!("it has {methods}")),
                        count => (
                            format!("`{role}` does one thing, but here are {count}"),
                            "make each a step of its own".to_owned(),
                        ),
                    };
                    self.complaints.push(Diagnostic::at(&node.place, message).help(remedy));
                    return None;
                };
                (self.complaints.text(key)?, self.data(value)?, &key.place)
            }
            Tree::Null | Tree::Scalar(_) | Tree::List(_) => {
                (self.complaints.text(node)?, Data::Plain(Value::Null), &node.place)
            }
        };
        self.refuse_unknown(role, &method, place);
        Some(Call { role: role.to_owned(), method, params, save: None })
    }

    /// `role.method`, of a role that a plugin may fill.
    pub(crate) fn any_call(&mut self, node: &Node, with: Option<&Node>) -> Option<Call> {
        let text = self.complaints.text(node)?;
        let Some((role, method)) =
            text.split_once('.').filter(|(role, method)| is_word(role) && is_word(method))
        else {
            let complaint = Diagnostic::at(&node.place, "expected a role and its method");
            self.complaints.push(complaint.help("for example `call: network.set`"));
            return None;
        };
        self.refuse_near_miss(role, &node.place);
        let params = match with {
            Some(with) => self.data(with)?,
            None => Data::Plain(Value::Object(Map::new())),
        };
        Some(Call { role: role.to_owned(), method: method.to_owned(), params, save: None })
    }

    /// The name of a role.
    pub(crate) fn role(&mut self, node: &Node) -> Option<String> {
        let role = self.complaints.text(node)?;
        if is_word(&role) {
            self.refuse_near_miss(&role, &node.place);
            return Some(role);
        }
        let complaint = Diagnostic::at(&node.place, format!("`{role}` cannot be a role"));
        self.complaints
            .push(complaint.help(format!("a role is one word, such as {}", either(roles()))));
        None
    }

    /// A plugin may fill a role that nobody here knows, and a rig without it skips the scenario. A
    /// slip of the pen would so never be noticed.
    fn refuse_near_miss(&mut self, role: &str, place: &Place) {
        if !roles().any(|known| known == role)
            && let Some(remedy) = did_you_mean(role, roles())
        {
            let complaint = Diagnostic::at(place, format!("unknown role `{role}`"));
            self.complaints.push(complaint.help(remedy));
        }
    }

    /// The roles that every rig names alike have known methods; a plugin's own go by `call`.
    fn refuse_unknown(&mut self, role: &str, method: &str, place: &Place) {
        let known = methods_of(role);
        if known.is_empty() || known.contains(&method) {
            return;
        }
        let remedy = did_you_mean(method, known.iter().copied())
            .unwrap_or_else(|| format!("it has {}", either(known.iter().copied())));
        let message = format!("`{role}` has no method `{method}`");
        let complaint = Diagnostic::at(place, message).help(remedy);
        self.complaints.push(complaint.note(format!("`call: {role}.{method}` is not checked")));
    }
}

/// What roles and methods are called: letters, digits, `_` and `-`.
fn is_word(text: &str) -> bool {
    is_name(&text.replace('-', "_"))
}
