//! Shortens the coordinates of an SVG to tenths: a third of its size, and nothing that is seen.

/// Rounds each number that stands in a tag; texts between tags stay as they are.
pub(crate) fn short_numbers(svg: &str) -> String {
    let mut short = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        short.push_str(&rest[..start]);
        in_tag(&rest[start..end], &mut short);
        rest = &rest[end..];
    }
    short.push_str(rest);
    short
}

fn in_tag(tag: &str, short: &mut String) {
    let mut rest = tag;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let number = &rest[start..];
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        short.push_str(&rest[..start]);
        short.push_str(&tenths(&number[..end]));
        rest = &number[end..];
    }
    short.push_str(rest);
}

/// `304.4900000001` becomes `304.5`; what is no number stays.
fn tenths(number: &str) -> String {
    match number.parse::<f64>() {
        Ok(value) if number.contains('.') => format!("{}", (value * 10.0).round() / 10.0),
        Ok(_) | Err(_) => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_coordinates_are_shortened() {
        let long =
            r#"<line x1="304.49" y2="-0.04"/><text x="5">1.23456</text><path d="M 0.25 10"/>"#;
        let short = r#"<line x1="304.5" y2="-0"/><text x="5">1.23456</text><path d="M 0.3 10"/>"#;
        assert_eq!(short_numbers(long), short);
        assert_eq!(short_numbers("1.999 <a b=\"1.2.3\""), "1.999 <a b=\"1.2.3\"");
        assert_eq!(short_numbers(""), "");
    }
}
