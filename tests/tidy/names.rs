//! Which modules of the crate a text names: in uses, groups of uses, and paths in the middle.

use crate::tree::Page;

/// A module that is named as `crate::<module>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The first word after `crate::`; `*` or `self` when the whole crate is named.
    pub(crate) module: String,
    pub(crate) line: usize,
}

/// Every name, in the order of the text.
pub(crate) fn named(file: &Page) -> Vec<Name> {
    let code = &file.code;
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate") {
        if !is_word(code, at, "crate".len()) {
            continue;
        }
        let behind = skip_space(code, at + "crate".len());
        if code[behind..].starts_with("::") {
            heads(code, skip_space(code, behind + 2), &mut names);
        } else if code[behind..].starts_with("as ") {
            names.push(Name { module: "self".to_owned(), line: line_of(code, at) });
        }
    }
    names
}

/// The line of a byte in a text, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Whether what stands here is a word of its own and no part of a longer one.
pub(crate) fn is_word(code: &str, at: usize, length: usize) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    !code[..at].ends_with(is_letter) && !code[at + length..].starts_with(is_letter)
}

/// The first words of a path, or of every path of a group.
fn heads(code: &str, at: usize, names: &mut Vec<Name>) {
    if !code[at..].starts_with('{') {
        names.push(Name { module: first_word(&code[at..]), line: line_of(code, at) });
        return;
    }
    let mut deep = 0_usize;
    let mut expects_head = false;
    for (offset, letter) in code[at..].char_indices() {
        match letter {
            '{' => deep += 1,
            '}' => deep -= 1,
            _ => {}
        }
        if deep == 0 {
            return;
        }
        if deep == 1 && (letter == '{' || letter == ',') {
            expects_head = true;
        } else if expects_head && !letter.is_whitespace() && letter != '}' {
            expects_head = false;
            let head = at + offset;
            names.push(Name { module: first_word(&code[head..]), line: line_of(code, head) });
        }
    }
}

fn first_word(code: &str) -> String {
    let end = code.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let word = &code[..end.unwrap_or(code.len())];
    if word.is_empty() { code.chars().take(1).collect() } else { word.to_owned() }
}

fn skip_space(code: &str, at: usize) -> usize {
    code.len() - code[at..].trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, usize)> {
        let names = named(&Page::new("src/a.rs", text));
        names.into_iter().map(|name| (name.module, name.line)).collect()
    }

    fn one(module: &str, line: usize) -> (String, usize) {
        (module.to_owned(), line)
    }

    #[test]
    fn every_way_of_naming_is_found() {
        assert_eq!(names("use crate::at::Line;"), [one("at", 1)]);
        assert_eq!(names("pub use crate::at;"), [one("at", 1)]);
        assert_eq!(
            names("fn f() { crate::run::go(crate :: at::X) }"),
            [one("run", 1), one("at", 1)]
        );
        assert_eq!(names("use\n    crate::\n    at::Line;"), [one("at", 3)]);
        assert_eq!(names("$crate::at::x!()"), [one("at", 1)]);
        assert_eq!(names("use crate::*;"), [one("*", 1)]);
        assert_eq!(names("use crate as home;"), [one("self", 1)]);
    }

    #[test]
    fn groups_give_each_head_once() {
        let text =
            "use crate::{\n    at::{self, Line, urc::{A, B}},\n    run,\n    yaml::Node,\n};";
        assert_eq!(names(text), [one("at", 2), one("run", 3), one("yaml", 4)]);
        assert_eq!(names("use crate::{self, at};"), [one("self", 1), one("at", 1)]);
        assert_eq!(names("use crate::{};"), []);
        assert_eq!(names("use crate::{at"), [one("at", 1)]);
    }

    #[test]
    fn what_is_no_name_is_left_alone() {
        let text =
            "pub(crate) fn f() {} // crate::run\n/// [`crate::run`]\nlet a = \"crate::run\";";
        assert_eq!(names(text), []);
        assert_eq!(names("my_crate::run(); other::crate_x();"), []);
    }
}
