//! The real world: serial ports, the clock of this machine, and the served virtual module.
