//! The module families that can be simulated, as data: what each answers and how it is switched.

use crate::behaviour::Switches;

/// One family; its switches are those that differ from the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// As rig files and `--family` write it.
    pub name: &'static str,
    /// Answer to `AT+CGMM`.
    pub model: &'static str,
    pub switches: &'static [(&'static str, &'static str)],
}

/// Reference section 10 and its sources: HL7812 hosts set level 8191 and use the reading of
/// `ready_event` of the newer driver; HL7802 is what the validation scripts were written for.
pub const FAMILIES: [Family; 3] = [
    Family { name: "hl7800", model: "HL7800", switches: &[] },
    Family {
        name: "hl7802",
        model: "HL7802",
        switches: &[("wdsi_test", "subsets"), ("local_12", "absent"), ("install_time", "by-size")],
    },
    Family {
        name: "hl7812",
        model: "HL7812",
        switches: &[("wdsi_mask", "8191"), ("install_time", "by-size"), ("xm_size_bug", "never")],
    },
];

impl Family {
    pub fn named(name: &str) -> Option<&'static Family> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    pub fn switches(&self) -> Switches {
        let mut switches = Switches::default();
        for (name, value) in self.switches {
            switches.set(name, value).expect("the table names switches that exist");
        }
        switches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_can_be_made() {
        for family in &FAMILIES {
            assert_eq!(family.switches() == Switches::default(), family.switches.is_empty());
        }
    }
}
