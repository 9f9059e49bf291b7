//! `scenarios/README.md` is true: each statement of the app note has its scenarios, and each
//! scenario its statement.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fotarig::scenario;
use fotarig::suite::{self, Desk, Occasion, Selection};

const PAGE: &str = "scenarios/README.md";

/// The folders of the suite, in the order in which the page explains them.
const FOLDERS: [&str; 11] = [
    "connect",
    "bootstrap",
    "agreements",
    "update",
    "security",
    "suspend-resume",
    "power-cut",
    "local-update",
    "delta-mismatch",
    "errors",
    "timing",
];

/// Each heading of the app note from section 6 to section 13.
const SECTIONS: [&str; 32] = [
    "6", "7", "7.1", "7.1.1", "7.1.2", "7.1.3", "7.2", "7.3", "7.4", "7.4.1", "7.4.2", "7.4.3",
    "7.5", "7.5.1", "7.5.2", "7.5.3", "8", "9", "9.1", "9.2", "9.3", "9.4", "9.5", "10", "11",
    "11.1", "11.2", "11.3", "11.4", "11.5", "12", "13",
];

/// What a lab is promised: fewer would leave a part of the note out, or its variations.
const MIN_SCENARIOS: usize = 45;
const MIN_TESTS: usize = 150;

/// The columns of a table of statements.
const CHECKED: [&str; 3] = ["section", "sentence", "scenario"];
/// Of the list of statements that no scenario can check.
const UNCHECKED: [&str; 3] = ["section", "sentence", "why"];
/// Of the table that explains the folders.
const EXPLAINED: [&str; 2] = ["folder", "what a module must do there"];
/// Of the table that explains the tags which are no folders.
const MARKS: [&str; 2] = ["tag", "what it marks"];

#[test]
fn each_statement_has_scenarios_that_are_there() {
    let ids = shipped();
    assert_true(&Page::read().rows_without_scenario(&ids));
}

#[test]
fn each_scenario_stands_at_a_statement() {
    let named = Page::read().named();
    let unnamed = shipped().into_iter().filter(|id| !named.contains(id));
    let complaint = |id| format!("`{id}` is in no table: give the statement that it checks a row");
    assert_true(&unnamed.map(complaint).collect::<Vec<_>>());
}

#[test]
fn each_heading_of_the_note_has_a_table_and_rows() {
    assert_true(&Page::read().missing_sections());
}

#[test]
fn rows_are_in_the_table_of_their_section_once_and_whole() {
    assert_true(&Page::read().wrong_rows());
}

#[test]
fn the_folders_are_those_that_the_page_explains() {
    let wanted: Vec<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
    let explained = Page::read().folders();
    assert_eq!(explained, wanted, "the table of folders in {PAGE} (left) is not the suite's");

    let folder = |id: &String| id.split_once('/').map_or(String::new(), |(one, _)| one.to_owned());
    let found: BTreeSet<String> = shipped().iter().map(folder).collect();
    let mut complaints = Vec::new();
    for stray in found.iter().filter(|one| !wanted.contains(one)) {
        complaints.push(format!("`scenarios/{stray}` is no folder of the suite: move its files"));
    }
    for empty in wanted.iter().filter(|one| !found.contains(*one)) {
        complaints.push(format!("`scenarios/{empty}` has no scenario: write those of the table"));
    }
    assert_true(&complaints);
}

#[test]
fn each_tag_is_a_folder_or_explained() {
    let explained = Page::read().tags();
    let found = suite::find(&[]).expect("the scenarios can be read");
    let mut used = BTreeSet::new();
    let mut complaints = Vec::new();
    for scenario in scenario::load(&found).expect("the scenarios are right") {
        let folder = scenario.id.split_once('/').map_or("", |(one, _)| one);
        if scenario.tags.first().is_none_or(|tag| tag != folder) {
            complaints.push(format!("`{}`: the first tag is its folder, `{folder}`", scenario.id));
        }
        used.extend(scenario.tags.iter().cloned());
    }
    let unknown = |tag: &&String| !explained.contains(*tag) && !FOLDERS.contains(&tag.as_str());
    for tag in used.iter().filter(unknown) {
        complaints.push(format!("the tag `{tag}` is not explained in {PAGE}"));
    }
    for tag in explained.difference(&used) {
        complaints.push(format!("{PAGE} explains the tag `{tag}`, which no scenario has"));
    }
    assert_true(&complaints);
}

#[test]
fn the_suite_is_as_large_as_promised() {
    let desk = Desk::load(None, None).expect("the built-in desk is right");
    let found = suite::find(&[]).expect("the scenarios can be read");
    let scenarios = scenario::load(&found).expect("the scenarios are right");
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion);
    let tests = tests.expect("the shipped scenarios become tests");
    let count = scenarios.len();
    assert!(count >= MIN_SCENARIOS, "{count} scenarios, {MIN_SCENARIOS} at least: write the rest");
    let count = tests.len();
    assert!(count >= MIN_TESTS, "{count} tests, {MIN_TESTS} at least: give scenarios parameters");
}

/// The ids of all scenarios in the folder; fragments and this page are none.
fn shipped() -> BTreeSet<String> {
    let found = suite::find(&[]).expect("the scenarios can be read");
    found.into_iter().map(|(id, _)| id).collect()
}

/// All at once, so that a person corrects the page in one go.
fn assert_true(complaints: &[String]) {
    let count = complaints.len();
    assert!(complaints.is_empty(), "{count} to correct:\n{}", complaints.join("\n"));
}

/// A row of a table, with what stands above it.
struct Row {
    line: usize,
    /// The first word of the heading: the number of a section, where it is one.
    heading: String,
    columns: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    fn is_under(&self, columns: &[&str]) -> bool {
        self.columns == columns
    }

    fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }

    /// The scenarios of its last cell.
    fn scenarios(&self) -> Vec<String> {
        quoted(self.cell(2))
    }

    /// Whether its section is a part of the numbered section that the heading names.
    fn is_in_place(&self) -> bool {
        self.heading.parse::<u8>().is_err() || chapter(self.cell(0)) == self.heading
    }

    fn complaint(&self, sentence: &str) -> String {
        format!("{PAGE}:{}: {sentence}", self.line)
    }
}

struct Page {
    rows: Vec<Row>,
}

impl Page {
    fn read() -> Page {
        Page::of(&fs::read_to_string(PAGE).expect("the page is there"))
    }

    fn of(text: &str) -> Page {
        let mut rows = Vec::new();
        let (mut heading, mut columns) = (String::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            if let Some(title) = line.strip_prefix("## ") {
                title.split(' ').next().unwrap_or("").clone_into(&mut heading);
            }
            let Some(cells) = cells(line) else {
                columns.clear();
                continue;
            };
            if columns.is_empty() {
                columns = cells;
            } else if !cells.iter().all(|cell| cell.chars().all(|letter| letter == '-')) {
                let (heading, columns) = (heading.clone(), columns.clone());
                rows.push(Row { line: index + 1, heading, columns, cells });
            }
        }
        Page { rows }
    }

    /// The statements that scenarios check.
    fn checked(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.is_under(&CHECKED))
    }

    fn named(&self) -> BTreeSet<String> {
        self.checked().flat_map(Row::scenarios).collect()
    }

    fn folders(&self) -> Vec<String> {
        let explained = self.rows.iter().filter(|row| row.is_under(&EXPLAINED));
        explained.flat_map(|row| quoted(row.cell(0))).collect()
    }

    fn tags(&self) -> BTreeSet<String> {
        let marks = self.rows.iter().filter(|row| row.is_under(&MARKS));
        marks.flat_map(|row| quoted(row.cell(0))).collect()
    }

    fn rows_without_scenario(&self, ids: &BTreeSet<String>) -> Vec<String> {
        let empty = self.checked().filter(|row| row.scenarios().is_empty());
        let mut complaints: Vec<String> =
            empty.map(|row| row.complaint("no scenario: name one as `folder/name`")).collect();
        let mut gone: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.checked() {
            for id in row.scenarios().into_iter().filter(|id| !ids.contains(id)) {
                gone.entry(id).or_default().push(row.line.to_string());
            }
        }
        complaints.extend(gone.into_iter().map(|(id, lines)| {
            let lines = lines.join(", ");
            format!(
                "there is no `{id}`: write `scenarios/{id}.yaml`, or name another in {PAGE}, \
                 line {lines}"
            )
        }));
        complaints
    }

    fn missing_sections(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for section in SECTIONS {
            let chapter = chapter(section);
            let has_table = self.checked().any(|row| row.heading == chapter);
            if !has_table {
                complaints.push(format!(
                    "{PAGE}: section {chapter} has no table: begin `## {chapter} …`"
                ));
            } else if !self.checked().any(|row| row.cell(0) == section) {
                complaints
                    .push(format!("{PAGE}: no row for section {section}: add what it states"));
            }
        }
        complaints
    }

    fn wrong_rows(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut known = BTreeSet::new();
        for row in &self.rows {
            let kinds = [&CHECKED[..], &UNCHECKED, &EXPLAINED, &MARKS];
            if !kinds.iter().any(|kind| row.is_under(kind)) {
                let columns = row.columns.join(" | ");
                complaints.push(row.complaint(&format!("no table here has the columns {columns}")));
            } else if row.cells.len() != row.columns.len() || row.cells.iter().any(String::is_empty)
            {
                let count = row.columns.len();
                let sentence = format!("a row here has {count} cells, and none is empty");
                complaints.push(row.complaint(&sentence));
            } else if !row.is_in_place() {
                complaints.push(row.complaint("this section is not the one of the heading above"));
            } else if !known.insert((row.cell(0), row.cell(1))) {
                complaints.push(row.complaint("this statement has a row already: join them"));
            }
        }
        complaints
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// The section that a subsection belongs to.
fn chapter(section: &str) -> &str {
    section.split('.').next().unwrap_or(section)
}

/// What stands between back-ticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_page_that_is_wrong_is_told_so() {
    let page = Page::of(
        "## 6 Register\n\
         | section | sentence | scenario |\n\
         |---|---|---|\n\
         | 6 | the module says its type | `connect/identity` |\n\
         | 6 | the module says its type | `connect/gone`, `connect/identity` |\n\
         | 6 | without a scenario | |\n\
         | 7.1 | under the wrong heading | `connect/identity` |\n\
         \n\
         | section | scenario |\n\
         |---|---|\n\
         | 6 | `connect/identity` |\n",
    );
    let ids = BTreeSet::from(["connect/identity".to_owned()]);
    let [none, gone] = &page.rows_without_scenario(&ids)[..] else { panic!("two are wrong") };
    assert!(none.starts_with("scenarios/README.md:6: no scenario"), "{none}");
    assert!(gone.starts_with("there is no `connect/gone`") && gone.ends_with("line 5"), "{gone}");
    let [again, empty, astray, kind] = &page.wrong_rows()[..] else { panic!("four are wrong") };
    assert!(again.contains(":5: this statement has a row already"), "{again}");
    assert!(empty.contains(":6: a row here has 3 cells"), "{empty}");
    assert!(astray.contains(":7: this section is not the one of the heading"), "{astray}");
    assert!(kind.contains(":11: no table here has the columns section | scenario"), "{kind}");
    assert_eq!(page.missing_sections().len(), SECTIONS.len() - 1, "all but section 6");
    assert_eq!(page.named().len(), 2);
}
