//! Where an error of a script happened: in the script, or in a module that it has called.

use std::sync::Arc;

use rhai::{EvalAltResult, Position};

use crate::scenario::{Module, Script};
use crate::source::Place;

const IMPORTED: &str = "imported";

/// A file that a position is in.
enum File<'s> {
    Script(&'s Script),
    Module(Arc<Module>),
}

impl File<'_> {
    fn locate(&self, position: Position) -> Place {
        match self {
            File::Script(script) => script.locate(position),
            File::Module(module) => module.locate(position),
        }
    }
}

/// The place of the error itself, and how the script came into a module that it is in.
pub(crate) fn whereabouts(script: &Script, error: &EvalAltResult) -> (Place, Vec<String>) {
    let mut file = File::Script(script);
    let mut ways = Vec::new();
    let mut error = error;
    loop {
        let (verb, name, into, inner, at) = match error {
            EvalAltResult::ErrorInFunctionCall(name, into, inner, at) => {
                ("called", name, into, inner, at)
            }
            EvalAltResult::ErrorInModule(into, inner, at) => (IMPORTED, into, into, inner, at),
            _ => return (file.locate(error.position()), ways),
        };
        // A function that a script hands to a module is said to be in the module, but is not.
        let module = script.module(into).filter(|it| verb == IMPORTED || it.own.contains(name));
        if let Some(module) = &module {
            let place = file.locate(*at);
            let what = if verb == IMPORTED { &module.source.name } else { name };
            ways.push(format!("`{what}` was {verb} at {}:{}", place.source.name, place.line()));
        }
        let next = module.map_or(File::Script(script), File::Module);
        (file, error) = (next, inner);
    }
}
