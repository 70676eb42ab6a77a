//! A memoized value: computed again only when its key changes.

/// The last value and its key.
#[derive(Debug)]
pub struct Memo<K, V>(Option<(K, V)>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, V> Memo<K, V> {
    /// The value for `key`; calls `make` if `key` differs from the last one.
    pub fn get(&mut self, key: K, make: impl FnOnce() -> V) -> &V {
        let last = self.0.take().filter(|(k, _)| *k == key);
        &self.0.insert(last.unwrap_or_else(|| (key, make()))).1
    }

    /// The last value, if there is one.
    pub fn last(&self) -> Option<&V> {
        self.0.as_ref().map(|(_, value)| value)
    }
}

impl<K: PartialEq> Memo<K, ()> {
    /// Whether `key` differs from the last call's; for values that are passed on instead of stored here.
    pub fn changed(&mut self, key: K) -> bool {
        let mut changed = false;
        self.get(key, || changed = true);
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_each_key() {
        let (mut memo, mut made) = (Memo::default(), 0);
        for (key, value, times) in [(1, 10, 1), (1, 10, 1), (2, 20, 2), (1, 10, 3)] {
            let got = *memo.get(key, || {
                made += 1;
                10 * key
            });
            assert_eq!((got, made), (value, times), "{key}");
        }
        assert_eq!(memo.last(), Some(&10));
        let mut given = Memo::default();
        assert_eq!([3, 3, 4].map(|key| given.changed(key)), [true, false, true]);
    }
}
