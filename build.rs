//! Tells cargo that the embedded folders are inputs, so that a new scenario is compiled in.

fn main() {
    for folder in ["scenarios", "plugins", "packages", "rigs", "templates"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
