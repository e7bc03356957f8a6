//! "Did you mean": the known word nearest to one that is not known.

/// The nearest of the known words, if it is near enough to be meant. A word that begins like the
/// unknown one counts as near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    if length == 0 {
        return None;
    }
    let near_enough = |known: &str, distance: usize| {
        distance <= length.max(known.chars().count()).div_ceil(3).min(3)
    };
    known
        .into_iter()
        .map(|known| {
            let lower = known.to_lowercase();
            let begins = length >= 2 && lower.starts_with(&word);
            (if begins { 1 } else { distance(&word, &lower) }, known)
        })
        .filter(|&(distance, known)| near_enough(known, distance))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}

/// How many letters must be changed, added, left out or swapped with their neighbour to make one
/// word of the other (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(40).collect(), b.chars().take(40).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        let known = ["stream", "server", "pub", "sub", "request"];
        for (typed, meant) in [
            ("steam", Some("stream")),
            ("strema", Some("stream")),
            ("STREAM", Some("stream")),
            ("pbu", Some("pub")),
            ("req", Some("request")),
            ("servers", Some("server")),
            ("frobnicate", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
