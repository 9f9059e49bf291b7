//! The first and the last of many: what a person looks at of a list that is too long.

use std::collections::VecDeque;

/// A list that keeps its beginning and its end.
pub(super) struct Kept<T> {
    head: Vec<T>,
    tail: VecDeque<T>,
    most: usize,
    count: usize,
}

impl<T> Kept<T> {
    /// Keeps a quarter of `most` from the beginning and the rest from the end, where failures are.
    pub(super) fn most(most: usize) -> Kept<T> {
        Kept { head: Vec::new(), tail: VecDeque::new(), most, count: 0 }
    }

    /// Takes one more, and tells its number, from 0.
    pub(super) fn push(&mut self, item: T) -> usize {
        if self.head.len() < self.most / 4 {
            self.head.push(item);
        } else {
            if self.tail.len() >= self.most - self.most / 4 {
                self.tail.pop_front();
            }
            self.tail.push_back(item);
        }
        self.count += 1;
        self.count - 1
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        let behind = number.checked_sub(self.head.len());
        match behind {
            None => self.head.get(number),
            Some(behind) => self.tail.get(behind.checked_sub(self.left_out())?),
        }
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        let (behind, gone) = (number.checked_sub(self.head.len()), self.left_out());
        match behind {
            None => self.head.get_mut(number),
            Some(behind) => self.tail.get_mut(behind.checked_sub(gone)?),
        }
    }

    /// The last so many, the last one first.
    pub(super) fn last_mut(&mut self, most: usize) -> impl Iterator<Item = &mut T> {
        self.head.iter_mut().chain(&mut self.tail).rev().take(most)
    }

    /// Those that are kept with their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let gone = self.left_out();
        let heads = self.head.len();
        let tail = self.tail.iter().enumerate().map(move |(at, item)| (heads + gone + at, item));
        self.head.iter().enumerate().chain(tail)
    }

    /// How many lie between the beginning and the end.
    pub(super) fn left_out(&self) -> usize {
        self.count - self.head.len() - self.tail.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_left_out() {
        let mut kept = Kept::most(8);
        (0..20).for_each(|n| assert_eq!(kept.push(n), n));
        let all: Vec<_> = kept.iter().map(|(number, item)| (number, *item)).collect();
        let expected = [0, 1, 14, 15, 16, 17, 18, 19].map(|n| (n, n));
        assert_eq!((all.as_slice(), kept.left_out()), (expected.as_slice(), 12));
        let got: Vec<_> = (0..21).map(|n| kept.get_mut(n).copied()).collect();
        assert_eq!(
            (got[1], got[2], got[13], got[14], got[20]),
            (Some(1), None, None, Some(14), None)
        );
        assert_eq!(kept.last_mut(2).map(|n| *n).collect::<Vec<_>>(), [19, 18]);
    }
}
