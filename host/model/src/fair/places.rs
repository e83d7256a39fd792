//! Who may come in: places for calls in memory, bounded for each line and for all together.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What a call comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What providers tell: a share of the places is kept for it.
    Receive,
    /// Everything else.
    Other,
}

/// Who waits, so that it can be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

/// What somebody who comes is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Come in; to be answered with [`Places::leave`].
    Enter,
    /// Wait to be called.
    Wait(Ticket),
    /// The line is full.
    Full,
}

/// Places, and lines in front of them. `T` is how who waits is called.
///
/// Calls that receive and all others of one owner stand in two lines: sends that hang keep nothing out that comes in. A free place
/// goes to the lines in turn, within a line to who came first.
#[derive(Debug)]
pub struct Places<K, T> {
    lines: HashMap<(K, Kind), Line<T>>,
    /// Lines that wait for a place of all, and not for one of their own; one round for each kind.
    rounds: [VecDeque<K>; 2],
    most: usize,
    most_others: usize,
    inside: usize,
    others: usize,
    others_next: bool,
    tickets: u64,
}

#[derive(Debug)]
struct Line<T> {
    inside: usize,
    /// How many of it may be inside, as the last one who came said.
    most: usize,
    waiting: VecDeque<(Ticket, T)>,
    in_round: bool,
}

impl<K: Clone + Eq + Hash, T> Places<K, T> {
    /// So many places, a share of them kept for [`Kind::Receive`].
    pub fn new(most: usize, kept_for_receive: usize) -> Self {
        Self {
            lines: HashMap::new(),
            rounds: [VecDeque::new(), VecDeque::new()],
            most,
            most_others: most.saturating_sub(kept_for_receive),
            inside: 0,
            others: 0,
            others_next: false,
            tickets: 0,
        }
    }

    /// Somebody comes. `most` calls of its line may be inside (at least one may), `longest` may wait; `call` is kept where it waits.
    pub fn arrive(&mut self, key: &K, kind: Kind, most: usize, longest: usize, call: impl FnOnce() -> T) -> Arrival {
        let free = self.is_free(kind);
        let line = self.lines.entry((key.clone(), kind)).or_insert_with(|| Line {
            inside: 0,
            most: 1,
            waiting: VecDeque::new(),
            in_round: false,
        });
        line.most = most.max(1);
        if free && line.waiting.is_empty() && line.inside < line.most {
            line.inside += 1;
            self.count(kind, true);
            return Arrival::Enter;
        }
        if line.waiting.len() >= longest {
            return Arrival::Full;
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        line.waiting.push_back((ticket, call()));
        self.line_up(key, kind);
        Arrival::Wait(ticket)
    }

    /// Somebody left. Answers with those who come in now; they are counted already.
    pub fn leave(&mut self, key: &K, kind: Kind) -> Vec<(K, Kind, T)> {
        if let Some(line) = self.lines.get_mut(&(key.clone(), kind)) {
            line.inside = line.inside.saturating_sub(1);
            self.count(kind, false);
        }
        self.line_up(key, kind);
        self.forget(key, kind);
        let mut called = Vec::new();
        while let Some(kind) = self.next_kind() {
            let Some(key) = self.rounds.get_mut(index(kind)).and_then(VecDeque::pop_front) else { break };
            let Some(line) = self.lines.get_mut(&(key.clone(), kind)) else { continue };
            line.in_round = false;
            if line.inside < line.most
                && let Some((_, call)) = line.waiting.pop_front()
            {
                line.inside += 1;
                self.count(kind, true);
                called.push((key.clone(), kind, call));
            }
            self.line_up(&key, kind);
            self.forget(&key, kind);
        }
        called
    }

    /// Somebody who waits goes away. Whether it still waited: otherwise it was called, and leaves as one who is inside.
    pub fn give_up(&mut self, key: &K, kind: Kind, ticket: Ticket) -> bool {
        let Some(line) = self.lines.get_mut(&(key.clone(), kind)) else { return false };
        let before = line.waiting.len();
        line.waiting.retain(|(waiting, _)| *waiting != ticket);
        let waited = line.waiting.len() < before;
        self.forget(key, kind);
        waited
    }

    fn is_free(&self, kind: Kind) -> bool {
        self.inside < self.most && (kind == Kind::Receive || self.others < self.most_others)
    }

    fn count(&mut self, kind: Kind, enters: bool) {
        let step = |count: &mut usize| *count = if enters { *count + 1 } else { count.saturating_sub(1) };
        step(&mut self.inside);
        if kind == Kind::Other {
            step(&mut self.others);
        }
    }

    /// Puts a line at the end of the round, where it lacks nothing but a place of all.
    fn line_up(&mut self, key: &K, kind: Kind) {
        if let Some(line) = self.lines.get_mut(&(key.clone(), kind))
            && !line.in_round
            && !line.waiting.is_empty()
            && line.inside < line.most
            && let Some(round) = self.rounds.get_mut(index(kind))
        {
            line.in_round = true;
            round.push_back(key.clone());
        }
    }

    /// Of which kind somebody can be called; the two take turns.
    fn next_kind(&mut self) -> Option<Kind> {
        let can = |kind| self.is_free(kind) && self.rounds.get(index(kind)).is_some_and(|round| !round.is_empty());
        let kind = match (can(Kind::Receive), can(Kind::Other)) {
            (true, true) if self.others_next => Kind::Other,
            (true, _) => Kind::Receive,
            (false, true) => Kind::Other,
            (false, false) => return None,
        };
        self.others_next = kind == Kind::Receive;
        Some(kind)
    }

    fn forget(&mut self, key: &K, kind: Kind) {
        let place = (key.clone(), kind);
        if self.lines.get(&place).is_some_and(|line| line.inside == 0 && line.waiting.is_empty() && !line.in_round) {
            self.lines.remove(&place);
        }
    }
}

fn index(kind: Kind) -> usize {
    match kind {
        Kind::Receive => 0,
        Kind::Other => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Arrival, Kind, Places};

    fn come(places: &mut Places<char, u32>, key: char, number: u32) -> Arrival {
        places.arrive(&key, Kind::Receive, 2, 3, || number)
    }

    fn called(places: &mut Places<char, u32>, key: char) -> Vec<(char, u32)> {
        places.leave(&key, Kind::Receive).into_iter().map(|(key, _, number)| (key, number)).collect()
    }

    #[test]
    fn a_line_is_bounded_inside_and_outside_and_bounds_no_other() {
        let mut places = Places::new(10, 0);
        assert_eq!([come(&mut places, 'n', 1), come(&mut places, 'n', 2)], [Arrival::Enter; 2]);
        for number in 3..6 {
            assert!(matches!(come(&mut places, 'n', number), Arrival::Wait(_)));
        }
        assert_eq!(come(&mut places, 'n', 6), Arrival::Full);
        assert_eq!(come(&mut places, 'q', 1), Arrival::Enter);
        assert_eq!(called(&mut places, 'n'), [('n', 3)], "who came first");
        assert_eq!(called(&mut places, 'q'), []);
    }

    #[test]
    fn a_free_place_goes_to_the_lines_in_turn() {
        let mut places = Places::new(2, 0);
        come(&mut places, 'n', 1);
        come(&mut places, 'n', 2);
        for (key, number) in [('n', 3), ('n', 4), ('n', 5), ('q', 6), ('r', 7)] {
            assert!(matches!(come(&mut places, key, number), Arrival::Wait(_)));
        }
        // The noisy line waits for one of its own places, the quiet ones for any.
        assert_eq!(called(&mut places, 'n'), [('q', 6)]);
        assert_eq!(called(&mut places, 'n'), [('r', 7)]);
        assert_eq!(called(&mut places, 'q'), [('n', 3)]);
    }

    #[test]
    fn a_share_is_kept_for_what_comes_in_and_each_kind_has_its_line() {
        let mut places = Places::new(3, 1);
        let other = |places: &mut Places<char, u32>, number| places.arrive(&'n', Kind::Other, 9, 9, || number);
        assert_eq!([other(&mut places, 1), other(&mut places, 2)], [Arrival::Enter; 2]);
        assert!(matches!(other(&mut places, 3), Arrival::Wait(_)));
        assert_eq!(come(&mut places, 'n', 4), Arrival::Enter, "also of the same owner");
        assert_eq!(called(&mut places, 'n'), [], "the place stays kept");
        assert_eq!(places.leave(&'n', Kind::Other).len(), 1);
    }

    #[test]
    fn who_gives_up_is_not_called() {
        let mut places = Places::new(1, 0);
        come(&mut places, 'n', 1);
        let Arrival::Wait(ticket) = come(&mut places, 'q', 2) else { panic!("there was a place") };
        assert!(matches!(come(&mut places, 'r', 3), Arrival::Wait(_)));
        assert!(places.give_up(&'q', Kind::Receive, ticket));
        assert!(!places.give_up(&'q', Kind::Receive, ticket));
        assert_eq!(called(&mut places, 'n'), [('r', 3)]);
    }

    proptest! {
        #[test]
        fn no_bound_is_passed_and_nobody_waits_beside_a_free_place(
            steps in proptest::collection::vec((0_u8..4, any::<bool>(), 0_u8..4), 1..300)
        ) {
            let (most, kept, own) = (5, 2, 2);
            let mut places = Places::new(most, kept);
            let mut inside: Vec<(u8, Kind)> = Vec::new();
            let mut waiting: Vec<(u8, Kind, super::Ticket, u32)> = Vec::new();
            let mut number = 0;
            for (key, receives, what) in steps {
                let kind = if receives { Kind::Receive } else { Kind::Other };
                if what < 2 {
                    number += 1;
                    match places.arrive(&key, kind, own, 4, || number) {
                        Arrival::Enter => inside.push((key, kind)),
                        Arrival::Wait(ticket) => waiting.push((key, kind, ticket, number)),
                        Arrival::Full => {}
                    }
                } else if what == 2 && !inside.is_empty() {
                    let (key, kind) = inside.remove(usize::from(key) % inside.len());
                    for (key, kind, number) in places.leave(&key, kind) {
                        let first = waiting.iter().position(|(k, d, _, _)| (*k, *d) == (key, kind)).unwrap();
                        prop_assert_eq!(waiting.remove(first).3, number, "first in, first out");
                        inside.push((key, kind));
                    }
                } else if !waiting.is_empty() {
                    let (key, kind, ticket, _) = waiting.remove(usize::from(key) % waiting.len());
                    prop_assert!(places.give_up(&key, kind, ticket));
                }
                let of = |key: u8, kind: Kind| inside.iter().filter(|one| **one == (key, kind)).count();
                let others = inside.iter().filter(|(_, kind)| *kind == Kind::Other).count();
                prop_assert!(inside.len() <= most && others <= most - kept);
                for &(key, kind) in &inside {
                    prop_assert!(of(key, kind) <= own);
                }
                for &(key, kind, _, _) in &waiting {
                    let free = inside.len() < most && (kind == Kind::Receive || others < most - kept);
                    prop_assert!(!free || of(key, kind) >= own, "{key} waits beside a free place");
                }
            }
        }
    }
}
