//! AT: bytes <-> lines with a meaning.
