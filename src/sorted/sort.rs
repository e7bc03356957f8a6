//! A stable sort whose work is done on indexes, so that it exists once and not per type.

/// Up to this many items an insertion sort needs no memory and is the quickest.
const SHORT: usize = 12;

/// Sorts by the items' own order. Stable.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a < b);
}

/// Sorts by a key. Stable: items of one key keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a) < key(b));
}

/// Sorts by whether one item comes before another. Stable.
pub fn sort_by<T>(items: &mut [T], before: impl Fn(&T, &T) -> bool) {
    sort_dyn(items, &before);
}

/// The same once per type of item, however many orders there are.
fn sort_dyn<T>(items: &mut [T], before: &dyn Fn(&T, &T) -> bool) {
    if items.len() > SHORT {
        let mut places = places(items.len(), &|a, b| before(&items[a], &items[b]));
        for at in 0..places.len() {
            while places[at] != at {
                let place = places[at];
                items.swap(at, place);
                places.swap(at, place);
            }
        }
        return;
    }
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && before(&items[at], &items[at - 1]) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// For each of so many items the place it belongs to: a merge sort from below.
fn places(count: usize, before: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for start in (0..count).step_by(2 * width) {
            let (middle, end) = ((start + width).min(count), (start + 2 * width).min(count));
            let (mut left, mut right) = (start, middle);
            while left < middle || right < end {
                let takes_right =
                    left == middle || (right < end && before(order[right], order[left]));
                let next = if takes_right { &mut right } else { &mut left };
                merged.push(order[*next]);
                *next += 1;
            }
        }
        std::mem::swap(&mut order, &mut merged);
        merged.clear();
        width *= 2;
    }
    merged.resize(count, 0);
    for (place, item) in order.into_iter().enumerate() {
        merged[item] = place;
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(mut items in prop::collection::vec((0u8..20, 0u32..), 0..200)) {
            let mut wanted = items.clone();
            wanted.sort();
            let mut found = items.clone();
            sort(&mut found);
            prop_assert_eq!(&found, &wanted);

            wanted = items.clone();
            wanted.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
            sort_by_key(&mut items, |(key, _)| std::cmp::Reverse(*key));
            prop_assert_eq!(items, wanted);
        }
    }
}
