//! Stretches of time and sets of them: sorted, and none touches the next.

use chrono::{DateTime, TimeDelta, Utc};

/// From a moment until, and without, a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub until: DateTime<Utc>,
}

impl Interval {
    /// `None` where nothing lies between the two.
    #[must_use]
    pub fn new(from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// How long it is.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.until - self.from
    }

    /// What it has in common with another.
    #[must_use]
    pub fn cut(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }
}

/// Whatever lies in any of them, as a set.
#[must_use]
pub fn union(mut all: Vec<Interval>) -> Vec<Interval> {
    all.sort_unstable();
    let mut set: Vec<Interval> = Vec::with_capacity(all.len());
    for next in all {
        match set.last_mut() {
            Some(last) if next.from <= last.until => last.until = last.until.max(next.until),
            _ => set.push(next),
        }
    }
    set
}

/// What lies in both sets.
#[must_use]
pub fn intersect(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut both = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        both.extend(a.cut(b));
        if a.until <= b.until {
            left.next()
        } else {
            right.next()
        };
    }
    both
}

/// What lies in the first set and not in the second: a clock without its announced windows.
#[must_use]
pub fn subtract(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    for interval in one {
        let mut from = interval.from;
        for hole in other.iter().filter(|hole| hole.cut(interval).is_some()) {
            left.extend(Interval::new(from, hole.from));
            from = hole.until;
        }
        left.extend(Interval::new(from, interval.until));
    }
    left
}

/// How long all of a set is.
#[must_use]
pub fn total(set: &[Interval]) -> TimeDelta {
    set.iter().map(Interval::length).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(pairs: &[(i64, i64)]) -> Vec<Interval> {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        union(pairs.iter().filter_map(|(from, until)| Interval::new(at(*from), at(*until))).collect())
    }

    #[test]
    fn sets_are_joined_cut_and_taken_from_each_other() {
        assert_eq!(set(&[(5, 9), (0, 3), (3, 5), (11, 11)]), set(&[(0, 9)]));
        assert_eq!(intersect(&set(&[(0, 10), (20, 30)]), &set(&[(5, 25)])), set(&[(5, 10), (20, 25)]));
        assert_eq!(subtract(&set(&[(0, 10)]), &set(&[(2, 3), (8, 12)])), set(&[(0, 2), (3, 8)]));
        assert_eq!(subtract(&set(&[(0, 10)]), &[]), set(&[(0, 10)]));
        assert_eq!(total(&set(&[(0, 2), (5, 6)])), TimeDelta::seconds(3));
    }

    proptest! {
        #[test]
        fn what_is_cut_out_and_what_is_left_make_the_whole(
            one in prop::collection::vec((0_i64..500, 0_i64..500), 0..12),
            other in prop::collection::vec((0_i64..500, 0_i64..500), 0..12),
        ) {
            let (one, other) = (set(&one), set(&other));
            let (common, rest) = (intersect(&one, &other), subtract(&one, &other));
            prop_assert_eq!(total(&common) + total(&rest), total(&one));
            prop_assert!(intersect(&rest, &other).is_empty());
            prop_assert_eq!(union(common.into_iter().chain(rest).collect()), one);
        }
    }
}
