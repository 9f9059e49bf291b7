//! The house rules that a machine can hold: layers, sizes, first sentences, forbidden words.

#[path = "tidy/blank.rs"]
mod blank;
#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/complaint.rs"]
mod complaint;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/map.rs"]
mod map;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/openings.rs"]
mod openings;
#[path = "tidy/shipped.rs"]
mod shipped;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/words.rs"]
mod words;

use crate::complaint::Complaint;

/// Fails with all complaints at once, one line each.
fn hold(complaints: &[Complaint]) {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} untidy:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn a_module_names_lower_layers_only() {
    hold(&layers::check(&tree::rust_files()));
}

#[test]
fn lib_lists_the_modules_from_the_ground_up() {
    hold(&layers::check_order(&tree::read("src/lib.rs")));
}

#[test]
fn modules_of_a_layer_go_in_no_circle() {
    hold(&circles::check(&tree::rust_files()));
}

#[test]
fn files_and_lines_are_short() {
    hold(&sizes::check(&tree::rust_files()));
}

#[test]
fn a_file_opens_with_its_own_sentence() {
    hold(&openings::check(&tree::rust_files()));
}

#[test]
fn forbidden_words_are_not_used() {
    hold(&words::check(&tree::rust_files()));
}

#[test]
fn every_dependency_has_its_reason() {
    hold(&dependencies::check(&tree::read("Cargo.toml")));
}

#[test]
fn the_map_is_true() {
    hold(&map::check(&tree::read("ARCHITECTURE.md"), &tree::top_modules()));
}

#[test]
fn a_shipped_scenario_says_what_it_is_about() {
    hold(&shipped::check(&tree::texts("scenarios", "yaml")));
}
