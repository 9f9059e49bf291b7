//! The first thing that a module says otherwise than another, as a hint for a person.

use crate::duration::show;
use crate::journal::{Wire, readable};
use crate::moment::Moment;
use crate::suite::prove::trial::Heard;

/// Characters of a line that a hint shows.
const MAX_SHOWN: usize = 60;

/// A line with the arrival of its end.
struct Line {
    at: Moment,
    bytes: Vec<u8>,
}

/// Where two modules that were asked the same differ first.
pub(super) fn first_difference(usual: &Heard, other: &Heard) -> String {
    let (usual, other) = (lines(usual), lines(other));
    let mut late = None;
    for (usual, other) in usual.iter().zip(&other) {
        let (usual_at, other_at) = (usual.when(), other.when());
        if usual.bytes != other.bytes {
            return format!("at {other_at} `{}` came, not `{}`", other.shown(), usual.shown());
        }
        if usual.at != other.at && late.is_none() {
            late = Some(format!("`{}` came at {other_at}, not at {usual_at}", other.shown()));
        }
    }
    let same = usual.len().min(other.len());
    match (late, usual.get(same), other.get(same)) {
        (Some(late), _, _) => late,
        (None, Some(usual), _) => format!("`{}` did not come at {}", usual.shown(), usual.when()),
        (None, None, Some(other)) => {
            format!("at {} `{}` came as well", other.when(), other.shown())
        }
        (None, None, None) => "only what a role answers, or how the bytes are cut".to_owned(),
    }
}

impl Line {
    fn when(&self) -> String {
        show(self.at.since(Moment::START))
    }

    fn shown(&self) -> String {
        let text = readable(&Wire::brief(&self.bytes).0);
        match text.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

fn lines(heard: &Heard) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open = Vec::new();
    let mut last = Moment::START;
    for (at, bytes) in heard {
        last = *at;
        for byte in bytes {
            match byte {
                b'\r' | b'\n' if open.is_empty() => {}
                b'\r' | b'\n' => lines.push(Line { at: *at, bytes: std::mem::take(&mut open) }),
                byte => open.push(*byte),
            }
        }
    }
    if !open.is_empty() {
        lines.push(Line { at: last, bytes: open });
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn heard(said: &[(u64, &str)]) -> Heard {
        let at = |seconds: &u64| Moment::START + Duration::from_secs(*seconds);
        said.iter().map(|(seconds, text)| (at(seconds), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn each_kind_of_difference_has_its_words() {
        let usual = heard(&[(1, "\r\nOK\r\n"), (2, "\r\n+WDSI: 4\r\n")]);
        for (other, words) in [
            (vec![(1, "\r\nOK\r\n"), (3, "\r\n+WDSI: 6\r\n")], "at 3 s `+WDSI: 6` came, not"),
            (vec![(1, "\r\nO"), (1, "K\r\n")], "`+WDSI: 4` did not come at 2 s"),
            (vec![(1, "\r\nOK\r\n"), (9, "\r\n+WDSI: 4\r\n")], "`+WDSI: 4` came at 9 s, not at 2"),
            (vec![(1, "OK\r\n"), (2, "+WDSI: 4\r\nx")], "at 2 s `x` came as well"),
            (vec![(1, "OK\r\n"), (2, "+WDSI: 4\r\n")], "only what a role answers"),
        ] {
            let said = first_difference(&usual, &heard(&other));
            assert!(said.starts_with(words), "{said}");
        }
    }
}
