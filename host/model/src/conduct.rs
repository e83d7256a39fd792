//! How a channel's or an app's calls went lately, and what follows: slowed, paused for a growing time, tried again by itself.
//!
//! Counted is only what a plugin did wrong itself (it trapped, or used more than it may), never what passes or what a provider
//! did. A failure counts one up, a success one down, so that a plugin that stumbles over one kind of message in three goes on.

/// From this score on its calls run one at a time, until the score is 0 again.
const SLOWED_AT: u32 = 5;
/// From this score on no call runs for a while.
const PAUSED_AT: u32 = 10;
/// The first pause, in milliseconds; each that follows is twice as long.
const FIRST_PAUSE_MS: u64 = 30_000;
/// The longest.
const LONGEST_PAUSE_MS: u64 = 60 * 60_000;
/// How long a trial has, before another may be made: its answer may have been lost.
const TRIAL_MS: u64 = 150_000;
/// How long others wait while a trial is under way.
const BESIDE_TRIAL_MS: u64 = 2_000;

/// Whether a call may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// As any.
    Go,
    /// While no other of its kind does.
    Alone,
    /// It is the one that shows whether things go well again; its outcome must be told.
    Trial,
    /// Not before this moment.
    Wait(u64),
}

impl Leave {
    /// Whether it runs while no other call does.
    pub fn is_alone(self) -> bool {
        matches!(self, Self::Alone | Self::Trial)
    }
}

/// How a call went, as far as it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// The plugin answered.
    Well,
    /// It failed by its own fault.
    Wrong,
    /// It was not the plugin that decided.
    Neither,
}

/// What changed, to be written down and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its calls run one at a time from now on.
    Slowed,
    /// No call runs until then.
    Paused(u64),
    /// A trial went well: its calls run again, one at a time.
    Resumed,
    /// All is as if nothing had been.
    Well,
}

/// What is remembered of one owner. `Default` is one with whom nothing is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conduct {
    score: u32,
    slowed: bool,
    pauses: u32,
    rest: Option<Rest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Until(u64),
    /// A trial is under way, and has until then.
    Trial(u64),
}

impl Conduct {
    /// One that was written down as slowed.
    pub fn slowed() -> Self {
        Self { score: SLOWED_AT, slowed: true, ..Self::default() }
    }

    /// One that was written down as paused, for the `pauses`th time in a row.
    pub fn paused(until: u64, pauses: u32) -> Self {
        Self { score: PAUSED_AT, slowed: true, pauses, rest: Some(Rest::Until(until)) }
    }

    /// Whether there is nothing to remember.
    pub fn is_well(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its calls run one at a time.
    pub fn is_slowed(&self) -> bool {
        self.slowed
    }

    /// Until when it rests; also while a trial is under way.
    pub fn paused_until(&self) -> Option<u64> {
        self.rest.map(|rest| match rest {
            Rest::Until(until) | Rest::Trial(until) => until,
        })
    }

    /// Pauses in a row.
    pub fn pauses(&self) -> u32 {
        self.pauses
    }

    /// Asks for a call.
    pub fn ask(&mut self, now: u64) -> Leave {
        match self.rest {
            None if self.slowed => Leave::Alone,
            None => Leave::Go,
            Some(Rest::Until(until)) if now < until => Leave::Wait(until),
            Some(Rest::Trial(until)) if now < until => Leave::Wait(until.min(now.saturating_add(BESIDE_TRIAL_MS))),
            Some(_) => {
                self.rest = Some(Rest::Trial(now.saturating_add(TRIAL_MS)));
                Leave::Trial
            }
        }
    }

    /// Tells how a call went that had this leave.
    pub fn told(&mut self, leave: Leave, went: Went, now: u64) -> Option<Change> {
        match (self.rest, went) {
            (Some(Rest::Trial(_)), went) if leave == Leave::Trial => match went {
                Went::Wrong => Some(self.pause(now)),
                Went::Well => {
                    self.rest = None;
                    self.score = SLOWED_AT;
                    Some(Change::Resumed)
                }
                // Nothing was learnt: the next one shows it.
                Went::Neither => {
                    self.rest = Some(Rest::Until(now));
                    None
                }
            },
            // What began before the pause says nothing new.
            (Some(_), _) | (None, Went::Neither) => None,
            (None, Went::Wrong) => {
                self.score = self.score.saturating_add(1);
                if self.score >= PAUSED_AT {
                    Some(self.pause(now))
                } else if self.score >= SLOWED_AT && !self.slowed {
                    self.slowed = true;
                    Some(Change::Slowed)
                } else {
                    None
                }
            }
            (None, Went::Well) => {
                self.score = self.score.saturating_sub(1);
                if self.score > 0 {
                    return None;
                }
                let shown = self.slowed;
                *self = Self::default();
                shown.then_some(Change::Well)
            }
        }
    }

    fn pause(&mut self, now: u64) -> Change {
        let length = FIRST_PAUSE_MS.saturating_mul(1 << self.pauses.min(20)).min(LONGEST_PAUSE_MS);
        let until = now.saturating_add(length);
        self.pauses = self.pauses.saturating_add(1);
        self.score = PAUSED_AT;
        self.slowed = true;
        self.rest = Some(Rest::Until(until));
        Change::Paused(until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fail(conduct: &mut Conduct, now: u64) -> Option<Change> {
        let leave = conduct.ask(now);
        conduct.told(leave, Went::Wrong, now)
    }

    fn succeed(conduct: &mut Conduct, now: u64) -> Option<Change> {
        let leave = conduct.ask(now);
        conduct.told(leave, Went::Well, now)
    }

    #[test]
    fn who_keeps_failing_is_slowed_then_paused() {
        let mut conduct = Conduct::default();
        let changes: Vec<_> = (0..10).filter_map(|_| fail(&mut conduct, 1_000)).collect();
        assert_eq!(changes, [Change::Slowed, Change::Paused(31_000)]);
        assert_eq!(conduct.ask(30_999), Leave::Wait(31_000));
    }

    #[test]
    fn one_call_shows_whether_it_works_again_and_pauses_grow_to_an_hour() {
        let mut conduct = Conduct::default();
        for _ in 0..10 {
            fail(&mut conduct, 0);
        }
        let mut now = 0;
        let mut lengths = Vec::new();
        for _ in 0..9 {
            let until = conduct.paused_until().unwrap();
            lengths.push((until - now) / 1_000);
            now = until;
            assert_eq!(conduct.ask(now), Leave::Trial);
            assert_eq!(conduct.ask(now), Leave::Wait(now + BESIDE_TRIAL_MS), "one only");
            assert!(matches!(conduct.told(Leave::Trial, Went::Wrong, now), Some(Change::Paused(_))));
        }
        assert_eq!(lengths, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        now = conduct.paused_until().unwrap();
        assert_eq!(succeed(&mut conduct, now), Some(Change::Resumed));
        assert_eq!(conduct.ask(now), Leave::Alone, "slowed until it has earned more");
        let changes: Vec<_> = (0..5).filter_map(|_| succeed(&mut conduct, now)).collect();
        assert_eq!(changes, [Change::Well]);
        assert!(conduct.is_well(), "and the next pause is a short one");
    }

    #[test]
    fn a_lost_or_undecided_trial_is_made_again() {
        let mut conduct = Conduct::paused(0, 1);
        assert_eq!(conduct.ask(0), Leave::Trial);
        assert!(matches!(conduct.ask(TRIAL_MS - 1), Leave::Wait(_)));
        assert_eq!(conduct.ask(TRIAL_MS), Leave::Trial);
        assert_eq!(conduct.told(Leave::Trial, Went::Neither, TRIAL_MS), None);
        assert_eq!(conduct.ask(TRIAL_MS), Leave::Trial);
    }

    #[test]
    fn what_began_before_a_pause_changes_nothing() {
        let mut conduct = Conduct::paused(9, 1);
        for went in [Went::Well, Went::Wrong] {
            assert_eq!(conduct.told(Leave::Go, went, 1), None);
            assert_eq!(conduct.told(Leave::Alone, went, 1), None);
        }
        assert_eq!(conduct.ask(9), Leave::Trial);
        assert_eq!(conduct.told(Leave::Alone, Went::Wrong, 9), None, "not the trial's failure");
        assert_eq!(conduct.told(Leave::Trial, Went::Well, 9), Some(Change::Resumed));
    }

    proptest! {
        #[test]
        fn who_fails_less_than_half_of_the_time_is_never_paused(order in proptest::collection::vec(any::<bool>(), 1..400)) {
            // Every failure is followed by a success.
            let mut conduct = Conduct::default();
            for fails in order {
                if fails {
                    prop_assert_eq!(fail(&mut conduct, 0), None);
                }
                succeed(&mut conduct, 0);
            }
            prop_assert!(conduct.is_well());
        }

        #[test]
        fn it_is_always_tried_again(steps in proptest::collection::vec((0_u8..3, 0_u64..100_000), 1..200)) {
            let (mut conduct, mut now) = (Conduct::default(), 0);
            for (what, passes) in steps {
                now += passes;
                let leave = conduct.ask(now);
                if let Leave::Wait(until) = leave {
                    prop_assert!(until > now && until <= now + LONGEST_PAUSE_MS);
                } else {
                    let went = [Went::Well, Went::Wrong, Went::Neither][usize::from(what)];
                    conduct.told(leave, went, now);
                }
            }
            let latest = now + LONGEST_PAUSE_MS;
            prop_assert!(!matches!(conduct.ask(latest), Leave::Wait(_)));
        }
    }
}
