//! Validates firmware packages for AirPrime HL78xx modules; the layers, from the ground up.
//!
//! A module may only name modules of lower layers; `tests/tidy.rs` holds that. The map with its
//! reasons is in ARCHITECTURE.md.

// 0 words: time, places in text, complaints, whose fault
pub mod diagnostic;
pub mod duration;
pub mod fault;
pub mod moment;
pub mod source;
pub mod variables;

// 1 languages: bytes <-> meaning, without a port or a clock
pub mod at;
pub mod journal;
pub mod rpc;
pub mod shelf;
pub mod xmodem;
pub mod yaml;

// 2 wishes: what people write in files
pub mod behaviour;
pub mod glossary;
pub mod package;
pub mod profile;
pub mod quarantine;
pub mod rig;
pub mod scenario;
pub mod schema;

// 3 things: what behaves like something outside of the program
pub mod plugin;
pub mod sim;

// 4 world: all that is not ours
pub mod world;

// 5 doing
pub mod run;

// 5 telling: functions of a journal; neither side of this line names the other
pub mod comparison;
pub mod draft;
pub mod history;
pub mod progression;
pub mod proof;
pub mod report;
pub mod tally;
pub mod transcript;

// 6 front door
pub mod cli;
pub mod suite;
