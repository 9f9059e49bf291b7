//! Scenarios: what to do to a module and what must come back, as people write it in YAML.

mod check;
mod expectation;
mod fragments;
mod known;
mod load;
mod model;
mod modules;
mod params;
mod pattern;
mod script;
mod steps;
mod syntax;
mod template;
mod waiver;

pub use load::{Library, load};
pub use model::{
    Action, Answer, Argument, Bounds, Count, Expectation, Fragment, Given, Item, Label, Order,
    Presence, Role, Scenario, Step, Switch, Timing,
};
pub use modules::{Imports, Module};
pub use params::{Expansion, Param, Span, Unit, Values, expand};
pub use pattern::{NotReady, Pattern, Ready};
pub use script::{LIMITS, Limits, Script, VERBS, restrict};
pub use template::Template;
pub use waiver::Waiver;
