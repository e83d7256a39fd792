//! How many requests of one app or channel are taken in at once, from the plugin's call to the commit.
//!
//! What one of them floods the host with waits here, before it has a thread, an instance or a place in the writer's queue, so that
//! the others find all three free.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests under way at once. As many as one transaction of the writer is worth; far fewer than its queue takes.
const INSIDE: usize = 64;
/// Requests that wait; more are told to come again.
const LONGEST: usize = 512;

/// The entrance of one app or channel.
#[derive(Debug)]
pub struct Entrance {
    inside: Semaphore,
    waiting: AtomicUsize,
}

/// Why somebody is not let in: too many are there, or before him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Default for Entrance {
    fn default() -> Self {
        Self { inside: Semaphore::new(INSIDE), waiting: AtomicUsize::new(0) }
    }
}

impl Entrance {
    /// Waits to be let in, in the order of arrival. Whoever drops the answer leaves.
    ///
    /// # Errors
    ///
    /// [`Crowded`], at once or after `patience`.
    pub async fn enter(&self, patience: Duration) -> Result<SemaphorePermit<'_>, Crowded> {
        if let Ok(inside) = self.inside.try_acquire() {
            return Ok(inside);
        }
        let _waiting = Waiting::begin(&self.waiting)?;
        match tokio::time::timeout(patience, self.inside.acquire()).await {
            Ok(Ok(inside)) => Ok(inside),
            Ok(Err(_)) | Err(_) => Err(Crowded),
        }
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Result<Self, Crowded> {
        let waiting = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) >= LONGEST { Err(Crowded) } else { Ok(waiting) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_waits_in_order_and_within_bounds() {
        let entrance = std::sync::Arc::new(Entrance::default());
        let patience = Duration::from_secs(60);
        let mut inside = Vec::new();
        for _ in 0..INSIDE {
            inside.push(entrance.enter(patience).await.expect("room"));
        }
        let flood: Vec<_> = (0..LONGEST)
            .map(|_| {
                let entrance = entrance.clone();
                tokio::spawn(async move { entrance.enter(patience).await.is_ok() })
            })
            .collect();
        for _ in 0..LONGEST {
            tokio::task::yield_now().await;
        }
        assert_eq!(entrance.enter(Duration::from_secs(3600)).await.err(), Some(Crowded), "at once");
        drop(inside.pop());
        let mut entered = 0;
        for one in flood {
            entered += usize::from(one.await.expect("it ends"));
        }
        assert_eq!(entered, LONGEST, "each in its turn");
        assert_eq!(entrance.waiting.load(Ordering::Relaxed), 0);
        inside.push(entrance.enter(patience).await.expect("room"));
        assert_eq!(entrance.enter(Duration::from_millis(20)).await.err(), Some(Crowded), "after its patience");
    }
}
