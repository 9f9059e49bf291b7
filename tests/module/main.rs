//! What must hold for the virtual module whatever comes; what it says is in `tests/conformance/`.

mod bench;
mod blocks;
mod bytes;
mod commands;
mod cuts;
mod faults;
mod floods;
mod install;
mod local;
mod local_cuts;
mod local_wire;
mod overlaps;
mod play;
mod robust;
mod sleep;
mod states;
mod survival;
mod suspend;
mod switches;
mod transfer;
