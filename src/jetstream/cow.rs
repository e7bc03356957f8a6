//! An ordered map that is cheap to clone and cheap to change right after a clone.
//!
//! Worlds are cloned for every step back and every fork, so a store of a hundred thousand messages
//! must not be copied each time. Entries lie in sorted chunks behind `Arc`; a clone copies one
//! pointer, the first change after it copies the list of chunks and the one chunk it touches.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// How many entries a chunk holds at most.
const FULL: usize = 128;
/// A chunk of fewer entries than this is merged with the one before it.
const SPARSE: usize = FULL / 8;

/// A map whose clones share what they have in common.
pub(crate) struct CowMap<K, V> {
    chunks: Arc<Vec<Chunk<K, V>>>,
    len: usize,
}

/// A sorted run of entries, never empty. The first key and the length lie outside the shared part
/// so that a search and a count need not look into it.
struct Chunk<K, V> {
    first: K,
    len: usize,
    entries: Arc<Vec<(K, V)>>,
}

impl<K, V> Clone for CowMap<K, V> {
    fn clone(&self) -> Self {
        Self { chunks: Arc::clone(&self.chunks), len: self.len }
    }
}

impl<K: Clone, V> Clone for Chunk<K, V> {
    fn clone(&self) -> Self {
        Self { first: self.first.clone(), len: self.len, entries: Arc::clone(&self.entries) }
    }
}

impl<K, V> Default for CowMap<K, V> {
    fn default() -> Self {
        Self { chunks: Arc::new(Vec::new()), len: 0 }
    }
}

impl<K: fmt::Debug + Ord + Clone, V: fmt::Debug + Clone> fmt::Debug for CowMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> PartialEq for CowMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chunks, &other.chunks)
            || (self.len == other.len && self.iter().eq(other.iter()))
    }
}

impl<K: Ord + Clone, V: Clone> CowMap<K, V> {
    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first entry.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.chunks.first()?.entries.first().map(pair)
    }

    /// The last entry.
    pub(crate) fn last(&self) -> Option<(&K, &V)> {
        self.chunks.last()?.entries.last().map(pair)
    }

    /// The value of a key.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let chunk = &self.chunks.get(self.chunk_of(key)?)?.entries;
        let at = chunk.binary_search_by(|(k, _)| k.borrow().cmp(key)).ok()?;
        chunk.get(at).map(|(_, value)| value)
    }

    /// The value of a key, to be changed. Copies the chunk if a clone shares it.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let index = self.chunk_of(key)?;
        let found = |(k, _): &(K, V)| k.borrow().cmp(key);
        let at = self.chunks.get(index)?.entries.binary_search_by(found).ok()?;
        let chunk = Arc::make_mut(&mut self.chunks).get_mut(index)?;
        Arc::make_mut(&mut chunk.entries).get_mut(at).map(|(_, value)| value)
    }

    /// Puts a value, and gives back the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let chunks = Arc::make_mut(&mut self.chunks);
        let index = chunks.partition_point(|chunk| chunk.first <= key).saturating_sub(1);
        let last = index + 1 >= chunks.len();
        let Some(chunk) = chunks.get_mut(index) else {
            chunks.push(Chunk::of(vec![(key, value)]));
            self.len += 1;
            return None;
        };
        let at = match chunk.entries.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(at) => {
                let entry = Arc::make_mut(&mut chunk.entries).get_mut(at);
                return entry.map(|(_, old)| std::mem::replace(old, value));
            }
            Err(at) => at,
        };
        self.len += 1;
        if chunk.len == FULL {
            if last && at == FULL {
                // What only ever grows at its end fills its chunks to the brim.
                chunks.push(Chunk::of(vec![(key, value)]));
                return None;
            }
            let entries = Arc::make_mut(&mut chunk.entries);
            let mut upper = entries.split_off(FULL / 2);
            if at > FULL / 2 {
                upper.insert(at - FULL / 2, (key, value));
            } else {
                entries.insert(at, (key, value));
            }
            chunk.refresh();
            chunks.insert(index + 1, Chunk::of(upper));
            return None;
        }
        Arc::make_mut(&mut chunk.entries).insert(at, (key, value));
        chunk.refresh();
        None
    }

    /// Takes a key out.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let index = self.chunk_of(key)?;
        let found = |(k, _): &(K, V)| k.borrow().cmp(key);
        let at = self.chunks.get(index)?.entries.binary_search_by(found).ok()?;
        let chunks = Arc::make_mut(&mut self.chunks);
        let chunk = chunks.get_mut(index)?;
        let (_, value) = Arc::make_mut(&mut chunk.entries).remove(at);
        self.len -= 1;
        chunk.refresh();
        if chunk.len == 0 {
            chunks.remove(index);
        } else if chunk.len < SPARSE && index > 0 {
            merge_into_previous(chunks, index);
        }
        Some(value)
    }

    /// How many keys are below this one.
    pub(crate) fn rank<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let Some(index) = self.chunk_of(key) else { return 0 };
        let before: usize = self.chunks.iter().take(index).map(|chunk| chunk.len).sum();
        let inside = self
            .chunks
            .get(index)
            .map_or(0, |chunk| chunk.entries.partition_point(|(k, _)| k.borrow() < key));
        before + inside
    }

    /// All entries, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.entries.iter().map(pair))
    }

    /// The entries from this key on, in order.
    pub(crate) fn iter_from<'a, Q: Ord + ?Sized>(
        &'a self,
        key: &Q,
    ) -> impl Iterator<Item = (&'a K, &'a V)> + Clone + use<'a, Q, K, V>
    where
        K: Borrow<Q>,
    {
        let index = self.chunk_of(key).unwrap_or(0);
        let (head, tail) = match self.chunks.get(index..) {
            Some([head, tail @ ..]) => (head.entries.as_slice(), tail),
            _ => (&[][..], &[][..]),
        };
        let skipped = head.partition_point(|(k, _)| k.borrow() < key);
        let head = head.get(skipped..).unwrap_or_default();
        head.iter().map(pair).chain(tail.iter().flat_map(|chunk| chunk.entries.iter().map(pair)))
    }

    /// The entries up to this key, it included, backwards.
    pub(crate) fn iter_back_from<'a, Q: Ord + ?Sized>(
        &'a self,
        key: &Q,
    ) -> impl Iterator<Item = (&'a K, &'a V)> + use<'a, Q, K, V>
    where
        K: Borrow<Q>,
    {
        let (head, rest) = match self.chunk_of(key).and_then(|index| self.chunks.get(..=index)) {
            Some([rest @ .., head]) => (head.entries.as_slice(), rest),
            _ => (&[][..], &[][..]),
        };
        let kept = head.partition_point(|(k, _)| k.borrow() <= key);
        let head = head.get(..kept).unwrap_or_default();
        let rest = rest.iter().rev();
        head.iter()
            .rev()
            .map(pair)
            .chain(rest.flat_map(|chunk| chunk.entries.iter().rev().map(pair)))
    }

    /// The first entry that `before` says is not before what is searched. `before` must hold for
    /// a run of entries at the beginning and for no others.
    pub(crate) fn search(&self, before: impl Fn(&K, &V) -> bool) -> Option<(&K, &V)> {
        let chunk = self.chunks.partition_point(|chunk| {
            chunk.entries.last().is_some_and(|(key, value)| before(key, value))
        });
        let entries = &self.chunks.get(chunk)?.entries;
        entries.get(entries.partition_point(|(key, value)| before(key, value))).map(pair)
    }

    /// The chunk in which a key is, if it is anywhere; none if it is before all of them.
    fn chunk_of<Q: Ord + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.chunks.partition_point(|chunk| chunk.first.borrow() <= key).checked_sub(1)
    }
}

impl<K: Clone, V> Chunk<K, V> {
    fn of(entries: Vec<(K, V)>) -> Self
    where
        K: Clone,
    {
        let first = entries[0].0.clone();
        Self { first, len: entries.len(), entries: Arc::new(entries) }
    }

    fn refresh(&mut self)
    where
        K: Ord,
    {
        self.len = self.entries.len();
        if let Some((key, _)) = self.entries.first().filter(|(key, _)| *key != self.first) {
            self.first = key.clone();
        }
    }
}

fn merge_into_previous<K: Ord + Clone, V: Clone>(chunks: &mut Vec<Chunk<K, V>>, index: usize) {
    let small = chunks.get(index).map_or(0, |chunk| chunk.len);
    let Some(previous) = index.checked_sub(1).and_then(|previous| chunks.get_mut(previous)) else {
        return;
    };
    if previous.len + small > FULL / 2 {
        return;
    }
    let entries = Arc::clone(&chunks.remove(index).entries);
    if let Some(previous) = chunks.get_mut(index - 1) {
        Arc::make_mut(&mut previous.entries).extend(entries.iter().cloned());
        previous.refresh();
    }
}

fn pair<K, V>((key, value): &(K, V)) -> (&K, &V) {
    (key, value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u16, u16),
        Append(u16),
        Remove(u16),
        Change(u16),
        Clone,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..600u16, any::<u16>()).prop_map(|(k, v)| Step::Insert(k, v)),
            3 => any::<u16>().prop_map(Step::Append),
            3 => (0..600u16).prop_map(Step::Remove),
            1 => (0..600u16).prop_map(Step::Change),
            1 => Just(Step::Clone),
        ]
    }

    fn check(map: &CowMap<u16, u16>, model: &BTreeMap<u16, u16>, probe: u16) {
        assert_eq!(map.len(), model.len());
        assert!(map.iter().eq(model.iter()));
        assert!(map.iter_from(&probe).eq(model.range(probe..)));
        assert!(map.iter_back_from(&probe).eq(model.range(..=probe).rev()));
        assert_eq!(map.rank(&probe), model.range(..probe).count());
        assert_eq!(map.get(&probe), model.get(&probe));
        assert_eq!(map.search(|k, _| *k < probe), model.range(probe..).next());
        assert_eq!(map.first(), model.first_key_value());
        assert_eq!(map.last(), model.last_key_value());
        assert!(map.chunks.iter().all(|c| c.len == c.entries.len() && c.len > 0 && c.len <= FULL));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_does_what_an_ordinary_map_does(
            start in 0..500u16,
            steps in prop::collection::vec((step(), 0..700u16), 1..200),
        ) {
            let mut model: BTreeMap<u16, u16> = (0..start).map(|k| (k, k)).collect();
            let mut map = CowMap::default();
            for (k, v) in &model {
                map.insert(*k, *v);
            }
            let mut clones = vec![];
            for (step, probe) in steps {
                match step {
                    Step::Insert(k, v) => prop_assert_eq!(map.insert(k, v), model.insert(k, v)),
                    Step::Append(v) => {
                        let key = model.last_key_value().map_or(0, |(k, _)| k + 1);
                        map.insert(key, v);
                        model.insert(key, v);
                    }
                    Step::Remove(k) => prop_assert_eq!(map.remove(&k), model.remove(&k)),
                    Step::Change(k) => {
                        if let (Some(a), Some(b)) = (map.get_mut(&k), model.get_mut(&k)) {
                            (*a, *b) = (a.wrapping_add(1), b.wrapping_add(1));
                        }
                    }
                    Step::Clone => clones.push((map.clone(), model.clone())),
                }
                check(&map, &model, probe);
            }
            for (map, model) in clones {
                check(&map, &model, 300);
            }
        }
    }

    #[test]
    fn what_grows_at_its_end_fills_its_chunks() {
        let mut map = CowMap::default();
        for key in 0..10 * FULL {
            map.insert(key, ());
        }
        assert_eq!(map.chunks.len(), 10);
        for key in 0..10 * FULL - 20 {
            map.remove(&key);
        }
        assert_eq!(map.chunks.len(), 1);
    }
}
