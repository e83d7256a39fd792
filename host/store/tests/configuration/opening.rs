//! Opening a database: empty or not, with the right key or another.

use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lockgate_store::{Database, OpenError, Store};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::common::{TestStore, both};
use crate::fixtures::{channel, first_page};

both! {
    async fn what_was_kept_is_there_after_a_restart(store: TestStore) {
        let mut store = store;
        let channel = channel(&store).await.unwrap();
        store.restart().await;
        assert_eq!(store.channels(first_page()).await.unwrap().items, [channel]);
        store.probe().await.unwrap();
    }

    async fn a_key_that_does_not_fit_is_refused_and_the_right_one_still_opens(store: TestStore) {
        store.close().await;
        let refused = store.open_with_key(8).await.err();
        assert!(matches!(refused, Some(OpenError::WrongKey)), "{refused:?}");
        store.open_with_key(7).await.unwrap().close().await;
    }

    async fn a_database_of_a_newer_version_is_refused(store: TestStore) {
        store.close().await;
        let sql = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2";
        assert_eq!(store.sql(sql).await, 1);
        let refused = store.open_with_key(7).await.err();
        assert!(matches!(refused, Some(OpenError::Migration(_))), "{refused:?}");
    }

    async fn a_closed_store_is_unavailable_and_does_not_hang(store: TestStore) {
        store.close().await;
        assert!(store.probe().await.unwrap_err().is_passing());
        assert!(store.inboxes(first_page()).await.unwrap_err().is_passing());
        assert!(store.create_inbox("Support").await.unwrap_err().is_passing());
    }

    async fn a_database_is_empty_until_a_store_was_opened_on_it(store: TestStore) {
        assert!(!Store::is_empty_database(store.database()).await.unwrap());
    }
}

#[tokio::test]
async fn a_file_that_is_missing_or_empty_is_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lockgate.db");
    assert!(Store::is_empty_database(&Database::Sqlite(path.clone())).await.unwrap());
    std::fs::write(&path, "").unwrap();
    assert!(Store::is_empty_database(&Database::Sqlite(path)).await.unwrap());
}

#[tokio::test]
async fn an_empty_server_database_is_empty() {
    let Some(server) = lockgate_test_postgres::shared() else { return };
    assert!(Store::is_empty_database(&Database::Postgres(server.url().into())).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn file_and_folder_are_for_their_owner_alone() {
    let store = TestStore::sqlite().await;
    store.create_inbox("Support").await.unwrap();
    let file = store.file().unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "database, journal and lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_host_on_the_same_file_is_refused() {
    let store = TestStore::sqlite().await;
    let refused = store.open_with_key(7).await.err();
    assert!(matches!(refused, Some(OpenError::InUse)), "{refused:?}");
    store.probe().await.unwrap();
}

/// Another descriptor of an open file of this process, as a child that is being started has one until it runs its program.
fn copied(path: &Path) -> OwnedFd {
    let own = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    let entries = std::fs::read_dir("/proc/self/fd").unwrap().map(Result::unwrap);
    let held = entries.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|to| to == path));
    let [number]: [i32; 1] =
        held.map(|entry| entry.file_name().to_str().unwrap().parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
    pidfd_getfd(own, number, PidfdGetfdFlags::empty()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_can_be_opened_once_it_is_closed_whatever_was_started_meanwhile() {
    let mut store = TestStore::sqlite().await;
    let inherited = copied(&store.file().unwrap().with_extension("db.lock"));
    store.restart().await;
    store.probe().await.unwrap();
    drop(inherited);
    let refused = store.open_with_key(7).await.err();
    assert!(matches!(refused, Some(OpenError::InUse)), "it is held again: {refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_on_the_same_server_is_welcome() {
    let Some(store) = TestStore::postgres().await else { return };
    let second = store.second_node().await;
    let inbox = store.create_inbox("Support").await.unwrap();
    assert_eq!(second.inbox(inbox.id).await.unwrap(), Some(inbox));
    second.probe().await.unwrap();
    second.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_on_an_empty_server_agree() {
    let Some(server) = lockgate_test_postgres::shared() else { return };
    let open = || TestStore::on(Database::Postgres(server.url().into()), None, None);
    let (one, other) = tokio::join!(open(), open());
    let inbox = one.create_inbox("Support").await.unwrap();
    assert_eq!(other.inbox(inbox.id).await.unwrap(), Some(inbox));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let database = Database::Postgres("postgres://nobody@localhost/none?host=/nonexistent".into());
    let refused = Store::is_empty_database(&database).await.err();
    assert!(matches!(refused, Some(OpenError::Unavailable(_))), "{refused:?}");
}
