//! `docs/writing-scenarios.md` is true and whole: its examples are run, its keys are the schema's.

#[path = "support/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fotarig::rig::{methods_of, roles};
use fotarig::scenario::VERBS;
use fotarig::schema::FileKind;
use fotarig::source::Source;
use fotarig::yaml;
use page::{Block, blocks, difference, words};
use program::{fotarig, seen};
use serde_json::Value;

const PAGE: &str = "docs/writing-scenarios.md";

/// What the table of all keys calls the parts of a schema.
const PARTS: [(&str, &str); 12] = [
    ("Scenario", "a scenario"),
    ("Given", "`given`"),
    ("Span", "`params`"),
    ("Reservation", "`skip`, `expected_failure`"),
    ("Step", "a step"),
    ("Step.reboot", "`reboot`"),
    ("ExpectedLine", "an expected line"),
    ("ForbiddenLine", "a forbidden line"),
    ("Rounds", "`repeat`"),
    ("Stall", "`stall`"),
    ("Fragment", "a fragment"),
    ("Package", "a package"),
];
/// Actions whose one key is a method of a role: they stand in the table of roles.
const ROLE_ACTIONS: [&str; 3] = ["Step.power", "Step.network", "Step.cloud"];

/// A block that is a file, with the name in its first line.
struct Example {
    name: String,
    /// `scenario failed`, `fragment`, `module` …
    kind: String,
    text: String,
}

fn examples() -> Vec<Example> {
    blocks(PAGE).iter().filter_map(Example::of).collect()
}

impl Example {
    /// Nothing when the block is something to read.
    fn of(block: &Block) -> Option<Example> {
        let (kind, mark) = match block.kind.as_str() {
            "rhai" => ("module", "// "),
            // Lines for the console; any other text is something to read.
            "text" if block.lines.first().is_some_and(|line| line.contains(".txt")) => {
                ("text", "# ")
            }
            "console" | "text" => return None,
            kind => (kind.strip_prefix("yaml ").unwrap_or(kind), "# "),
        };
        let title = block.lines.first().and_then(|line| line.strip_prefix(mark));
        let name = title.unwrap_or_else(|| panic!("a block of {kind} does not say its file name"));
        let (name, kind) = (name.to_owned(), kind.to_owned());
        Some(Example { name, kind, text: block.lines.join("\n") + "\n" })
    }

    /// How a scenario comes out, as its fence says: `passed` unless there is a word.
    fn outcome(&self) -> Option<&str> {
        let words = self.kind.strip_prefix("scenario")?.trim();
        Some(if words.is_empty() { "passed" } else { words })
    }
}

/// All examples in one folder, as a reader has them.
fn lab() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut names = BTreeSet::new();
    for Example { name, text, .. } in examples() {
        let path = folder.path().join(&name);
        fs::create_dir_all(path.parent().expect("it is in the lab")).expect("a folder");
        fs::write(path, text).expect("a file");
        assert!(names.insert(name.clone()), "two examples are called `{name}`");
    }
    folder
}

fn answer(folder: &Path, arguments: &[String]) -> (Option<i32>, String) {
    let (files, arguments): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.starts_with('<'));
    let mut program = fotarig(folder);
    if let Some(file) = files.first() {
        program.stdin(fs::File::open(folder.join(&file[1..])).expect("the guide has the file"));
    }
    let output = program.args(arguments).output().expect("our own program can be started");
    (output.status.code(), seen(&output))
}

#[test]
fn each_scenario_comes_out_as_its_fence_says() {
    let lab = lab();
    let mut wrong = Vec::new();
    let mut scenarios = 0;
    for example in examples() {
        let Some(outcome) = example.outcome() else { continue };
        scenarios += 1;
        let verb = if outcome == "invalid" { "check" } else { "run" };
        let (code, text) = answer(lab.path(), &[verb.to_owned(), example.name.clone()]);
        let comes_out = match outcome {
            "passed" => code == Some(0) && total(&text).ends_with(" passed"),
            "skipped" => code == Some(0) && is_only(&text, "skipped"),
            "failed" => code == Some(1) && is_only(&text, "failed"),
            "broken" => code == Some(3) && is_only(&text, "broken"),
            "invalid" => code == Some(2),
            other => panic!("`{}` is said to come out as `{other}`: no such verdict", example.name),
        };
        if !comes_out {
            wrong.push(format!("`{}` is not {outcome}:\n{text}", example.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(scenarios > 20, "only {scenarios} scenarios were found");
}

/// `2 passed, 1 skipped`, from the line behind the last test.
fn total(text: &str) -> &str {
    let line = text.lines().find(|line| line.ends_with(" on the module's clock"));
    line.and_then(|line| line.split("; ").next()).unwrap_or("")
}

fn is_only(text: &str, verdict: &str) -> bool {
    let rest = total(text).strip_prefix("0 passed, ").and_then(|rest| rest.strip_suffix(verdict));
    rest.is_some_and(|count| count.trim().parse::<u32>().is_ok())
}

#[test]
fn the_commands_say_what_the_guide_shows() {
    let lab = lab();
    let mut commands = 0;
    for block in blocks(PAGE).iter().filter(|block| block.kind == "console") {
        let (command, shown) = block.command();
        let (_, text) = answer(lab.path(), &words(command)[1..]);
        if let Some(difference) = difference(shown, &text) {
            panic!("`{command}`: {difference}\n{text}");
        }
        commands += 1;
    }
    assert!(commands > 5, "only {commands} commands were found");
}

/// A fragment or a module is only true when a scenario that is run uses it.
#[test]
fn each_part_is_used_by_a_scenario() {
    let examples = examples();
    for part in examples.iter().filter(|example| ["fragment", "module"].contains(&&*example.kind)) {
        let name = part.name.strip_suffix(".rhai").unwrap_or(&part.name);
        let used = examples.iter().any(|other| other.outcome().is_some() && uses(other, name));
        assert!(used, "no scenario of the guide uses `{}`", part.name);
    }
}

fn uses(example: &Example, name: &str) -> bool {
    example.text.contains(&format!("use: {name}"))
        || example.text.contains(&format!("import \"{name}\""))
}

#[test]
fn the_table_has_the_keys_of_the_schema() {
    let (mut written, known) = (table("| in | key |", Some("a scenario")), schema_keys());
    let mut wrong = Vec::new();
    for (part, keys) in &known {
        let rows = written.remove(part).unwrap_or_default();
        for key in keys.difference(&rows) {
            wrong.push(format!("the key `{key}` of {part} is missing: give it a row in {PAGE}"));
        }
        for key in rows.difference(keys) {
            wrong.push(format!("{part} has no key `{key}`: remove it from the table in {PAGE}"));
        }
    }
    wrong.extend(written.keys().map(|part| format!("no schema has a part {part}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_key_of_a_scenario_is_in_an_example() {
    let mut used = BTreeSet::new();
    for example in
        examples().into_iter().filter(|example| !["module", "text"].contains(&&*example.kind))
    {
        if example.outcome() == Some("invalid") {
            continue;
        }
        let node = yaml::parse(&Source::new(example.name, example.text)).expect("it is YAML");
        keys_of(&node.to_value(), &mut used);
    }
    let known: BTreeSet<String> = schema_keys().into_values().flatten().collect();
    let unused: Vec<_> = known.difference(&used).filter(|key| *key != "file").collect();
    assert!(unused.is_empty(), "no example of {PAGE} shows {unused:?}: add them to one");
}

#[test]
fn the_table_has_the_roles_and_their_methods() {
    let written = table("| role | methods |", None);
    let known = |role: &'static str| {
        let methods = methods_of(role).iter().map(|method| (*method).to_owned());
        (format!("`{role}`"), methods.collect::<BTreeSet<_>>())
    };
    assert_eq!(written, roles().map(known).collect(), "the guide (left) is not true");
}

#[test]
fn each_verb_of_a_script_is_named() {
    let text = fs::read_to_string(PAGE).expect("the guide is there");
    for verb in VERBS {
        assert!(text.contains(&format!("`{verb}(")), "the verb `{verb}` is missing in {PAGE}");
    }
}

#[test]
fn the_guide_links_to_what_is_there() {
    let text = fs::read_to_string(PAGE).expect("the guide is there");
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = link.split('#').next().unwrap_or(link);
        let there = link.starts_with("https://") || Path::new("docs").join(path).exists();
        assert!(there, "`{link}` is not there");
    }
}

/// The words in backticks of the second column, by what the first says; an empty first column
/// belongs to the row above.
fn table(head: &str, first: Option<&str>) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(PAGE).expect("the guide is there");
    let rows = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let mut part = first.unwrap_or("").to_owned();
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, of, keys, ..] = cells.as_slice() else { continue };
        if !of.is_empty() {
            (*of).clone_into(&mut part);
        }
        let keys = keys.split('`').skip(1).step_by(2).map(str::to_owned);
        table.entry(part.clone()).or_default().extend(keys);
    }
    table
}

/// The keys of scenarios, fragments and packages, by what the guide calls the part.
fn schema_keys() -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for kind in [FileKind::Scenario, FileKind::Fragment, FileKind::Package] {
        let schema: Value = serde_json::from_str(&kind.schema()).expect("a schema is JSON");
        let title = schema["title"].as_str().expect("a schema has a title");
        collect(title, &schema, &mut found);
        for (name, part) in schema["definitions"].as_object().into_iter().flatten() {
            collect(name, part, &mut found);
        }
    }
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (part, keys) in found.into_iter().filter(|(part, _)| !ROLE_ACTIONS.contains(&&**part)) {
        let name = PARTS.iter().find(|(known, _)| *known == part).map(|(_, name)| *name);
        let name = name.unwrap_or_else(|| panic!("the guide has no word for `{part}`: see PARTS"));
        named.entry(name.to_owned()).or_default().extend(keys);
    }
    named
}

/// The keys of an object of a schema, and of those that are written inside it.
fn collect(part: &str, schema: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        found.entry(part.to_owned()).or_default().insert(key.clone());
        collect(&format!("{part}.{key}"), inner, found);
    }
    for either in ["anyOf", "oneOf", "allOf"] {
        for choice in schema[either].as_array().into_iter().flatten() {
            collect(part, choice, found);
        }
    }
}

fn keys_of(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                found.insert(key.clone());
                keys_of(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_of(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
