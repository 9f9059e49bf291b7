//! Deeds become steps: sends with their answers, calls, boots, transfers and pauses.

use std::time::Duration;

use serde_json::Value;

use crate::at::Kind;
use crate::draft::lines::{Unlimited, items, quoted, rounded, rows, with_remark};
use crate::draft::pattern::{Patterns, escaped};
use crate::draft::prepare::prepared;
use crate::draft::timing::{bound, pause};
use crate::draft::{Deed, Heard, Means, Origin, Part, Record, What};
use crate::duration::show;
use crate::journal::readable;
use crate::profile::Profile;
use crate::rig::methods_of;

/// A person needs so long to type; a longer pause may have been meant.
const MEANT: Duration = Duration::from_secs(10);
/// A scenario goes on at once, so that each pause of it is meant.
const NOTICED: Duration = Duration::from_millis(300);
/// A boot is given at least so long.
const BOOT_AT_LEAST: Duration = Duration::from_secs(20);

/// XMODEM-1K.
const LARGEST_BLOCK: u64 = 1024;

/// The rows of all steps, at an indentation of two.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) steps: Vec<String>,
    pub(crate) teardown: Vec<String>,
}

pub(crate) fn steps(record: &Record, means: &Means<'_>) -> Steps {
    let patterns = Patterns { glossary: &means.profile.glossary, package: &record.package };
    let mut writer = Writer {
        record,
        profile: means.profile,
        patterns,
        steps: Steps::default(),
        part: Part::Steps,
    };
    let deeds = &record.deeds;
    let mut at = 0;
    if let (Some(fragment), Some((first, rest))) = (&means.prepare, deeds.split_first())
        && first.lines.is_empty()
        && let Some(found) = prepared(rest, fragment)
    {
        writer.steps.steps.extend(found.rows);
        at = 1 + found.deeds;
        // What came behind the last command of it.
        writer.behind(&deeds[at - 1], deeds.get(at));
    }
    while let Some(deed) = deeds.get(at) {
        writer.part = deed.part;
        at += writer.deed(&deeds[at..]);
    }
    writer.steps
}

struct Writer<'w> {
    record: &'w Record,
    profile: &'w Profile,
    patterns: Patterns<'w>,
    steps: Steps,
    part: Part,
}

impl Writer<'_> {
    fn row(&mut self, row: impl Into<String>) {
        match self.part {
            Part::Steps => self.steps.steps.push(row.into()),
            Part::Teardown => self.steps.teardown.push(row.into()),
        }
    }

    /// Writes the first of these deeds; returns how many were taken.
    fn deed(&mut self, deeds: &[Deed]) -> usize {
        let deed = &deeds[0];
        let boot = Boot::behind(deeds, self.profile);
        match &deed.what {
            What::Beginning => {}
            What::Note(words) => {
                let words = scalar(&words.replace("${", "$${"));
                self.row(format!("  - log: {words}"));
            }
            What::Raw(bytes) => {
                let shown = readable(bytes);
                self.row(format!("  # raw bytes were sent here, which no step can do: {shown}"));
            }
            What::Call { role, method, params } => self.call(role, method, params.as_ref()),
            What::File(length) => self.transfer(deed, *length),
            What::Command(command) => {
                let lines = boot.as_ref().map_or(deed.lines.as_slice(), |boot| boot.before);
                self.send(deed, command, lines);
                return self.end(deeds, boot);
            }
        }
        let lines = boot.as_ref().map_or(deed.lines.as_slice(), |boot| boot.before);
        self.expect(deed, lines);
        self.end(deeds, boot)
    }

    /// The boot behind a deed, and the pause up to the next one.
    fn end(&mut self, deeds: &[Deed], boot: Option<Boot<'_>>) -> usize {
        let Some(boot) = boot else {
            self.pause(&deeds[0], deeds.get(1));
            return 1;
        };
        let took = bound(boot.took.max(BOOT_AT_LEAST));
        let remark = format!("it was up after {}", show(rounded(boot.took)));
        self.row(with_remark(&format!("  - reboot: {took}"), &remark));
        self.expect(&deeds[0], &boot.after);
        self.pause(&deeds[boot.deeds - 1], deeds.get(boot.deeds));
        boot.deeds
    }

    fn send(&mut self, deed: &Deed, command: &str, lines: &[Heard]) {
        let row = format!("  - send: {}", scalar(&command.replace("${", "$${")));
        let answer = deed.answer();
        let remark = match answer {
            None => "no answer came".to_owned(),
            Some(_) => String::new(),
        };
        self.row(with_remark(&row, &remark));
        match answer {
            None => self.row("    answer: none"),
            Some(line) if line.kind == Kind::Prompt => self.row("    answer: prompt"),
            Some(line) if line.text == b"OK" => {}
            Some(line) => {
                let text = String::from_utf8_lossy(&line.text);
                let meaning = self.profile.glossary.brief(&text).unwrap_or_default();
                let row = format!("    answer: {}", quoted(&format!("^{}$", escaped(&text))));
                self.row(with_remark(&row, &meaning));
            }
        }
        let items = items(deed, lines, self.profile, &self.patterns);
        for row in rows(&items, Unlimited::Answers) {
            self.row(row);
        }
    }

    /// Lines behind a deed that cannot say itself what it expects.
    fn expect(&mut self, deed: &Deed, lines: &[Heard]) {
        let items = items(deed, lines, self.profile, &self.patterns);
        for (index, row) in rows(&items, Unlimited::Nothing).into_iter().enumerate() {
            let row = if index == 0 { row.replacen("    ", "  - ", 1) } else { row };
            self.row(row);
        }
    }

    /// What came behind deeds that a fragment stands for.
    fn behind(&mut self, deed: &Deed, next: Option<&Deed>) {
        let lines: Vec<Heard> =
            deed.lines.iter().filter(|line| line.kind == Kind::Urc).cloned().collect();
        self.expect(deed, &lines);
        self.pause(deed, next);
    }

    fn pause(&mut self, deed: &Deed, next: Option<&Deed>) {
        let Some(next) = next else { return };
        let length = next.at.since(deed.last());
        let is_unanswered = matches!(deed.what, What::Command(_)) && deed.answer().is_none();
        let is_meant = deed.waits || is_unanswered || self.record.origin == Origin::Run;
        if length < if is_meant { NOTICED } else { MEANT } {
            return;
        }
        let remark = match (is_meant, deed.lines.iter().any(|line| line.kind == Kind::Text)) {
            (_, true) => "only lines came that nothing claims",
            (true, false) => "nothing came",
            (false, false) => "nothing came; leave it out if it was not meant",
        };
        self.row(with_remark(&format!("  - wait: {}", pause(length)), remark));
    }

    fn call(&mut self, role: &str, method: &str, params: Option<&Value>) {
        let params = params.filter(|params| params.as_object().is_none_or(|all| !all.is_empty()));
        let params = params.map(|params| self.params(params));
        let is_action =
            ["power", "network", "cloud"].contains(&role) && methods_of(role).contains(&method);
        match (is_action, params) {
            (true, None) => self.row(format!("  - {role}: {method}")),
            (true, Some(params)) => self.row(format!("  - {role}: {{ {method}: {params} }}")),
            (false, params) => {
                self.row(format!("  - call: {role}.{method}"));
                if let Some(params) = params {
                    self.row(format!("    with: {params}"));
                }
            }
        }
    }

    /// Params as YAML in one line, which JSON is; the package under test by its name.
    fn params(&self, params: &Value) -> String {
        let mut params = params.clone();
        if let Some(package) = params.get_mut("package") {
            let is_own = ["from", "to", "size"].iter().all(|key| {
                let own = self.record.package.get(*key);
                own.is_some() && package.get(*key) == own
            });
            if is_own {
                *package = Value::from("${package}");
                return params.to_string();
            }
        }
        params.to_string().replace("${", "$${")
    }

    fn transfer(&mut self, deed: &Deed, length: usize) {
        let size = self.record.package.get("size").and_then(Value::as_u64).unwrap_or_default();
        let sent = length as u64;
        // The last block is filled up.
        let remark_on_size = if sent < size {
            Some("it was not the whole package: say here how it was broken off")
        } else if sent >= size + LARGEST_BLOCK {
            Some("it was not the package under test: write its file instead")
        } else {
            None
        };
        let result = deed.lines.iter().find(|line| line.kind == Kind::Final);
        let remark = format!("{length} bytes in blocks");
        self.row(with_remark("  - transfer: package", &remark));
        if let Some(remark) = remark_on_size {
            self.row(format!("    # {remark}"));
        }
        match result {
            None => self.row("    answer: none"),
            Some(line) if line.text == b"OK" => {}
            Some(line) => {
                let text = String::from_utf8_lossy(&line.text);
                self.row(format!("    answer: {}", quoted(&format!("^{}$", escaped(&text)))));
            }
        }
        let took = result.map_or(deed.last(), |line| line.at).since(deed.at);
        self.row(format!("    within: {}", bound(took)));
    }
}

/// A boot behind a deed: the ready sign, or the commands with which a module is reached again.
struct Boot<'d> {
    /// Lines of the deed before its end.
    before: &'d [Heard],
    after: Vec<Heard>,
    took: Duration,
    /// How many deeds it takes, with the one before it.
    deeds: usize,
}

impl<'d> Boot<'d> {
    fn behind(deeds: &'d [Deed], profile: &Profile) -> Option<Boot<'d>> {
        let deed = &deeds[0];
        let is_sign = |line: &Heard| {
            line.kind != Kind::Echo
                && profile.ready.as_ref().is_some_and(|ready| ready.regex.is_match(&line.text))
        };
        let sign = deed.lines.iter().position(is_sign);
        let rest = &deeds[1..];
        let probes = rest.iter().take_while(|deed| deed.is_command("AT") && !deed.is_ok()).count();
        let reached = rest.get(probes).is_some_and(|deed| deed.is_command("AT"));
        let probes = probes + usize::from(reached);
        let quieting = &profile.after_boot;
        let is_quieted = !quieting.is_empty()
            && rest.len() >= probes + quieting.len()
            && quieting.iter().zip(&rest[probes..]).all(|(want, deed)| deed.is_command(want));
        let is_sign_inside = rest[..probes].iter().any(|deed| deed.lines.iter().any(is_sign));
        let causes = causes_boot(deed);
        let is_boot = match (sign, is_quieted) {
            (Some(_), is_quieted) => is_quieted || causes,
            // Whoever asks in vain, asks again and quiets it has waited for a boot.
            (None, true) => causes || is_sign_inside || (probes > 1 && reached),
            (None, false) => false,
        };
        if !is_boot || deed.part != rest.first().map_or(deed.part, |next| next.part) {
            return None;
        }
        let taken = if is_quieted { probes + quieting.len() } else { 0 };
        let (before, behind) = match sign {
            Some(sign) => (&deed.lines[..sign], &deed.lines[sign + 1..]),
            None => (deed.lines.as_slice(), &deed.lines[..0]),
        };
        let others = rest[..taken].iter().flat_map(|deed| &deed.lines);
        let is_urc = |line: &&Heard| line.kind == Kind::Urc && !is_sign(line);
        let after = behind.iter().chain(others).filter(is_urc).cloned().collect();
        let end = sign.map_or_else(|| deeds[probes].last(), |sign| deed.lines[sign].at);
        Some(Boot { before, after, took: end.since(deed.at), deeds: 1 + taken })
    }
}

/// What restarts a module.
fn causes_boot(deed: &Deed) -> bool {
    match &deed.what {
        What::Call { role, method, .. } => {
            role == "power" && ["on", "reset"].contains(&method.as_str())
        }
        What::Command(command) => command.eq_ignore_ascii_case("AT+CFUN=1,1"),
        What::Beginning | What::File(_) | What::Raw(_) | What::Note(_) => false,
    }
}

/// Plain where YAML takes it as it is, otherwise in single quotes.
pub(crate) fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.?\"_/*- ()".contains(c));
    if is_plain { text.to_owned() } else { quoted(text) }
}
