//! What the virtual module says and when, flow by flow of the app note and the wire reference.

mod blocks;
mod commands;
mod faults;
mod floods;
mod install;
mod local;
mod local_cuts;
mod local_wire;
mod play;
mod robust;
mod session;
mod sleep;
mod states;
mod survival;
mod suspend;
mod switches;
mod transfer;
mod update;
