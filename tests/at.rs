//! The AT decoder: the conformance table, any cut of the same bytes, and input without measure.

use std::sync::{Arc, LazyLock};

use fotarig::at::{Cut, Decoder, Dialect, DialectError, Kind, Line, MAX_LINE, Urc};
use fotarig::moment::Moment;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const TABLE: &str = include_str!("at/conformance.txt");

/// A line that owns its text.
type Heard = (Kind, Cut, Vec<u8>);

/// What happens to a decoder.
#[derive(Clone, Debug)]
enum Turn {
    Send(Vec<u8>),
    Arrive(Vec<u8>),
    Abandon,
}

/// Made once: each pattern takes longer to compile than a whole case to play.
static DIALECT: LazyLock<Arc<Dialect>> = LazyLock::new(dialect);

/// An HL78xx in short, with a name that has an answer to its set command.
fn dialect() -> Arc<Dialect> {
    let mut dialect = Dialect::default();
    let urcs = [
        Urc {
            urc: Some(r"^\+WDSI: ?(1?\d|2[0-5])(,.*)?$".to_owned()),
            read: Some(r"^\+WDSI: ?\d+$".to_owned()),
            ..Urc::named("+WDSI")
        },
        Urc {
            urc: Some(r"^\+KTCP: \d+,\d+$".to_owned()),
            set: Some(r"^\+KTCP: \d+$".to_owned()),
            ..Urc::named("+KTCP")
        },
        Urc::named("+KSUP"),
        Urc::named("NO CARRIER"),
    ];
    for urc in urcs {
        dialect.add_urc(&urc).unwrap();
    }
    dialect.add_prompt("AT+WDSD=", b"\x15C").unwrap();
    Arc::new(dialect)
}

fn decoder() -> Decoder {
    Decoder::new(Arc::clone(&DIALECT))
}

/// Plays `turns`; each arrival is cut into chunks by `cut`. Returns what each turn let be heard.
fn play<'t>(turns: &'t [Turn], cut: impl Fn(&'t [u8]) -> Vec<&'t [u8]>) -> Vec<Vec<Heard>> {
    let mut decoder = decoder();
    let each = turns.iter().map(|turn| {
        let mut heard = Vec::new();
        let mut hear = |line: Line<'_>| heard.push((line.kind, line.cut, line.text.to_vec()));
        match turn {
            Turn::Send(command) => decoder.sent(command),
            Turn::Abandon => decoder.abandon(&mut hear),
            Turn::Arrive(bytes) => {
                for chunk in cut(bytes) {
                    decoder.feed(Moment::START, chunk, &mut hear);
                }
            }
        }
        heard
    });
    each.collect()
}

fn whole(bytes: &[u8]) -> Vec<&[u8]> {
    vec![bytes]
}

fn byte_by_byte(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(1).collect()
}

/// The bytes that `text` of the table stands for.
fn unescape(text: &str) -> Vec<u8> {
    let mut pieces = text.split('\\');
    let mut bytes: Vec<u8> = pieces.next().unwrap_or("").into();
    for piece in pieces {
        let length = if piece.starts_with('x') { 3 } else { 1 };
        let (escape, plain) = piece.split_at(length);
        bytes.push(match escape {
            "r" => b'\r',
            "n" => b'\n',
            "0" => 0,
            hex => u8::from_str_radix(&hex[1..], 16).expect("an escape of the table"),
        });
        bytes.extend_from_slice(plain.as_bytes());
    }
    bytes
}

struct Case {
    name: &'static str,
    turns: Vec<Turn>,
    heard: Vec<Vec<Heard>>,
}

fn table() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for row in TABLE.lines() {
        if let Some(name) = row.strip_prefix("= ") {
            let (turns, heard) = (Vec::new(), Vec::new());
            cases.push(Case { name, turns, heard });
        } else if let Some(case) = cases.last_mut() {
            read(row, case);
        }
    }
    cases
}

fn read(row: &str, case: &mut Case) {
    let turn = match row.split_at_checked(2) {
        None | Some(("# ", _)) if row != "!" => return,
        None => Turn::Abandon,
        Some(("> ", command)) => Turn::Send(unescape(command)),
        Some(("< ", bytes)) => Turn::Arrive(unescape(bytes)),
        Some(("  ", line)) => {
            let (kind, text) = line.split_at(8);
            let heard = case.heard.last_mut().expect("a line is heard at a turn");
            heard.push((named(kind.trim()), Cut::Whole, unescape(text)));
            return;
        }
        Some(_) => panic!("{}: what is {row:?}?", case.name),
    };
    case.turns.push(turn);
    case.heard.push(Vec::new());
}

fn named(kind: &str) -> Kind {
    match kind {
        "echo" => Kind::Echo,
        "info" => Kind::Information,
        "final" => Kind::Final,
        "urc" => Kind::Urc,
        "prompt" => Kind::Prompt,
        "text" => Kind::Text,
        _ => panic!("no kind {kind:?}"),
    }
}

#[test]
fn conformance_whole_bytewise_and_split_at_every_position() {
    let cases = table();
    assert!(cases.len() > 50, "the table is read");
    for Case { name, turns, heard } in &cases {
        assert_eq!(&play(turns, whole), heard, "{name}: whole");
        assert_eq!(&play(turns, byte_by_byte), heard, "{name}: byte by byte");
        let lengths = turns.iter().map(|turn| match turn {
            Turn::Arrive(bytes) => bytes.len(),
            Turn::Send(_) | Turn::Abandon => 0,
        });
        for place in 1..lengths.max().unwrap_or(0) {
            let split = |bytes| {
                let (head, tail) = <[u8]>::split_at(bytes, place.min(bytes.len()));
                vec![head, tail]
            };
            assert_eq!(&play(turns, split), heard, "{name}: split at {place}");
        }
    }
}

/// Words that mean something to the decoder, and some that do not.
const WORDS: [&[u8]; 24] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"OK",
    b"ERROR",
    b"+CME ERROR: 3",
    b"+WDSI: 4",
    b"+WDSI: 18,42",
    b"+WDSI: 4479",
    b"+WDSI: (0-4479)",
    b"+CEREG: 1",
    b"+CEREG: 0,1",
    b"+KSUP: 0",
    b"AT+WDSI?",
    b"AT+WDSD=100",
    b"\x15",
    b"C",
    b"> ",
    b" ",
    b"\0",
    b"\xFF",
    b":",
    b"RING",
];

const COMMANDS: [&str; 7] =
    ["AT", "AT+WDSI?", "AT+WDSI=4479", "AT+WDSI=?", "AT+CEREG?", "AT+WDSD=100", "AT+CMGS=1"];

fn below(random: &mut impl Rng, limit: usize) -> usize {
    usize::try_from(random.next_u64() % limit as u64).unwrap()
}

fn some_turns(random: &mut impl Rng) -> Vec<Turn> {
    let turn = |_| match below(random, 8) {
        0 => Turn::Abandon,
        1 | 2 => Turn::Send(COMMANDS[below(random, COMMANDS.len())].into()),
        _ => {
            let words = (0..below(random, 12)).map(|_| WORDS[below(random, WORDS.len())]);
            Turn::Arrive(words.collect::<Vec<_>>().concat())
        }
    };
    (0..20).map(turn).collect()
}

#[test]
fn how_bytes_are_chunked_does_not_matter() {
    for seed in 0..3000 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let turns = some_turns(&mut random);
        let size = 1 + below(&mut random, 16);
        let heard = play(&turns, whole);
        assert_eq!(play(&turns, byte_by_byte), heard, "seed {seed}: byte by byte");
        let chunks = |bytes| <[u8]>::chunks(bytes, size).collect();
        assert_eq!(play(&turns, chunks), heard, "seed {seed}: chunks of {size}");
    }
}

#[test]
fn garbage_never_panics_and_only_line_ends_are_lost() {
    for seed in 0..300 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut garbage = vec![0; 4096];
        random.fill_bytes(&mut garbage);
        let turns = [
            Turn::Send(garbage[..64].to_vec()),
            Turn::Arrive(garbage.clone()),
            Turn::Arrive(b"\r".to_vec()),
            Turn::Abandon,
        ];
        let heard = play(&turns, |bytes| bytes.chunks(100).collect()).concat();
        let texts: Vec<u8> = heard.into_iter().flat_map(|(_, _, text)| text).collect();
        garbage.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        assert_eq!(texts, garbage, "seed {seed}");
    }
}

#[test]
fn each_line_keeps_the_stamp_of_the_byte_that_ended_it() {
    let mut decoder = decoder();
    let mut heard = Vec::new();
    decoder.sent(b"AT+WDSI?");
    for (nanos, bytes) in [(1, "\r\n+WDSI"), (2, ": 4"), (3, "\r"), (4, "\nfoo\r\n"), (5, "OK\r")] {
        decoder.feed(Moment::from_nanos(nanos), bytes.as_bytes(), &mut |line| {
            heard.push((line.at.as_nanos(), line.kind));
        });
    }
    // The first line was held back until OK, and says when it came all the same.
    assert_eq!(heard, [(3, Kind::Information), (4, Kind::Information), (5, Kind::Final)]);
}

#[test]
fn the_partial_line_can_be_seen() {
    let mut decoder = decoder();
    assert!(!decoder.awaiting());
    decoder.sent(b"AT");
    assert!(decoder.awaiting());
    decoder.feed(Moment::START, b"\r\n+WDSI: 4\r\n+WDS", &mut |_| {});
    assert_eq!(decoder.partial(), b"+WDS");
    decoder.feed(Moment::START, b"\r\nOK\r\n", &mut |_| {});
    assert_eq!(decoder.partial(), b"");
    assert!(!decoder.awaiting());
}

#[test]
fn a_line_of_the_longest_length_is_whole_and_a_longer_one_comes_in_pieces() {
    use Cut::{LastPiece, Piece, Whole};
    let lengths = |length: usize, size: usize| {
        let bytes = [&vec![b'x'; length][..], b"\r\nOK\r\n"].concat();
        let turns = [Turn::Send(b"AT".to_vec()), Turn::Arrive(bytes)];
        let heard = play(&turns, |bytes| bytes.chunks(size).collect()).concat();
        let each = heard.into_iter().map(|(_, cut, text)| (cut, text.len()));
        each.collect::<Vec<_>>()
    };
    for size in [1, 4096, usize::MAX] {
        assert_eq!(lengths(1_000_000, size), [(Whole, 1_000_000), (Whole, 2)]);
        assert_eq!(lengths(MAX_LINE, size), [(Whole, MAX_LINE), (Whole, 2)]);
        let one_more = [(Piece, MAX_LINE), (LastPiece, 1), (Whole, 2)];
        assert_eq!(lengths(MAX_LINE + 1, size), one_more);
        let twice = [(Piece, MAX_LINE), (LastPiece, MAX_LINE), (Whole, 2)];
        assert_eq!(lengths(2 * MAX_LINE, size), twice);
    }
}

#[test]
fn a_flood_without_line_end_needs_bounded_memory_and_loses_nothing() {
    const FLOOD: usize = 100_000_000;
    let mut decoder = decoder();
    let (mut heard, mut fed) = (0, 0);
    let chunk = [0xA5; 4000];
    while fed < FLOOD {
        decoder.feed(Moment::START, &chunk, &mut |line| {
            assert_eq!((line.kind, line.cut), (Kind::Text, Cut::Piece));
            heard += line.text.len();
        });
        fed += chunk.len();
        assert!(decoder.partial().len() <= MAX_LINE);
    }
    assert_eq!(heard + decoder.partial().len(), fed);
}

#[test]
fn a_flood_behind_a_held_line_is_not_held_back() {
    let mut decoder = decoder();
    let (mut heard, mut fed) = (0, 0);
    decoder.sent(b"AT+WDSI?");
    decoder.feed(Moment::START, b"+WDSI: 4\r\n", &mut |_| heard += 1);
    while heard == 0 {
        decoder.feed(Moment::START, b"+CEREG: 1\r\n", &mut |_| heard += 1);
        fed += 1;
        assert!(fed < 10_000);
    }
    assert_eq!(heard, fed + 1);
}

#[test]
fn mistakes_in_a_dialect_are_told() {
    let mut dialect = Dialect::default();
    for name in ["", "+WDSI:", "RING\r"] {
        let wrong = dialect.add_urc(&Urc::named(name));
        assert!(matches!(wrong, Err(DialectError::Name { .. })), "{name:?}");
    }
    let pattern = Urc { read: Some("+WDSI".to_owned()), ..Urc::named("+WDSI") };
    let wrong = dialect.add_urc(&pattern).unwrap_err().to_string();
    assert!(wrong.contains("`+WDSI` is no regular expression"), "{wrong}");
    for (command, bytes) in [("", "C"), ("AT+X=", ""), ("AT+X=", "\r"), ("AT+X=", "+")] {
        let wrong = dialect.add_prompt(command, bytes.as_bytes());
        assert!(matches!(wrong, Err(DialectError::Prompt { .. })), "{command:?}");
    }
}
