//! What must happen in the end, again and again: idempotent, without input, safe to miss a round.

use std::time::Duration;

use crate::host::Host;

/// Writes down counts, notices changes that other nodes made, and sweeps, until the host stops.
pub async fn run(host: Host) {
    let mut stopping = host.stopping();
    let mut round: u64 = 0;
    let mut failing = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            _ = stopping.changed() => return,
        }
        let refreshed = host.directory.refresh().await;
        let flushed = host.refusals.flush(&host.store).await;
        let kept = host.conducts.keep(&host.store).await;
        // One line when it begins and one when it ends, however long it lasts.
        match (refreshed.and(flushed).and(kept), failing) {
            (Err(error), false) => {
                failing = true;
                tracing::error!(%error, "the database is away; providers are told to try again");
            }
            (Ok(()), true) => {
                failing = false;
                tracing::info!("the database is back");
            }
            _ => {}
        }
        round = round.wrapping_add(1);
        if round.is_multiple_of(10) {
            // Otherwise each measurement waits in memory for a scraper, who may never come.
            host.metrics.run_upkeep();
        }
        if round % 240 == 1
            && let Err(error) = host.store.sweep(host.seams.clock.now_ms()).await
        {
            tracing::warn!(%error, "what has expired could not be swept");
        }
        if round % 240 == 1 {
            host.media.sweep().await;
        }
        // Looks at every file there is, and finds something after a death alone: at the start, and every six hours.
        if round % 43_200 == 1 {
            let host = host.clone();
            host.clone().spawn_work(async move { host.media.sweep_files().await });
        }
    }
}
