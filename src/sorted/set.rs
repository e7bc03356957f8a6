//! An ordered set as a sorted vector.

use std::borrow::Borrow;
use std::fmt;
use std::slice;
use std::vec;

/// An ordered set for few members, or for members that come in order. What it offers is named and behaves
/// as in [`std::collections::BTreeSet`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set<T> {
    members: Vec<T>,
}

impl<T> Set<T> {
    /// Without members.
    pub const fn new() -> Self {
        Self { members: Vec::new() }
    }

    /// How many members there are.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.members.iter()
    }

    /// The first member.
    pub fn first(&self) -> Option<&T> {
        self.members.first()
    }

    /// The last member.
    pub fn last(&self) -> Option<&T> {
        self.members.last()
    }

    /// Keeps the members of which this is true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.members.retain(keep);
    }

    /// Takes all members out.
    pub fn clear(&mut self) {
        self.members.clear();
    }
}

impl<T: Ord> Set<T> {
    /// Where a member is, or where it belongs.
    fn find<Q: Ord + ?Sized>(&self, member: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        match self.members.last() {
            Some(last) if last.borrow() < member => Err(self.members.len()),
            _ => self.members.binary_search_by(|own| own.borrow().cmp(member)),
        }
    }

    /// Whether it is a member.
    pub fn contains<Q: Ord + ?Sized>(&self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.find(member).is_ok()
    }

    /// Takes a member in; whether it was none before.
    pub fn insert(&mut self, member: T) -> bool {
        let found = self.find(&member);
        if let Err(at) = found {
            self.members.insert(at, member);
        }
        found.is_err()
    }

    /// Takes a member out; whether it was one.
    pub fn remove<Q: Ord + ?Sized>(&mut self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let found = self.find(member);
        if let Ok(at) = found {
            self.members.remove(at);
        }
        found.is_ok()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        for member in members {
            self.insert(member);
        }
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut set = Self::new();
        set.extend(members);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(members: [T; N]) -> Self {
        Self::from_iter(members)
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter()
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_as_the_standard_library_s(steps in prop::collection::vec((0u8..4, 0u8..24), 0..120)) {
            let (mut set, mut model) = (Set::new(), BTreeSet::new());
            for (step, member) in steps {
                match step {
                    0 | 1 => prop_assert_eq!(set.insert(member), model.insert(member)),
                    2 => prop_assert_eq!(set.remove(&member), model.remove(&member)),
                    _ => {
                        set.retain(|m| m % 5 != 0);
                        model.retain(|m| m % 5 != 0);
                    }
                }
                prop_assert_eq!(set.contains(&member), model.contains(&member));
                prop_assert_eq!((set.first(), set.last()), (model.first(), model.last()));
                prop_assert!(set.iter().eq(model.iter()));
                prop_assert_eq!(set.len(), model.len());
                let turned: Set<_> = model.iter().rev().copied().collect();
                prop_assert_eq!(&turned, &set);
            }
        }
    }
}
