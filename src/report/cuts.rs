//! How soon the power cuts of several tests came after the lines that they followed.

use crate::journal::Figure;
use crate::tally::Outcome;

/// `12, answered 8.1 to 14.6 ms after their lines, 9.2 ms in the middle`; nothing without such a
/// cut.
pub(crate) fn together<'t>(tests: impl IntoIterator<Item = &'t Outcome>) -> Option<String> {
    let mut all: Vec<&Figure> = tests.into_iter().flat_map(|test| &test.cuts).collect();
    all.sort_by(|one, other| one.value.total_cmp(&other.value));
    let (first, last) = (all.first()?, all.last()?);
    let shown = |figure: &Figure| format!("{:.1}", figure.value);
    let middle = shown(all[all.len() / 2]);
    Some(match all.len() {
        1 => format!("1, answered {middle} ms after its line"),
        count => format!(
            "{count}, answered {} to {} ms after their lines, {middle} ms in the middle",
            shown(first),
            shown(last)
        ),
    })
}
