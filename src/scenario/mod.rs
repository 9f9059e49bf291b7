//! Scenarios: what to do to a module and what must come back, as people write it in YAML.

mod call;
mod check;
mod data;
mod expectation;
mod fragments;
mod given;
mod known;
mod load;
mod measure;
mod model;
mod number;
mod params;
mod pattern;
mod repeat;
mod script;
mod steps;
mod template;
mod transfer;

pub use call::Call;
pub use data::Data;
pub use given::{PackageState, Start};
pub use load::{Library, load};
pub use measure::{Figure, Measure, Measured};
pub use model::{
    Action, Answer, Argument, Bounds, Count, Expectation, Forbid, Fragment, Item, Label, LooksAt,
    Order, Presence, Scenario, Step, Timing, Variable,
};
pub use number::Number;
pub use params::combinations;
pub use pattern::{NotReady, Pattern, Ready};
pub use repeat::{Repeat, Rounds};
pub use script::{LIMITS, Limits, Script, VERBS, restrict};
pub use template::Template;
pub use transfer::{Amount, BlockSize, Carried, Ends, Transfer};
