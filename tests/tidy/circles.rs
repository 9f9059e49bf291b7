//! Circles between modules: two that need each other are one module in two places.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use crate::complaint::Complaint;
use crate::names::named;
use crate::tree::Page;

/// Who names whom, and where for the first time.
type Edges = BTreeMap<String, BTreeMap<String, (String, usize)>>;

/// Complains of every edge that is part of a circle between top-level modules.
pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let edges = edges(files);
    let mut complaints = Vec::new();
    for (from, named) in &edges {
        for (to, (path, line)) in named {
            if let Some(back) = way(&edges, to, from) {
                let back = back.join(" → ");
                let sentence = format!("`{from}` names `{to}`, which comes back: {back}");
                complaints.push(Complaint::new(path, *line, sentence));
            }
        }
    }
    complaints
}

fn edges(files: &[Page]) -> Edges {
    let mut edges = Edges::new();
    for file in files {
        let Some(from) = file.module().filter(|module| *module != "lib") else { continue };
        for name in named(file).into_iter().filter(|name| name.module != from) {
            let known = edges.entry(from.to_owned()).or_default();
            known.entry(name.module).or_insert_with(|| (file.path.clone(), name.line));
        }
    }
    edges
}

/// A way from one module to another along the edges, with both ends.
fn way(edges: &Edges, from: &str, to: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut open = vec![vec![from.to_owned()]];
    while let Some(trail) = open.pop() {
        let last = trail.last().expect("a trail has at least its start");
        if last == to {
            return Some(trail);
        }
        for next in edges.get(last).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.clone()) {
                open.push([trail.as_slice(), from_ref(next)].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<Page> = files.iter().map(|(path, text)| Page::new(path, text)).collect();
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_way_is_no_circle() {
        let files = [
            ("src/profile.rs", "use crate::scenario::Pattern;\nuse crate::source;"),
            ("src/scenario/mod.rs", "use crate::source::Place;\nuse crate::scenario::model;"),
        ];
        assert!(sentences(&files).is_empty());
    }

    #[test]
    fn a_circle_is_told_at_each_of_its_edges() {
        let files = [
            ("src/a.rs", "use crate::b;"),
            ("src/b/mod.rs", "\nuse crate::c;"),
            ("src/c.rs", "fn f() { crate::a::g() }"),
            ("src/d.rs", "use crate::a;"),
        ];
        let expected = [
            "src/a.rs:1: `a` names `b`, which comes back: b → c → a",
            "src/b/mod.rs:2: `b` names `c`, which comes back: c → a → b",
            "src/c.rs:1: `c` names `a`, which comes back: a → b → c",
        ];
        assert_eq!(sentences(&files), expected);
    }
}
