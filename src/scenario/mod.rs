//! Scenarios: what to do to a module and what must come back, as people write it in YAML.

mod check;
mod expectation;
mod fragments;
mod known;
mod load;
mod model;
mod params;
mod pattern;
mod script;
mod steps;
mod template;

pub use load::{Library, load};
pub use model::{
    Action, Answer, Argument, Bounds, Count, Expectation, Fragment, Given, Item, Label, LooksAt,
    Order, Presence, Role, Scenario, Step, Switch, Timing,
};
pub use params::combinations;
pub use pattern::{NotReady, Pattern, Ready};
pub use script::{LIMITS, Limits, Script, VERBS, restrict};
pub use template::Template;
