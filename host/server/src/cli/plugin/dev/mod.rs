//! `lockgate plugin dev`: builds a project whenever it changes, and makes calls of what came of it.
//!
//! The plugin stands in a sandbox of this process, beside a provider that answers as the cases say; what it keeps outlives each
//! new build. Calls go to the one that was built last, also while the compiler runs and where it failed.

mod acts;
mod command;
mod compiled;
mod console;
mod install;
mod tell;
mod typed;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use lockgate_build::Care;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::project::Project;
use crate::cli::client::{CliError, HostArgs};
use crate::seams::Seams;
use compiled::Compiled;
use console::Console;
use tell::{Said, Teller};
use watch::Snapshot;

/// What to work on.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin dev                          works on the project in this folder; help shows what can be typed\n  lockgate plugin dev pigeon --install         each build that holds goes into the running host too\n  echo 'receive text' | lockgate plugin dev    builds, makes one call and ends\n  lockgate plugin dev --json                   for an editor: each thing is one line of JSON\n\nCalls go to the component that was built last, beside a provider that answers as the cases say. What the plugin keeps\n(its state) outlives each build. It ends with quit, or where its input ends. It is compiled for this machine in haste, so\nthat a build is there soon: in a host a call takes less time than is shown here."
)]
pub(crate) struct DevArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print each thing as a line of JSON
    #[arg(long)]
    json: bool,
    /// Install each build that holds into a running host, too. It must be installed there already; what was granted stays
    #[arg(long)]
    install: bool,
    #[command(flatten)]
    host: HostArgs,
}

/// How often the project is looked at. A change is built when two looks in a row see the same.
const LOOK: Duration = Duration::from_millis(100);

pub(super) async fn run(args: DevArgs, seams: &Seams) -> Result<(), CliError> {
    // Said before anything is built: where there is no project, nothing that comes can mend it.
    Project::open(&args.dir)?;
    let teller = Teller::new(args.json);
    let mut lines = lines();
    let mut watch = Watch::begin(args.dir.clone());
    // What is compiled here serves this console alone.
    let seams = &Seams { compiler: seams.compiler.clone().hasty(), ..seams.clone() };
    let host = args.install.then(|| args.host.client()).transpose()?;
    // What goes into a host is what `plugin build` makes; what stays here may be made sooner.
    let care = if args.install { Care::Shipped } else { Care::Quick };
    let mut console = Console::new(args.dir.clone(), teller, seams.clone(), host);
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut building: Option<JoinHandle<Compiled>> = Some(start(&args.dir, care, seams, teller, Vec::new()));
    loop {
        tokio::select! {
            done = join(&mut building) => {
                building = None;
                watch.built();
                let done = done.map_err(|error| CliError::Refused(format!("the build was broken off: {error}")))?;
                console.built(done).await?;
                teller.prompt();
            }
            // What is typed waits for the first build: there is nothing yet that could be called.
            line = lines.recv(), if console.is_ready() => match line {
                Some(line) => match console.line(&line).await {
                    console::Then::Quit => return Ok(()),
                    console::Then::Build if building.is_none() => {
                        building = Some(start(&args.dir, care, seams, teller, Vec::new()));
                    }
                    console::Then::Build | console::Then::GoOn => teller.prompt(),
                },
                None => return Ok(()),
            },
            _ = ticks.tick(), if building.is_none() => {
                if !console.is_ready() && lines.is_closed() && lines.is_empty() {
                    return Err(CliError::Refused("there is no component that could be called".into()));
                }
                match watch.look().await {
                    changed if changed.is_empty() => {}
                    changed if changed.iter().all(|path| path.starts_with(lockgate_kit::CASES)) => {
                        console.cases_changed().await;
                        teller.prompt();
                    }
                    changed => building = Some(start(&args.dir, care, seams, teller, changed)),
                }
            }
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn start(
    folder: &std::path::Path,
    care: Care,
    seams: &Seams,
    teller: Teller,
    changed: Vec<PathBuf>,
) -> JoinHandle<Compiled> {
    teller.say(&Said::Building { changed });
    let (folder, clock) = (folder.to_owned(), seams.clock.clone());
    tokio::task::spawn_blocking(move || compiled::compile(folder, care, clock))
}

async fn join(building: &mut Option<JoinHandle<Compiled>>) -> Result<Compiled, tokio::task::JoinError> {
    match building {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// What is typed, a line at a time; closed where the input ends. On a thread of its own, for which nobody waits at the end.
fn lines() -> mpsc::Receiver<String> {
    let (to, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { return };
            if to.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// What is built, and what was seen since.
struct Watch {
    folder: PathBuf,
    built: Snapshot,
    seen: Snapshot,
}

impl Watch {
    fn begin(folder: PathBuf) -> Self {
        let now = Snapshot::of(&folder);
        Self { folder, built: now.clone(), seen: now }
    }

    /// A build ended; what it wrote itself does not count.
    fn built(&mut self) {
        self.built.after_build(&Snapshot::of(&self.folder));
    }

    /// What changed since the last build began, once it changes no more.
    async fn look(&mut self) -> Vec<PathBuf> {
        let folder = self.folder.clone();
        let now = tokio::task::spawn_blocking(move || Snapshot::of(&folder)).await.unwrap_or_default();
        let settled = now == self.seen;
        self.seen = now;
        if !settled {
            return Vec::new();
        }
        let changed = self.seen.since(&self.built);
        if !changed.is_empty() {
            self.built = self.seen.clone();
        }
        changed
    }
}
