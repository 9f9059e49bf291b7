//! What a run writes: its journal and its reports, all made sure of before the first step.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::arguments::RunArguments;
use crate::cli::claim::Claim;
use crate::cli::formats::{Format, Wishes};
use crate::cli::jsonl::Wanted;
use crate::cli::outputs::{self, Output, Taken};
use crate::diagnostic::Diagnostic;
use crate::scenario::Scenario;
use crate::shelf::shown;
use crate::source::Origin;
use crate::suite::Desk;

/// The papers of a run, each ready to be written.
pub(super) struct Papers {
    /// The journal.
    pub(super) file: File,
    pub(super) journal: PathBuf,
    pub(super) outputs: Vec<Output>,
    pub(super) streams: Vec<Wanted>,
    /// The reports that each run leaves, as a person reads their paths.
    pub(super) usual: String,
}

/// The files that no report may replace.
pub(super) struct Inputs<'i> {
    pub(super) scenarios: &'i [Arc<Scenario>],
    pub(super) desks: &'i [Desk],
    pub(super) history: Option<PathBuf>,
}

impl Papers {
    /// First the journal is claimed, so that of two runs in one folder only one touches its
    /// reports; what an earlier run left goes when all can be written.
    pub(super) fn prepare(
        arguments: &RunArguments,
        mut wishes: Wishes,
        inputs: Inputs<'_>,
    ) -> Result<Papers, Diagnostic> {
        let own = |name: &str| arguments.reports.join(name);
        let journal = own("journal.jsonl");
        let usual = [(Format::Html, own("report.html")), (Format::Junit, own("junit.xml"))];
        let shown: Vec<String> = usual.iter().map(|(_, path)| shown(path)).collect();
        wishes.at_end.splice(0..0, usual);
        let mut files = read(arguments, inputs.scenarios, inputs.desks);
        files.push((journal.clone(), "the journal of this run"));
        files.extend(inputs.history.map(|path| (path, "the history")));
        let claim = Claim::stake(&journal)?;
        let mut taken = Taken::of(&files);
        let streams = wishes.live.iter().map(|path| Wanted::prepare(path, &mut taken));
        let streams = streams.collect::<Result<_, _>>()?;
        let outputs = outputs::prepare(&wishes.at_end, &mut taken)?;
        outputs.iter().try_for_each(Output::clear)?;
        Ok(Papers { file: claim.start()?, journal, outputs, streams, usual: shown.join("\n") })
    }
}

/// The files that a run reads.
fn read(
    arguments: &RunArguments,
    scenarios: &[Arc<Scenario>],
    desks: &[Desk],
) -> Vec<(PathBuf, &'static str)> {
    let on_disk = scenarios.iter().filter(|scenario| scenario.source.origin == Origin::Disk);
    let scenarios = on_disk.map(|scenario| (PathBuf::from(&scenario.source.name), "a scenario"));
    let rigs = desks.iter().map(|desk| &desk.rig.place.source);
    let rigs = rigs.filter(|source| source.origin == Origin::Disk);
    let rigs = rigs.map(|source| (PathBuf::from(&source.name), "the rig file"));
    let quarantine = arguments.lab.quarantine.iter();
    let quarantine = quarantine.map(|path| (path.clone(), "the quarantine file"));
    let package = arguments.desk.package.iter().map(|path| (path.clone(), "the package file"));
    let files = desks[0].packages.all().iter().filter_map(|package| package.file.as_ref());
    let files = files.map(|file| (PathBuf::from(file), "a package file"));
    scenarios.chain(rigs).chain(files).chain(package).chain(quarantine).collect()
}
