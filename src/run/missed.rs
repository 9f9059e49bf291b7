//! What to say when a device did not do what was expected: what was awaited, what came, how long.

use std::fmt::Write as _;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::run::absence::excused;
use crate::run::ears::Forbidden;
use crate::run::inbox::Waiting;
use crate::run::reboot::PROBE_WITHIN;
use crate::run::session::Session;
use crate::run::shown::{meaning, plain, word};
use crate::run::watch::{Awaited, Watch, Window};
use crate::scenario::Count;
use crate::source::Place;

/// Adds when it was and what was said last, once: where the trouble is met first.
pub(crate) fn witnessed(mut trouble: Trouble, session: &Session) -> Trouble {
    if let Trouble::Failed(diagnostic) | Trouble::Broken(diagnostic) = &mut trouble {
        let scene = diagnostic.scene();
        if scene.ns.is_none() {
            scene.ns = Some(session.age(session.now()).as_nanos());
            scene.tail = session.tail().told(session);
        }
    }
    trouble
}

/// No line met the item before its time was up.
pub(crate) fn never_came(
    watch: &Watch<'_>,
    index: usize,
    window: &Window<'_>,
    session: &Session,
) -> Trouble {
    let awaited = watch.awaited(index);
    let limit = show(window.latest.since(window.start));
    let pattern = plain(&awaited.ready.text);
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
    let mut since = since(window, session);
    if !session.tail().has_line_since(window.start) && session.partial().is_empty() {
        since += "; nothing came in that time";
    }
    match (watch.progress(), watch.last()) {
        ((_, 1), None) => {}
        ((_, 1), Some(last)) => {
            let _ = write!(since, "; the last of them was `{}`", text(last));
        }
        ((met, all), _) => {
            let _ = write!(since, "; {met} of {all} expected lines had come");
        }
    }
    let mut diagnostic = awaiting(awaited, message, session).note(format!("awaited {since}"));
    let waits = session.inbox.waiting_from(0).find(|line| awaited.ready.regex.is_match(&line.text));
    let taken = || session.tail().came_before(&awaited.ready.regex, window.start);
    if let Some(line) = waits {
        let (line, at) = (text(line), session.age(line.at));
        diagnostic = diagnostic.note(format!("`{line}` came at {at} s, before it was awaited"));
    } else if let (0, Some(at)) = (awaited.taken(), taken()) {
        let at = session.age(at);
        diagnostic = diagnostic.note(format!("it came at {at} s, and an earlier step took it"));
    }
    let result = |code: &[u8]| awaited.ready.regex.is_match(code);
    if result(b"OK") || result(b"ERROR") {
        diagnostic = diagnostic
            .help("`send` itself takes the final result code: say what it must be with `answer`");
    }
    excused(Trouble::failed(diagnostic), window.start, session)
}

/// A complaint at the place of what was awaited, with its meaning beside it.
fn awaiting(awaited: &Awaited<'_>, message: String, session: &Session) -> Diagnostic {
    let means = meaning(&plain(&awaited.ready.text), session.profile());
    let label = means.map(|means| format!("awaited here: {means}"));
    let label = label.unwrap_or_else(|| "awaited here".to_owned());
    Diagnostic::at(awaited.item.pattern.place(), message).marking_label(label)
}

/// From where time was counted.
fn since(window: &Window<'_>, session: &Session) -> String {
    let start = session.age(window.start);
    match window.since {
        Some(label) => format!("since `{label}`, at {start} s"),
        None => format!("since {start} s"),
    }
}

/// A line of a later item came before this one.
pub(crate) fn out_of_order(
    open: &Awaited<'_>,
    early: &Awaited<'_>,
    line: &Waiting,
    session: &Session,
) -> Trouble {
    let (line, later) = (text(line), plain(&early.ready.text));
    let mut which = "which is later in the list".to_owned();
    if later != line {
        which = format!("which matches `{later}` later in the list");
    }
    let message = format!("`{line}`, {which}, came before `{}`", plain(&open.ready.text));
    let help = "if the order does not matter, add `any_order: true`";
    Trouble::failed(awaiting(open, message, session).help(help))
}

pub(crate) fn too_late(
    awaited: &Awaited<'_>,
    window: &Window<'_>,
    line: &Waiting,
    session: &Session,
) -> Trouble {
    let message = format!(
        "`{}` came after {}, later than the {} allowed",
        text(line),
        show(line.at.since(window.start)),
        show(window.latest.since(window.start)),
    );
    timed(awaited, message, window, (line, session))
}

pub(crate) fn too_early(
    awaited: &Awaited<'_>,
    window: &Window<'_>,
    line: &Waiting,
    session: &Session,
) -> Trouble {
    let earliest = window.earliest.unwrap_or(window.start);
    let message = format!(
        "`{}` came after {} already, earlier than the {} demanded",
        text(line),
        show(line.at.since(window.start)),
        show(earliest.since(window.start)),
    );
    timed(awaited, message, window, (line, session))
}

fn timed(
    awaited: &Awaited<'_>,
    message: String,
    window: &Window<'_>,
    came: (&Waiting, &Session),
) -> Trouble {
    let (line, session) = came;
    let counted =
        format!("it came at {} s, counted {}", session.age(line.at), since(window, session));
    Trouble::failed(awaiting(awaited, message, session).note(counted))
}

/// A line that must not come.
pub(crate) fn forbidden(forbidden: &Forbidden, line: &str, session: &Session) -> Trouble {
    let mut diagnostic =
        Diagnostic::at(&forbidden.place, format!("the forbidden line `{line}` came"));
    if let Some(means) = meaning(line, session.profile()) {
        diagnostic = diagnostic.marking_label(means);
    }
    Trouble::failed(diagnostic).meaning(forbidden.means)
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
    let wanted = plain(wanted);
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
    let mut diagnostic = Diagnostic::at(place, message).note(heard_since(sent, session));
    let help = if session.is_echoed() {
        diagnostic = diagnostic.note("its echo came: port and speed are right");
        "does this command take longer? then give the step a longer `within`"
    } else {
        "is the module powered, awake, and at this speed?"
    };
    excused(Trouble::failed(diagnostic.help(help)), sent, session)
}

/// An answer came before the time that the scenario demands.
pub(crate) fn answered_early(
    command: &str,
    place: &Place,
    bounds: (Moment, Duration),
    line: (Moment, &Session),
) -> Trouble {
    let ((start, after), (at, session)) = (bounds, line);
    let took = show(at.since(start));
    let message = format!(
        "`{command}` was answered after {took} already, earlier than the {} demanded",
        show(after)
    );
    let counted =
        format!("it came at {} s, counted since {} s", session.age(at), session.age(start));
    Trouble::failed(Diagnostic::at(place, message).note(counted))
}

/// The port did not fall silent.
pub(crate) fn not_silent(place: &Place, start: Moment, session: &Session) -> Trouble {
    let waited = show(session.now().since(start));
    let message = format!("the port did not fall silent within {waited}");
    Trouble::failed(Diagnostic::at(place, message).note(heard_since(start, session)))
}

/// The scenario's own time is up.
pub(crate) fn out_of_time(limit: Duration, session: &Session) -> Trouble {
    let message = format!("the test took longer than its timeout of {}", show(limit));
    let diagnostic = Diagnostic::new(message).note("`timeout` counts from the start of the test");
    excused(Trouble::failed(diagnostic), session.now(), session)
}

/// The module did not boot.
pub(crate) fn no_boot(start: Moment, session: &Session) -> Trouble {
    let waited = show(session.now().since(start));
    let message = format!("the module did not boot within {waited}");
    let diagnostic = Diagnostic::new(message);
    let mut heard = heard_since(start, session);
    if let Some(ready) = &session.profile().ready {
        let (ready, within) = (plain(&ready.text), show(PROBE_WITHIN));
        let _ = write!(heard, "; neither `{ready}` nor, within {within}, an answer to AT came");
    }
    excused(Trouble::failed(diagnostic.note(heard)), start, session)
}

/// A file did not get into the module, or got there although it should not.
pub(crate) fn transfer(why: &str, place: &Place) -> Trouble {
    Trouble::failed(Diagnostic::at(place, format!("the transfer went wrong: {why}")))
}

/// From when on something was awaited, and whether anything came.
fn heard_since(start: Moment, session: &Session) -> String {
    let came = if session.tail().has_line_since(start) || !session.partial().is_empty() {
        ""
    } else {
        "; nothing came in that time"
    };
    format!("awaited since {} s{came}", session.age(start))
}

fn text(line: &Waiting) -> String {
    word(line.kind, &line.text)
}
