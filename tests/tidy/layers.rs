//! The layers from the ground up, and who may name whom.

use crate::complaint::Complaint;
use crate::names::named;
use crate::tree::Page;

/// Modules of one height. A module may name those of lower layers that its own may see.
pub(crate) struct Layer {
    pub(crate) height: u8,
    pub(crate) name: &'static str,
    pub(crate) modules: &'static [&'static str],
    /// Lower layers that must not be named all the same.
    unseen: &'static [&'static str],
}

/// The house of ARCHITECTURE.md. Two layers of one height do not see each other.
pub(crate) const LAYERS: [Layer; 8] = [
    Layer {
        height: 0,
        name: "words",
        modules: &["diagnostic", "duration", "fault", "moment", "source", "variables"],
        unseen: &[],
    },
    Layer {
        height: 1,
        name: "languages",
        modules: &["at", "journal", "rpc", "shelf", "xmodem", "yaml"],
        unseen: &[],
    },
    Layer {
        height: 2,
        name: "wishes",
        modules: &[
            "behaviour",
            "glossary",
            "package",
            "profile",
            "quarantine",
            "rig",
            "scenario",
            "schema",
        ],
        unseen: &[],
    },
    Layer { height: 3, name: "things", modules: &["plugin", "sim"], unseen: &[] },
    Layer { height: 4, name: "world", modules: &["world"], unseen: &[] },
    Layer { height: 5, name: "doing", modules: &["run"], unseen: &[] },
    // A report is a function of a journal: it must not know how the journal came about.
    Layer {
        height: 5,
        name: "telling",
        modules: &[
            "comparison",
            "draft",
            "history",
            "progression",
            "proof",
            "report",
            "tally",
            "transcript",
        ],
        unseen: &["things", "world"],
    },
    Layer { height: 6, name: "front door", modules: &["cli", "suite", "main"], unseen: &[] },
];

pub(crate) fn layer_of(module: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.modules.contains(&module))
}

/// Complains of every name of a module that the file's own module may not see. A module of the
/// same layer may be named; that this makes no circle is held by [`crate::circles`].
pub(crate) fn check(files: &[Page]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files {
        let Some(from) = file.module().filter(|module| *module != "lib") else { continue };
        let Some(own) = layer_of(from) else {
            complaints.push(unplaced(&file.path, 1, from));
            continue;
        };
        for name in named(file).into_iter().filter(|name| name.module != from) {
            let (path, line, to) = (&file.path, name.line, &name.module);
            let Some(other) = layer_of(to) else {
                let sentence = format!("`crate::{to}` is no module of the table: name the module");
                complaints.push(Complaint::new(path, line, sentence));
                continue;
            };
            if !sees(own, other) {
                let (own, other) = (shown(own), shown(other));
                let sentence = format!("`{from}` ({own}) may not name `{to}` ({other})");
                complaints.push(Complaint::new(path, line, sentence));
            }
        }
    }
    complaints
}

/// Complains of a `mod` of lib.rs that has no layer or stands above one that it builds on.
pub(crate) fn check_order(lib: &Page) -> Vec<Complaint> {
    let order: Vec<&str> = LAYERS.iter().flat_map(|layer| layer.modules).copied().collect();
    let mut complaints = Vec::new();
    let mut highest = None;
    for (index, line) in lib.code.lines().enumerate() {
        let line = line.trim().trim_start_matches("pub ");
        let Some(module) = line.strip_prefix("mod ").and_then(|line| line.strip_suffix(';')) else {
            continue;
        };
        let Some(place) = order.iter().position(|known| *known == module) else {
            complaints.push(unplaced(&lib.path, index + 1, module));
            continue;
        };
        if let Some(above) = highest.filter(|highest| *highest > place) {
            let before = order[above];
            let sentence = format!("`{module}` stands before `{before}` in the table of layers");
            complaints.push(Complaint::new(&lib.path, index + 1, sentence));
        }
        highest = highest.max(Some(place));
    }
    complaints
}

fn unplaced(path: &str, line: usize, module: &str) -> Complaint {
    let sentence = format!("`{module}` has no layer: give it one in tests/tidy/layers.rs");
    Complaint::new(path, line, sentence)
}

fn sees(own: &Layer, other: &Layer) -> bool {
    let is_lower = other.height < own.height && !own.unseen.contains(&other.name);
    is_lower || own.name == other.name
}

fn shown(layer: &Layer) -> String {
    format!("layer {} {}", layer.height, layer.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(path: &str, text: &str) -> Vec<String> {
        check(&[Page::new(path, text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn down_and_sideways_is_allowed() {
        let uses = "use crate::at::Line;\nuse crate::{run, world::World};\nuse crate::fault;";
        assert!(sentences("src/run/mod.rs", uses).is_empty());
        assert!(sentences("src/profile.rs", "use crate::scenario::Pattern;").is_empty());
        assert!(sentences("src/report/junit.rs", "use crate::tally::Tally;").is_empty());
        assert!(sentences("src/main.rs", "use crate::report;").is_empty());
    }

    #[test]
    fn upwards_is_not() {
        let text = "\nuse crate::{\n    fault,\n    scenario::Step,\n};";
        let expected = "src/at/line.rs:4: `at` (layer 1 languages) may not name `scenario` \
                        (layer 2 wishes)";
        assert_eq!(sentences("src/at/line.rs", text), [expected]);
        assert_eq!(sentences("src/sim/mod.rs", "fn f() { crate::world::g() }").len(), 1);
    }

    #[test]
    fn telling_and_doing_do_not_know_each_other() {
        for (path, module) in [
            ("src/report/mod.rs", "run"),
            ("src/report/mod.rs", "world"),
            ("src/tally/mod.rs", "sim"),
            ("src/run/mod.rs", "report"),
            ("src/run/mod.rs", "tally"),
        ] {
            let text = format!("use crate::{module}::Thing;");
            assert_eq!(sentences(path, &text).len(), 1, "{path} must not name {module}");
        }
    }

    #[test]
    fn what_has_no_layer_is_told() {
        assert_eq!(sentences("src/attic.rs", "").len(), 1);
        assert_eq!(sentences("src/run/mod.rs", "use crate::*;").len(), 1);
        assert_eq!(sentences("src/run/mod.rs", "use crate::Thing;").len(), 1);
        assert!(sentences("tests/attic.rs", "use crate::thing;").is_empty());
    }

    #[test]
    fn lib_must_follow_the_table() {
        let order = |text: &str| check_order(&Page::new("src/lib.rs", text));
        assert!(order("pub mod fault;\npub mod at;\n// words\npub mod run;").is_empty());
        assert_eq!(order("pub mod at;\npub mod fault;")[0].line, 2);
        assert_eq!(order("mod attic;").len(), 1);
    }
}
