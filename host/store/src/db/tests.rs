//! The writer: what is committed together, what fails alone, what follows a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::{BatchEnd, Db, Marks, Step, Tx, args};
use crate::error::{Conflict, StoreError};

/// Counts commits, and writes a last step of its own into each that logged something.
#[derive(Default)]
struct Counter {
    commits: AtomicU32,
    outbox: AtomicU32,
    stamped: AtomicU64,
}

impl BatchEnd for Counter {
    fn before_commit<'t>(&'t self, tx: &'t mut Tx) -> Step<'t, ()> {
        Box::pin(async move {
            let row =
                tx.row("SELECT COUNT(*) AS n FROM probes", args![]).await?.ok_or(StoreError::corrupt("probes"))?;
            tx.stamped(row.get("n")?);
            Ok(())
        })
    }

    fn committed(&self, marks: Marks) {
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.outbox.fetch_add(u32::from(marks.outbox), Ordering::SeqCst);
        self.stamped.fetch_max(marks.stamped.unwrap_or(0), Ordering::SeqCst);
    }
}

struct Opened {
    db: Arc<Db>,
    counter: Arc<Counter>,
    _folder: Option<tempfile::TempDir>,
    _server: Option<lockgate_test_postgres::TestDatabase>,
}

/// Each database, with a writer of one lane, so that every write waits in the same queue.
async fn each() -> Vec<Opened> {
    let folder = tempfile::tempdir().unwrap();
    let counter = Arc::new(Counter::default());
    let sqlite = Db::open_sqlite(&folder.path().join("test.db"), counter.clone()).await.unwrap();
    let mut opened = vec![Opened { db: Arc::new(sqlite), counter, _folder: Some(folder), _server: None }];
    if let Some(server) = lockgate_test_postgres::shared() {
        let counter = Arc::new(Counter::default());
        let postgres = Db::open_postgres(server.url(), "test", 1, counter.clone()).await.unwrap();
        opened.push(Opened { db: Arc::new(postgres), counter, _folder: None, _server: Some(server) });
    }
    opened
}

fn insert<'t>(tx: &'t mut Tx, node: &'t String) -> Step<'t, ()> {
    Box::pin(async move {
        tx.execute("INSERT INTO probes (node, probed_at) VALUES ($1, 0)", args![node]).await?;
        if node.starts_with("fails") { Err(Conflict::Changed.into()) } else { Ok(()) }
    })
}

async fn nodes(db: &Db) -> Vec<String> {
    let rows = db.glance().await.unwrap().rows("SELECT node FROM probes ORDER BY node", args![]).await.unwrap();
    rows.iter().map(|row| row.get("node").unwrap()).collect()
}

/// Queues writes while the writer is held up by one that waits, so that they must be committed together.
async fn together<T: Send + 'static>(
    db: &Arc<Db>,
    names: Vec<String>,
    step: impl for<'t> Fn(&'t mut Tx, &'t String) -> Step<'t, T> + Send + Sync + Copy + 'static,
) -> Vec<Result<T, StoreError>> {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let gates = std::sync::Mutex::new(Some((begun, may_go)));
    let held = {
        let db = Arc::clone(db);
        tokio::spawn(async move {
            db.write((), gates, |_, gates| {
                Box::pin(async move {
                    let gates = gates.lock().unwrap().take();
                    if let Some((begun, may_go)) = gates {
                        begun.send(()).unwrap();
                        may_go.await.unwrap();
                    }
                    Ok(())
                })
            })
            .await
        })
    };
    has_begun.await.unwrap();
    let mut writes = Vec::new();
    for name in names {
        writes.push(Box::pin(db.write((), name, step)));
    }
    // One poll puts each into the queue.
    for write in &mut writes {
        assert!(futures_util::poll!(write.as_mut()).is_pending());
    }
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    futures_util::future::join_all(writes).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_committed_together() {
    for Opened { db, counter, .. } in &each().await {
        let before = counter.commits.load(Ordering::SeqCst);
        let names = (0..100).map(|number| format!("node {number:03}")).collect::<Vec<_>>();
        let results = together(db, names.clone(), insert).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(nodes(db).await, names);
        // The one that held them up, and all of them.
        assert_eq!(counter.commits.load(Ordering::SeqCst) - before, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_hurts_nobody_else() {
    for Opened { db, counter, .. } in &each().await {
        let before = counter.commits.load(Ordering::SeqCst);
        let names = ["a", "fails 1", "b", "fails 2", "c"].map(String::from).to_vec();
        let results = together(db, names, insert).await;
        let outcomes: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(outcomes, [true, false, true, false, true]);
        assert!(matches!(results[1], Err(StoreError::Conflict(Conflict::Changed))));
        assert_eq!(nodes(db).await, ["a", "b", "c"]);
        assert_eq!(counter.commits.load(Ordering::SeqCst) - before, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_database_counts_although_a_step_swallows_it() {
    fn swallow<'t>(tx: &'t mut Tx, node: &'t String) -> Step<'t, ()> {
        Box::pin(async move {
            if node == "bad" {
                drop(tx.execute("INSERT INTO probes (node, probed_at) VALUES ($1, NULL)", args![node]).await);
                return Ok(());
            }
            insert(tx, node).await
        })
    }
    for Opened { db, .. } in &each().await {
        let alone = db.write((), "bad".to_owned(), swallow).await;
        assert!(matches!(alone, Err(StoreError::Rejected(_))), "{alone:?}");
        let results = together(db, ["a", "bad", "b"].map(String::from).to_vec(), swallow).await;
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(nodes(db).await, ["a", "b"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_panics_leaves_the_writer_alive() {
    for Opened { db, .. } in &each().await {
        let panicked = db.write((), (), |_, ()| Box::pin(async { panic!("on purpose") })).await;
        let panicked: Result<(), StoreError> = panicked;
        assert!(panicked.unwrap_err().is_passing());
        db.write((), "after".to_owned(), insert).await.unwrap();
        assert_eq!(nodes(db).await, ["after"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_what_was_committed() {
    fn announce<'t>(tx: &'t mut Tx, node: &'t String) -> Step<'t, ()> {
        Box::pin(async move {
            tx.logged_events();
            if node.starts_with("fails") {
                tx.queued_outbox();
            }
            insert(tx, node).await
        })
    }
    for Opened { db, counter, .. } in &each().await {
        let results = together(db, ["a", "fails", "b"].map(String::from).to_vec(), announce).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
        // The last step sees all that is committed with it, and the failed one announces nothing.
        assert_eq!(counter.stamped.load(Ordering::SeqCst), 2);
        assert_eq!(counter.outbox.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_moment() {
    for Opened { db, .. } in &each().await {
        db.write((), "before".to_owned(), insert).await.unwrap();
        let mut snapshot = db.read().await.unwrap();
        let count = "SELECT COUNT(*) AS n FROM probes";
        let first: u64 = snapshot.row(count, args![]).await.unwrap().unwrap().get("n").unwrap();
        db.write((), "after".to_owned(), insert).await.unwrap();
        let second: u64 = snapshot.row(count, args![]).await.unwrap().unwrap().get("n").unwrap();
        assert_eq!((first, second), (1, 1));
        assert_eq!(nodes(db).await.len(), 2);
        // And it cannot write.
        assert!(snapshot.execute("DELETE FROM probes", args![]).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    for Opened { db, .. } in &each().await {
        let sql = "INSERT INTO idempotency_keys (token, key, request_hash, status, body, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        db.write((), (), move |tx, ()| {
            Box::pin(async move {
                let token =
                    "INSERT INTO tokens (id, name, secret_hash, scopes, created_at) VALUES ('t', '', $1, '', 0)";
                tx.execute(token, args![b"h"]).await?;
                tx.execute(sql, args!["t", "zero \0 and ä", b"\0\xff", None::<u32>, None::<Vec<u8>>, u64::MAX]).await
            })
        })
        .await
        .unwrap();
        let mut tx = db.glance().await.unwrap();
        let row = tx.row("SELECT * FROM idempotency_keys", args![]).await.unwrap().unwrap();
        assert_eq!(row.get::<String>("key").unwrap(), "zero \u{fffd} and ä");
        assert_eq!(row.get::<Vec<u8>>("request_hash").unwrap(), b"\0\xff");
        assert_eq!(row.get::<Option<u32>>("status").unwrap(), None);
        assert_eq!(row.get::<Option<Vec<u8>>>("body").unwrap(), None);
        assert_eq!(row.get::<i64>("created_at").unwrap(), i64::MAX);
        for wrong in [row.get::<u32>("status").err(), row.get::<u64>("key").err(), row.get::<String>("none").err()] {
            assert!(matches!(wrong, Some(StoreError::Corrupt { .. })), "{wrong:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_wait_for_each_other_both_succeed_in_the_end() {
    struct Crossing {
        rows: [&'static str; 2],
        meet: Arc<tokio::sync::Barrier>,
        met: std::sync::atomic::AtomicBool,
    }
    fn cross<'t>(tx: &'t mut Tx, crossing: &'t Crossing) -> Step<'t, ()> {
        Box::pin(async move {
            let sql = "UPDATE probes SET probed_at = probed_at + 1 WHERE node = $1";
            let [first, second] = crossing.rows;
            tx.execute(sql, args![first]).await?;
            if !crossing.met.swap(true, Ordering::SeqCst) {
                crossing.meet.wait().await;
            }
            tx.execute(sql, args![second]).await.map(drop)
        })
    }
    let Some(server) = lockgate_test_postgres::shared() else { return };
    // Two writers of one lane each, as two nodes are.
    let open = || Db::open_postgres(server.url(), "test", 1, Arc::new(Counter::default()));
    let (one, other) = (open().await.unwrap(), open().await.unwrap());
    for node in ["a", "b"] {
        one.write((), node.to_owned(), insert).await.unwrap();
    }
    let meet = Arc::new(tokio::sync::Barrier::new(2));
    let crossing = |rows| Crossing { rows, meet: meet.clone(), met: false.into() };
    let (first, second) =
        tokio::join!(one.write((), crossing(["a", "b"]), cross), other.write((), crossing(["b", "a"]), cross));
    first.unwrap();
    second.unwrap();
    let rows = one.glance().await.unwrap().rows("SELECT probed_at FROM probes", args![]).await.unwrap();
    assert!(rows.iter().all(|row| row.get::<u64>("probed_at").unwrap() == 2));
}
