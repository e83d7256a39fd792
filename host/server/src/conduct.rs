//! Who is slowed or paused because its calls keep failing. What follows from a failure is `lockgate_model::conduct`'s decision; here
//! it is remembered for each channel and app, written down, and brought in line with what other nodes wrote.
//!
//! An owner with whom nothing is wrong is not remembered, and costs a look at one number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lockgate_model::conduct::{Change, Conduct, Leave, Went};
use lockgate_model::id::{Owner, PluginName};
use lockgate_runtime::CallFailure;
use lockgate_store::{ConductRecord, Store, StoreError};

/// See the module.
pub struct Conducts {
    is_on: bool,
    troubled: AtomicUsize,
    book: Mutex<HashMap<Owner, Entry>>,
    /// Held while one owner's conduct is written, so that what was decided last is written last.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    conduct: Conduct,
    code: String,
    since: u64,
    /// Counted up with each change, and how far it is written down.
    changes: u64,
    written: u64,
}

impl Entry {
    fn is_unsaved(&self) -> bool {
        self.changes != self.written
    }
}

impl Conducts {
    /// Nobody is in trouble. Where it is off, nobody ever will be.
    pub fn new(is_on: bool) -> Self {
        Self { is_on, troubled: AtomicUsize::new(0), book: Mutex::default(), writing: tokio::sync::Mutex::new(()) }
    }

    /// Whether a call of this owner may run now. Who is told anything but [`Leave::Wait`] says how it went ([`Conducts::told`]).
    pub fn ask(&self, owner: Owner, now: u64) -> Leave {
        if self.troubled.load(Ordering::Relaxed) == 0 {
            return Leave::Go;
        }
        self.book().get_mut(&owner).map_or(Leave::Go, |entry| entry.conduct.ask(now))
    }

    /// Tells how a call went: what its failure was, where it failed.
    pub async fn told(&self, store: &Store, call: Told<'_>) {
        if !self.is_on || (call.failure.is_none() && self.troubled.load(Ordering::Relaxed) == 0) {
            return;
        }
        let Some(change) = self.decide(&call) else { return };
        report(&call, change);
        self.save(store, call.owner).await;
    }

    fn decide(&self, call: &Told<'_>) -> Option<Change> {
        let went = match call.failure.map_or(Went::Well, weigh) {
            // Whoever knows the address could have a channel paused.
            Went::Wrong if !call.is_vouched_for => Went::Neither,
            went => went,
        };
        let mut book = self.book();
        if went != Went::Wrong && !book.contains_key(&call.owner) {
            return None;
        }
        let entry = book.entry(call.owner).or_default();
        let change = entry.conduct.told(call.leave, went, call.now);
        if let Some(failure) = call.failure.filter(|_| went == Went::Wrong) {
            failure.code().clone_into(&mut entry.code);
        }
        match change {
            Some(Change::Slowed | Change::Paused(_) | Change::Resumed) => {
                entry.since = call.now;
                entry.changes += 1;
            }
            Some(Change::Well) => entry.changes += 1,
            None => {}
        }
        if entry.conduct.is_well() && !entry.is_unsaved() {
            book.remove(&call.owner);
        }
        self.count(&book);
        change
    }

    /// Ends slowing and pause of one owner: an admin wants it tried now. Whether there was something to end.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn resume(&self, store: &Store, owner: Owner) -> Result<bool, StoreError> {
        let _one_at_a_time = self.writing.lock().await;
        let known = store.clear_conduct(owner).await?;
        let mut book = self.book();
        let remembered = book.remove(&owner).is_some();
        self.count(&book);
        Ok(known || remembered)
    }

    /// Writes down what is not yet, and takes over what is written: at the start, and what other nodes and admins decided since.
    ///
    /// # Errors
    ///
    /// The database's; it is done again in the next round.
    pub async fn keep(&self, store: &Store) -> Result<(), StoreError> {
        if !self.is_on {
            // Switched off, nothing that an earlier start wrote down holds anybody back.
            for record in store.conducts().await? {
                store.clear_conduct(record.owner).await?;
            }
            return Ok(());
        }
        let unsaved: Vec<Owner> =
            self.book().iter().filter(|(_, entry)| entry.is_unsaved()).map(|(owner, _)| *owner).collect();
        for owner in unsaved {
            self.save(store, owner).await;
        }
        let _one_at_a_time = self.writing.lock().await;
        let written = store.conducts().await?;
        let mut book = self.book();
        // Who is written nowhere and was shown as troubled here was resumed by somebody else.
        book.retain(|owner, entry| {
            entry.is_unsaved() || !entry.conduct.is_slowed() || written.iter().any(|record| record.owner == *owner)
        });
        for ConductRecord { owner, code, pauses, since, until } in written {
            let entry = book.entry(owner).or_default();
            if entry.is_unsaved() || (entry.since, entry.conduct.is_slowed()) == (since, true) {
                continue;
            }
            let conduct = until.map_or_else(Conduct::slowed, |until| Conduct::paused(until, pauses));
            *entry = Entry { conduct, code, since, ..Entry::default() };
        }
        let paused = book.values().filter(|entry| entry.conduct.paused_until().is_some()).count();
        self.count(&book);
        drop(book);
        crate::metrics::paused(paused);
        Ok(())
    }

    /// Writes down how it is now, however it came to that.
    async fn save(&self, store: &Store, owner: Owner) {
        let _one_at_a_time = self.writing.lock().await;
        let Some(Entry { conduct, code, since, changes, .. }) = self.book().get(&owner).cloned() else { return };
        let written = if conduct.is_slowed() {
            let (pauses, until) = (conduct.pauses(), conduct.paused_until());
            store.set_conduct(ConductRecord { owner, code, pauses, since, until }).await
        } else {
            store.clear_conduct(owner).await.map(drop)
        };
        if let Err(error) = written {
            tracing::warn!(%owner, %error, "whether its calls are paused could not be written down; it is tried again");
            return;
        }
        let mut book = self.book();
        if let Some(entry) = book.get_mut(&owner) {
            // What was decided meanwhile is written next.
            entry.written = changes;
            if entry.conduct.is_well() && !entry.is_unsaved() {
                book.remove(&owner);
            }
        }
        self.count(&book);
    }

    fn count(&self, book: &HashMap<Owner, Entry>) {
        self.troubled.store(book.len(), Ordering::Relaxed);
    }

    fn book(&self) -> MutexGuard<'_, HashMap<Owner, Entry>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a call went.
pub struct Told<'a> {
    /// Whose it was.
    pub owner: Owner,
    /// Its plugin.
    pub plugin: &'a PluginName,
    /// The leave that it had.
    pub leave: Leave,
    /// Whether somebody vouches for what it was about: a recipe that verified it, or our own team.
    pub is_vouched_for: bool,
    /// Why it gave no result; none where it gave one.
    pub failure: Option<&'a CallFailure>,
    /// Now, in milliseconds since 1970.
    pub now: u64,
}

/// Whose fault a failure is.
fn weigh(failure: &CallFailure) -> Went {
    match failure {
        CallFailure::Trap(_) | CallFailure::Memory | CallFailure::Cpu | CallFailure::Output | CallFailure::Stack => {
            Went::Wrong
        }
        // Who waited too long may have waited for a provider or for us.
        CallFailure::Wall
        | CallFailure::NotExported
        | CallFailure::Overloaded
        | CallFailure::Busy
        | CallFailure::StateUnavailable => Went::Neither,
    }
}

fn report(call: &Told<'_>, change: Change) {
    let (owner, plugin) = (call.owner, call.plugin.as_str());
    let failure = call.failure.map_or("none", CallFailure::code);
    match change {
        Change::Slowed => tracing::warn!(%owner, plugin, failure, "its calls keep failing: they run one at a time now"),
        Change::Paused(until) => {
            crate::metrics::pauses(plugin, failure);
            let seconds = until.saturating_sub(call.now) / 1000;
            tracing::warn!(%owner, plugin, failure, seconds, "its calls keep failing: they are paused, and tried again then");
        }
        Change::Resumed => tracing::info!(%owner, plugin, "a call went well: its calls run again, one at a time"),
        Change::Well => tracing::info!(%owner, plugin, "its calls go well again"),
    }
}
