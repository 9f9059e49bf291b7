//! Draws a diagnostic as a compiler would: file, line, the source line, a caret, a remedy.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::Diagnostic;

/// Whether the drawing is for a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Coloured,
}

/// A terminal is rarely wider; the renderer cuts longer source lines around the mark.
const WIDTH: usize = 110;

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
            let mark = AnnotationKind::Primary.span(excerpt.start..excerpt.end).label(label);
            title.element(
                Snippet::source(excerpt.text.as_str())
                    .path(excerpt.file.as_str())
                    .line_start(excerpt.line)
                    .annotation(mark),
            )
        }
    };
    let remarks = diagnostic.notes.iter().map(|note| (Level::NOTE, note));
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

/// All drawings with a blank line between them.
pub fn draw_all<'a>(all: impl IntoIterator<Item = &'a Diagnostic>, paint: Paint) -> String {
    all.into_iter().map(|one| draw(one, paint)).collect::<Vec<_>>().join("\n")
}

/// Device bytes may stand in messages; control characters must not reach a terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}
