//! Databases that are locked, gone, full or restarted: every call says so soon, and all is well once they are back.

use std::future::Future;
use std::time::Duration;

use lockgate_store::{Database, Store, StoreError};
use lockgate_test_postgres::Durability;
use sqlx::Connection;

use crate::common::TestStore;
use crate::fixtures::first_page;

/// Longer than the store lets anybody wait.
const SOON: Duration = Duration::from_secs(8);

async fn soon<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, call).await.expect("an answer, whatever it is")
}

async fn is_unavailable(store: &Store) {
    let (written, read, probed) =
        soon(async { tokio::join!(store.create_inbox("Lost"), store.inboxes(first_page()), store.probe()) }).await;
    for failed in [written.err(), read.err(), probed.err()] {
        assert!(matches!(failed, Some(StoreError::Unavailable(_))), "{failed:?}");
    }
}

/// Some connections notice only when they are used.
async fn recovers(store: &Store) {
    let well = async {
        while store.probe().await.is_err() || store.inboxes(first_page()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), well).await.expect("the store recovers by itself");
}

async fn names(store: &Store) -> Vec<String> {
    let mut names: Vec<_> =
        store.inboxes(first_page()).await.unwrap().items.into_iter().map(|inbox| inbox.name).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_unavailable_until_it_is_free() {
    let store = TestStore::sqlite().await;
    store.create_inbox("Before").await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(store.file().unwrap());
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let attempts: Vec<_> = (0..20)
        .map(|number| {
            let store = store.share();
            tokio::spawn(async move { store.create_inbox(&format!("Lost {number}")).await })
        })
        .collect();
    for attempt in attempts {
        let refused = soon(attempt).await.unwrap().unwrap_err();
        assert!(refused.is_passing(), "{refused:?}");
    }
    // Who only reads is not locked out.
    assert_eq!(names(&store).await, ["Before"]);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    recovers(&store).await;
    store.create_inbox("After").await.unwrap();
    assert_eq!(names(&store).await, ["After", "Before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_moved_away_is_unavailable_until_it_is_back() {
    let store = TestStore::sqlite().await;
    store.create_inbox("Before").await.unwrap();
    let file = store.file().unwrap();
    let away = file.with_extension("away");
    std::fs::rename(&file, &away).unwrap();
    is_unavailable(&store).await;
    assert!(!file.exists(), "no empty database is made in its place");
    std::fs::rename(&away, &file).unwrap();
    recovers(&store).await;
    store.create_inbox("After").await.unwrap();
    let names = names(&store).await;
    assert!(names.contains(&"Before".into()) && names.contains(&"After".into()), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_in_the_file_that_took_the_others_place() {
    let mut store = TestStore::sqlite().await;
    store.create_inbox("Before").await.unwrap();
    let file = store.file().unwrap();
    let old = file.with_extension("old");
    std::fs::rename(&file, &old).unwrap();
    std::fs::copy(&old, &file).unwrap();
    assert_eq!(names(&store).await, ["Before"]);
    let mut written = store.create_inbox("After").await;
    while let Err(error) = &written {
        if matches!(error, StoreError::Conflict(_)) {
            break;
        }
        assert!(error.is_passing(), "{error:?}");
        written = store.create_inbox("After").await;
    }
    store.restart().await;
    assert_eq!(names(&store).await, ["After", "Before"]);
}

/// Names the folder to the process that plays the story below.
const FULL: &str = "LOCKGATE_TEST_FULL_DISK";

/// How large a file may get is limited for a whole process, so the story is played in one of its own. Who exceeds the limit is
/// sent a signal; the shell has it ignored, so that the write fails as on a full disk.
#[test]
fn a_full_disk_is_unavailable_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let played = std::process::Command::new("/bin/sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "outages::a_full_disk_in_a_process_of_its_own", "--nocapture"])
        .env(FULL, folder.path())
        .output()
        .unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    assert!(folder.path().join("data/done").exists(), "the story was played");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_in_a_process_of_its_own() {
    let Some(folder) = std::env::var_os(FULL).map(std::path::PathBuf::from) else { return };
    let mut store = TestStore::on(Database::Sqlite(folder.join("data/lockgate.db")), None, None).await;
    let limit = |bytes| {
        let limit = rustix::process::Rlimit { current: bytes, maximum: None };
        rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).unwrap();
    };
    let largest =
        std::fs::read_dir(folder.join("data")).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).max();
    limit(Some(largest.unwrap() + 100_000));
    // More than once, because a journal that is put away makes room again for a while.
    let (mut acknowledged, mut refusals) = (Vec::new(), 0);
    while refusals < 10 {
        let name = format!("{:02000}", acknowledged.len() + refusals);
        match soon(store.create_inbox(&name)).await {
            Ok(_) => acknowledged.push(name),
            Err(error) => {
                assert!(error.is_passing(), "{error:?}");
                refusals += 1;
            }
        }
    }
    assert!(!acknowledged.is_empty());
    let there = async |store: &Store| {
        for name in &acknowledged {
            let taken = store.create_inbox(name).await;
            assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
        }
    };
    limit(None);
    recovers(&store).await;
    there(&store).await;
    store.restart().await;
    there(&store).await;
    std::fs::write(folder.join("data/done"), "").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_unavailable_until_it_is_back() {
    let Some(server) = lockgate_test_postgres::own(Durability::None) else { return };
    let database = server.database();
    let store = TestStore::on(Database::Postgres(database.url().into()), None, None).await;
    store.create_inbox("Before").await.unwrap();
    server.stop();
    is_unavailable(&store).await;
    server.start_again();
    recovers(&store).await;
    store.create_inbox("After").await.unwrap();
    assert_eq!(names(&store).await, ["After", "Before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_that_falls_between_two_calls_is_not_noticed() {
    let Some(server) = lockgate_test_postgres::own(Durability::None) else { return };
    let database = server.database();
    let store = TestStore::on(Database::Postgres(database.url().into()), None, None).await;
    store.create_inbox("Before").await.unwrap();
    server.stop();
    server.start_again();
    store.create_inbox("After").await.unwrap();
    assert_eq!(names(&store).await, ["After", "Before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_are_cut_off_in_the_middle_lose_nothing_that_was_acknowledged() {
    let Some(server) = lockgate_test_postgres::own(Durability::None) else { return };
    let database = server.database();
    let store = TestStore::on(Database::Postgres(database.url().into()), None, None).await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = store.share();
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let name = format!("{writer}-{number}");
                    match store.create_inbox(&name).await {
                        Ok(_) => acknowledged.push(name),
                        Err(error) => {
                            assert!(error.is_passing(), "{error:?}");
                            return acknowledged;
                        }
                    }
                }
                acknowledged
            })
        })
        .collect();
    while names(&store).await.len() < 20 {
        tokio::task::yield_now().await;
    }
    server.stop();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    server.start_again();
    recovers(&store).await;
    assert!(acknowledged.len() >= 20);
    for name in acknowledged {
        let taken = store.create_inbox(&name).await;
        assert!(matches!(taken, Err(StoreError::Conflict(_))), "{name} was acknowledged and is lost");
    }
}
