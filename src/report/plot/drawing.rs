//! Makes one small SVG of the library's plots: colours by name, short numbers, words for all.

use askama::Template;
use kuva::prelude::{Layout, Plot, SvgBackend, Theme};
use kuva::render::render::{Primitive, Scene, render_multiple};

use crate::report::escape::visible;
use crate::report::plot::numbers::short_numbers;

/// Room of a plot, in the units of its own coordinates; the page scales it.
pub(crate) const WIDTH: f64 = 560.0;
pub(crate) const HEIGHT: f64 = 190.0;
/// The same of one that stands in a line of text.
const SMALL_WIDTH: f64 = 160.0;
const SMALL_HEIGHT: f64 = 24.0;
/// A longer name would push the others out of a plot.
const MAX_WORD_CHARS: usize = 40;
/// The library's scales are made for numbers that people write; beyond these none is drawn.
const MAX_SIZE: f64 = 1e15;

/// The colours of `plot.css`.
pub(crate) const LINE: &str = "var(--plot-line)";
pub(crate) const OTHER: &str = "var(--plot-other)";
pub(crate) const BAND: &str = "var(--plot-band)";
pub(crate) const OUT: &str = "var(--plot-out)";
pub(crate) const LIMIT: &str = "var(--plot-limit)";

/// The element around what the library has drawn.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<svg class=\"{{ class }}\" viewBox=\"0 0 {{ width }} {{ height }}\" role=\"img\" \
              aria-label=\"{{ spoken }}\">{{ body|safe }}</svg>"
)]
struct Element<'a> {
    class: &'static str,
    width: f64,
    height: f64,
    spoken: &'a str,
    /// Written by the library, which escapes every text.
    body: &'a str,
}

/// A layout with axes.
pub(crate) fn layout(plots: &[Plot]) -> Layout {
    let theme = Theme {
        background: "none".to_owned(),
        axis_color: "var(--plot-axis)".to_owned(),
        grid_color: "var(--plot-grid)".to_owned(),
        tick_color: "var(--plot-axis)".to_owned(),
        ..Theme::light()
    };
    Layout::auto_from_plots(plots)
        .with_theme(theme)
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_force_margins(52.0, 14.0)
        .with_force_margins_y(20.0, 40.0)
        .with_tick_size(11)
        .with_label_size(11)
        .with_body_size(11)
}

/// Draws a plot with its axes; `spoken` says what it shows to those who cannot see it.
pub(crate) fn draw(plots: Vec<Plot>, layout: Layout, spoken: &str) -> String {
    let mut scene = render_multiple(plots, layout);
    // The library numbers its clips through the process: the same plot would be other bytes.
    // Nothing is drawn outside of its axes anyway.
    let clips = |of: &Primitive| matches!(of, Primitive::ClipStart { .. } | Primitive::ClipEnd);
    scene.elements.retain(|element| !clips(element));
    element(scene, "plot", spoken)
}

/// Draws only lines, points and areas, small enough for a line of text.
pub(crate) fn draw_small(plots: Vec<Plot>, layout: Layout, spoken: &str) -> String {
    let layout = layout
        .with_width(SMALL_WIDTH)
        .with_height(SMALL_HEIGHT)
        .with_force_margins(4.0, 4.0)
        .with_force_margins_y(4.0, 4.0)
        .with_show_grid(false);
    let mut scene = render_multiple(plots, layout);
    scene.elements.retain(|element| match element {
        Primitive::Circle { .. }
        | Primitive::CircleBatch { .. }
        | Primitive::Path(_)
        | Primitive::PolyLine { .. }
        | Primitive::Rect { .. }
        | Primitive::RectBatch { .. } => true,
        // Only the marks of bounds and cuts are dashed; the others are axes.
        Primitive::Line { stroke_dasharray, .. } => stroke_dasharray.is_some(),
        Primitive::Text { .. }
        | Primitive::RichText { .. }
        | Primitive::GroupStart { .. }
        | Primitive::GroupEnd
        | Primitive::ClipStart { .. }
        | Primitive::ClipEnd => false,
    });
    element(scene, "plot plot-small", spoken)
}

fn element(mut scene: Scene, class: &'static str, spoken: &str) -> String {
    scene.background_color = None;
    scene.defs.clear();
    scene.has_tooltips = false;
    let drawn = SvgBackend::new().render_scene(&scene);
    // The library's own element has a fixed size, fonts and a remark on itself.
    let body = drawn.split_once("-->").map_or(drawn.as_str(), |(_, body)| body);
    let body = short_numbers(body.strip_suffix("</svg>").unwrap_or(body));
    let (width, height) = (scene.width, scene.height);
    Element { class, width, height, spoken, body: &body }
        .render()
        .expect("a template without conditions is always filled in")
}

/// A word of a file or a device as a label. The library takes `$` for mathematics.
pub(crate) fn word(text: &str) -> String {
    let mut word: String = visible(text).chars().take(MAX_WORD_CHARS).collect();
    if text.chars().count() > MAX_WORD_CHARS {
        word.push('…');
    }
    word.replace('\n', " ").replace('$', "\\$")
}

/// Whether a number can be drawn.
pub(crate) fn is_drawn(value: f64) -> bool {
    value.abs() <= MAX_SIZE
}
