//! A server in a folder of its own, kept by a shell that outlives this process just long enough to end it.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::binaries::Binaries;
use super::{Admin, TestDatabase, create, new_name};

/// How long a start may take, also on a machine that is busy compiling.
const PATIENCE: Duration = Duration::from_secs(120);

/// The user that tests connect as.
const USER: &str = "lockgate";

/// Keeps the server: does what it reads, and when nobody is there to write any more, ends it and removes the folder. So nothing
/// is left over, even of a test that was killed.
const KEEPER: &str = r#"
folder=$1; shift
launch() { "$@" </dev/null 2>&1 & server=$!; }
end() { kill -INT "$server" 2>/dev/null; wait "$server"; }
launch "$@"
while read -r command; do
    case $command in
        stop) end; echo "keeper: stopped" ;;
        start) launch "$@" ;;
    esac
done
end
rm -rf -- "$folder"
"#;

/// Whether what is committed outlives the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing is synced: for tests, where only processes die.
    None,
    /// As a real server is: for benchmarks.
    Full,
}

/// A running server. Stopped, and its folder removed, when it is dropped or this process ends.
pub struct PostgresServer {
    folder: PathBuf,
    psql: PathBuf,
    keeper: Mutex<Keeper>,
}

struct Keeper {
    child: Child,
    /// None once it was told to end.
    commands: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl PostgresServer {
    pub(crate) fn start(binaries: &Binaries, durability: Durability) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("lockgate-postgres-").tempdir()?.keep();
        let account = Account::for_server(&folder)?;
        if let Some(account) = &account {
            chown(&folder, Some(account.uid), Some(account.gid))?;
        }
        let started = Self::start_in(&folder, binaries, account.as_ref(), durability);
        if started.is_err() {
            drop(std::fs::remove_dir_all(&folder));
        }
        started
    }

    fn start_in(
        folder: &Path,
        binaries: &Binaries,
        account: Option<&Account>,
        durability: Durability,
    ) -> io::Result<Self> {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        let data = folder.join("data");
        let mut initdb = unprivileged(account, &binaries.initdb());
        initdb
            .args(["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data);
        let output = initdb.current_dir(folder).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let server = unprivileged(account, &binaries.postgres());
        let mut keeper = Command::new("/bin/sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(server.get_program()).args(server.get_args());
        keeper.arg("-D").arg(&data).arg("-k").arg(folder).args([
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=300",
        ]);
        if durability == Durability::None {
            keeper.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        keeper.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that an interrupt typed at the terminal reaches the tests alone and the keeper can clean up.
        let mut child = keeper.process_group(0).spawn()?;
        let commands = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| io::Error::other("the keeper has no output"))?;
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Read on where nobody listens: a full pipe would stop the server.
                drop(send.send(line));
            }
        });
        let server = Self {
            folder: folder.to_owned(),
            psql: binaries.psql(),
            keeper: Mutex::new(Keeper { child, commands, lines }),
        };
        server.keeper().wait_for("ready to accept connections")?;
        Ok(server)
    }

    /// A new, empty database.
    ///
    /// # Panics
    ///
    /// Where none can be made.
    pub fn database(&self) -> TestDatabase {
        let name = new_name();
        create(&Admin { psql: self.psql(), url: self.url("postgres") }, &name);
        TestDatabase { url: self.url(&name), drop_with: None, name }
    }

    /// Ends the server as an operator would; clients are cut off. Returns once it is down.
    ///
    /// # Panics
    ///
    /// Where it does not end.
    pub fn stop(&self) {
        self.keeper().tell("stop", "keeper: stopped");
    }

    /// Starts it again after [`PostgresServer::stop`]. Returns once it takes connections.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub fn start_again(&self) {
        self.keeper().tell("start", "ready to accept connections");
    }

    /// Where it keeps its data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn psql(&self) -> PathBuf {
        self.psql.clone()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@localhost/{database}?host={}", self.folder.display())
    }

    fn keeper(&self) -> std::sync::MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    #[expect(clippy::panic, reason = "a test cannot go on without its server")]
    fn tell(&mut self, command: &str, answer: &str) {
        while self.lines.try_recv().is_ok() {}
        let told = match &mut self.commands {
            Some(commands) => writeln!(commands, "{command}").and_then(|()| commands.flush()),
            None => Err(io::Error::other("the keeper is gone")),
        };
        if let Err(error) = told.and_then(|()| self.wait_for(answer)) {
            panic!("PostgreSQL does not {command}: {error}");
        }
    }

    fn wait_for(&mut self, words: &str) -> io::Result<()> {
        let mut heard = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return Ok(()),
                Ok(line) => heard.push(line),
                Err(_) => return Err(io::Error::other(format!("it did not say {words:?} but {heard:?}"))),
            }
            // Clients that are cut off, or come while it stops or starts, are no fault of its own.
            let of_a_client = |line: &String| line.contains("terminating") || line.contains("the database system is");
            if heard.last().is_some_and(|line| line.contains("FATAL:") && !of_a_client(line)) {
                return Err(io::Error::other(heard.join("\n")));
            }
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let mut keeper = self.keeper();
        keeper.commands = None;
        drop(keeper.child.wait());
    }
}

/// Who runs the server where we are root, which it refuses to be.
struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    fn for_server(mine: &Path) -> io::Result<Option<Self>> {
        if std::fs::metadata(mine)?.uid() != 0 {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        let find = |wanted: &str| {
            accounts.lines().find_map(|line| {
                let fields: Vec<&str> = line.split(':').collect();
                match fields.as_slice() {
                    [name, _, uid, gid, ..] if *name == wanted => {
                        Some(Self { name: wanted.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
                    }
                    _ => None,
                }
            })
        };
        let found = ["postgres", "nobody"].into_iter().find_map(find);
        found.map(Some).ok_or_else(|| io::Error::other("run as root, and there is no user postgres or nobody"))
    }
}

fn unprivileged(account: Option<&Account>, program: &Path) -> Command {
    match account {
        None => Command::new(program),
        Some(account) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={}", account.name))
                .arg(format!("--regid={}", account.gid))
                .arg("--clear-groups");
            command.arg("--").arg(program);
            command
        }
    }
}
