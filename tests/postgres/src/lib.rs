//! PostgreSQL for tests.
//!
//! [`shared`] gives the server of this process: the one that `LOCKGATE_TEST_POSTGRES` names, else one started from the installed
//! binaries, on a socket in a folder of its own. It ends with the process, however that ends. Where there are no binaries, what
//! is left out is said on standard error, and with `LOCKGATE_REQUIRE_POSTGRES=1` that is a failure.
//!
//! Speaks to the server through `psql`, so that this crate has no SQL client and can be used below the store.

mod binaries;
mod server;

pub use server::{Durability, PostgresServer};

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use binaries::Binaries;

/// Names the address of a server to use instead of starting one; its user may create databases.
pub const GIVEN: &str = "LOCKGATE_TEST_POSTGRES";

/// Set to `1`, a missing server is a failure.
pub const REQUIRED: &str = "LOCKGATE_REQUIRE_POSTGRES";

/// A database of its own, for one test. Of a server that was given it is dropped in the end.
pub struct TestDatabase {
    url: String,
    drop_with: Option<Admin>,
    name: String,
}

impl TestDatabase {
    /// Its address, `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(admin) = &self.drop_with
            && let Err(words) = admin.run(&format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name))
        {
            say(&format!("the database {} is left over: {words}", self.name));
        }
    }
}

/// A new, empty database on this process's server; none where there is no server and none is required.
///
/// # Panics
///
/// Where a server is required, or was found and does not work.
pub fn shared() -> Option<TestDatabase> {
    static SERVER: OnceLock<Option<Source>> = OnceLock::new();
    SERVER.get_or_init(Source::find).as_ref().map(Source::database)
}

/// A server of its own, for a test that stops it; none where there are no binaries and none are required.
///
/// # Panics
///
/// As [`shared`].
pub fn own(durability: Durability) -> Option<PostgresServer> {
    let Some(binaries) = Binaries::find() else {
        missing();
        return None;
    };
    Some(start(&binaries, durability))
}

enum Source {
    Given(Admin),
    Started(PostgresServer),
}

impl Source {
    fn find() -> Option<Self> {
        if let Ok(url) = std::env::var(GIVEN) {
            return Some(Self::Given(Admin {
                psql: Binaries::find().map_or_else(|| "psql".into(), |found| found.psql()),
                url,
            }));
        }
        own(Durability::None).map(Self::Started)
    }

    fn database(&self) -> TestDatabase {
        match self {
            Self::Started(server) => server.database(),
            Self::Given(admin) => {
                let name = new_name();
                create(admin, &name);
                TestDatabase { url: with_database(&admin.url, &name), drop_with: Some(admin.clone()), name }
            }
        }
    }
}

/// Somebody who may create databases.
#[derive(Clone)]
struct Admin {
    psql: std::path::PathBuf,
    url: String,
}

impl Admin {
    fn run(&self, sql: &str) -> Result<(), String> {
        let output = Command::new(&self.psql)
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, &self.url])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", self.psql.display()))?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

#[expect(clippy::panic, reason = "a test cannot go on without its database")]
fn create(admin: &Admin, name: &str) {
    if let Err(words) = admin.run(&format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")) {
        panic!("no database could be made for a test: {words}");
    }
}

#[expect(clippy::panic, reason = "a server that is installed and does not start must not pass for one that is missing")]
fn start(binaries: &Binaries, durability: Durability) -> PostgresServer {
    PostgresServer::start(binaries, durability).unwrap_or_else(|error| panic!("PostgreSQL does not start: {error}"))
}

#[expect(clippy::panic, reason = "the caller asked for it")]
fn missing() {
    let words = format!("there is no PostgreSQL here (neither binaries nor {GIVEN})");
    if std::env::var(REQUIRED).is_ok_and(|value| value == "1") {
        panic!("{words}, and {REQUIRED}=1");
    }
    say(&format!("LEFT OUT: tests on PostgreSQL; {words}"));
}

/// Past the test harness, which keeps what passing tests print to itself.
fn say(words: &str) {
    // Nothing better can be done where standard error is closed.
    drop(writeln!(std::io::stderr(), "{words}"));
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("lockgate_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The address with another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(after_scheme..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| after_scheme + at);
    let base = address.get(..end).unwrap_or(address);
    match query {
        Some(query) => format!("{base}/{name}?{query}"),
        None => format!("{base}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_another_database() {
        assert_eq!(with_database("postgres://me@host:5/old?a=b", "new"), "postgres://me@host:5/new?a=b");
        assert_eq!(with_database("postgres://me@host", "new"), "postgres://me@host/new");
    }

    #[test]
    fn a_server_starts_stops_and_starts_again() {
        let Some(server) = own(Durability::None) else { return };
        let database = server.database();
        let admin = Admin { psql: server.psql(), url: database.url().to_owned() };
        admin.run("SELECT 1").unwrap();
        server.stop();
        assert!(admin.run("SELECT 1").is_err());
        server.start_again();
        admin.run("SELECT 1").unwrap();
        let folder = server.folder().to_owned();
        drop(server);
        assert!(!folder.exists());
    }
}
