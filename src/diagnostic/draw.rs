//! Draws a diagnostic as a compiler would: file, line, the source line, a caret, a remedy.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Scene, floor};

/// Whether the drawing is for a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Coloured,
}

/// A terminal is rarely wider; the renderer cuts longer source lines around the mark.
const WIDTH: usize = 110;

/// Beyond this a line number is damage, and counting on from it must not overflow.
const MAX_LINE: usize = 1 << 30;

/// The drawing, ending with a newline.
pub fn draw(diagnostic: &Diagnostic, paint: Paint) -> String {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Coloured => Renderer::styled(),
    };
    let title = Level::ERROR.primary_title(printable(&diagnostic.message));
    let mut group = match &diagnostic.excerpt {
        None => Group::with_title(title),
        Some(excerpt) => {
            let label = (!excerpt.label.is_empty()).then(|| printable(&excerpt.label));
            // A journal that was damaged can hold any numbers here.
            let start = floor(&excerpt.text, excerpt.start);
            let end = floor(&excerpt.text, excerpt.end).max(start);
            let mark = AnnotationKind::Primary.span(start..end).label(label);
            title.element(
                Snippet::source(excerpt.text.as_str())
                    .path(printable(&excerpt.file))
                    .line_start(excerpt.line.min(MAX_LINE))
                    .annotation(mark),
            )
        }
    };
    let scene = diagnostic.scene.as_deref().map(told).unwrap_or_default();
    let (first, last) = scene.split_at(scene.len().min(1));
    let notes = first.iter().chain(&diagnostic.notes).chain(last);
    let remarks = notes.filter(|note| !note.is_empty()).map(|note| (Level::NOTE, note));
    let remarks = remarks.chain(diagnostic.help.iter().map(|help| (Level::HELP, help)));
    let mut groups = Vec::new();
    for (level, text) in remarks {
        if diagnostic.excerpt.is_some() {
            group = group.element(level.message(printable(text)));
        } else {
            // Without a source line there is no margin to hang a remark on.
            groups.push(Group::with_title(level.secondary_title(printable(text))));
        }
    }
    groups.insert(0, group);
    let renderer = renderer.term_width(WIDTH);
    let drawn = groups.into_iter().map(|group| renderer.render(&[group]) + "\n");
    drawn.collect()
}

/// When and how, and what was said last.
fn told(scene: &Scene) -> Vec<String> {
    let mut notes = vec![scene.sentence()];
    if !scene.tail.is_empty() {
        let heading = "what came last (`>` was sent, `?` was taken by no step):";
        notes.push(format!("{heading}\n{}", scene.tail.join("\n")));
    }
    notes
}

/// The drawing in so many lines: of the conversation only its end is shown, as far as there is
/// room. Nothing else is left out.
pub fn draw_within(diagnostic: &Diagnostic, paint: Paint, lines: usize) -> String {
    let whole = draw(diagnostic, paint);
    let excess = whole.lines().count().saturating_sub(lines);
    let Some(scene) = diagnostic.scene.as_deref().filter(|_| excess > 0) else { return whole };
    let mut tail = scene.tail.clone();
    tail.drain(..excess.min(tail.len()));
    let scene = Some(Box::new(Scene { tail, ..scene.clone() }));
    draw(&Diagnostic { scene, ..diagnostic.clone() }, paint)
}

/// All drawings with a blank line between them.
pub fn draw_all<'a>(all: impl IntoIterator<Item = &'a Diagnostic>, paint: Paint) -> String {
    all.into_iter().map(|one| draw(one, paint)).collect::<Vec<_>>().join("\n")
}

/// Text for a terminal: device bytes may stand in messages, and control characters among them
/// must not reach it. A line end stays.
pub fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Excerpt;

    fn drawn(start: usize, end: usize, line: usize) -> String {
        let (file, text, label) = ("a\x1b.yaml".to_owned(), "ä: ö\n".to_owned(), String::new());
        let excerpt = Box::new(Excerpt { file, line, column: 1, text, start, end, label });
        draw(&Diagnostic { excerpt: Some(excerpt), ..Diagnostic::new("x\x1b[31m") }, Paint::Plain)
    }

    #[test]
    fn marks_of_a_damaged_journal_are_drawn_somewhere() {
        let far = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1000, usize::MAX];
        for (start, end) in far.iter().flat_map(|start| far.map(|end| (*start, end))) {
            assert!(drawn(start, end, 1).contains("ä: ö"), "{start}..{end}");
        }
        for line in [0, usize::MAX] {
            assert!(drawn(1, 2, line).contains("ä: ö"), "line {line}");
        }
        assert!(!drawn(0, 1, 1).contains('\x1b'));
    }
}
