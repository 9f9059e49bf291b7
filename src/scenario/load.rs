//! From YAML to scenarios: reads the head of a file and its parts, collecting every complaint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::fault::Means;
use crate::scenario::check;
use crate::scenario::fragments::Shelved;
use crate::scenario::known::RESERVED;
use crate::scenario::modules::Modules;
use crate::scenario::script::is_word;
use crate::scenario::{Forbid, LooksAt, Pattern, Scenario, Start, Step, Timing};
use crate::source::Source;
use crate::variables::is_name;
use crate::yaml::{self, Complaints, Entry, Fields, Node, Tree};

/// Reads scenarios; fragments and modules that several of them use are read once.
#[derive(Debug, Default)]
pub struct Library {
    pub complaints: Complaints,
    pub(crate) shelved: BTreeMap<String, Shelved>,
    pub(crate) modules: Modules,
    /// Fragments being read now, outermost first: finds circles.
    pub(crate) opening: Vec<Arc<Source>>,
}

/// Loads all scenarios, or returns all mistakes of all files.
pub fn load(files: &[(String, Arc<Source>)]) -> Result<Vec<Arc<Scenario>>, Vec<Diagnostic>> {
    let mut library = Library::default();
    let loaded: Vec<_> =
        files.iter().filter_map(|(id, source)| library.scenario(id, source)).collect();
    if library.complaints.is_empty() {
        Ok(loaded.into_iter().map(Arc::new).collect())
    } else {
        Err(library.complaints.into_sorted())
    }
}

impl Library {
    /// Reads one scenario; nothing when it cannot even be walked.
    pub fn scenario(&mut self, id: &str, source: &Arc<Source>) -> Option<Scenario> {
        let node = self.document(source)?;
        let mut fields = Fields::of(&node, "a scenario", &mut self.complaints)?;
        let name = fields.need("name", &mut self.complaints);
        let name = name.and_then(|node| self.title(node));
        let about = fields.take("about").and_then(|node| self.complaints.text(node));
        let tags = fields.take("tags").map(|node| self.tags(node)).unwrap_or_default();
        let properties = fields.take("properties").map(|node| self.properties(node));
        let vars = fields.take("vars").map(|node| self.named_values(node, "`vars`"));
        let params = fields.take("params").map(|node| self.params(node)).unwrap_or_default();
        let skip = fields.take_entry("skip").and_then(|entry| self.waiver(entry, "`skip`"));
        let expected = fields.take_entry("expected_failure");
        let expected_failure = expected.and_then(|entry| self.waiver(entry, "`expected_failure`"));
        let forbid = self.forbid(fields.take("forbid"));
        let named_needs = fields.take("needs").map(|node| self.needs(node)).unwrap_or_default();
        let profiles = fields.take("profile").map(|node| self.profiles(node)).unwrap_or_default();
        let given = fields.take("given").map_or_else(Start::default, |node| self.start(node));
        let timeout = fields.take("timeout").and_then(|node| self.timeout(node));
        let setup = fields.take("setup").and_then(|node| self.steps(source, node));
        let setup = setup.unwrap_or_default();
        let steps = fields.need("steps", &mut self.complaints);
        let steps = steps.and_then(|node| self.steps(source, node)).unwrap_or_default();
        let teardown = fields.take("teardown").and_then(|node| self.steps(source, node));
        let teardown = teardown.unwrap_or_default();
        fields.finish(&mut self.complaints);

        let all = setup.iter().chain(&steps).chain(&teardown);
        let calls: BTreeSet<_> = all.flat_map(Step::calls).collect();
        let demands: BTreeSet<String> = named_needs.into_iter().collect();
        let needs = calls.iter().map(|(role, _)| role).chain(&demands).cloned().collect();
        let mut scenario = Scenario {
            source: Arc::clone(source),
            id: id.to_owned(),
            name: name?,
            about,
            tags,
            properties: properties.unwrap_or_default(),
            vars: vars.unwrap_or_default().into_iter().collect(),
            params,
            skip,
            expected_failure,
            forbid,
            given,
            timeout,
            setup,
            steps,
            teardown,
            needs,
            demands,
            profiles,
            calls,
            looks_at: LooksAt::OnePackage,
        };
        scenario.looks_at = check::scenario(&scenario, &mut self.complaints);
        Some(scenario)
    }

    /// Parses a file; an empty one is a complaint of its own.
    pub(crate) fn document(&mut self, source: &Arc<Source>) -> Option<Node> {
        match yaml::parse(source) {
            Ok(node) if node.is_null() => {
                self.complaints.push(
                    Diagnostic::new(format!("`{}` is empty", source.name))
                        .help("a scenario has at least a `name` and `steps`"),
                );
                None
            }
            Ok(node) => Some(node),
            Err(complaint) => {
                self.complaints.push(complaint);
                None
            }
        }
    }

    /// A scenario's name stands for all of its tests, so it is not filled in.
    fn title(&mut self, node: &Node) -> Option<String> {
        let text = self.complaints.text(node)?;
        if text.contains("${") {
            let message = "the name of a scenario has no variables";
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints
                .push(complaint.help("leave it out: each test has its parameters in its id"));
        }
        Some(text)
    }

    /// Tags, each of which `--tag` must be able to name.
    fn tags(&mut self, node: &Node) -> Vec<String> {
        let mut tags = Vec::new();
        for item in self.complaints.one_or_more(node) {
            let Some(tag) = self.complaints.text(item) else { continue };
            let apart = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
            if tag.is_empty() || tag.contains(apart) || matches!(tag.as_str(), "and" | "or" | "not")
            {
                let message = format!("`{tag}` cannot be a tag: `--tag` could not name it");
                let complaint = Diagnostic::at(&item.place, message);
                self.complaints.push(complaint.help("one word, for example `power-cut`"));
            }
            tags.push(tag);
        }
        tags
    }

    /// Names of profiles, as rig files have them.
    fn profiles(&mut self, node: &Node) -> Vec<String> {
        let items = self.complaints.one_or_more(node);
        items.into_iter().filter_map(|item| self.complaints.text(item)).collect()
    }

    /// Roles that the rig must have.
    fn needs(&mut self, node: &Node) -> Vec<String> {
        let items = self.complaints.one_or_more(node);
        items.into_iter().filter_map(|item| self.role(item)).collect()
    }

    fn timeout(&mut self, node: &Node) -> Option<Timing> {
        let timeout = self.timing(node)?;
        if matches!(timeout, Timing::Fixed(Duration::ZERO)) {
            let complaint = Diagnostic::at(&node.place, "no test is done in no time");
            self.complaints.push(complaint.help("leave `timeout` out, or make it longer"));
        }
        Some(timeout)
    }

    /// One forbidden line or several: a pattern, or a mapping with `line` and `means`.
    pub(crate) fn forbid(&mut self, node: Option<&Node>) -> Vec<Forbid> {
        let items = node.map(|node| self.complaints.one_or_more(node)).unwrap_or_default();
        items.into_iter().filter_map(|item| self.forbidden(item)).collect()
    }

    fn forbidden(&mut self, node: &Node) -> Option<Forbid> {
        let Tree::Map(_) = &node.tree else {
            return Some(Forbid { pattern: self.pattern(node)?, means: Means::Failed });
        };
        let mut fields = Fields::of(node, "a forbidden line", &mut self.complaints)?;
        let line = fields.need("line", &mut self.complaints);
        let means = fields.take("means").and_then(|node| self.word(node, &Means::WORDS));
        fields.finish(&mut self.complaints);
        Some(Forbid { pattern: self.pattern(line?)?, means: means.unwrap_or_default() })
    }

    pub(crate) fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let text = self.complaints.text(node)?;
        match Pattern::parse(&text, &node.place) {
            Ok(pattern) => {
                self.complaints.extend(pattern.refuse_vague());
                Some(pattern)
            }
            Err(complaint) => {
                self.complaints.push(complaint);
                None
            }
        }
    }

    /// A mapping of names to values.
    pub(crate) fn named_values(&mut self, node: &Node, what: &str) -> Vec<(String, Value)> {
        self.named(node, what).into_iter().map(|(name, e)| (name, e.value.to_value())).collect()
    }

    /// The entries of a mapping whose keys must be names of variables.
    pub(crate) fn named<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(String, &'n Entry)> {
        let Tree::Map(entries) = &node.tree else {
            let message = format!("{what} maps names to values, but here is {}", node.kind());
            self.complaints.push(Diagnostic::at(&node.place, message));
            return Vec::new();
        };
        let mut named = Vec::new();
        for entry in entries {
            let name = entry.key.text().unwrap_or("");
            if !is_name(name) {
                let message = format!("`{name}` is not a name for a variable");
                self.complaints.push(
                    Diagnostic::at(&entry.key.place, message)
                        .help("letters, digits and _, not starting with a digit"),
                );
            } else if RESERVED.contains(&name) {
                let message = format!("`{name}` has a meaning of its own");
                self.complaints
                    .push(Diagnostic::at(&entry.key.place, message).help("choose another name"));
            } else if is_word(name) {
                let message = format!("`{name}` is a word of scripts, which could not use it");
                self.complaints
                    .push(Diagnostic::at(&entry.key.place, message).help("choose another name"));
            } else {
                named.push((name.to_owned(), entry));
            }
        }
        named
    }
}
