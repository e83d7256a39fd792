//! The first admin token: a start that fails makes none, none is lost on its way, and there is a way back.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use lockgate::config::{Config, ConfigFlags};
use lockgate::host::{Host, RunningHost};
use lockgate::seams::Seams;
use lockgate_tests::Api;
use sqlx::Connection as _;

use crate::project::{command, empty_folder, lockgate, said};

async fn start(home: &Path, listen: &str, token_file: Option<&str>) -> Result<RunningHost, String> {
    let flags = ConfigFlags {
        data_dir: Some(home.join("data")),
        listen: Some(listen.into()),
        guest_threads: Some(1),
        max_instances: Some(16),
        admin_token_file: token_file.map(|file| home.join(file)),
        ..ConfigFlags::default()
    };
    let config = Config::load(&flags).unwrap();
    Box::pin(Host::start(config, Seams::real())).await.map_err(|error| error.to_string())
}

/// A change of the database behind the host's back.
async fn change(home: &Path, sql: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.join("data/lockgate.db"));
    let mut database = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(sql).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_start_that_fails_has_made_nothing() {
    let home = empty_folder();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let Err(told) = start(home.path(), &taken, Some("token")).await else { panic!("two listen at {taken}") };
    assert!(told.starts_with(&format!("listen: cannot listen on {taken}")), "{told}");
    fs::write(home.path().join("of-another-host"), "lg_other\n").unwrap();
    let Err(told) = start(home.path(), "127.0.0.1:0", Some("of-another-host")).await else { panic!("written over") };
    assert!(told.ends_with("of-another-host is there already; name another file, or remove it if its host is gone"));
    assert!(told.starts_with("--admin-token-file "), "{told}");
    assert_eq!(fs::read_to_string(home.path().join("of-another-host")).unwrap(), "lg_other\n");
    assert!(!home.path().join("data").exists() && !home.path().join("token").exists());

    let running = start(home.path(), "127.0.0.1:0", Some("token")).await.unwrap();
    let token = fs::read_to_string(home.path().join("token")).unwrap();
    let api = Api::new(format!("http://{}", running.api), token.trim());
    assert_eq!(api.get("/tokens").await["items"][0]["name"], "first admin");
    running.stop().await;
    let running = start(home.path(), "127.0.0.1:0", Some("token")).await.unwrap();
    assert!(running.first_token.is_none(), "its own file is no obstacle to the next start");
    running.stop().await;
}

#[tokio::test]
async fn a_token_that_could_not_be_written_is_none() {
    let home = empty_folder();
    // A host that died between writing its file and its database: all of it is there but the token.
    let running = start(home.path(), "127.0.0.1:0", None).await.unwrap();
    running.stop().await;
    change(home.path(), "DELETE FROM tokens").await;
    fs::write(home.path().join("token"), "lg_nobody_knows\n").unwrap();
    let Err(told) = start(home.path(), "127.0.0.1:0", Some("token")).await else { panic!("written over") };
    assert!(told.contains("token is there already; name another file"), "{told}");
    let Err(told) = start(home.path(), "127.0.0.1:0", Some("no/such/token")).await else { panic!("written nowhere") };
    assert!(told.contains("no/such/token cannot be written"), "{told}");
    // The database does not take it: the file goes, so that the next start finds its place free.
    change(home.path(), "CREATE TRIGGER full BEFORE INSERT ON tokens BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    assert!(start(home.path(), "127.0.0.1:0", Some("another")).await.is_err());
    assert!(!home.path().join("another").exists(), "a file with a token that opens nothing");
    change(home.path(), "DROP TRIGGER full").await;
    let running = start(home.path(), "127.0.0.1:0", Some("another")).await.unwrap();
    let token = running.first_token.as_ref().and_then(|token| token.expose_str()).unwrap();
    assert_eq!(fs::read_to_string(home.path().join("another")).unwrap().trim(), token);
    running.stop().await;
}

#[tokio::test]
async fn who_lost_every_token_makes_one_where_the_host_is_stopped() {
    let home = empty_folder();
    let made = ["token", "create", "New admin", "--scope", "admin", "--data-dir", "data"];
    let told = lockgate(home.path(), &made).await.badly(2);
    assert!(told.contains("no host was ever started with data") && !home.path().join("data").exists(), "{told}");

    let running = start(home.path(), "127.0.0.1:0", None).await.unwrap();
    let url = format!("http://{}", running.api);
    let api = Api::new(url.clone(), running.first_token.as_ref().and_then(|token| token.expose_str()).unwrap());
    let first = api.get("/tokens").await["items"][0]["id"].as_str().unwrap().to_owned();
    let mut revoke = command(home.path(), &["token", "revoke", &first]);
    revoke.env("LOCKGATE_URL", &url).env("LOCKGATE_TOKEN", api.token());
    let told = said(revoke).await.badly(1);
    assert!(told.contains("the only token with the scope admin"), "{told}");
    let told = lockgate(home.path(), &made).await.badly(1);
    assert!(told.contains("another host uses this database: stop it first"), "{told}");
    running.stop().await;

    change(home.path(), "UPDATE tokens SET revoked_at = 1").await;
    let doctor = lockgate(home.path(), &["doctor", "--data-dir", "data"]).await;
    assert!(doctor.out.contains("FAIL tokens        there is no token with the scope admin"), "{}", doctor.out);
    let told = lockgate(home.path(), &[&made[..], &["--to", "new-token"]].concat()).await.well();
    assert!(told.contains("The token is in new-token") && !told.contains("lg_"), "{told}");
    let told = lockgate(home.path(), &[&made[..], &["--to", "new-token"]].concat()).await.badly(1);
    assert!(told.contains("--to new-token is there already"), "{told}");
    let running = start(home.path(), "127.0.0.1:0", None).await.unwrap();
    let mut list = command(home.path(), &["token", "list"]);
    list.env("LOCKGATE_URL", format!("http://{}", running.api)).env("LOCKGATE_TOKEN_FILE", "new-token");
    assert!(said(list).await.well().contains("New admin"));
    running.stop().await;
}
