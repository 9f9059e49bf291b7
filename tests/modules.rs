//! Modules of scripts: read once, while scenarios are loaded, and within limits.

use std::fs;
use std::path::Path;

use fotarig::diagnostic::Diagnostic;
use fotarig::fault::Verdict;
use fotarig::journal::Journal;
use fotarig::scenario::{self, Scenario};
use fotarig::source::Source;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;
use std::sync::Arc;

/// Loads a scenario of this folder with one script.
fn load(folder: &Path, script: &str) -> Result<Vec<Arc<Scenario>>, Vec<Diagnostic>> {
    let text = format!("name: a script\nsteps:\n  - script: |\n      {script}\n");
    let source = Source::new(folder.join("it.yaml").display().to_string(), text);
    scenario::load(&[("it".to_owned(), source)])
}

fn mistakes(folder: &Path, script: &str) -> Vec<String> {
    let mistakes = load(folder, script).expect_err("a mistake");
    mistakes.into_iter().map(|mistake| mistake.message).collect()
}

#[test]
fn a_run_does_not_look_at_the_disk_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sums.rhai");
    fs::write(&file, "import \"more\" as more; fn two() { more::one() + 1 }").unwrap();
    fs::write(folder.path().join("more.rhai"), "fn one() { 1 }").unwrap();
    let script = "import \"sums\" as sums; if sums::two() != 2 { fail(\"no\") }";
    let scenarios = load(folder.path(), script).expect("a valid scenario");
    fs::remove_dir_all(folder.path()).unwrap();
    let desk = Desk::load(None, None).expect("the built-in desk");
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion).expect("a test");
    let (patience, clock, interrupts) = (Patience::GoOn, Clock::start(), Interrupts::default());
    let conduct = Conduct { desk: &desk, seed: 1, patience, clock, interrupts };
    assert_eq!(conduct.run(&tests, Journal::nowhere()).worst(), Verdict::Passed);
}

#[test]
fn modules_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    for number in 0..20 {
        let next = number + 1;
        write(&format!("deep{number}.rhai"), &format!("import \"deep{next}\" as next;"));
    }
    write("deep20.rhai", "");
    let deep = mistakes(folder.path(), "import \"deep0\" as deep;");
    assert_eq!(deep, ["modules are nested more than 4 deep"]);
    write("large.rhai", &"// large\n".repeat(200_000));
    let large = mistakes(folder.path(), "import \"large\" as large;");
    assert!(large[0].contains("it is larger than"), "{large:?}");
    fs::write(folder.path().join("bytes.rhai"), b"\xff").unwrap();
    let bytes = mistakes(folder.path(), "import \"bytes\" as bytes;");
    assert!(bytes[0].contains("byte 0 is not UTF-8"), "{bytes:?}");
    let many = (0..201).map(|number| {
        write(&format!("many{number}.rhai"), "");
        format!("import \"many{number}\" as many{number}; ")
    });
    let many: Vec<String> = many.collect();
    let tenths: Vec<String> = many.chunks(10).map(<[String]>::concat).collect();
    let all = mistakes(folder.path(), &tenths.join("\n  - script: |\n      "));
    assert_eq!(all, ["there are more than 200 modules"]);
    let eleven = mistakes(folder.path(), &many[..11].concat());
    assert_eq!(eleven, ["more than 10 modules are imported here"]);
}

#[test]
fn a_damaged_module_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = "import \"more\" as more;\nexport const A = #{ b: [1, \"x${2}\"] };\n\
                 fn f(x) { let y = |z| z + x; if x > 1 { y.call(global::A) } more::g() }\n";
    fs::write(folder.path().join("more.rhai"), "fn g() { 1 }").unwrap();
    for end in (0..whole.len()).step_by(2) {
        for piece in ["", "\"", "}", "é", "\0", "`${"] {
            let rest = &whole[(end + 3).min(whole.len())..];
            let text = format!("{}{piece}{rest}", &whole[..end]);
            fs::write(folder.path().join("sums.rhai"), text).unwrap();
            let _ = load(folder.path(), "import \"sums\" as sums; sums::f(1);");
        }
    }
}
