//! A command line that waits for its answer: what it asks, by name and form.

/// What kind of answer a command asks for (V.250, 5.4.3 and 5.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `AT+X=…`: no information response of that name, as a rule.
    Set,
    /// `AT+X=?`: which values there are.
    Test,
    /// `AT+X?`, and `AT+X` alone: what is.
    Read,
}

/// Whether a thing that comes once has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    Awaited,
    Heard,
}

/// One of the commands on a command line; most lines have one, `AT+CMEE=1;+CEREG?` has two.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) name: Vec<u8>,
    pub(crate) form: Form,
    pub(crate) answer: Once,
}

/// The command line that waits for its final result code.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) line: Vec<u8>,
    pub(crate) echo: Once,
    pub(crate) questions: Vec<Question>,
    /// The bytes with which the module may ask for data.
    pub(crate) prompts: Vec<u8>,
}

impl Command {
    pub(crate) fn new(line: &[u8], prompts: Vec<u8>) -> Command {
        let body = match line.split_at_checked(2) {
            Some((start, body)) if start.eq_ignore_ascii_case(b"AT") => body,
            Some(_) | None => line,
        };
        Command {
            line: line.to_vec(),
            echo: Once::Awaited,
            questions: split(body).map(question).collect(),
            prompts,
        }
    }

    /// The question that an answer of the name in `text` belongs to.
    pub(crate) fn question(&mut self, text: &[u8]) -> Option<&mut Question> {
        self.questions.iter_mut().find(|question| question.names(text))
    }
}

impl Question {
    /// Whether `text` carries this name. The case of a command does not matter (reference 1.1).
    fn names(&self, text: &[u8]) -> bool {
        let (name, rest) = text.split_at_checked(self.name.len()).unwrap_or((&[], text));
        matches!(rest.first(), None | Some(b':')) && name.eq_ignore_ascii_case(&self.name)
    }
}

/// The commands of a line: apart at each `;` that is not in a quoted string.
fn split(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    body.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == b';' && !quoted
    })
}

/// An extended command may follow basic ones without a `;` (V.250): `ATE0+CEREG?`.
fn question(command: &[u8]) -> Question {
    let end = command.iter().position(|byte| matches!(byte, b'=' | b'?')).unwrap_or(command.len());
    let (name, rest) = command.split_at(end);
    let start = name.iter().position(|byte| *byte == b'+').unwrap_or(0);
    let form = match rest {
        [b'=', b'?', ..] => Form::Test,
        [b'=', ..] => Form::Set,
        _ => Form::Read,
    };
    Question { name: name[start..].to_vec(), form, answer: Once::Awaited }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Vec<(String, Form)> {
        let command = Command::new(line.as_bytes(), Vec::new());
        let each = command.questions.into_iter();
        each.map(|question| (String::from_utf8(question.name).unwrap(), question.form)).collect()
    }

    #[test]
    fn name_and_form_of_each_command() {
        let one = |name: &str, form| vec![(name.to_owned(), form)];
        assert_eq!(asked("AT+WDSI=4479"), one("+WDSI", Form::Set));
        assert_eq!(asked("at+wdsi=?"), one("+wdsi", Form::Test));
        assert_eq!(asked("AT+WDSI?"), one("+WDSI", Form::Read));
        assert_eq!(asked("AT+CSQ"), one("+CSQ", Form::Read));
        assert_eq!(asked("AT!UNLOCK=\"a;b\""), one("!UNLOCK", Form::Set));
        assert_eq!(
            asked("ATE0+CMEE=1;+CEREG?"),
            [("+CMEE".to_owned(), Form::Set), ("+CEREG".to_owned(), Form::Read)]
        );
        assert_eq!(asked(""), one("", Form::Read));
    }
}
