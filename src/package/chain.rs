//! Puts packages in a row: each continues with the version at which the one before ended.

use crate::package::{ANY_VERSION, Package, PackageKind};

/// Installs in a row: on a real module each takes 5 to 15 minutes, so these are a night.
const MAX_HOPS: usize = 50;
/// Steps of the search, over all packages that may come first. A folder of some ten packages is
/// searched to the end; in a larger one the longest row that was found until then is taken.
const MAX_STEPS: usize = 200_000;

/// The longest circle, or without any circle the longest row, as places in `packages`; of several
/// the first that is found in the order of `packages`. No package comes twice.
pub(crate) fn chain<P: AsRef<Package>>(packages: &[P]) -> Vec<usize> {
    let packages: Vec<&Package> = packages.iter().map(AsRef::as_ref).collect();
    let continues = |ended: &Package| {
        let next = packages.iter().enumerate();
        next.filter(|(_, next)| starts_at(next, &ended.to)).map(|(at, _)| at).collect()
    };
    let mut search = Search {
        next: packages.iter().map(|package| continues(package)).collect(),
        is_used: vec![false; packages.len()],
        row: Vec::new(),
        best: Found::default(),
        steps_left: 0,
        packages,
    };
    let count = search.packages.len();
    for first in 0..count {
        search.steps_left = MAX_STEPS / count;
        search.go(first);
    }
    search.best.row
}

/// A whole image whose base is not named can follow anything.
fn starts_at(package: &Package, version: &str) -> bool {
    let has_any_base = match package.kind {
        PackageKind::Full => package.from == ANY_VERSION,
        PackageKind::Delta => false,
    };
    has_any_base || package.from == version
}

#[derive(Default)]
struct Found {
    is_circle: bool,
    row: Vec<usize>,
}

struct Search<'p> {
    packages: Vec<&'p Package>,
    /// Which packages may follow each.
    next: Vec<Vec<usize>>,
    is_used: Vec<bool>,
    row: Vec<usize>,
    best: Found,
    steps_left: usize,
}

impl Search<'_> {
    /// Tries every row that goes on with this package, at most [`MAX_HOPS`] deep.
    fn go(&mut self, at: usize) {
        if self.steps_left == 0 {
            return;
        }
        self.steps_left -= 1;
        self.row.push(at);
        self.is_used[at] = true;
        self.keep();
        if self.row.len() < MAX_HOPS {
            for place in 0..self.next[at].len() {
                let next = self.next[at][place];
                if !self.is_used[next] {
                    self.go(next);
                }
            }
        }
        self.is_used[at] = false;
        self.row.pop();
    }

    fn keep(&mut self) {
        let is_circle = self.is_circle();
        if (is_circle, self.row.len()) > (self.best.is_circle, self.best.row.len()) {
            self.best = Found { is_circle, row: self.row.clone() };
        }
    }

    /// Whether the row ends where it began. One package alone goes round nothing.
    fn is_circle(&self) -> bool {
        match self.row.as_slice() {
            [first, .., last] => self.packages[*last].to == self.packages[*first].from,
            [_] | [] => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::package::PackageKind::{Delta, Full};

    /// `AB` is a delta from A to B, `*B` a whole image that fits any version.
    fn packages(names: &str) -> Vec<Arc<Package>> {
        let one = |name: &str| {
            let (from, to) = name.split_at(1);
            let kind = if from == "*" { Full } else { Delta };
            let from = if from == "*" { ANY_VERSION } else { from };
            Arc::new(Package {
                name: name.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
                kind,
                size_bytes: 1,
                cloud_id: None,
                file: None,
                content: None,
            })
        };
        names.split_whitespace().map(one).collect()
    }

    fn chained(names: &str) -> String {
        let packages = packages(names);
        let names = chain(&packages).into_iter().map(|at| packages[at].name.as_str());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn shapes() {
        for (given, chain) in [
            ("", ""),
            ("AB", "AB"),
            ("AA", "AA"),
            ("AB BC CA", "AB BC CA"),
            ("BC CA AB", "BC CA AB"),
            ("AB BC CD", "AB BC CD"),
            ("CD BC AB", "AB BC CD"),
            // A circle, though there is a longer row.
            ("AB BC CD DE FG GF", "FG GF"),
            // A fork: the longer branch; of two as long the first.
            ("AB AC CD", "AC CD"),
            ("AB AC", "AB"),
            // Two circles: the longer one; both where they meet.
            ("AB BA CD DE EC", "CD DE EC"),
            ("AB BA AC CD DA", "AB BA AC CD DA"),
            // Not connected.
            ("AB CD", "AB"),
            ("AB XY YZ", "XY YZ"),
            // A whole image closes what no delta closes, and can stand alone.
            ("AB BC *A", "AB BC *A"),
            ("*A AB BC", "AB BC *A"),
            ("*B", "*B"),
            ("*B *A", "*B *A"),
            // A package that goes nowhere is taken on the way.
            ("AB BB BA", "AB BB BA"),
        ] {
            assert_eq!(chained(given), chain, "{given}");
        }
    }

    #[test]
    fn large_folders_end_soon_and_always_alike() {
        let letters = |from: usize| char::from(b'A' + u8::try_from(from).expect("a letter"));
        let pairs = (0..25).flat_map(|from| (0..25).map(move |to| (from, to)));
        let dense = pairs.filter(|(from, to)| from != to);
        let dense: Vec<String> =
            dense.map(|(from, to)| format!("{}{}", letters(from), letters(to))).collect();
        let dense = packages(&dense.join(" "));
        let found = chain(&dense);
        assert_eq!(found.len(), MAX_HOPS);
        assert_eq!(found, chain(&dense));
        assert_eq!(dense[found[MAX_HOPS - 1]].to, dense[found[0]].from);
    }
}
