//! The HTML page as text: nothing of a journal becomes markup, whatever it says, and the details
//! of tests are in there.

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;

/// Elements of our templates and plots. One that is not here has come out of a journal.
const ELEMENTS: &str = "!doctype html head meta title style body a header div p h1 h2 h3 h4 b i ul \
    li main section details summary span small code figure figcaption pre mark dl dt dd table \
    thead tbody tr th td em form input button select option output noscript time footer kbd \
    dialog nav article script svg path g line rect circle text tspan polyline polygon defs desc \
    clippath lineargradient stop use br";

/// Makes the page of a journal, and tells it with its details unpacked behind it.
fn page(folder: &Path, journal: &str) -> String {
    fs::write(folder.join("journal.jsonl"), journal).expect("the folder can be written");
    let mut report = program::fotarig(folder);
    let output = report.args(["report", "journal.jsonl", "--report", "html=page.html"]).output();
    let output = output.expect("the binary runs");
    let page = fs::read_to_string(folder.join("page.html"));
    page.unwrap_or_else(|error| panic!("{error}: {}", program::seen(&output)))
}

/// The packed details, one chunk after the other.
fn unpacked(page: &str) -> Vec<String> {
    let start = r#"<script class="chunk" type="text/plain">"#;
    let chunks = page.split(start).skip(1).map(|rest| rest.split('<').next().unwrap_or_default());
    let unpack = |chunk: &str| {
        let bytes = STANDARD.decode(chunk).expect("chunks are base64");
        let mut text = String::new();
        DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("raw deflate");
        text
    };
    chunks.map(unpack).collect()
}

/// The names of all elements that begin in a text of HTML, outside of style and script.
fn elements(html: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = html;
    while let Some((_, behind)) = rest.split_once('<') {
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && !"!-/".contains(c));
        let name = behind[..end.unwrap_or(behind.len())].to_lowercase();
        rest = behind;
        if name == "style" || name == "script" {
            let close = format!("</{name}>");
            rest = behind.split_once(&close).expect("it is closed").1;
        }
        names.push(name.trim_start_matches('/').to_owned());
    }
    names
}

#[test]
fn nothing_of_a_journal_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &hostile::journal());
    let chunks = unpacked(&page);
    assert!(chunks.iter().any(|chunk| chunk.contains("x-evil")), "the details have the lines");
    let known: Vec<&str> = ELEMENTS.split_whitespace().collect();
    for html in chunks.iter().chain([&page]) {
        for name in elements(html) {
            assert!(known.contains(&name.as_str()), "a strange element: {name}");
        }
        let is_unseen =
            |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2066}\u{feff}".contains(c);
        let found = html.find(is_unseen);
        assert_eq!(found.map(|at| html[at..].chars().take(20).collect::<String>()), None);
    }
}

#[test]
fn a_page_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &hostile::journal());
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).expect("a policy");
    assert!(policy.starts_with("default-src &#39;none&#39;"), "{}", &policy[..80]);
    for word in ["<link", "<img", "<iframe", "src=\"", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn a_journal_of_a_version_without_profile_has_a_page_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let journal = hostile::journal().replace("hl78xx", "gone");
    let page = page(folder.path(), &journal);
    assert!(!unpacked(&page).is_empty());
}

#[test]
fn a_journal_that_ends_anywhere_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let journal = hostile::journal();
    let lines: Vec<&str> = journal.lines().collect();
    for end in (1..lines.len()).step_by(7) {
        let page = page(folder.path(), &(lines[..end].join("\n") + "\n{\"ns\":"));
        assert!(page.trim_end().ends_with("</html>"), "{end}");
    }
}
