//! What GitHub shows of a run: annotations at the lines of scenarios, and a page of the job.

mod annotations;
mod causes;
mod summary;

pub use annotations::annotations;
pub use summary::summary;
