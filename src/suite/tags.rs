//! Tag expressions: `power-cut and not slow`, `(update or connect) and nightly`.

/// An expression over a scenario's tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    Has(String),
    Not(Box<Tags>),
    And(Box<Tags>, Box<Tags>),
    Or(Box<Tags>, Box<Tags>),
}

/// Parentheses inside parentheses; nobody needs ten.
const MAX_DEPTH: usize = 50;

impl Tags {
    /// Reads an expression. `not` binds tighter than `and`, `and` tighter than `or`.
    pub fn parse(text: &str) -> Result<Tags, String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = words.as_slice();
        let tags = either(&mut rest, 0)?;
        match rest.first() {
            None => Ok(tags),
            Some(word) => Err(format!("`{word}` is not expected there; write `and` or `or`")),
        }
    }

    pub fn fit(&self, tags: &[String]) -> bool {
        match self {
            Tags::Has(tag) => tags.iter().any(|has| has == tag),
            Tags::Not(inner) => !inner.fit(tags),
            Tags::And(left, right) => left.fit(tags) && right.fit(tags),
            Tags::Or(left, right) => left.fit(tags) || right.fit(tags),
        }
    }
}

fn either(rest: &mut &[&str], depth: usize) -> Result<Tags, String> {
    let mut left = both(rest, depth)?;
    while rest.first() == Some(&"or") {
        *rest = &rest[1..];
        left = Tags::Or(Box::new(left), Box::new(both(rest, depth)?));
    }
    Ok(left)
}

fn both(rest: &mut &[&str], depth: usize) -> Result<Tags, String> {
    let mut left = one(rest, depth)?;
    while rest.first() == Some(&"and") {
        *rest = &rest[1..];
        left = Tags::And(Box::new(left), Box::new(one(rest, depth)?));
    }
    Ok(left)
}

fn one(rest: &mut &[&str], depth: usize) -> Result<Tags, String> {
    if depth > MAX_DEPTH {
        return Err("the expression is nested too deeply".to_owned());
    }
    let Some((first, tail)) = rest.split_first() else {
        return Err("a tag is missing at the end".to_owned());
    };
    *rest = tail;
    match *first {
        "not" => Ok(Tags::Not(Box::new(one(rest, depth + 1)?))),
        "(" => {
            let inner = either(rest, depth + 1)?;
            let Some((&")", tail)) = rest.split_first() else {
                return Err("a `)` is missing".to_owned());
            };
            *rest = tail;
            Ok(inner)
        }
        "and" | "or" | ")" => Err(format!("a tag is missing before `{first}`")),
        tag => Ok(Tags::Has(tag.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_as_people_read() {
        let tags = ["a".to_owned(), "b".to_owned()];
        let fits = |text: &str| Tags::parse(text).map(|parsed| parsed.fit(&tags));
        assert_eq!(fits("a"), Ok(true));
        assert_eq!(fits("a and not b"), Ok(false));
        assert_eq!(fits("c and a or b"), Ok(true));
        assert_eq!(fits("c and (a or b)"), Ok(false));
        assert!(fits("a b").unwrap_err().contains("`b`"));
        assert!(fits("a and").is_err());
        assert!(fits("(a").is_err());
        assert!(fits(&"(".repeat(1000)).is_err());
    }
}
