//! Which of two firmware versions is older.

/// The numbers behind the model: `HL7800.4.6.9.4`. What follows them is a date or a build.
const NUMBERS: usize = 4;

/// Whether `version` is older than `other`; versions that have no numbers are not.
pub(crate) fn is_older(version: &str, other: &str) -> bool {
    match (numbers(version), numbers(other)) {
        (Some(numbers), Some(others)) => numbers < others,
        (None, _) | (_, None) => false,
    }
}

fn numbers(version: &str) -> Option<[u32; NUMBERS]> {
    let mut parts = version.split('.').skip(1).map(|part| part.parse().ok());
    let mut numbers = [0; NUMBERS];
    for number in &mut numbers {
        *number = parts.next()??;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(is_older("HL7800.4.5.4.0", "HL7800.4.14.0.0"));
        assert!(is_older("BHL7800.1.6.3.0.20180803", "HL7800.4.6.9.4"));
        assert!(!is_older("HL7800.4.6.9.4", "HL7800.4.6.9.4"));
        // A test build of the same version, and a version that is none.
        assert!(!is_older("THL7800.1.6.3.0.99.20180803", "BHL7800.1.6.3.0.20180803"));
        assert!(!is_older("HL7800.?.?.?.0", "HL7800.4.6.9.4"));
    }
}
