//! What to say when a device did not do what was expected: what was awaited, what came, how long.

use std::time::Duration;

use crate::at::Kind;
use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::journal::readable;
use crate::moment::Moment;
use crate::run::inbox::Waiting;
use crate::run::session::Session;
use crate::run::watch::{Awaited, Watch, Window};
use crate::scenario::Count;
use crate::source::Place;

/// Lines that are listed as "what came instead": the last ones tell most.
const MAX_LISTED: usize = 6;
/// How much of a line is shown, in bytes.
const MAX_SHOWN: usize = 160;

/// No line met the item before its time was up.
pub(crate) fn never_came(
    watch: &Watch<'_>,
    index: usize,
    window: &Window<'_>,
    session: &Session,
) -> Trouble {
    let awaited = watch.awaited(index);
    let limit = show(window.latest.since(window.start));
    let pattern = &awaited.ready.text;
    let message = match (&awaited.item.count, awaited.taken()) {
        (_, 0) => format!("`{pattern}` did not come within {limit}"),
        (Count::Times(_), taken) => {
            let times = awaited.wanted.unwrap_or_default();
            format!("`{pattern}` came {taken} times within {limit}, not {times} times")
        }
        (Count::Until(script), taken) => {
            let condition = script.text.trim();
            format!("`{pattern}` came {taken} times within {limit}, and never `{condition}`")
        }
    };
    let mut diagnostic =
        Diagnostic::at(awaited.item.pattern.place(), message).marking_label("awaited here");
    diagnostic = counted(diagnostic, window);
    match (watch.progress(), watch.last()) {
        ((_, 1), None) => {}
        ((_, 1), Some(last)) => {
            diagnostic = diagnostic.note(format!("the last of them was `{}`", text(last)));
        }
        ((met, all), _) => {
            diagnostic = diagnostic.note(format!("{met} of {all} expected lines had come"));
        }
    }
    let before =
        session.inbox.waiting_from(0).find(|line| awaited.ready.regex.is_match(&line.text));
    if let Some(line) = before {
        let early = format!("`{}` came at {} s, before it was awaited here", text(line), line.at);
        diagnostic = diagnostic.note(early);
    }
    diagnostic = with_lines(diagnostic, session, window.start);
    let result = |code: &[u8]| awaited.ready.regex.is_match(code);
    if result(b"OK") || result(b"ERROR") {
        diagnostic = diagnostic
            .help("`send` itself takes the final result code: say what it must be with `answer`");
    }
    Trouble::failed(diagnostic)
}

/// A line of a later item came before this one.
pub(crate) fn out_of_order(open: &Awaited<'_>, early: &Awaited<'_>, line: &Waiting) -> Trouble {
    let message = format!("`{}` came before `{}`", text(line), open.ready.text);
    Trouble::failed(
        Diagnostic::at(open.item.pattern.place(), message)
            .marking_label("awaited here")
            .note(format!("it matches `{}`, which is later in the list", early.ready.text))
            .help("if the order does not matter, add `any_order: true`"),
    )
}

pub(crate) fn too_late(awaited: &Awaited<'_>, window: &Window<'_>, line: &Waiting) -> Trouble {
    let message = format!(
        "`{}` came after {}, later than the {} allowed",
        text(line),
        show(line.at.since(window.start)),
        show(window.latest.since(window.start)),
    );
    Trouble::failed(counted(Diagnostic::at(awaited.item.pattern.place(), message), window))
}

pub(crate) fn too_early(awaited: &Awaited<'_>, window: &Window<'_>, line: &Waiting) -> Trouble {
    let earliest = window.earliest.unwrap_or(window.start);
    let message = format!(
        "`{}` came after {} already, earlier than the {} demanded",
        text(line),
        show(line.at.since(window.start)),
        show(earliest.since(window.start)),
    );
    Trouble::failed(counted(Diagnostic::at(awaited.item.pattern.place(), message), window))
}

/// Says from where the time was counted, when that is not the step itself.
fn counted(diagnostic: Diagnostic, window: &Window<'_>) -> Diagnostic {
    match window.since {
        Some(label) => diagnostic.note(format!("counted since `{label}`, at {} s", window.start)),
        None => diagnostic,
    }
}

/// A final result code that was not asked for.
pub(crate) fn wrong_answer(
    command: &str,
    line: &Waiting,
    wanted: &str,
    place: (&Place, &Session),
) -> Trouble {
    let (place, session) = place;
    let got = text(line);
    let message = format!("`{command}` was answered with `{got}` instead of `{wanted}`");
    let mut diagnostic = Diagnostic::at(place, message);
    if let Some(cause) = session.profile().cause(&got) {
        diagnostic = diagnostic.note(format!("{got} means: {}", cause.means));
        diagnostic.help = cause.next;
    } else if got == "ERROR" {
        diagnostic = diagnostic.note("after AT+CMEE=1 the module says why, with a number");
    }
    Trouble::failed(diagnostic)
}

/// No final result code at all.
pub(crate) fn no_answer(
    command: &str,
    place: &Place,
    bounds: (Moment, Moment),
    session: &Session,
) -> Trouble {
    let (sent, latest) = bounds;
    if latest < sent {
        let message = format!("the time for `{command}` was over before it was sent");
        let late = format!("by {}", show(sent.since(latest)));
        return Trouble::failed(Diagnostic::at(place, message).note(late));
    }
    let waited = show(session.now().since(sent));
    let message = format!("`{command}` got no final result code within {waited}");
    let mut diagnostic = Diagnostic::at(place, message);
    let help = if session.is_echoed() {
        diagnostic = diagnostic.note("its echo came: port and speed are right");
        "does this command take longer? then give the step a longer `within`"
    } else {
        "is the module powered, awake, and at this speed?"
    };
    Trouble::failed(with_lines(diagnostic, session, sent).help(help))
}

/// The port did not fall silent.
pub(crate) fn not_silent(place: &Place, start: Moment, session: &Session) -> Trouble {
    let waited = show(session.now().since(start));
    let message = format!("the port did not fall silent within {waited}");
    Trouble::failed(with_lines(Diagnostic::at(place, message), session, start))
}

/// The scenario's own time is up.
pub(crate) fn out_of_time(limit: Duration) -> Trouble {
    let message = format!("the test took longer than its timeout of {}", show(limit));
    Trouble::failed(Diagnostic::new(message).note("`timeout` counts from the start of the test"))
}

/// The module did not boot.
pub(crate) fn no_boot(start: Moment, session: &Session) -> Trouble {
    let waited = show(session.now().since(start));
    let message = format!("the module did not boot within {waited}");
    let mut diagnostic = Diagnostic::new(message);
    if let Some(ready) = &session.profile().ready {
        diagnostic = diagnostic.note(format!("neither `{}` nor an answer to AT came", ready.text));
    }
    Trouble::failed(with_lines(diagnostic, session, start))
}

/// A file did not get into the module, or got there although it should not.
pub(crate) fn transfer(why: &str, place: &Place, session: &Session) -> Trouble {
    let message = format!("the transfer went wrong: {why}");
    Trouble::failed(with_lines(Diagnostic::at(place, message), session, session.acted_at()))
}

/// Lists what came since `start` and still waits.
fn with_lines(mut diagnostic: Diagnostic, session: &Session, start: Moment) -> Diagnostic {
    let came: Vec<&Waiting> =
        session.inbox.waiting_from(0).filter(|line| line.at >= start).collect();
    if came.is_empty() && session.partial().is_empty() {
        return diagnostic.note("nothing else came in that time");
    }
    let skipped = came.len().saturating_sub(MAX_LISTED);
    let mut list: Vec<String> = came[skipped..]
        .iter()
        .map(|line| format!("  +{}  {} ({})", show(line.at.since(start)), text(line), line.kind))
        .collect();
    if skipped > 0 {
        list.insert(0, format!("  … {skipped} lines before"));
    }
    if !session.partial().is_empty() {
        list.push(format!("  unfinished: {}", shortened(session.partial())));
    }
    diagnostic = diagnostic.note(format!("what came instead:\n{}", list.join("\n")));
    diagnostic
}

/// A line as a person reads it: bytes that are no text are shown as escapes.
fn text(line: &Waiting) -> String {
    match (line.kind, line.text.as_slice()) {
        (Kind::Prompt, [0x15]) => "NAK".to_owned(),
        (_, bytes) => shortened(bytes),
    }
}

/// As a person reads bytes; what is long is cut.
pub(crate) fn shortened(bytes: &[u8]) -> String {
    let start = readable(&bytes[..bytes.len().min(MAX_SHOWN)]);
    if bytes.len() > MAX_SHOWN { start + "…" } else { start }
}
