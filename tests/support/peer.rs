//! Tests that list themselves and need programs that we did not write.

use libtest_mimic::{Failed, Trial};

use crate::needed::{Needed, is_there};

/// A test that needs all of these.
pub(crate) fn trial(
    name: &str,
    needed: &'static [Needed],
    test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let title = name.to_owned();
    Trial::test(
        name,
        move || {
            if needed.iter().all(|one| is_there(one, &title)) { test() } else { Ok(()) }
        },
    )
}

pub(crate) fn demand(holds: bool, otherwise: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
