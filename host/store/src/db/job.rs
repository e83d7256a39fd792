//! One change as the writer sees it: something to run inside a transaction, perhaps more than once, and somebody to answer.

use std::pin::Pin;

use tokio::sync::oneshot;

use super::tx::Tx;
use crate::error::{StoreError, Trouble};

/// What a step of a transaction gives back.
pub(crate) type Step<'t, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 't>>;

/// A change without its types.
pub(super) trait Job: Send {
    /// Whether nobody waits for it any more.
    fn abandoned(&self) -> bool;
    /// Runs it and keeps its result. May be called again after what it did was rolled back.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> Step<'t, ()>;
    /// Hands out the kept result, or the error that befell the whole batch.
    fn answer(self: Box<Self>, batch: Result<(), StoreError>);
}

/// A change with its types.
pub(super) struct Work<I, T, F> {
    pub(super) input: I,
    pub(super) step: F,
    pub(super) result: Option<Result<T, StoreError>>,
    pub(super) reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<I, T, F> Job for Work<I, T, F>
where
    I: Send + Sync,
    T: Send,
    F: for<'t> Fn(&'t mut Tx, &'t I) -> Step<'t, T> + Send + Sync,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> Step<'t, ()> {
        Box::pin(async move {
            let result = match (self.step)(tx, &self.input).await {
                // Whoever made a change answers for it.
                Ok(done) => tx.flush().await.map(|()| done),
                Err(error) => {
                    tx.forget();
                    Err(error)
                }
            };
            let result = match tx.broken.take() {
                Some(swallowed) if result.is_ok() => Err(swallowed),
                _ => result,
            };
            let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
            self.result = Some(result);
            outcome
        })
    }

    fn answer(self: Box<Self>, batch: Result<(), StoreError>) {
        let Self { result, reply, .. } = *self;
        let answer = batch.and_then(|()| result.unwrap_or_else(|| Err(StoreError::unavailable(Trouble::Closed))));
        // Who does not wait any more needs no answer.
        drop(reply.send(answer));
    }
}
