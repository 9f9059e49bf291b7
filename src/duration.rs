//! Durations as people write and read them: `200ms`, `5s`, `2min`, `1h`, `90d`.

use std::time::Duration;

/// Name and length in nanoseconds of each unit, largest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// Ten years: longer than any key rotation; keeps every sum of durations inside 64 bits.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

/// What is wrong with a written duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadDuration {
    /// A number without a unit.
    NoUnit { number: String },
    /// A unit that does not exist.
    UnknownUnit { number: String, unit: String },
    /// Not a number with a unit at all.
    NotADuration,
    /// Above ten years.
    TooLong,
}

impl BadDuration {
    /// The remedy, as a sentence for a diagnostic.
    pub fn remedy(&self) -> String {
        match self {
            BadDuration::NoUnit { number } => format!("add a unit, for example `{number}s`"),
            BadDuration::UnknownUnit { number, unit } => {
                let unit = match unit.as_str() {
                    "m" | "mins" | "minute" | "minutes" => "min",
                    "sec" | "secs" | "second" | "seconds" => "s",
                    "hour" | "hours" | "hr" => "h",
                    "day" | "days" => "d",
                    "msec" | "millis" => "ms",
                    _ => return "units are ms, s, min, h and d".to_owned(),
                };
                format!("did you mean `{number}{unit}`? units are ms, s, min, h and d")
            }
            BadDuration::NotADuration => {
                "write a number and a unit: `200ms`, `5s`, `2min`, `1h`, `90d`".to_owned()
            }
            BadDuration::TooLong => "the longest duration is ten years".to_owned(),
        }
    }
}

/// Reads `200ms`, `1.5s`, `2 min` or `0s`; a unit is required, so that nobody has to guess.
pub fn parse(text: &str) -> Result<Duration, BadDuration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim_start());
    let value: f64 = number.parse().map_err(|_| BadDuration::NotADuration)?;
    if unit.is_empty() {
        return Err(BadDuration::NoUnit { number: number.to_owned() });
    }
    let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let (number, unit) = (number.to_owned(), unit.to_owned());
        return Err(BadDuration::UnknownUnit { number, unit });
    };
    #[expect(clippy::cast_precision_loss, reason = "a unit is far below 2^52 nanoseconds")]
    let seconds = value * (*nanos as f64) / 1e9;
    match Duration::try_from_secs_f64(seconds) {
        Ok(length) if length <= LONGEST => Ok(length),
        _ => Err(BadDuration::TooLong),
    }
}

/// Three figures are enough for a person: `350 µs`, `200 ms`, `1.25 s`, `3 min 20 s`, `90 d`.
pub fn show(length: Duration) -> String {
    let seconds = length.as_secs_f64();
    let whole = length.as_secs();
    if length.is_zero() {
        return "0 s".to_owned();
    }
    match seconds {
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{} ms", trimmed(s * 1e3)),
        s if s < 120.0 => format!("{} s", trimmed(s)),
        s if s < 7200.0 => pair((whole / 60, "min"), (whole % 60, "s")),
        s if s < 172_800.0 => pair((whole / 3600, "h"), (whole / 60 % 60, "min")),
        _ => pair((whole / 86_400, "d"), (whole / 3600 % 24, "h")),
    }
}

/// As people write it, and exactly: in the largest unit that makes it a whole number, and in whole
/// milliseconds at least: `500ms`, `90s`, `2min`.
pub fn write(length: Duration) -> String {
    let nanos = length.as_nanos();
    let whole = |(_, unit): &&(&str, u64)| nanos.is_multiple_of(u128::from(*unit));
    match UNITS.iter().find(whole) {
        _ if nanos == 0 => "0s".to_owned(),
        Some((name, unit)) => format!("{}{name}", nanos / u128::from(*unit)),
        None => format!("{}ms", length.as_millis()),
    }
}

fn trimmed(value: f64) -> String {
    let decimals = if value < 10.0 { 2 } else { 1 };
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn pair(large: (u64, &str), small: (u64, &str)) -> String {
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit_and_fractions() {
        let read = |text| parse(text).map(|d| d.as_millis());
        assert_eq!(read("200ms"), Ok(200));
        assert_eq!(read("1.5s"), Ok(1500));
        assert_eq!(read("2 min"), Ok(120_000));
        assert_eq!(read("1h"), Ok(3_600_000));
        assert_eq!(read("90d"), Ok(90 * 86_400_000));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(parse("5").unwrap_err().remedy(), "add a unit, for example `5s`");
        assert!(parse("5m").unwrap_err().remedy().starts_with("did you mean `5min`?"));
        assert_eq!(parse("soon"), Err(BadDuration::NotADuration));
        assert_eq!(parse("-1s"), Err(BadDuration::NotADuration));
        assert_eq!(
            parse("1e9d"),
            Err(BadDuration::UnknownUnit { number: "1".into(), unit: "e9d".into() })
        );
        assert_eq!(parse("99999999d"), Err(BadDuration::TooLong));
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["0s", "1ms", "1234ms", "90s", "2min", "36h", "90d"] {
            assert_eq!(parse(text).map(write).as_deref(), Ok(text));
        }
    }

    #[test]
    fn shows_three_figures() {
        let show_ms = |ms| show(Duration::from_millis(ms));
        assert_eq!(show_ms(0), "0 s");
        assert_eq!(show_ms(200), "200 ms");
        assert_eq!(show_ms(1250), "1.25 s");
        assert_eq!(show_ms(60_000), "60 s");
        assert_eq!(show_ms(200_000), "3 min 20 s");
        assert_eq!(show_ms(90 * 86_400_000), "90 d");
    }
}
