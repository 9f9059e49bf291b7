//! A journal in which every field tries to be more than text.

use std::collections::BTreeMap;

use fotarig::diagnostic::{Diagnostic, Excerpt, Scene, Way};
use fotarig::fault::Verdict;
use fotarig::journal::{
    Cue, Entry, Event, Figure, Grade, Header, Met, Plan, Rig, StepAt, TestAt, Unclaimed, Waits,
    Wire,
};
use serde_json::json;

/// Ends every element that text can stand in, begins others, leaves attributes, turns the
/// direction, hides.
pub(crate) const EVIL: &str = "</script></style></title></textarea></svg></template>--><!--\
    <x-evil onload=\"evil()\" a='b'>\" onfocus=evil() autofocus ' onclick='evil()` ]]><![CDATA[\
    javascript:evil() {{7*7}} {% evil %} &lt;x-evil&gt; %3Cx-evil%3E \0\u{1}\u{1b}[31m\r\n\u{7f}\
    \u{9b}\u{200b}\u{202e}\u{2066}\u{2028}\u{feff}\u{ffff}\u{10ffff} ä→😀";

/// The whole journal: three tests of different verdicts, the last one without an end.
pub(crate) fn journal() -> String {
    let header = Header {
        journal: 1,
        tool: evil(),
        started: evil(),
        host: Some(evil()),
        command: vec![evil(), evil()],
    };
    let mut text = serde_json::to_string(&header).expect("a header is plain data") + "\n";
    let mut ns = 0;
    for is in events() {
        ns += 1_000_000;
        let entry = Entry { ns, on: None, is };
        text += &(serde_json::to_string(&entry).expect("events are plain data") + "\n");
    }
    text
}

fn evil() -> String {
    EVIL.to_owned()
}

fn events() -> Vec<Event<'static>> {
    let mut events = vec![
        Event::RunStarted(Plan {
            seed: 1,
            tests: 3,
            rig: evil(),
            rigs: vec![evil(), "other".to_owned()],
            rig_files: BTreeMap::from([(evil(), evil())]),
            shard: Some(evil()),
            package: BTreeMap::from([
                (evil(), json!({ EVIL: [EVIL] })),
                ("from".to_owned(), json!(EVIL)),
                ("to".to_owned(), json!(EVIL)),
            ]),
            ..Plan::default()
        }),
        Event::RigReady(Rig {
            name: evil(),
            profile: "hl78xx".to_owned(),
            port: evil(),
            roles: vec![evil()],
            apn: evil(),
        }),
        Event::Waits(Waits { instrument: evil(), holder: evil() }),
    ];
    for (attempt, verdict) in [(1, Verdict::Failed), (2, Verdict::Passed)] {
        events.extend(test("one", attempt));
        let reason = Some(EVIL.into());
        events.push(Event::TestEnded { verdict, reason });
    }
    events.extend(test("two", 1));
    events.push(Event::RigLeft { why: EVIL.into() });
    events
}

fn test(id: &str, attempt: u32) -> Vec<Event<'static>> {
    let bytes: Vec<u8> = (0..=255).chain(EVIL.bytes()).chain(*b"\r\n").collect();
    let named = format!("+WDSI: {EVIL}\r\n");
    vec![
        Event::TestStarted(TestAt {
            id: format!("{id}{EVIL}"),
            rig: evil(),
            scenario: evil(),
            name: evil(),
            file: evil(),
            params: evil(),
            tags: vec![evil()],
            properties: BTreeMap::from([(evil(), evil())]),
            attempt,
        }),
        Event::StepStarted(StepAt { path: evil(), what: evil(), file: evil(), line: 1 }),
        Event::Sent(Wire::from(format!("AT{EVIL}\r").into_bytes())),
        Event::Sent(Wire::from(b"AT+CGMR\r".to_vec())),
        Event::Received(Wire::from(bytes)),
        Event::Received(Wire::from(named.into_bytes())),
        Event::PortGone { why: EVIL.into() },
        Event::PortBack { port: EVIL.into() },
        Event::Met(Met {
            pattern: EVIL.into(),
            line: Wire::from(EVIL.as_bytes().to_vec()),
            lines: 2,
            first_ns: -5,
            last_ns: i64::MIN,
            at_least_ns: Some(i64::MIN),
            at_most_ns: Some(i64::MAX),
            written: Some(EVIL.into()),
        }),
        Event::Called {
            role: EVIL.into(),
            method: EVIL.into(),
            params: Some(json!({ "package": { "name": EVIL } })),
            took_ns: Some(u64::MAX),
            after: Some(Cue { line: Wire::from(EVIL.as_bytes().to_vec()), ns: 1 }),
            answer: Some(json!([EVIL])),
            refused: None,
        },
        Event::TransferStarted { bytes: u64::MAX },
        measured(f64::MAX),
        measured(-0.5),
        Event::Learned { fact: EVIL.into(), value: EVIL.into() },
        Event::Logged(EVIL.into()),
        Event::StepEnded { path: EVIL.into(), verdict: Verdict::Broken },
        complaint(),
        Event::TeardownStarted,
        Event::Unclaimed(Unclaimed {
            lines: vec![(1, Wire::from(EVIL.as_bytes().to_vec()))],
            more: u64::MAX,
        }),
    ]
}

fn measured(value: f64) -> Event<'static> {
    let (name, unit, grade) = (evil(), evil(), Grade::Marginal);
    Event::Measured(Figure { name, value, unit, at_least: Some(-1.0), at_most: Some(9.0), grade })
}

fn complaint() -> Event<'static> {
    let excerpt = Excerpt {
        file: evil(),
        line: 7,
        column: 1,
        text: evil(),
        start: 3,
        end: 30,
        label: format!("here: {EVIL}"),
    };
    let ways = vec![Way::Step(evil()), Way::Used { file: evil(), line: 1 }, Way::Part(evil())];
    let diagnostic = Diagnostic {
        message: format!("`{EVIL}` {EVIL}"),
        excerpt: Some(Box::new(excerpt)),
        notes: vec![evil()],
        help: Some(evil()),
        scene: Some(Box::new(Scene { ns: Some(u64::MAX), ways, tail: vec![evil()] })),
    };
    Event::Complained { verdict: Verdict::Failed, diagnostic: Box::new(diagnostic) }
}
