//! What to say where a test and the recording that judges it part.

use serde_json::Value;

use crate::fault::Broken;
use crate::journal::readable;
use crate::moment::Moment;
use crate::world::replay::tape::{End, Item, Mark, Tape};

/// What is shown of a command or of a call: a line of a person's terminal.
const MAX_SHOWN: usize = 70;

/// What a test does that its recording does not have here.
pub(super) enum Attempt<'a> {
    Send(&'a [u8]),
    Call { role: &'a str, method: &'a str, params: &'a Value },
    Wait(Moment),
}

/// Names what the test does and what the tape has instead, with its moment in the test.
pub(super) fn parting(attempt: &Attempt<'_>, tape: &Tape) -> Broken {
    let age = |at: Moment| Moment::START + at.since(tape.began);
    let does = match attempt {
        Attempt::Send(bytes) => format!("sends `{}`", line(bytes)),
        Attempt::Call { role, method, params } => format!("calls {}", called(role, method, params)),
        Attempt::Wait(Moment::NEVER) => "waits on".to_owned(),
        Attempt::Wait(until) => format!("waits on, until {} s,", age(*until)),
    };
    if let Some(other) = other_params(attempt, tape) {
        return broken(other, tape);
    }
    let deed = tape.spots.iter().find_map(|spot| match &spot.item {
        Item::Sent(bytes) => Some((format!("`{}`", line(bytes)), spot.at)),
        Item::Called(call) => Some((called(&call.role, &call.method, &call.params), spot.at)),
        Item::Bytes(_) | Item::Gone(_) | Item::Back(_) | Item::Mark(_) => None,
    });
    let has = match (deed, tape.end) {
        (Some((deed, at)), _) => format!("has {deed}, at {} s", age(at)),
        (None, End::Whole) => format!("has the end of the test, at {} s", age(tape.ended)),
        (None, End::Cut) => format!("breaks off, at {} s", age(tape.ended)),
        (None, End::TooLong) => "is too long to be replayed further".to_owned(),
    };
    broken(format!("the scenario {does} where the journal {has}"), tape)
}

fn broken(message: String, tape: &Tape) -> Broken {
    let help = "what the module would say from here on only a rig can tell";
    let broken = Broken::new(message).help(help);
    match recorded(tape) {
        Some(note) => broken.note(note),
        None => broken,
    }
}

/// Of the same call with other parameters only the first that differs is told: a package has many.
fn other_params(attempt: &Attempt<'_>, tape: &Tape) -> Option<String> {
    let Attempt::Call { role, method, params } = attempt else { return None };
    let deed = tape.spots.iter().find(|spot| spot.item.is_deed())?;
    let Item::Called(call) = &deed.item else { return None };
    if (call.role.as_str(), call.method.as_str()) != (*role, *method) {
        return None;
    }
    let (name, now, then) = difference("", params, &call.params)?;
    let at = Moment::START + deed.at.since(tape.began);
    let (now, then) = (brief(&now.to_string()), brief(&then.to_string()));
    Some(format!(
        "the scenario calls `{role}.{method}` with{name} `{now}` where the journal has `{then}`, at \
         {at} s"
    ))
}

/// The first value in which two differ, with the names on the way to it.
fn difference<'v>(
    name: &str,
    now: &'v Value,
    then: &'v Value,
) -> Option<(String, &'v Value, &'v Value)> {
    let (Value::Object(ours), Value::Object(theirs)) = (now, then) else {
        return (now != then).then(|| (name.to_owned(), now, then));
    };
    let missing = &Value::Null;
    ours.keys().chain(theirs.keys()).find_map(|key| {
        let (ours, theirs) = (ours.get(key), theirs.get(key));
        difference(&format!("{name} {key}"), ours.unwrap_or(missing), theirs.unwrap_or(missing))
    })
}

/// What was complained of at this point when it was recorded.
fn recorded(tape: &Tape) -> Option<String> {
    let until_deed = tape.spots.iter().take_while(|spot| !spot.item.is_deed());
    let complaint = until_deed.into_iter().find_map(|spot| match &spot.item {
        Item::Mark(Mark::Complained(complaint)) => Some(complaint),
        Item::Mark(_)
        | Item::Bytes(_)
        | Item::Gone(_)
        | Item::Back(_)
        | Item::Sent(_)
        | Item::Called(_) => None,
    })?;
    Some(format!("recorded here as {}: {}", complaint.verdict, complaint.message))
}

/// A command without its end; of blocks of a file the beginning.
fn line(bytes: &[u8]) -> String {
    let text = readable(bytes.strip_suffix(b"\r").unwrap_or(bytes));
    if text.len() <= MAX_SHOWN {
        return text;
    }
    format!("{} ({} bytes)", brief(&text), bytes.len())
}

fn brief(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn called(role: &str, method: &str, params: &Value) -> String {
    if params.is_null() {
        return format!("`{role}.{method}`");
    }
    format!("`{role}.{method}` with `{}`", brief(&params.to_string()))
}
