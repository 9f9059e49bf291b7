//! How 18 shows the progress of a download (reference switch `progress`), and what spoils it.

use crate::behaviour::{Defect, ProgressStyle};
use crate::sim::coverage;
use crate::sim::indication::Indication;
use crate::sim::live::Live;

/// Where `progress-runs-back` goes back.
const HALF: u8 = 50;

/// A download begins with nothing in flash.
pub(crate) fn start(live: &mut Live<'_>) {
    live.ram.percent_told = 0;
    match live.settings.switches.progress {
        ProgressStyle::StartsAt0 => live.say(Indication::Progress { percent: 0 }),
        ProgressStyle::NoStart => {}
        ProgressStyle::EachPercent
        | ProgressStyle::Step5
        | ProgressStyle::Step10
        | ProgressStyle::Quoted => live.say(Indication::DownloadStarts),
    }
}

/// A download goes on behind what flash holds, without a word about it.
pub(crate) fn resume(live: &mut Live<'_>, percent: u8) {
    live.ram.percent_told = live.ram.percent_told.max(percent);
}

/// So much has come; it is shown once, and nothing less after it.
pub(crate) fn reach(live: &mut Live<'_>, percent: u8) {
    let step = match live.settings.switches.progress {
        ProgressStyle::Step5 => 5,
        ProgressStyle::Step10 => 10,
        ProgressStyle::EachPercent
        | ProgressStyle::StartsAt0
        | ProgressStyle::NoStart
        | ProgressStyle::Quoted => 1,
    };
    let most = if live.has(Defect::NeverReaches100) { 99 } else { 100 };
    let told = live.ram.percent_told;
    let percent = (percent - percent % step).min(most);
    if percent <= told {
        return;
    }
    live.ram.percent_told = percent;
    show(live, percent);
    if live.has(Defect::ProgressRunsBack) && told < HALF && percent >= HALF {
        show(live, HALF - 1);
    }
    coverage::progressed(live, percent);
}

fn show(live: &mut Live<'_>, percent: u8) {
    let quoted = live.settings.switches.progress == ProgressStyle::Quoted;
    live.say(if quoted || live.has(Defect::QuotedProgress) {
        Indication::QuotedProgress { percent }
    } else {
        Indication::Progress { percent }
    });
}
