//! The plugin's state as one call sees it: what was committed, with the call's own writes over it. Nothing is written here;
//! reads and writes go back to the caller, who commits them with the events or not at all.

use std::collections::BTreeMap;

use lockgate_model::state::{MOST_BYTES, MOST_KEYS, StateSize};

use crate::call::{StateReader, StateUnavailable};
use crate::effects::StateRead;

/// Bytes of the longest key.
const KEY: usize = 512;
/// Bytes of the largest value.
const VALUE: usize = 64 << 10;
/// Keys that one call of `keys` gives at most.
const KEYS: u32 = 1000;
/// Keys that one call writes at most.
const WRITES: usize = 4096;
/// Reads of one call that are remembered, and so allowed; each is checked again at the commit.
const READS: usize = 4096;

/// What a call read and what it wants written.
pub(crate) struct StateBuffer {
    reads: Vec<StateRead>,
    writes: BTreeMap<String, Option<Vec<u8>>>,
    used: u64,
    limit: u64,
    /// How much would be kept with the writes; looked up at the first.
    size: Option<StateSize>,
    /// Bytes of the committed values of keys that were looked at.
    known: BTreeMap<String, Option<usize>>,
}

/// Why a write is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    TooLarge,
    Full,
}

/// A key, and its new value or none to remove it.
type Written = (String, Option<Vec<u8>>);

impl StateBuffer {
    pub(super) fn new(limit: u64) -> Self {
        Self { reads: Vec::new(), writes: BTreeMap::new(), used: 0, limit, size: None, known: BTreeMap::new() }
    }

    /// What was read, and what is to be written, in order of keys.
    pub(crate) fn take(&mut self) -> (Vec<StateRead>, Vec<Written>) {
        (std::mem::take(&mut self.reads), std::mem::take(&mut self.writes).into_iter().collect())
    }

    pub(super) async fn get(
        &mut self,
        state: &dyn StateReader,
        key: String,
    ) -> Result<Option<Vec<u8>>, StateUnavailable> {
        if let Some(written) = self.writes.get(&key) {
            return Ok(written.clone());
        }
        if key.len() > KEY {
            return Ok(None);
        }
        let found = state.get(&key).await?;
        let (value, version) = found.map_or((None, None), |(value, version)| (Some(value), Some(version)));
        self.known.insert(key.clone(), value.as_ref().map(Vec::len));
        self.note(StateRead::Key { key, version })?;
        Ok(value)
    }

    /// Sets a key, or removes it. Refused where the call writes too much, or more would be kept than may be.
    pub(super) async fn write(
        &mut self,
        state: &dyn StateReader,
        key: String,
        value: Option<Vec<u8>>,
    ) -> Result<Result<(), Refused>, StateUnavailable> {
        let size = value.as_ref().map_or(0, Vec::len);
        if key.is_empty() || key.len() > KEY || size > VALUE {
            return Ok(Err(Refused::TooLarge));
        }
        let before = self.writes.get(&key).map_or(0, |old| key.len() + old.as_ref().map_or(0, Vec::len));
        let after = self.used.saturating_sub(before as u64).saturating_add((key.len() + size) as u64);
        if after > self.limit || (self.writes.len() >= WRITES && !self.writes.contains_key(&key)) {
            return Ok(Err(Refused::Full));
        }
        let now = self.size(state).await?;
        let kept = without(now, &key, self.stands(state, &key).await?);
        let kept = with(kept, &key, value.as_ref().map(Vec::len));
        // What makes it no larger is never refused: that is how room is made.
        if (kept.bytes > now.bytes && kept.bytes > MOST_BYTES) || (kept.keys > now.keys && kept.keys > MOST_KEYS) {
            return Ok(Err(Refused::Full));
        }
        self.size = Some(kept);
        self.used = after;
        self.writes.insert(key, value);
        Ok(Ok(()))
    }

    /// How much is kept, with what this call wrote.
    async fn size(&mut self, state: &dyn StateReader) -> Result<StateSize, StateUnavailable> {
        if let Some(size) = self.size {
            return Ok(size);
        }
        Ok(*self.size.insert(state.size().await?))
    }

    /// Bytes of a key's value as this call would leave it. This is no read that the commit looks at: nothing hangs on it but room.
    async fn stands(&mut self, state: &dyn StateReader, key: &str) -> Result<Option<usize>, StateUnavailable> {
        if let Some(written) = self.writes.get(key) {
            return Ok(written.as_ref().map(Vec::len));
        }
        if let Some(known) = self.known.get(key) {
            return Ok(*known);
        }
        // What is refused is looked at too, and is no write: without an end a call could ask for ever.
        if self.known.len() >= READS + WRITES {
            return Err(StateUnavailable);
        }
        let found = state.get(key).await?.map(|(value, _)| value.len());
        self.known.insert(key.to_owned(), found);
        Ok(found)
    }

    pub(super) async fn keys(
        &mut self,
        state: &dyn StateReader,
        prefix: String,
        after: Option<String>,
        count: u32,
    ) -> Result<Vec<String>, StateUnavailable> {
        let count = count.min(KEYS);
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        let in_range = |key: &String| key.starts_with(&prefix) && after.as_ref().is_none_or(|after| key > after);
        // Of the committed keys as many more as this call deletes, so that the page is full all the same.
        let deleted = self.writes.iter().filter(|(key, value)| value.is_none() && in_range(key)).count();
        let asked = count.saturating_add(u32::try_from(deleted).unwrap_or(u32::MAX));
        let found = state.keys(&prefix, after.as_deref(), asked).await?;
        let written =
            self.writes.iter().filter(|(key, value)| value.is_some() && in_range(key)).map(|(key, _)| key.clone());
        let mut keys: Vec<String> =
            found.iter().filter(|key| !matches!(self.writes.get(*key), Some(None))).cloned().chain(written).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(wanted);
        self.note(StateRead::Keys { prefix, after, count: asked, found })?;
        Ok(keys)
    }

    fn note(&mut self, read: StateRead) -> Result<(), StateUnavailable> {
        if self.reads.contains(&read) {
            return Ok(());
        }
        if self.reads.len() >= READS {
            return Err(StateUnavailable);
        }
        self.reads.push(read);
        Ok(())
    }
}

fn with(size: StateSize, key: &str, value: Option<usize>) -> StateSize {
    value.map_or(size, |value| StateSize {
        bytes: size.bytes.saturating_add((key.len() + value) as u64),
        keys: size.keys.saturating_add(1),
    })
}

fn without(size: StateSize, key: &str, value: Option<usize>) -> StateSize {
    value.map_or(size, |value| StateSize {
        bytes: size.bytes.saturating_sub((key.len() + value) as u64),
        keys: size.keys.saturating_sub(1),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use async_trait::async_trait;
    use lockgate_model::state::{MOST_KEYS, StateSize};

    use super::{KEYS, READS, Refused, StateBuffer, WRITES};
    use crate::call::{StateReader, StateUnavailable};
    use crate::effects::StateRead;

    struct Fixed(BTreeMap<String, Vec<u8>>);

    #[async_trait]
    impl StateReader for Fixed {
        async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, StateUnavailable> {
            Ok(self.0.get(key).map(|value| (value.clone(), 7)))
        }

        async fn size(&self) -> Result<StateSize, StateUnavailable> {
            let bytes = self.0.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
            Ok(StateSize { bytes, keys: self.0.len() as u64 })
        }

        async fn keys(&self, prefix: &str, after: Option<&str>, count: u32) -> Result<Vec<String>, StateUnavailable> {
            let fits = |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
            Ok(self.0.keys().filter(fits).take(count as usize).cloned().collect())
        }
    }

    fn committed() -> Fixed {
        Fixed(["a/1", "a/2", "a/3", "b/1"].into_iter().map(|key| (key.to_owned(), vec![1])).collect())
    }

    #[tokio::test]
    async fn a_call_sees_its_own_writes_over_what_was_committed() {
        let (state, mut buffer) = (committed(), StateBuffer::new(1 << 20));
        for (key, value) in [("a/1", Some(vec![2])), ("a/2", None), ("a/9", Some(vec![3]))] {
            assert_eq!(buffer.write(&state, key.into(), value).await, Ok(Ok(())));
        }
        assert_eq!(buffer.get(&state, "a/1".into()).await, Ok(Some(vec![2])));
        assert_eq!(buffer.get(&state, "a/2".into()).await, Ok(None));
        assert_eq!(buffer.get(&state, "b/1".into()).await, Ok(Some(vec![1])));
        assert_eq!(buffer.keys(&state, "a/".into(), None, 2).await, Ok(vec!["a/1".into(), "a/3".into()]));
        assert_eq!(buffer.keys(&state, "a/".into(), Some("a/1".into()), 9).await, Ok(vec!["a/3".into(), "a/9".into()]));
        let (reads, writes) = buffer.take();
        assert_eq!(reads.first(), Some(&StateRead::Key { key: "b/1".into(), version: Some(7) }));
        assert_eq!(reads.len(), 3);
        assert_eq!(writes.len(), 3);
    }

    #[tokio::test]
    async fn writes_are_bounded_and_a_rewrite_counts_once() {
        let (state, mut buffer) = (committed(), StateBuffer::new(1000));
        assert_eq!(buffer.write(&state, "k".into(), Some(vec![0; 65 << 10])).await, Ok(Err(Refused::TooLarge)));
        assert_eq!(buffer.write(&state, "k".repeat(513), None).await, Ok(Err(Refused::TooLarge)));
        for _ in 0..10 {
            assert_eq!(buffer.write(&state, "k".into(), Some(vec![0; 900])).await, Ok(Ok(())));
        }
        assert_eq!(buffer.write(&state, "l".into(), Some(vec![0; 100])).await, Ok(Err(Refused::Full)));
    }

    #[tokio::test]
    async fn what_is_kept_already_counts_and_room_can_be_made() {
        let key = |number: u64| format!("k{number}");
        let state = Fixed((0..MOST_KEYS).map(|number| (key(number), vec![1; 8])).collect());
        let mut buffer = StateBuffer::new(1 << 20);
        assert_eq!(buffer.write(&state, "new".into(), Some(vec![2])).await, Ok(Err(Refused::Full)));
        assert_eq!(buffer.write(&state, key(3), Some(vec![2; 9])).await, Ok(Ok(())), "one that is there");
        assert_eq!(buffer.write(&state, key(4), None).await, Ok(Ok(())));
        assert_eq!(buffer.write(&state, "new".into(), Some(vec![2])).await, Ok(Ok(())));
        assert_eq!(buffer.write(&state, "newer".into(), Some(vec![2])).await, Ok(Err(Refused::Full)));
        assert_eq!(buffer.write(&state, key(4), Some(vec![1])).await, Ok(Err(Refused::Full)));
        let bytes = |count| Fixed((0..count).map(|number| (key(number), vec![0; 64 << 10])).collect());
        let mut buffer = StateBuffer::new(1 << 20);
        assert_eq!(buffer.write(&bytes(14), "new".into(), Some(vec![0; 64 << 10])).await, Ok(Ok(())));
        let mut buffer = StateBuffer::new(1 << 20);
        assert_eq!(buffer.write(&bytes(16), "new".into(), Some(vec![0; 1])).await, Ok(Err(Refused::Full)));
        assert_eq!(buffer.write(&bytes(16), key(1), Some(vec![0; 1])).await, Ok(Ok(())), "smaller than before");
        assert_eq!(buffer.reads, [], "nothing that the commit looks at");
    }

    #[tokio::test]
    async fn what_is_refused_is_looked_at_so_often_and_no_more() {
        let state = Fixed((0..MOST_KEYS).map(|number| (format!("k{number}"), vec![1])).collect());
        let mut buffer = StateBuffer::new(1 << 20);
        for number in 0..READS + WRITES {
            assert_eq!(buffer.write(&state, format!("new{number}"), Some(Vec::new())).await, Ok(Err(Refused::Full)));
        }
        assert_eq!(buffer.write(&state, "one more".into(), Some(Vec::new())).await, Err(StateUnavailable));
        assert_eq!(
            buffer.write(&state, "new1".into(), Some(Vec::new())).await,
            Ok(Err(Refused::Full)),
            "known already"
        );
    }

    #[tokio::test]
    async fn reads_are_bounded_and_a_repeated_one_counts_once() {
        let (state, mut buffer) = (committed(), StateBuffer::new(1000));
        let listed = buffer.keys(&state, String::new(), None, u32::MAX).await;
        assert_eq!(listed.map(|keys| keys.len()), Ok(4));
        for n in 1..READS {
            assert_eq!(buffer.get(&state, format!("k{n}")).await, Ok(None));
        }
        assert_eq!(buffer.get(&state, "k1".into()).await, Ok(None));
        assert_eq!(buffer.get(&state, "one more".into()).await, Err(StateUnavailable));
        // A key that is none is not looked for.
        assert_eq!(buffer.get(&state, "k".repeat(513)).await, Ok(None));
        let (reads, _) = buffer.take();
        assert!(matches!(reads.first(), Some(StateRead::Keys { count: KEYS, .. })), "{:?}", reads.first());
        assert_eq!(reads.len(), READS);
    }
}
