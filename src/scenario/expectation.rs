//! Reads expectations: patterns with their bounds, counts and order.

use crate::diagnostic::{Diagnostic, either};
use crate::fault::Means;
use crate::scenario::{Count, Expectation, Item, Library, Number, Order, Presence};
use crate::yaml::{Entry, Fields, Node, Tree};

/// The modifiers of an expectation, as found beside it or in one of its items.
#[derive(Default)]
pub(crate) struct Modifiers<'n> {
    pub(crate) within: Option<&'n Entry>,
    pub(crate) after: Option<&'n Entry>,
    pub(crate) since: Option<&'n Entry>,
    until: Option<&'n Entry>,
    count: Option<&'n Entry>,
    optional: Option<&'n Entry>,
    any_order: Option<&'n Entry>,
}

impl<'n> Modifiers<'n> {
    pub(crate) fn take(fields: &mut Fields<'n>) -> Modifiers<'n> {
        Modifiers { any_order: fields.take_entry("any_order"), ..Modifiers::of_item(fields) }
    }

    fn of_item(fields: &mut Fields<'n>) -> Modifiers<'n> {
        Modifiers {
            within: fields.take_entry("within"),
            after: fields.take_entry("after"),
            since: fields.take_entry("since"),
            until: fields.take_entry("until"),
            count: fields.take_entry("count"),
            optional: fields.take_entry("optional"),
            any_order: None,
        }
    }

    /// Those that are there, by name.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, &'n Entry)> {
        let all = [
            ("within", self.within),
            ("after", self.after),
            ("since", self.since),
            ("until", self.until),
            ("count", self.count),
            ("optional", self.optional),
            ("any_order", self.any_order),
        ];
        all.into_iter().filter_map(|(key, entry)| entry.map(|entry| (key, entry)))
    }
}

impl Library {
    pub(crate) fn expectation(
        &mut self,
        node: &Node,
        modifiers: &Modifiers<'_>,
    ) -> Option<Expectation> {
        let nodes = self.complaints.one_or_more(node);
        if let Tree::List(list) = &node.tree
            && list.is_empty()
        {
            self.complaints.push(Diagnostic::at(&node.place, "nothing is expected here"));
            return None;
        }
        let mut items: Vec<Item> = nodes.iter().filter_map(|node| self.item(node)).collect();
        if let [only] = items.as_mut_slice() {
            if let Some(count) = self.count(modifiers) {
                only.count = count;
            }
        } else {
            for entry in [modifiers.until, modifiers.count].into_iter().flatten() {
                let key = entry.key.text().unwrap_or("");
                let message = format!("`{key}` beside a list: which of its lines is meant?");
                self.complaints.push(
                    Diagnostic::at(&entry.key.place, message)
                        .help(format!("write the item as `{{ line: '…', {key}: … }}`")),
                );
            }
        }
        let any = modifiers.any_order.and_then(|entry| self.complaints.truth(&entry.value));
        let order = if any == Some(true) { Order::Any } else { Order::AsListed };
        Some(Expectation { items, order, presence: self.presence(modifiers) })
    }

    /// A pattern, or a mapping with `line` and modifiers of its own.
    fn item(&mut self, node: &Node) -> Option<Item> {
        let Tree::Map(_) = &node.tree else {
            return self.pattern(node).map(|pattern| Item::once(pattern, Means::Failed));
        };
        let mut fields = Fields::of(node, "an expected line", &mut self.complaints)?;
        let pattern = fields.need("line", &mut self.complaints);
        let modifiers = Modifiers::of_item(&mut fields);
        let label = fields.take("label").and_then(|node| self.label(node));
        let means = fields.take("means").and_then(|node| self.word(node, &Means::WORDS));
        fields.finish(&mut self.complaints);
        let means = means.unwrap_or_default();
        let bounds = self.bounds(&modifiers);
        let count = self.count(&modifiers).unwrap_or(Count::Times(Number::Fixed(1)));
        let presence = self.presence(&modifiers);
        Some(Item { pattern: self.pattern(pattern?)?, bounds, presence, count, label, means })
    }

    fn presence(&mut self, modifiers: &Modifiers<'_>) -> Presence {
        match modifiers.optional.and_then(|entry| self.complaints.truth(&entry.value)) {
            Some(true) => Presence::Optional,
            Some(false) | None => Presence::Required,
        }
    }

    fn count(&mut self, modifiers: &Modifiers<'_>) -> Option<Count> {
        if let (Some(until), Some(_)) = (modifiers.until, modifiers.count) {
            let message = format!("only one of {} can end it", either(["count", "until"]));
            self.complaints.push(Diagnostic::at(&until.key.place, message));
            return None;
        }
        if let Some(entry) = modifiers.until {
            return self.script(&entry.value).map(Count::Until);
        }
        modifiers.count.and_then(|entry| self.number(&entry.value)).map(Count::Times)
    }
}
