//! What scenarios are worth: which known defects they catch, and which they let pass.

use crate::behaviour::Defect;
use crate::fault::Verdict;

/// What a proof found, scenario by scenario.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    pub seed: u64,
    /// Names of the packages under test.
    pub packages: Vec<String>,
    pub scenarios: Vec<Worth>,
    /// Seeds of harmless noise that every test was run on.
    pub noise_seeds: u64,
    /// Tests that did not stand harmless noise, each with its first such seed.
    pub shaken: Vec<(u64, Finding)>,
    /// How many tests were run for all this, those on noise not counted.
    pub runs: u64,
}

/// What one scenario is worth.
#[derive(Clone, Debug)]
pub struct Worth {
    /// The scenario's id: `connect/open-close`.
    pub id: String,
    pub name: String,
    pub tests: usize,
    /// Tests that do not pass on a module without any defect: they prove nothing.
    pub unsound: Vec<Finding>,
    /// Tests that are left out, with the reason.
    pub skipped: Vec<Finding>,
    /// In the order of [`Defect::ALL`].
    pub marks: Vec<Mark>,
}

/// What a test came to, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The test's id.
    pub test: String,
    pub verdict: Verdict,
    pub cause: String,
}

/// How a scenario and a defect met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// With the defect the module did exactly the same in all tests.
    NotApplicable,
    /// A test failed: the first one.
    Caught(Finding),
    /// No test failed, but one says that the rig broke: it blames the wrong one.
    Broken(Finding),
    /// The module did something else, and every test passed all the same. The cause is the first
    /// difference.
    NotCaught(Finding),
}

/// How scenarios together stand to a defect, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Caught,
    /// The best that is said of it is that the rig broke.
    OnlyBroken,
    NotCaught,
    /// No scenario comes near it.
    NotApplicable,
}

impl Mark {
    /// As tables write it.
    pub fn word(&self) -> &'static str {
        match self {
            Mark::NotApplicable => "not applicable",
            Mark::Caught(_) => "caught",
            Mark::Broken(_) => "broken",
            Mark::NotCaught(_) => "not caught",
        }
    }

    /// What there is to say about it.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Mark::NotApplicable => None,
            Mark::Caught(finding) | Mark::Broken(finding) | Mark::NotCaught(finding) => {
                Some(finding)
            }
        }
    }

    /// How a single scenario stands to the defect.
    pub fn standing(&self) -> Standing {
        match self {
            Mark::NotApplicable => Standing::NotApplicable,
            Mark::Caught(_) => Standing::Caught,
            Mark::Broken(_) => Standing::OnlyBroken,
            Mark::NotCaught(_) => Standing::NotCaught,
        }
    }
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::NotCaught => "not caught",
            Standing::OnlyBroken => "broken",
            Standing::Caught => "caught",
            Standing::NotApplicable => "not applicable",
        }
    }
}

impl Worth {
    pub fn mark(&self, defect: Defect) -> &Mark {
        &self.marks[defect as usize]
    }

    /// The defects with this standing, in their order, with what was found.
    pub fn with(&self, standing: Standing) -> impl Iterator<Item = (Defect, &Mark)> {
        let all = Defect::ALL.iter().copied().zip(&self.marks);
        all.filter(move |(_, mark)| mark.standing() == standing)
    }
}

impl Proof {
    /// Caught by one is caught; what one scenario only calls broken is worth more than nothing.
    pub fn standing(&self, defect: Defect) -> Standing {
        let marks = self.scenarios.iter().map(|worth| worth.mark(defect).standing());
        marks.min().unwrap_or(Standing::NotApplicable)
    }

    /// The defects that all scenarios together stand to like this.
    pub fn defects(&self, standing: Standing) -> Vec<Defect> {
        let all = Defect::ALL.iter().copied();
        all.filter(|defect| self.standing(*defect) == standing).collect()
    }

    /// The scenarios that stand to a defect like this.
    pub fn scenarios(&self, defect: Defect, standing: Standing) -> Vec<&Worth> {
        let fits = |worth: &&Worth| worth.mark(defect).standing() == standing;
        self.scenarios.iter().filter(fits).collect()
    }

    /// Tests that do not pass on a module without any defect.
    pub fn unsound(&self) -> impl Iterator<Item = &Finding> {
        self.scenarios.iter().flat_map(|worth| &worth.unsound)
    }

    pub fn tests(&self) -> usize {
        self.scenarios.iter().map(|worth| worth.tests).sum()
    }

    /// Whether each defect that shows itself is caught, and nothing fails without one.
    pub fn holds(&self) -> bool {
        let is_told = |defect: &Defect| match self.standing(*defect) {
            Standing::Caught | Standing::NotApplicable => true,
            Standing::NotCaught | Standing::OnlyBroken => false,
        };
        self.unsound().next().is_none() && self.shaken.is_empty() && Defect::ALL.iter().all(is_told)
    }
}
