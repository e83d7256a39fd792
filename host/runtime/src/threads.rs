//! The threads on which WebAssembly executes, and whose turn it is there.
//!
//! A call that is ready to go on stands in its owner's line; which line is next is `lockgate_model::fair::Turns`' decision. A call
//! that waits in the host stands in no line and holds no thread. Timers and sockets that guests wait for are driven by another
//! runtime, that no guest can keep busy.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use async_task::{FallibleTask, Runnable};
use lockgate_model::fair::Turns;
use tokio::runtime::Handle;

use crate::config::StartError;

/// Below the host's own threads, which take in, commit and answer: about a third of their share where both want a processor.
const NICENESS: i32 = 5;

/// Who shares: the owner of a call.
pub(crate) type Line = Arc<str>;

/// The threads. They end when this is dropped; what has not ended by then is dropped with them.
pub(crate) struct GuestThreads {
    shared: Arc<Shared>,
}

struct Shared {
    work: Mutex<Work>,
    ready: Condvar,
}

struct Work {
    turns: Turns<Line, Runnable>,
    idle: usize,
    stopped: bool,
}

impl GuestThreads {
    /// Starts `count` threads and a spare one, for lines that run nothing while all others are busy. `drive` is the runtime that
    /// drives what guests wait for.
    pub(crate) fn start(count: usize, drive: &Handle) -> Result<Self, StartError> {
        let work = Work { turns: Turns::new(count), idle: 0, stopped: false };
        let threads = Self { shared: Arc::new(Shared { work: Mutex::new(work), ready: Condvar::new() }) };
        for _ in 0..=count {
            let (shared, drive) = (Arc::clone(&threads.shared), drive.clone());
            thread::Builder::new()
                .name("lockgate-guest".into())
                .spawn(move || {
                    // Of this thread alone.
                    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                        tracing::warn!(%error, "threads for plugins run beside the host's own, not below them");
                    }
                    let _driven = drive.enter();
                    shared.run();
                })
                .map_err(StartError::Threads)?;
        }
        Ok(threads)
    }

    /// Runs something in this line. It goes on when the answer is not waited for; none: it panicked, or the threads ended.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        line: Line,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Detached<T> {
        let shared = Arc::clone(&self.shared);
        let schedule = move |runnable: Runnable| shared.push(&line, runnable);
        let (runnable, task) = async_task::spawn(future, schedule);
        runnable.schedule();
        Detached(Some(task.fallible()))
    }
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &Line, runnable: Runnable) {
        let mut work = self.work();
        if work.stopped {
            drop(work);
            // Outside of the lock: what is dropped with it may wake others.
            return drop(runnable);
        }
        let wanted = work.turns.push(Arc::clone(line), runnable) && work.idle > 0;
        drop(work);
        if wanted {
            self.ready.notify_one();
        }
    }

    fn run(&self) {
        let mut before = thread_cpu();
        let mut work = self.work();
        while !work.stopped {
            let Some((line, runnable)) = work.turns.take() else {
                work.idle += 1;
                work = self.ready.wait(work).unwrap_or_else(PoisonError::into_inner);
                work.idle -= 1;
                continue;
            };
            drop(work);
            if catch_unwind(AssertUnwindSafe(|| runnable.run())).is_err() {
                tracing::error!("a call of a plugin panicked in the host");
            }
            // Everything between two readings is this call's, freeing its memory included.
            let now = thread_cpu();
            work = self.work();
            work.turns.done(&line, now.saturating_sub(before));
            before = now;
        }
    }
}

impl Drop for GuestThreads {
    fn drop(&mut self) {
        let mut work = self.shared.work();
        work.stopped = true;
        let waiting = work.turns.drain();
        drop(work);
        drop(waiting);
        self.shared.ready.notify_all();
    }
}

/// A task that goes on when nobody waits for it any more.
pub(crate) struct Detached<T>(Option<FallibleTask<T>>);

impl<T> Future for Detached<T> {
    type Output = Option<T>;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        match &mut self.0 {
            Some(task) => std::pin::Pin::new(task).poll(context),
            None => std::task::Poll::Ready(None),
        }
    }
}

impl<T> Drop for Detached<T> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach();
        }
    }
}

/// CPU time of this thread in nanoseconds: what the machine gives to others meanwhile is not the guest's.
pub(crate) fn thread_cpu() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec)
        .unwrap_or(0)
        .saturating_mul(1_000_000_000)
        .saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::{GuestThreads, Line};

    fn line(name: &str) -> Line {
        Arc::from(name)
    }

    async fn give_way() {
        let mut first = true;
        std::future::poll_fn(|context| {
            if std::mem::take(&mut first) {
                context.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(())
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_spins_in_one_line_leaves_room_for_another() {
        let threads = GuestThreads::start(1, &tokio::runtime::Handle::current()).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let turns = Arc::new(AtomicUsize::new(0));
        for _ in 0..100 {
            let (stop, turns) = (Arc::clone(&stop), Arc::clone(&turns));
            // Not waited for, and it goes on all the same.
            drop(threads.spawn(line("noisy"), async move {
                while !stop.load(Ordering::Relaxed) {
                    turns.fetch_add(1, Ordering::Relaxed);
                    give_way().await;
                }
            }));
        }
        for n in 0..50 {
            assert_eq!(threads.spawn(line("quiet"), async move { n }).await, Some(n));
        }
        assert!(turns.load(Ordering::Relaxed) > 0);
        stop.store(true, Ordering::Relaxed);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_long_step_of_each_thread_keeps_no_other_line_waiting() {
        let threads = GuestThreads::start(2, &tokio::runtime::Handle::current()).unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        let long: Vec<_> = (0..8)
            .map(|_| {
                let held = Arc::clone(&held);
                threads.spawn(line("noisy"), async move { held.lock().unwrap().recv().unwrap_or_default() })
            })
            .collect();
        assert_eq!(threads.spawn(line("quiet"), async { 7 }).await, Some(7));
        drop(release);
        for step in long {
            assert_eq!(step.await, Some(()));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_ends_its_own_call_and_no_thread() {
        let threads = GuestThreads::start(1, &tokio::runtime::Handle::current()).unwrap();
        for _ in 0..5 {
            assert_eq!(threads.spawn(line("a"), async { panic!("on purpose") }).await, None::<()>);
        }
        assert_eq!(threads.spawn(line("a"), async { 1 }).await, Some(1));
    }
}
