//! The packages of a run: those under test, those beside them, and what follows from all.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::package::Package;
use crate::package::chain::chain;
use crate::package::mismatch::{Mismatch, mismatches};

/// At least one package is under test.
#[derive(Clone, Debug)]
pub struct Packages {
    /// Those under test come first.
    all: Vec<Arc<Package>>,
    under_test: usize,
    chain: Vec<Arc<Package>>,
    mismatches: Vec<Mismatch>,
}

impl Packages {
    /// All of these are under test; it must be at least one.
    pub fn of(under_test: Vec<Package>) -> Packages {
        Packages::new(under_test, Vec::new())
    }

    /// One package under test, and others that are only there for what several make together.
    pub fn with_others(under_test: Package, others: Vec<Package>) -> Packages {
        Packages::new(vec![under_test], others)
    }

    fn new(mut all: Vec<Package>, others: Vec<Package>) -> Packages {
        let under_test = all.len();
        assert!(under_test > 0, "what was opened is at least one package");
        all.extend(others);
        let all: Vec<_> = all.into_iter().map(Arc::new).collect();
        let chain = chain(&all).into_iter().map(|at| Arc::clone(&all[at])).collect();
        let mismatches = mismatches(&all);
        Packages { all, under_test, chain, mismatches }
    }

    pub fn all(&self) -> &[Arc<Package>] {
        &self.all
    }

    pub fn under_test(&self) -> &[Arc<Package>] {
        &self.all[..self.under_test]
    }

    pub fn first(&self) -> &Arc<Package> {
        &self.all[0]
    }

    /// An order in which each continues where the one before ended: a circle, if there is one.
    pub fn chain(&self) -> &[Arc<Package>] {
        &self.chain
    }

    pub fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }

    /// The package with this file, or else of this name.
    pub fn find(&self, wanted: &str) -> Option<&Arc<Package>> {
        let has_file = |package: &&Arc<Package>| package.file.as_deref() == Some(wanted);
        let has_name = |package: &&Arc<Package>| package.name == wanted;
        self.all.iter().find(has_file).or_else(|| self.all.iter().find(has_name))
    }

    /// As scenarios see them: `${packages.chain}`.
    pub fn to_value(&self) -> Value {
        let values = |packages: &[Arc<Package>]| -> Vec<Value> {
            packages.iter().map(|package| package.to_value()).collect()
        };
        let mismatches: Vec<Value> = self.mismatches.iter().map(Mismatch::to_value).collect();
        json!({ "all": values(&self.all), "chain": values(&self.chain), "mismatches": mismatches })
    }
}
