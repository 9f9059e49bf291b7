//! The virtual HL78xx module.
