//! `fotarig rig` as people use it: the real binary with served modules, good rigs and bad ones.

mod check;
mod desk;
#[path = "../support/program.rs"]
mod program;
mod scan;
mod served;
