//! Whose turn it is on a thread: the line that has used the least processor time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;

/// From so many lines on, those that have nothing to do are looked for and forgotten.
const PURGE_AT: usize = 64;

/// Lines of work that is ready to run, and how much each has had.
///
/// A turn goes to the line that has had the least. A line that comes anew, or comes back, begins where those that are busy are: it
/// is next, and cannot save up what it did not use. At most `threads` pieces run at once, and one more of a line that runs nothing
/// else: whoever keeps every thread busy with one long step does not keep a quiet line waiting for its end.
#[derive(Debug)]
pub struct Turns<K, T> {
    lines: HashMap<K, Line<T>>,
    /// Lines with something waiting, by what they have had and since when they wait.
    ready: BTreeMap<Place, K>,
    threads: usize,
    running: usize,
    /// What the line had had that was last given a turn.
    floor: u64,
    stamp: u64,
    purge_at: usize,
}

/// What it has had, whether it was there before (who comes stands before those who had as much), and when it came.
type Place = (u64, bool, u64);

#[derive(Debug)]
struct Line<T> {
    waiting: VecDeque<T>,
    running: usize,
    used: u64,
    /// Where it stands in `ready`; none where nothing of it waits.
    place: Option<Place>,
}

impl<K: Clone + Eq + Hash, T> Turns<K, T> {
    /// None waits. `threads` is how many pieces run at once; a spare one comes on top.
    pub fn new(threads: usize) -> Self {
        Self {
            lines: HashMap::new(),
            ready: BTreeMap::new(),
            threads,
            running: 0,
            floor: 0,
            stamp: 0,
            purge_at: PURGE_AT,
        }
    }

    /// Something of this line is ready to run. Whether a thread could take something at once.
    pub fn push(&mut self, key: K, item: T) -> bool {
        let floor = self.floor;
        let line = self.lines.entry(key.clone()).or_insert_with(|| Line {
            waiting: VecDeque::new(),
            running: 0,
            used: floor,
            place: None,
        });
        line.waiting.push_back(item);
        if line.place.is_none() {
            // Coming back counts as coming now: time that was not used is gone.
            line.used = line.used.max(floor);
            self.stamp += 1;
            let place = (line.used, line.running > 0, self.stamp);
            line.place = Some(place);
            self.ready.insert(place, key);
        }
        self.running < self.threads || line.running == 0
    }

    /// Gives out the next turn; none where nothing may run now. Each is answered with [`Turns::done`].
    pub fn take(&mut self) -> Option<(K, T)> {
        if self.running > self.threads {
            return None;
        }
        let spare_only = self.running == self.threads;
        let may_run = |key: &K| !spare_only || self.lines.get(key).is_some_and(|line| line.running == 0);
        let (&place, key) = self.ready.iter().find(|(_, key)| may_run(key))?;
        let key = key.clone();
        self.ready.remove(&place);
        let line = self.lines.get_mut(&key)?;
        let item = line.waiting.pop_front()?;
        line.running += 1;
        line.place = None;
        self.running += 1;
        self.floor = self.floor.max(line.used);
        if !line.waiting.is_empty() {
            self.stamp += 1;
            let place = (line.used, true, self.stamp);
            line.place = Some(place);
            self.ready.insert(place, key.clone());
        }
        Some((key, item))
    }

    /// A turn of this line is over; it took this much time, in whatever unit.
    pub fn done(&mut self, key: &K, used: u64) {
        self.running = self.running.saturating_sub(1);
        if let Some(line) = self.lines.get_mut(key) {
            line.running = line.running.saturating_sub(1);
            line.used = line.used.saturating_add(used);
            if let Some(place) = line.place.take() {
                self.ready.remove(&place);
                let place = (line.used, true, place.2);
                line.place = Some(place);
                self.ready.insert(place, key.clone());
            }
        }
        if self.running == 0 && self.ready.is_empty() {
            // Nobody waited for anybody: nothing is owed.
            self.lines.clear();
            self.floor = 0;
        } else if self.lines.len() >= self.purge_at {
            let floor = self.floor;
            self.lines.retain(|_, line| line.running > 0 || line.place.is_some() || line.used > floor);
            self.purge_at = PURGE_AT.max(self.lines.len().saturating_mul(2));
        }
    }

    /// Takes out all that waits: for the end.
    pub fn drain(&mut self) -> Vec<T> {
        self.ready.clear();
        self.lines
            .values_mut()
            .flat_map(|line| {
                line.place = None;
                std::mem::take(&mut line.waiting)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::Turns;

    /// Everything spins: each turn takes one unit and what ran goes to the end of its line.
    fn spin(turns: &mut Turns<u8, u32>, rounds: usize, threads: usize) -> HashMap<u8, u64> {
        let mut had = HashMap::new();
        for _ in 0..rounds {
            let running: Vec<_> = (0..=threads).map_while(|_| turns.take()).collect();
            for (key, item) in running {
                *had.entry(key).or_default() += 1;
                turns.push(key, item);
                turns.done(&key, 1);
            }
        }
        had
    }

    #[test]
    fn a_line_of_many_gets_the_share_of_one() {
        let mut turns = Turns::new(1);
        for item in 0..64 {
            turns.push(b'n', item);
        }
        turns.push(b'q', 0);
        let had = spin(&mut turns, 100, 1);
        // One thread and a spare one, so both always run.
        assert_eq!((had[&b'n'], had[&b'q']), (100, 100));
    }

    #[test]
    fn lines_that_have_nothing_to_do_are_forgotten() {
        let mut turns = Turns::new(1);
        turns.push(0, ());
        let (busy, ()) = turns.take().unwrap();
        for key in 1..10_000 {
            turns.push(key, ());
            let (taken, ()) = turns.take().unwrap();
            turns.done(&taken, 0);
            assert!(turns.lines.len() <= super::PURGE_AT + 1, "{}", turns.lines.len());
        }
        assert!(turns.lines.contains_key(&busy), "one that is at work is not");
    }

    #[test]
    fn who_takes_long_turns_gets_fewer() {
        let mut turns = Turns::new(1);
        let cost = |line| if line == b'n' { 10 } else { 1 };
        for line in [b'n', b'm', b'q'] {
            turns.push(line, 0);
        }
        let mut had = HashMap::<u8, u64>::new();
        for _ in 0..2100 {
            let (line, item) = turns.take().unwrap();
            *had.entry(line).or_default() += cost(line);
            turns.push(line, item);
            turns.done(&line, cost(line));
        }
        // Of time, not of turns, each has a third.
        assert!(had.values().all(|had| (980..=1020).contains(had)), "{had:?}");
    }

    #[test]
    fn who_comes_new_is_next_however_many_wait() {
        let mut turns = Turns::new(2);
        for line in 0..20 {
            for item in 0..20 {
                turns.push(line, item);
            }
        }
        spin(&mut turns, 50, 2);
        turns.push(b'q', 7);
        assert_eq!(turns.take(), Some((b'q', 7)));
    }

    #[test]
    fn a_quiet_line_gets_the_spare_thread_and_the_busy_one_never_does() {
        let mut turns = Turns::new(2);
        for item in 0..5 {
            turns.push(b'n', item);
        }
        assert!(turns.take().is_some() && turns.take().is_some());
        assert_eq!(turns.take(), None, "it runs on two threads already");
        assert!(!turns.push(b'n', 9), "and nobody need look");
        assert!(turns.push(b'q', 1));
        assert_eq!(turns.take(), Some((b'q', 1)));
        turns.push(b'r', 1);
        assert_eq!(turns.take(), None, "there is one spare thread");
        turns.done(&b'q', 1);
        assert_eq!(turns.take(), Some((b'r', 1)));
    }

    #[test]
    fn unused_time_is_not_saved_up() {
        let mut turns = Turns::new(1);
        turns.push(b'q', 0);
        let (key, item) = turns.take().unwrap();
        turns.push(b'n', 0);
        turns.push(b'm', 0);
        turns.done(&key, 1);
        spin(&mut turns, 1000, 1);
        turns.push(key, item);
        let had = spin(&mut turns, 300, 1);
        // Two run at a time, three want to: each had two thirds, give or take a turn.
        assert!(had.values().all(|had| (195..=205).contains(had)), "{had:?}");
    }

    #[test]
    fn who_used_idle_time_owes_nobody() {
        let mut turns = Turns::new(1);
        turns.push(b'n', 0);
        let (key, _) = turns.take().unwrap();
        turns.done(&key, 1_000_000);
        turns.push(b'n', 0);
        turns.push(b'q', 0);
        assert_eq!(turns.take(), Some((b'n', 0)));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_thread_is_idle(
            steps in proptest::collection::vec((0_u8..6, 0_u8..3, 0_u64..9), 1..300), threads in 1_usize..4
        ) {
            let mut turns = Turns::new(threads);
            let (mut waiting, mut running) = (HashMap::<u8, Vec<u32>>::new(), Vec::<u8>::new());
            let mut number = 0;
            for (line, what, used) in steps {
                match what {
                    0 => {
                        number += 1;
                        turns.push(line, number);
                        waiting.entry(line).or_default().push(number);
                    }
                    1 => match turns.take() {
                        Some((key, item)) => {
                            prop_assert!(running.len() < threads || !running.contains(&key));
                            prop_assert_eq!(waiting.get_mut(&key).unwrap().remove(0), item, "first in, first out");
                            running.push(key);
                            prop_assert!(running.len() <= threads + 1);
                        }
                        None => {
                            let idle = |key: &u8| running.len() < threads || (running.len() == threads && !running.contains(key));
                            prop_assert!(waiting.iter().all(|(key, line)| line.is_empty() || !idle(key)));
                        }
                    },
                    _ => if let Some(key) = running.pop() {
                        turns.done(&key, used);
                    },
                }
            }
        }
    }
}
