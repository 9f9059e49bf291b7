//! The page as a whole: what its template is filled with.

use std::collections::BTreeMap;
use std::io::{self, Write};

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::duration::show;
use crate::fault::Verdict;
use crate::report::html::Builder;
use crate::report::html::causes::{Kind, causes};
use crate::report::html::listing::Listing;
use crate::report::html::measured::{Measured, measured};
use crate::report::html::words::Word;
use crate::tally::{Exit, Outcome, Tally};
use crate::variables;

/// The style sheet of all our pages.
pub const STYLE: &str = concat!(include_str!("style.css"), include_str!("../plot/plot.css"));
const SCRIPT: &str = include_str!("script.js");

/// Flaky tests that are named at the top; all have their mark in the list.
const MAX_FLAKY: usize = 50;

/// A page, ready to be written.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'p> {
    verdict: &'static str,
    headline: String,
    subject: String,
    counts: Vec<Count>,
    facts: Vec<Fact>,
    kinds: Vec<Kind>,
    flaky: Vec<&'p Outcome>,
    rigs: Vec<RigFacts>,
    measured: Vec<Measured>,
    listing: Listing,
    meanings: String,
    chunks: &'p [String],
    policy: String,
}

/// How many tests came to a verdict.
struct Count {
    verdict: Verdict,
    count: usize,
}

/// A fact about the whole run.
struct Fact {
    name: String,
    value: String,
}

/// A rig of the run.
struct RigFacts {
    name: String,
    profile: String,
    port: String,
    roles: String,
    counts: String,
    facts: Vec<Fact>,
    left: Option<String>,
}

impl<'p> Page<'p> {
    pub(super) fn of(builder: &'p Builder, tally: &'p Tally, journals: &[String]) -> Page<'p> {
        let counts = Verdict::ALL
            .iter()
            .map(|verdict| Count { verdict: *verdict, count: tally.count(*verdict) });
        Page {
            verdict: verdict(tally),
            headline: headline(tally),
            subject: subject(tally),
            counts: counts.filter(|count| count.count > 0).collect(),
            facts: facts(tally, journals),
            kinds: causes(tally),
            flaky: tally.tests.iter().filter(|test| test.is_flaky()).collect(),
            rigs: rigs(tally),
            measured: measured(tally),
            listing: Listing::of(tally, &builder.spots),
            meanings: builder.meanings.json(),
            chunks: builder.folded.chunks(),
            policy: policy(),
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_into(out)
    }
}

/// What the page may do: nothing but its own script, by its digest.
fn policy() -> String {
    let script = STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
         script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn verdict(tally: &Tally) -> &'static str {
    match tally.exit() {
        Exit::Passed => "passed",
        Exit::Failed => "failed",
        Exit::Broken => "broken",
        Exit::Interrupted => "interrupted",
    }
}

/// The first sentence that is read.
fn headline(tally: &Tally) -> String {
    let all = tally.tests.len();
    let tests = |count: usize| if count == 1 { "test" } else { "tests" };
    let (failed, broken) = (tally.count(Verdict::Failed), tally.count(Verdict::Broken));
    let passed = tally.count(Verdict::Passed);
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(format!("{failed} of {all} {} failed", tests(all)));
    }
    if broken > 0 {
        let of = if failed > 0 { String::new() } else { format!(" of {all}") };
        parts.push(format!("{broken}{of} {} broken by the rig", tests(broken)));
    }
    if parts.is_empty() && all > 0 {
        parts.push(match passed {
            _ if passed == all => format!("All {all} {} passed", tests(all)),
            _ => format!("{passed} of {all} {} passed", tests(all)),
        });
    }
    let planned = tally.plan.as_ref().map_or(0, |plan| plan.tests);
    let missing = planned.saturating_sub(all as u64);
    if missing > 0 {
        parts.push(format!("{missing} not run"));
    }
    if tally.ended.is_none() {
        parts.push("the journal has no end: the run was killed, or goes on".to_owned());
    } else if tally.exit() == Exit::Interrupted {
        parts.push("interrupted".to_owned());
    }
    if parts.is_empty() { "No test was run".to_owned() } else { parts.join(", ") }
}

/// What was tested.
fn subject(tally: &Tally) -> String {
    let Some(plan) = &tally.plan else { return String::new() };
    let word = |key: &str| plan.package.get(key).map(variables::show).unwrap_or_default();
    match (word("from"), word("to")) {
        (from, to) if from.is_empty() && to.is_empty() => word("name"),
        (from, to) => format!("{from} → {to}"),
    }
}

fn facts(tally: &Tally, journals: &[String]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut say = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push(Fact { name: name.to_owned(), value });
        }
    };
    if let Some(plan) = &tally.plan {
        for (key, value) in &plan.package {
            say(&format!("package {key}"), variables::show(value));
        }
        say("seed", plan.seed.to_string());
        say("shard", plan.shard.clone().unwrap_or_default());
    }
    if let Some(header) = &tally.header {
        say("started", header.started.clone());
        say("host", header.host.clone().unwrap_or_default());
        say("tool", header.tool.clone());
        say("command", header.command.join(" "));
    }
    let rigs = tally.has_several_rigs();
    say(if rigs { "time on the modules" } else { "time on the module" }, show(tally.took()));
    say(if journals.len() == 1 { "journal" } else { "journals" }, journals.join(", "));
    facts
}

fn rigs(tally: &Tally) -> Vec<RigFacts> {
    let each = tally.rigs.iter().map(|rig| {
        let own = || tally.tests.iter().filter(|test| test.at.rig == rig.name);
        let left = tally.left.iter().find(|(name, _)| *name == rig.name);
        RigFacts {
            name: rig.name.clone(),
            profile: rig.profile.clone(),
            port: rig.port.clone(),
            roles: rig.roles.join(", "),
            counts: crate::report::rigs::counts(own()),
            facts: device_facts(own()),
            left: left.map(|(_, why)| why.clone()),
        }
    });
    each.collect()
}

/// What the device of a rig said about itself: the first and the last value.
fn device_facts<'o>(tests: impl Iterator<Item = &'o Outcome>) -> Vec<Fact> {
    let mut facts: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (fact, (first, last)) in tests.flat_map(|test| &test.facts) {
        facts.entry(fact).or_insert((first, last)).1 = last;
    }
    let told = |(name, (first, last)): (&str, (&str, &str))| Fact {
        name: name.to_owned(),
        value: if first == last { first.to_owned() } else { format!("{first} → {last}") },
    };
    facts.into_iter().map(told).collect()
}
