//! The part of a run's tests that this host does: each so-many-th of them.

use std::fmt;
use std::str::FromStr;

/// More hosts are a slip.
const MAX_SHARDS: usize = 10_000;

/// One of several hosts that share a run's tests without knowing of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    number: usize,
    of: usize,
}

impl Shard {
    /// Keeps what this host does: neighbours, which often take equally long, go to all hosts.
    #[must_use]
    pub fn take<T>(self, tests: Vec<T>) -> Vec<T> {
        tests.into_iter().skip(self.number - 1).step_by(self.of).collect()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            Some(Shard { number: number.parse().ok()?, of: of.parse().ok()? })
        });
        match numbers {
            Some(Shard { of, .. }) if of > MAX_SHARDS => {
                Err(format!("a run is shared by at most {MAX_SHARDS} hosts"))
            }
            Some(shard) if (1..=shard.of).contains(&shard.number) => Ok(shard),
            Some(_) | None => Err("write `2/8` for the second of eight hosts".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_disjoint_and_together_whole() {
        for of in 1..=7 {
            let shards = (1..=of).map(|number| format!("{number}/{of}").parse::<Shard>().unwrap());
            let mut all: Vec<u32> = shards.flat_map(|it| it.take((0..20).collect())).collect();
            all.sort_unstable();
            assert_eq!(all, (0..20).collect::<Vec<u32>>());
        }
        for wrong in ["0/4", "5/4", "1", "1/0", "a/b", "1/20000", "-1/3", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
