//! JUnit reports as their readers understand them: the schema of Jenkins, junitparser, GitHub.

mod github;
mod hostile;
#[path = "../support/needed.rs"]
mod needed;
#[path = "../support/peer.rs"]
mod peer;
#[path = "../support/program.rs"]
mod program;
mod readers;
mod runs;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::readers::READERS;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let read = |name: &str, test: fn() -> Result<(), libtest_mimic::Failed>| {
        peer::trial(name, &READERS, test)
    };
    let trials = vec![
        read("both_dialects_say_what_the_run_came_to", runs::dialects),
        read("attempts_are_no_cases_of_their_own", runs::attempts),
        read("shards_make_one_report", runs::shards),
        read("a_journal_cut_at_any_line_is_valid_and_not_green", runs::cuts),
        read("jenkins_gets_whole_paths", runs::jenkins),
        read("ten_thousand_failures_that_talk_too_much_fit", hostile::too_much),
        read("names_and_bytes_of_any_kind_stay_apart", hostile::strange),
        Trial::test("annotations_stand_at_the_lines_of_scenarios", github::annotations),
        Trial::test("the_page_of_the_job_gets_a_part", github::page),
        Trial::test("many_causes_end_with_their_count", github::many),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}
