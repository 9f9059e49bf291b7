//! Gives scripts the modules that were read with their scenario, compiling each once a test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Engine, EvalAltResult, ModuleResolver, Position, Scope, Shared};

use crate::scenario::{Imports, Module, find_module};

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// Knows modules by what the running script, or a module, imports; it never looks at the disk.
pub(crate) struct Resolver<F> {
    /// What the running script imports.
    imports: F,
    /// The modules that were asked for, by identity.
    ready: RefCell<BTreeMap<String, Ready>>,
}

#[derive(Clone)]
struct Ready {
    module: Arc<Module>,
    compiled: Shared<rhai::Module>,
}

impl<F: Fn() -> Imports> Resolver<F> {
    pub(crate) fn new(imports: F) -> Resolver<F> {
        Resolver { imports, ready: RefCell::default() }
    }

    /// The module that is called `name` in the module `from`, or else in the script.
    fn module(&self, from: Option<&str>, name: &str) -> Option<Arc<Module>> {
        match from.filter(|from| !from.is_empty()) {
            None => (self.imports)().get(name).cloned(),
            Some(from) => {
                let opening = || find_module(&(self.imports)(), from);
                let known = self.ready.borrow().get(from).map(|ready| Arc::clone(&ready.module));
                known.or_else(opening)?.imports.get(name).cloned()
            }
        }
    }
}

impl<F: Fn() -> Imports> ModuleResolver for Resolver<F> {
    fn resolve(
        &self,
        engine: &Engine,
        from: Option<&str>,
        name: &str,
        position: Position,
    ) -> Fallible<Shared<rhai::Module>> {
        let Some(module) = self.module(from, name) else {
            return Err(EvalAltResult::ErrorModuleNotFound(name.to_owned(), position).into());
        };
        if let Some(ready) = self.ready.borrow().get(&module.identity) {
            return Ok(Rc::clone(&ready.compiled));
        }
        let wrap = |error| {
            let identity = module.identity.clone();
            Box::new(EvalAltResult::ErrorInModule(identity, error, position))
        };
        let mut ast = engine
            .compile_with_scope(&Scope::new(), &module.source.text)
            .map_err(|error| wrap(Box::new(error.into())))?;
        ast.set_source(module.identity.as_str());
        let compiled = rhai::Module::eval_ast_as_new(Scope::new(), &ast, engine).map_err(wrap)?;
        let compiled = Shared::new(compiled);
        let ready = Ready { module: Arc::clone(&module), compiled: Rc::clone(&compiled) };
        self.ready.borrow_mut().insert(module.identity.clone(), ready);
        Ok(compiled)
    }
}
