//! What must hold for the virtual module whatever comes; what it says is in `tests/conformance/`.

mod bench;
mod bytes;
mod cuts;
mod install;
mod local;
mod local_cuts;
mod local_wire;
mod play;
mod robust;
mod transfer;
