//! Scenarios: what to do to a module and what must come back, as people write it in YAML.

mod call;
mod check;
mod data;
mod expectation;
mod fragments;
mod given;
mod known;
mod labels;
mod load;
mod measure;
mod model;
mod modules;
mod number;
mod params;
mod pattern;
mod properties;
mod repeat;
mod script;
mod steps;
mod syntax;
mod template;
mod transfer;
mod waiver;

pub use call::{Call, is_cut};
pub use data::Data;
pub use given::{PackageState, Start};
pub use load::{Library, load};
pub use measure::{Figure, Measure, Measured};
pub use model::{
    Action, Answer, Argument, Bounds, Count, Expectation, Forbid, Fragment, Item, Label, LooksAt,
    Order, Presence, Scenario, Step, Timing, Variable,
};
pub use modules::{Imports, Module, find as find_module};
pub use number::Number;
pub use params::{Expansion, Param, Span, Unit, Values, count, expand, replace};
pub use pattern::{NotReady, Pattern, Ready};
pub use repeat::{MAX_ROUNDS, Repeat, Rounds};
pub use script::{CALL, LIMITS, Limits, Script, VERBS, restrict};
pub use template::Template;
pub use transfer::{Amount, BlockSize, Carried, Ends, Part, Transfer};
pub use waiver::Waiver;
