//! What must hold for the virtual module whatever comes; what it says is in `tests/conformance/`.

mod bench;
mod calls;
mod cuts;
mod floods;
mod local_cuts;
mod local_host;
mod robust;
mod vendor_files;
