//! Plots of a report: small SVGs whose colours come from the page, so that dark, light and paper
//! work.
//!
//! A plot is drawn by `kuva`; what this folder adds is what is worth drawing, and a page's needs:
//! no fixed colour (`plot.css`, a part of
//! the style sheet of all pages, names them), no fixed size, words for those who cannot see it, and
//! nothing of a device's that is not text. The same input gives the same bytes.

mod against_limits;
mod by_version;
mod curve;
mod drawing;
mod numbers;
mod samples;
mod track;

pub use against_limits::against_limits;
pub use by_version::{Version, by_version};
pub use curve::curve;
pub use samples::{Sample, samples, samples_small};
pub use track::Track;
