//! Waiting for something to become true: looking again and again, never for longer than [`PATIENCE`].

use std::future::Future;
use std::time::Duration;

/// How long anything may take, also on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(15);

/// Looks until there is an answer. `what` is what did not happen, should it not.
pub async fn until<T, F>(what: &str, look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    within(PATIENCE, what, look).await
}

/// As [`until`], with a patience of its own.
pub async fn within<T, F>(patience: Duration, what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(patience, looking).await {
        Ok(found) => found,
        Err(_) => panic!(
            "within {} seconds it did not happen that {what}; the last warnings of all hosts here:\n{}",
            patience.as_secs(),
            crate::logs::last_warnings()
        ),
    }
}
