//! File transfers into the module, and what may be wrong with them on purpose.

use crate::diagnostic::Diagnostic;
use crate::scenario::{Answer, Data, Library, Number, Template, Timing, Variable};
use crate::source::Place;
use crate::yaml::{Entry, Fields, Node, Tree};

/// A file on its way into the module by XMODEM, once the module has asked for it.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub what: Carried,
    /// The final result code behind the transfer.
    pub answer: Answer,
    pub ends: Ends,
    pub blocks: BlockSize,
    pub cut_after: Option<Amount>,
    /// Numbers of blocks, from 1, of which the first sending has a wrong bit.
    pub corrupt: Vec<Number>,
    pub repeat: Vec<Number>,
    pub stall: Option<(Number, Timing)>,
    /// The variable that gets what happened on the line.
    pub save: Option<Variable>,
    pub place: Place,
}

/// What a transfer carries.
#[derive(Clone, Debug)]
pub enum Carried {
    /// The package under test.
    Package,
    /// A package value, or the path of a file.
    Other(Data),
}

/// How a transfer is to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    #[default]
    Complete,
    /// The module gives up.
    Cancelled,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockSize {
    /// 1024 bytes, with short ones at the end.
    #[default]
    Long,
    /// 1024 bytes also at the end, which is padded.
    LongOnly,
    /// 128 bytes.
    Short,
}

/// A part of a file, or a template that becomes one.
#[derive(Clone, Debug)]
pub enum Amount {
    Fixed(Part),
    Computed(Template),
}

/// A part of a file from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From 0 to 100.
    Percent(usize),
    /// From 1 up.
    Blocks(usize),
}

impl Part {
    /// What to write.
    pub const REMEDY: &str = "`40%`, or a number of blocks from 1 up";

    pub fn parse(text: &str) -> Option<Part> {
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                percent.trim_end().parse().ok().filter(|it| *it <= 100).map(Part::Percent)
            }
            None => text.trim().parse().ok().filter(|it| *it >= 1).map(Part::Blocks),
        }
    }
}

/// The modifiers that only a transfer has.
pub(crate) struct TransferKeys<'n> {
    blocks: Option<&'n Entry>,
    ends: Option<&'n Entry>,
    cut_after: Option<&'n Entry>,
    corrupt: Option<&'n Entry>,
    repeat: Option<&'n Entry>,
    stall: Option<&'n Entry>,
}

impl<'n> TransferKeys<'n> {
    pub(crate) fn take(fields: &mut Fields<'n>) -> TransferKeys<'n> {
        TransferKeys {
            blocks: fields.take_entry("blocks"),
            ends: fields.take_entry("ends"),
            cut_after: fields.take_entry("cut_after"),
            corrupt: fields.take_entry("corrupt_block"),
            repeat: fields.take_entry("repeat_block"),
            stall: fields.take_entry("stall"),
        }
    }

    /// Those that are there.
    pub(crate) fn given(&self) -> impl Iterator<Item = &'n Entry> {
        let all = [self.blocks, self.ends, self.cut_after, self.corrupt, self.repeat, self.stall];
        all.into_iter().flatten()
    }
}

impl Library {
    pub(crate) fn transfer(
        &mut self,
        node: &Node,
        answer: Option<Answer>,
        keys: &TransferKeys<'_>,
    ) -> Option<Transfer> {
        let what = match node.text() {
            Some("package") => Carried::Package,
            _ if matches!(node.tree, Tree::Null | Tree::List(_)) => {
                let complaint = Diagnostic::at(&node.place, "what is transferred here?");
                let remedy = "`package`, a package such as `${package}`, or the path of a file";
                self.complaints.push(complaint.help(remedy));
                return None;
            }
            _ => Carried::Other(self.data(node)?),
        };
        let sizes =
            [("1k", BlockSize::Long), ("1k-only", BlockSize::LongOnly), ("128", BlockSize::Short)];
        let blocks = keys.blocks.and_then(|entry| self.word(&entry.value, &sizes));
        let words = [("complete", Ends::Complete), ("cancelled", Ends::Cancelled)];
        let ends = keys.ends.and_then(|entry| self.word(&entry.value, &words));
        // Who stops talking hears no answer, not before the module's own time is up.
        let usual = if keys.cut_after.is_some() { Answer::None } else { Answer::Ok };
        Some(Transfer {
            what,
            answer: answer.unwrap_or(usual),
            ends: ends.unwrap_or_default(),
            blocks: blocks.unwrap_or_default(),
            cut_after: keys.cut_after.and_then(|entry| self.amount(&entry.value)),
            corrupt: self.numbers(keys.corrupt),
            repeat: self.numbers(keys.repeat),
            stall: keys.stall.and_then(|entry| self.stall(&entry.value)),
            save: None,
            place: node.place.clone(),
        })
    }

    /// `40%`, or a number of blocks.
    fn amount(&mut self, node: &Node) -> Option<Amount> {
        let text = self.complaints.text(node)?;
        if text.contains("${") {
            return self.template(node).map(Amount::Computed);
        }
        let part = Part::parse(&text);
        if part.is_none() {
            let complaint = Diagnostic::at(&node.place, "expected a part of the file");
            self.complaints.push(complaint.help(Part::REMEDY));
        }
        part.map(Amount::Fixed)
    }

    fn numbers(&mut self, entry: Option<&Entry>) -> Vec<Number> {
        let nodes = entry.map(|entry| self.complaints.one_or_more(&entry.value));
        nodes.into_iter().flatten().filter_map(|node| self.number(node)).collect()
    }

    fn stall(&mut self, node: &Node) -> Option<(Number, Timing)> {
        let mut fields = Fields::of(node, "a stall", &mut self.complaints)?;
        let block = fields.need("block", &mut self.complaints);
        let block = block.and_then(|node| self.number(node));
        let length = fields.need("for", &mut self.complaints);
        let length = length.and_then(|node| self.timing(node));
        fields.finish(&mut self.complaints);
        Some((block?, length?))
    }
}
