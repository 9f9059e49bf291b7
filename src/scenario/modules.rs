//! Modules of scripts: finds and reads the files that an `import` names, each once.
//!
//! A module holds functions and constants. It has no verbs: what happens to the device is read in
//! the scenario, and a module computes. Everything is read while scenarios are loaded; a run takes
//! the texts from here and never looks at the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{AST, Engine, FnAccess, OptimizationLevel, ParseError, ParseErrorType, Position, Scope};

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::scenario::script::{VERBS, marked, restrict};
use crate::scenario::{Library, Script, syntax};
use crate::shelf;
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::Node;

/// Modules that import modules; a lab's sums need one or two. A module has a name by each way that
/// leads to it, so this and [`MAX_IMPORTS`] multiply.
const MAX_NESTING: usize = 4;
/// Modules that one script or module imports.
const MAX_IMPORTS: usize = 10;
/// Modules of one load. Each is compiled anew by every test that imports it.
const MAX_MODULES: usize = 200;

/// Modules by the names under which a script or a module imports them.
pub type Imports = BTreeMap<String, Arc<Module>>;

/// A file with functions and constants for scripts.
#[derive(Debug)]
pub struct Module {
    /// Tells it from all others of a load, also from a built-in one of the same name.
    pub identity: String,
    pub source: Arc<Source>,
    pub imports: Imports,
    /// The functions that others may call, with the number of their arguments.
    pub functions: Vec<(String, usize)>,
    /// The names of all its functions, also of those that have none in the file.
    pub own: BTreeSet<String>,
}

/// The modules that were looked for so far.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// By identity; nothing for one that had mistakes.
    known: BTreeMap<String, Option<Arc<Module>>>,
    /// Those being read now, outermost first: finds circles.
    opening: Vec<Arc<Source>>,
}

impl Module {
    /// The place of a position in its file.
    pub fn locate(&self, position: Position) -> Place {
        locate(&self.source, position)
    }
}

/// A module by its identity, among those that are imported and those that they import.
pub fn find(imports: &Imports, identity: &str) -> Option<Arc<Module>> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Arc<Module>> = imports.values().collect();
    while let Some(module) = open.pop() {
        if module.identity == identity {
            return Some(Arc::clone(module));
        }
        if seen.insert(&module.identity) {
            open.extend(module.imports.values());
        }
    }
    None
}

impl Module {
    /// The complaint about a call of a function that it does not have, for its `name` there.
    pub(crate) fn refuse(
        &self,
        name: &str,
        (function, arguments): (&str, usize),
        place: &Place,
    ) -> Option<Diagnostic> {
        let named = || self.functions.iter().filter(|(own, _)| own == function);
        if named().any(|(_, count)| *count == arguments) {
            return None;
        }
        if let Some((_, count)) = named().next() {
            let message = format!("`{name}` has a `{function}` of {count} arguments");
            let complaint = Diagnostic::at(place, message);
            return Some(complaint.note(format!("here it has {arguments}")));
        }
        let own = || self.functions.iter().map(|(name, _)| name.as_str());
        let remedy =
            did_you_mean(function, own()).unwrap_or_else(|| format!("it has {}", either(own())));
        let message = format!("the module `{name}` has no function `{function}`");
        Some(Diagnostic::at(place, message).help(remedy))
    }
}

impl Library {
    /// A script of a step, with the modules that it imports.
    pub(crate) fn script_of_step(&mut self, source: &Source, node: &Node) -> Option<Script> {
        let mut script = self.script(node)?;
        // A script that does not compile is told of when it is checked with all its names.
        if let Some(ast) = script.parse() {
            script.imports = self.imports(source, &ast, &|position| script.locate(position));
        }
        Some(script)
    }

    /// What a script or a module imports; `place` is where a position of it stands.
    fn imports(&mut self, from: &Source, ast: &AST, place: &dyn Fn(Position) -> Place) -> Imports {
        let mut imports = Imports::new();
        for import in syntax::imports(ast) {
            let at = place(import.at);
            let (Some(name), Some(_)) = (import.name, import.alias) else {
                let message = "an import needs the name of a module and a name for it here";
                self.complaints.push(
                    Diagnostic::at(&at, message).help("for example `import \"lib/sums\" as sums;`"),
                );
                continue;
            };
            if imports.len() >= MAX_IMPORTS && !imports.contains_key(&name) {
                let message = format!("more than {MAX_IMPORTS} modules are imported here");
                self.complaints.push(Diagnostic::at(&at, message).help("put some into one file"));
                break;
            }
            if let Some(module) = self.module(from, &name, &at) {
                imports.insert(name, module);
            }
        }
        imports
    }

    /// The module that `from` imports as `wanted`, which stands at `place`.
    fn module(&mut self, from: &Source, wanted: &str, place: &Place) -> Option<Arc<Module>> {
        let source = match shelf::beside(from, &format!("{wanted}.rhai")) {
            Ok(Ok(source)) => source,
            Ok(Err(unreadable)) => {
                self.complaints.push(unreadable.marking(place, ""));
                return None;
            }
            Err(tried) => {
                let complaint = Diagnostic::at(place, format!("there is no module `{wanted}`"))
                    .note(format!("looked for {}", tried.join(", ")))
                    .help("the name is relative to this file or to a folder above it");
                self.complaints.push(complaint);
                return None;
            }
        };
        if let Some(start) = self.modules.opening.iter().position(|open| *open == source) {
            let circle = self.modules.opening[start..].iter().chain([&source]);
            let circle: Vec<&str> = circle.map(|source| source.name.as_str()).collect();
            let message = format!("modules import each other in a circle: {}", circle.join(" → "));
            self.complaints.push(Diagnostic::at(place, message).help("break the circle here"));
            return None;
        }
        let identity = source.identity().into_owned();
        if let Some(known) = self.modules.known.get(&identity) {
            return known.clone();
        }
        let too_much = if self.modules.opening.len() >= MAX_NESTING {
            Some(format!("modules are nested more than {MAX_NESTING} deep"))
        } else if self.modules.known.len() >= MAX_MODULES {
            Some(format!("there are more than {MAX_MODULES} modules"))
        } else {
            None
        };
        if let Some(message) = too_much {
            self.complaints.push(Diagnostic::at(place, message).help("put some into one file"));
            return None;
        }
        self.modules.opening.push(Arc::clone(&source));
        let module = self.read_module(identity.clone(), &source).map(Arc::new);
        self.modules.opening.pop();
        self.modules.known.insert(identity, module.clone());
        module
    }

    fn read_module(&mut self, identity: String, source: &Arc<Source>) -> Option<Module> {
        let mut engine = Engine::new_raw();
        restrict(&mut engine);
        engine.set_optimization_level(OptimizationLevel::None);
        let ast = match engine.compile_with_scope(&Scope::new(), &source.text) {
            Ok(ast) => ast,
            Err(error) => {
                self.complaints.push(explain(source, &error));
                return None;
            }
        };
        let own: BTreeSet<String> = ast.iter_functions().map(|it| it.name.to_owned()).collect();
        let public = ast.iter_functions().filter(|it| it.access == FnAccess::Public);
        let functions = public
            .filter(|it| is_name(it.name))
            .map(|it| (it.name.to_owned(), it.params.len()))
            .collect();
        if let Some(at) = syntax::doings(&ast) {
            let complaint = Diagnostic::at(
                &locate(source, at),
                "a module holds functions and constants, and does nothing itself",
            );
            self.complaints.push(complaint.help("write it as `fn name() { … }`, or as `const`"));
        }
        for call in syntax::calls(&ast) {
            if VERBS.contains(&call.name.as_str()) && !own.contains(&call.name) {
                let message = format!("a module has no verbs, but this calls `{}`", call.name);
                let complaint = Diagnostic::at(&locate(source, call.at), message);
                let remedy = "let the script do it, and hand over what the module needs";
                self.complaints.push(complaint.help(remedy));
            }
        }
        let imports = self.imports(source, &ast, &|position| locate(source, position));
        Some(Module { identity, source: Arc::clone(source), imports, functions, own })
    }
}

fn explain(source: &Arc<Source>, error: &ParseError) -> Diagnostic {
    let place = locate(source, error.position());
    if let ParseErrorType::VariableUndefined(name) = error.err_type() {
        return Diagnostic::at(&place, format!("unknown variable `{name}` in the module"))
            .help("a function sees its arguments, and a constant of its module as `global::NAME`");
    }
    Diagnostic::at(&place, format!("the module is not valid: {}", error.err_type()))
}

/// The word at a position of a file; without a position, its start.
fn locate(source: &Arc<Source>, position: Position) -> Place {
    let Some(line) = position.line() else { return Place::new(source, 0..0) };
    let start = source.offset(line, position.position().unwrap_or(1));
    Place::new(source, start..start + marked(&source.text[start..]))
}
